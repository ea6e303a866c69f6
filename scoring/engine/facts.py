"""The facts of one unit and period: plain values, standard library alone.

This module travels inside every bundle. `None` always means "the source does not say".
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .period import in_vietnam, local_day

Value = Decimal | bool | date | str | None
"""A declared value. The text "not_applicable" (không phát sinh) is its own state, neither 0 nor None."""

NOT_APPLICABLE = "not_applicable"

_TAGGED: dict[type, tuple[str, Callable[[Any], str]]] = {
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    Decimal: ("decimal", str),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One dossier (hồ sơ) as the last import left it. Datetimes are aware, at +07:00."""

    code: str
    procedure_code: str | None = None
    procedure: str | None = None
    field: str | None = None
    receiving_unit: str | None = None
    resolving_unit: str | None = None
    channel: str | None = None
    """direct | online | postal"""
    full_online: bool | None = None
    """The procedure is offered online from end to end (toàn trình)."""
    status: int | None = None
    """National code 1 to 10 of the DVCQG message (see config/exports/README.md)."""
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    supplements: int | None = None
    """How many times the citizen was asked for more papers."""
    supplement_asked_at: datetime | None = None
    """The last time more papers were asked for."""
    supplement_given_at: datetime | None = None
    """When the citizen brought them."""
    due_before: datetime | None = None
    """The due date as it was before that supplement moved it; the same as `due_at` where it was not moved."""
    extended_at: datetime | None = None
    """The day that OpenCPS writes where a term was extended (extendDate); the new term is in `due_at`."""
    desk: str | None = None
    """Who, or which step, has the dossier now."""
    fee_due: bool | None = None
    paid_online: bool | None = None
    papers_digitised: bool | None = None
    papers_reused: bool | None = None
    synced: bool | None = None
    """The national portal has it (đồng bộ lên Cổng DVCQG)."""
    result_file_required: bool | None = None
    result_number: str | None = None
    result_files: tuple[str, ...] = ()
    apology_number: str | None = None
    """Number of the letter of apology (Form 04) for a late dossier."""

    @property
    def received_on(self) -> date | None:
        """The day it was received, in Vietnam."""
        return None if self.received_at is None else local_day(self.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """One petition (phản ánh, kiến nghị)."""

    code: str
    received_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    subject: str | None = None
    confirmed: bool | None = None
    """The complaint was verified as true."""
    about: str | None = None
    """fees_and_papers | conduct | procedure | other"""
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFact:
    """What the checks said about one kept document, and what it is linked to."""

    sha256: str
    name: str
    purpose: str
    """result (of a dossier) | evidence (of components) | outgoing (văn bản đi)"""
    dossier_code: str | None = None
    also_for: tuple[str, ...] = ()
    """Codes of other dossiers that the same file was handed in for."""
    printed_code: str | None = None
    """The dossier code that stands in its text."""
    unsure: tuple[str, ...] = ()
    """Names of fields that were read, but not surely: they contradict no register."""
    number: str | None = None
    issued_on: date | None = None
    signature: str = "NO_SIGNATURE"
    """Verdict word: PASSED | INDETERMINATE | FAILED | NO_SIGNATURE | UNREADABLE"""
    profile_met: bool | None = None
    """The right persons signed validly for this purpose; None where nobody could tell."""
    digitisation: str = "cần người xem"
    """đạt | không đạt | cần người xem"""
    scanned: bool | None = None
    quarantined: bool = False
    speaks_from: date | None = None
    """First day of what the document speaks of; None where neither a person nor its title says."""
    speaks_to: date | None = None
    speaks_by: str = ""
    """said (by a person) | read (in its title or file name)"""
    expires_on: date | None = None
    """Its last day of use, as a person said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A kept document that proves something of a component: which part of it, and from where we know."""

    component: str
    sha256: str
    name: str
    section: str | None = None
    pages: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredValue:
    """A value that an official declared, with owner and source; `evidence` holds names of files."""

    component: str
    key: str
    value: Value = None
    owner: str | None = None
    source: str | None = None
    explanation: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyResult:
    """A survey's published result for one component (SIPAS, KSCB). `share` is from 0 to 1."""

    component: str
    share: Decimal
    respondents: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitName:
    """From `since` on, `unit` (an id like "hoi-an-dong") answers for what the former unit `former` did."""

    former: str
    unit: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a score is computed from, besides criteria set, calendar and on-time rule."""

    dossiers: tuple[Dossier, ...] = ()
    petitions: tuple[Petition, ...] = ()
    documents: tuple[DocumentFact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    declared: tuple[DeclaredValue, ...] = ()
    surveys: tuple[SurveyResult, ...] = ()
    units: tuple[UnitName, ...] = ()
    """Units that were merged or renamed."""
    known: tuple[str, ...] = field(default=())
    """Kinds of source that were imported at all (dossiers, petitions, ...): an empty list of a known kind is a fact,
    of an unknown kind it is "no data"."""


_AS_THEY_ARE = frozenset((str, int, bool, type(None)))
"""Kinds that JSON holds as they are: most fields of most dossiers, so they are told first."""


def to_plain(value: Any) -> Any:
    """Facts as JSON-ready values; decimals, dates and moments become {"decimal" | "date" | "datetime": "..."}."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind in _TAGGED:
        tag, written = _TAGGED[kind]
        return {tag: written(value)}
    if dataclasses.is_dataclass(kind):
        return {
            name: item if type(item) in _AS_THEY_ARE else to_plain(item)
            for name, default in _defaults(kind)
            if (item := getattr(value, name)) != default
        }
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


@functools.cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    """Fields of a dataclass with their defaults, asked for once."""
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def from_plain(kind: type, plain: dict[str, Any]) -> Any:
    """The dataclass `kind` from what `to_plain` wrote."""
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], item) for name, item in plain.items() if name in hints})


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """Types of the fields of a dataclass, resolved once: two thousand dossiers ask for the same."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _value(hint: Any, plain: Any) -> Any:
    if isinstance(plain, dict) and len(plain) == 1:
        tag, text = next(iter(plain.items()))
        if tag == "datetime":
            return in_vietnam(datetime.fromisoformat(text))
        if tag == "date":
            return date.fromisoformat(text)
        if tag == "decimal":
            return Decimal(text)
    if isinstance(plain, list):
        inner = next((a for a in typing.get_args(_bare(hint)) if a is not Ellipsis), object)
        if dataclasses.is_dataclass(inner):
            return tuple(from_plain(typing.cast(type, inner), item) for item in plain)
        return tuple(_value(inner, item) for item in plain)
    return plain


def _bare(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not type(None))
    return hint
