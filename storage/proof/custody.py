"""The custody log: append-only events, each holding the hash of the one before.

`hash` is the SHA-256 of the event's canonical JSON without `hash`; the first event's `previous` is 64 zeros.
Appending happens inside the caller's transaction, so a fact and its event are kept together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from storage.database.tables import custody
from storage.database.types import canonical

FIRST = "0" * 64
_AT_ONCE = 500
"""Numbers in one question: a database takes only so many."""
UNREACHABLE = "unreachable"
"""The event of a source or file that could not be opened; its detail is {reason}."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: what (received, stored, examined, scored ...), to which subject, by whom, from where."""

    event: str
    subject: str
    who: str
    where: str
    detail: dict[str, Any] = field(default_factory=dict)


def append(connection: Connection, happenings: Iterable[Happening], *, at: datetime) -> None:
    """Add events to the end of the log."""
    last = connection.execute(select(custody.c.seq, custody.c.hash).order_by(custody.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last else (0, FIRST)
    rows = []
    for happening in happenings:
        seq += 1
        plain = _plain(seq, at, happening, previous)
        previous = event_hash(plain)
        rows.append(_row(plain | {"hash": previous}))
    if rows:
        connection.execute(insert(custody), rows)


def newest(connection: Connection) -> int:
    """Number of the last event, 0 before the first: whatever was recorded since is known by it."""
    return connection.execute(select(func.max(custody.c.seq))).scalar() or 0


def events(
    connection: Connection, subjects: Collection[str] | None = None, *, up_to: int | None = None
) -> list[dict[str, Any]]:
    """The log in order, as JSON-ready events; only those about `subjects`, only the first `up_to`, if given."""
    first = () if up_to is None else (custody.c.seq <= up_to,)
    if subjects is None:
        return _chosen(connection, *first)
    rows = connection.execute(select(custody.c.seq, custody.c.subject).where(*first).order_by(custody.c.seq))
    numbers = [row.seq for row in rows if row.subject in subjects]
    parts = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
    return [event for part in parts for event in _chosen(connection, custody.c.seq.in_(part))]


def events_named(connection: Connection, event: str, *, after: int = 0) -> list[dict[str, Any]]:
    """All events of one kind after the event of that number, in order."""
    return _chosen(connection, custody.c.event == event, custody.c.seq > after)


def _chosen(connection: Connection, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = connection.execute(select(custody).where(*conditions).order_by(custody.c.seq))
    return [event_of(row) for row in rows]


def unreachable_at(connection: Connection, moment: datetime) -> list[dict[str, Any]]:
    """Sources and files that could not be opened in the night that began at `moment`."""
    at = moment.astimezone(UTC).isoformat(timespec="seconds")
    return _chosen(connection, custody.c.event == UNREACHABLE, custody.c.at == at)


def event_hash(event: dict[str, Any]) -> str:
    """The hash an event must have."""
    body = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def first_break(log: list[dict[str, Any]]) -> int | None:
    """The number of the first event that was changed, left out or reordered; None for a sound log."""
    previous = FIRST
    for expected, event in enumerate(log, start=1):
        if event["seq"] != expected or event["previous"] != previous or event["hash"] != event_hash(event):
            return expected
        previous = event["hash"]
    return None


def _plain(seq: int, at: datetime, happening: Happening, previous: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "event": happening.event,
        "subject": happening.subject,
        "who": happening.who,
        "where": happening.where,
        "detail": happening.detail,
        "previous": previous,
    }


def _row(event: dict[str, Any]) -> dict[str, Any]:
    return {("origin" if name == "where" else name): value for name, value in event.items()}


def event_of(row: Any) -> dict[str, Any]:
    """A row of the table as JSON-ready event."""
    return {("where" if name == "origin" else name): value for name, value in row._mapping.items()}
