"""The register of a unit as the measures of one period ask for it: dossiers counted in one pass, never looked at twice.

Most dossiers are clear: finished and handed over in the period, before they were due. Every on-time rule counts those
and finds none late, so only the contested ones are judged, under each rule. `registered` counts plain dossiers,
`scoring/columns.py` columns of them; property tests hold both equal to judging one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any, Protocol

from .agreement import Entered
from .facts import Dossier, UnitName
from .on_time import DONE, Clear, Judged, OnTimeCount, count_on_time, finished_in, rule_named, still_late
from .period import Period, local_day
from .places import offices_elsewhere, offices_of

_DAY = timedelta(days=1)


class Contested(Judged, Protocol):
    """What is looked at in a dossier that is not clear."""

    @property
    def apology_number(self) -> str | None: ...
    @property
    def result_file_required(self) -> bool | int | None: ...


class Wanting(Entered, Protocol):
    """What is looked at in a dossier that a result file names."""

    @property
    def result_file_required(self) -> bool | int | None: ...


ANSWERS = ("channel", "full_online", "fee_due", "paid_online", "papers_digitised", "papers_reused", "synced")
"""Fields of a dossier with a handful of answers: a ward's dossiers differ in few dozens of combinations of them."""


@dataclass(frozen=True, slots=True)
class AskedRows:
    """Dossiers that were asked for by code, by result files that name them."""

    ended: Mapping[str, Wanting] = field(default_factory=dict)
    """Finished in the period, here."""
    others: Mapping[str, Entered] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    """Of the others those that were not received in the period either, or that another unit resolves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is counted of a unit's dossiers; those that another unit resolves stand only in the last six."""

    period: Period
    received: int
    answers: Mapping[tuple[Any, ...], int]
    """Dossiers received in the period by their `ANSWERS`."""
    procedures: frozenset[tuple[str | None, bool, bool]]
    """Procedures of the received: code or name, taken online, whether the source says if it is offered online."""
    finished: int
    says_results: bool
    """Of some finished dossier the source says whether a result file is required."""
    required: int
    """Finished dossiers that need a result file."""
    clear: Clear
    contested: Sequence[Contested]
    """All that are neither clear nor past, whatever their period."""
    in_progress_late: int
    imported: int
    """All dossiers, of any period and unit."""
    lacks_receipt: bool
    """Nothing was received in the period, and some dossier does not say when it was."""
    foreign: frozenset[str | None]
    """Offices of other units."""
    elsewhere: Sequence[tuple[str, str]]
    """Code and office of dossiers taken in here in the period and resolved by another unit: not scored."""
    elsewhere_counted: Mapping[str, int]
    """Dossiers by office of another ward where no units are known by date: told, and still scored."""
    asked: AskedRows = field(default_factory=AskedRows)
    """Of the codes that were asked for."""

    def on_time(self, rule: str) -> OnTimeCount:
        """What `count_on_time` says of all dossiers: clear ones counted together, the contested ones judged."""
        return count_on_time(self.contested, rule, self.period).plus(self.clear, rule_named(rule))

    def apologised(self) -> frozenset[str]:
        """Codes of contested dossiers with a letter of apology: no other can be late."""
        return frozenset(dossier.code for dossier in self.contested if dossier.apology_number)


def registered(
    dossiers: Sequence[Dossier],
    period: Period,
    unit: str,
    units: Sequence[UnitName] = (),
    asked: Collection[str | None] = (),
) -> Register:
    """Dossiers counted for a period; of the codes `asked` for it also tells where they belong and what stands there."""
    offices = offices_of(dossiers)
    foreign = foreign_offices(offices, period, unit, units)
    own = [dossier for dossier in dossiers if dossier.resolving_unit not in foreign] if foreign else dossiers
    others = [dossier for dossier in dossiers if dossier.resolving_unit in foreign] if foreign else ()
    found = _sorted_out(own, period)
    rest = [dossier for dossier in chain(found.contested, found.past) if period.holds(dossier.received_at)]
    ended, waiting = _split(found.contested, period)
    received = len(found.usual) + len(rest)
    finished = [*found.usual, *found.carried, *ended]
    return Register(
        period=period,
        received=received,
        answers=_answers(chain(found.usual, rest)),
        procedures=_procedures(chain(found.usual, rest)),
        finished=len(finished),
        says_results=any(dossier.result_file_required is not None for dossier in finished),
        required=len([None for dossier in finished if dossier.result_file_required]),
        clear=Clear(len(found.usual) + len(found.carried), found.days_earlier),
        contested=found.contested,
        in_progress_late=sum(1 for dossier in found.contested if still_late(dossier, period)),
        imported=len(dossiers),
        lacks_receipt=not received and any(dossier.received_at is None for dossier in dossiers),
        foreign=foreign,
        elsewhere=[(d.code, d.resolving_unit or "") for d in others if period.holds(d.received_at)],
        elsewhere_counted={} if units else offices_elsewhere(offices, unit),
        asked=_asked_rows(finished, chain(waiting, found.past, others), rest, asked) if asked else AskedRows(),
    )  # fmt: skip


def _asked_rows(
    finished: Iterable[Dossier], others: Iterable[Dossier], received: Iterable[Dossier], asked: Collection[str | None]
) -> AskedRows:
    apart = {dossier.code: dossier for dossier in others if dossier.code in asked}
    inside = {dossier.code for dossier in received}
    ended = {dossier.code: dossier for dossier in finished if dossier.code in asked}
    return AskedRows(ended, apart, frozenset(code for code in apart if code not in inside))


def _split(contested: Iterable[Dossier], period: Period) -> tuple[list[Dossier], list[Dossier]]:
    """Those finished in the period, and the others."""
    ended, waiting = list[Dossier](), list[Dossier]()
    for dossier in contested:
        (ended if finished_in(dossier, period) else waiting).append(dossier)
    return ended, waiting


def foreign_offices(
    offices: Mapping[str | None, int], period: Period, unit: str, units: Sequence[UnitName]
) -> frozenset[str | None]:
    """Offices of other units. Without names of merged units nobody can tell a former name from another unit."""
    known = tuple(name for name in units if name.since <= period.ends)
    return frozenset(offices_elsewhere(offices, unit, known)) if units else frozenset()


@dataclass(slots=True)
class _SortedOut:
    """Dossiers by what is left to ask of them."""

    usual: list[Dossier] = field(default_factory=list)
    """Clear, and received in the period."""
    carried: list[Dossier] = field(default_factory=list)
    """Clear, and received before it."""
    past: list[Dossier] = field(default_factory=list)
    """Finished and handed over before the period: no rule counts them."""
    contested: list[Dossier] = field(default_factory=list)
    days_earlier: int = 0
    """How many of the clear ones ended a day or more before they were due."""


def _sorted_out(dossiers: Iterable[Dossier], period: Period) -> _SortedOut:
    """One pass, because a ward has tens of thousands: the order of moments that most have is tried first."""
    found, opens, closes, earlier = _SortedOut(), period.opens, period.closes, 0
    usual, others = found.usual.append, []
    for dossier in dossiers:
        taken, end, handed, due = dossier.received_at, dossier.finished_at, dossier.returned_at, dossier.due_at
        if (
            taken is not None
            and end is not None
            and handed is not None
            and due is not None
            and opens <= taken <= end <= handed < due < closes
            and dossier.status in DONE
            and not dossier.supplements
            and dossier.due_before is None
        ):
            usual(dossier)
            earlier += due - end >= _DAY or local_day(end) < local_day(due)
        else:
            others.append(dossier)
    found.days_earlier = earlier
    for dossier in others:
        _sort_out(dossier, period, found)
    return found


def _sort_out(dossier: Dossier, period: Period, found: _SortedOut) -> None:
    """Clear: received before the period's end; finished and handed over in it, before it was due; no supplement."""
    taken, end, handed, due = dossier.received_at, dossier.finished_at, dossier.returned_at, dossier.due_at
    opens, closes = period.opens, period.closes
    if end is not None and handed is not None and end < opens and handed < opens:
        found.past.append(dossier)
    elif (
        taken is not None
        and due is not None
        and end is not None
        and handed is not None
        and taken < closes
        and opens <= end < due
        and opens <= handed < due
        and end < closes
        and handed < closes
        and dossier.status in DONE
        and not dossier.supplements
        and dossier.due_before is None
    ):
        (found.usual if opens <= taken else found.carried).append(dossier)
        found.days_earlier += local_day(end) < local_day(due)
    else:
        found.contested.append(dossier)


def _answers(received: Iterable[Dossier]) -> Counter[tuple[Any, ...]]:
    """By `ANSWERS`, in their order; written out, because looking fields up by name costs twice as much."""
    return Counter(
        (d.channel, d.full_online, d.fee_due, d.paid_online, d.papers_digitised, d.papers_reused, d.synced)
        for d in received
    )


def _procedures(received: Iterable[Dossier]) -> frozenset[tuple[str | None, bool, bool]]:
    seen = {(d.procedure_code, d.procedure, d.channel, d.full_online) for d in received}
    return procedures_among(seen)


def procedures_among(
    seen: Iterable[tuple[str | None, str | None, str | None, Any]],
) -> frozenset[tuple[str | None, bool, bool]]:
    """`Register.procedures` of (code, name, channel, offered online) as they occur."""
    return frozenset((code or name, channel == "online", said is not None) for code, name, channel, said in seen)
