"""What people said of evidence: which document proves which component where, for which period, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from storage.database.tables import documents, evidence_links, evidence_terms
from storage.errors import NoSuch
from storage.proof.custody import Happening, append, events_named


class NoSuchDocument(NoSuch):
    """No document of this unit has this hash or name, or several have it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A document as proof of a component; `section` and `pages` as officials write them."""

    unit: str
    component: str
    sha256: str
    section: str | None = None
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Who says so, from where, when."""

    who: str
    where: str
    at: datetime


def link(connection: Connection, one: Link, said: Said) -> None:
    """Let a document prove a component; said again it replaces section and pages."""
    connection.execute(delete(evidence_links).where(*_here(one)))
    row = {name: getattr(one, name) for name in Link.__slots__}
    connection.execute(insert(evidence_links).values(**row, said_by=said.who, said_at=said.at))
    detail = {"component": one.component, "section": one.section, "pages": one.pages}
    append(connection, [Happening("linked", one.sha256, said.who, said.where, detail)], at=said.at)


def unlink(connection: Connection, one: Link, said: Said) -> bool:
    """Take back what a person linked; whether there was such a link. Links by folder and declared name stay."""
    gone = connection.execute(delete(evidence_links).where(*_here(one))).rowcount > 0
    if gone:
        detail = {"component": one.component}
        append(connection, [Happening("unlinked", one.sha256, said.who, said.where, detail)], at=said.at)
    return gone


def links_of(connection: Connection, unit: str) -> list[Link]:
    """All links that people made, by component and hash."""
    rows = connection.execute(select(evidence_links).where(evidence_links.c.unit == unit))
    found = [Link(row.unit, row.component, row.sha256, row.section, row.pages) for row in rows]
    return sorted(found, key=lambda one: (one.component, one.sha256))


@dataclass(frozen=True, slots=True)
class TermSaid:
    """The period a document speaks for and its last day of use; None: not said."""

    unit: str
    sha256: str
    speaks_from: date | None = None
    speaks_to: date | None = None
    expires_on: date | None = None


def say_term(connection: Connection, term: TermSaid, said: Said) -> None:
    """Keep what a person said of a document's period."""
    here = (evidence_terms.c.unit == term.unit, evidence_terms.c.sha256 == term.sha256)
    connection.execute(delete(evidence_terms).where(*here))
    row = {name: getattr(term, name) for name in TermSaid.__slots__}
    connection.execute(insert(evidence_terms).values(**row, said_by=said.who, said_at=said.at))
    days = {name: row[name].isoformat() if row[name] else None for name in ("speaks_from", "speaks_to", "expires_on")}
    append(connection, [Happening("dated", term.sha256, said.who, said.where, days)], at=said.at)


def terms_of(connection: Connection, unit: str) -> dict[str, Mapping[str, Any]]:
    """What people said of terms, by hash."""
    rows = connection.execute(select(evidence_terms).where(evidence_terms.c.unit == unit))
    return {row.sha256: dict(row._mapping) for row in rows}


def note_expired(connection: Connection, unit: str, on: date, said: Said) -> int:
    """Tell the custody log, once, of each document whose last day of use has passed; how many were told now."""
    over = {
        (sha256, term["expires_on"].isoformat())
        for sha256, term in terms_of(connection, unit).items()
        if term["expires_on"] and term["expires_on"] < on
    }
    if not over:
        return 0
    told = {(event["subject"], event["detail"]["expires_on"]) for event in events_named(connection, "expired")}
    fresh = sorted(over - told)
    append(
        connection,
        [Happening("expired", sha256, said.who, said.where, {"expires_on": day}) for sha256, day in fresh],
        at=said.at,
    )
    return len(fresh)


def expiring_terms(connection: Connection, unit: str, on: date, *, within_days: int = 90) -> tuple[str, ...]:
    """Documents whose last day of use, as people said it, is near; for the letter."""
    near = terms_ending(connection, unit, on, on + timedelta(days=within_days))
    return tuple(
        f"{name}: hết hiệu lực sau ngày {day:%d/%m/%Y}; cần bản mới nếu còn dùng làm chứng." for day, name, _ in near
    )


def terms_ending(connection: Connection, unit: str, first: date, last: date) -> list[tuple[date, str, str]]:
    """(last day of use, name, hash) of documents that end within these days, the nearest first."""
    names = {row.sha256: row.name for row in connection.execute(select(documents).where(documents.c.unit == unit))}
    ends = [(term["expires_on"], names[sha256], sha256) for sha256, term in terms_of(connection, unit).items()]
    return sorted((day, name, sha256) for day, name, sha256 in ends if day and first <= day <= last)


def document_named(connection: Connection, unit: str, name: str) -> str:
    """The hash of the document with this name or beginning of a hash.

    Raises:
        NoSuchDocument: none has it, or several.
    """
    rows = connection.execute(select(documents.c.sha256, documents.c.name).where(documents.c.unit == unit)).all()
    found = {row.sha256 for row in rows if row.name == name or (len(name) >= 8 and row.sha256.startswith(name))}
    if len(found) != 1:
        what = "không có tài liệu này" if not found else f"có {len(found)} tài liệu cùng tên, hãy ghi mã băm"
        raise NoSuchDocument(f"{name}: {what} ở đơn vị {unit}; xem parindex documents.")
    return str(found.pop())


def _here(one: Link) -> tuple[Any, ...]:
    return (
        evidence_links.c.unit == one.unit,
        evidence_links.c.component == one.component,
        evidence_links.c.sha256 == one.sha256,
    )
