"""Segments: what a night added, as one object, so that the database can be made again from the store alone.

Gzipped JSON lines. The first is the head {format, after, size, note}; then {event} of the custody log after the
checkpoint before, {run} for each score run among them, {night} for nights that ended since, and all {link} and {term}
(what people said of evidence; the newest segment counts). Everything else is read again from the kept bytes.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from storage.database.tables import custody, evidence_links, evidence_terms, nights, score_runs
from storage.database.types import Day, Instant, canonical
from storage.proof.custody import event_of

FORMAT = "parindex-segment/1"
_LONGEST_HEAD = 4_096
_NIGHT = ("id", "unit", "period", "state", "asked_by", "started_at", "run_id", "summary", "slot")
"""Who worked on a night, and when it really ended, is no part of what it did."""
_RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, read: the events after `after` up to `size`, and the rows beside them as JSON-ready values."""

    after: int
    size: int
    note: str
    events: tuple[dict[str, Any], ...]
    rows: Mapping[str, tuple[dict[str, Any], ...]]
    """run | night | link | term"""


def segment_of(connection: Connection, *, after: int, size: int, note: str, since: datetime | None) -> bytes:
    """The segment from one checkpoint to the next; the same rows give the same bytes."""
    lines: list[dict[str, Any]] = [{"format": FORMAT, "after": after, "size": size, "note": note}]
    chosen = select(custody).where(custody.c.seq > after, custody.c.seq <= size).order_by(custody.c.seq)
    events = [event_of(row) for row in connection.execute(chosen)]
    lines += [{"event": event} for event in events]
    runs = [event["detail"]["run"] for event in events if event["event"] == "scored"]
    lines += [{"run": row} for row in _rows(connection, score_runs, score_runs.c.id.in_(runs))]
    lines += [{"night": row} for row in _ended_nights(connection, since)]
    lines += [{"link": row} for row in _rows(connection, evidence_links)]
    lines += [{"term": row} for row in _rows(connection, evidence_terms)]
    text = "".join(f"{canonical(line)}\n" for line in lines)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def read_segment(stream: BinaryIO) -> Segment | None:
    """The segment in these bytes; None for any other object."""
    try:
        with gzip.open(stream) as lines:
            head = json.loads(lines.readline(_LONGEST_HEAD))
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                return None
            said = [json.loads(line) for line in lines]
    except (OSError, EOFError, zlib.error, ValueError):
        return None
    of_kind = {kind: tuple(line[kind] for line in said if kind in line) for kind in ("run", "night", "link", "term")}
    events = tuple(line["event"] for line in said if "event" in line)
    return Segment(head["after"], head["size"], head["note"], events, of_kind)


def replace_log(connection: Connection, events: Iterator[dict[str, Any]]) -> int:
    """Put the events of segments in the place of the log, byte for byte; how many."""
    connection.execute(delete(custody))
    rows = [{("origin" if name == "where" else name): value for name, value in event.items()} for event in events]
    if rows:
        connection.execute(insert(custody), rows)
    return len(rows)


def restore_nights(connection: Connection, rows: Iterator[dict[str, Any]]) -> int:
    """Put nights back into the ledger, as ended; how many."""
    known = {row["id"]: row for row in rows}
    for plain in known.values():
        row = _row(nights, plain)
        when = {"heartbeat_at": row["started_at"], "ended_at": row["started_at"]}
        connection.execute(insert(nights).values(**row, **when, owner="rebuilt:0:0", attempts=1))
    return len(known)


def restore_said(connection: Connection, newest: Segment) -> int:
    """Put links and terms that people gave back; how many."""
    for kind, table in (("link", evidence_links), ("term", evidence_terms)):
        for plain in newest.rows[kind]:
            connection.execute(insert(table).values(**_row(table, plain)))
    return len(newest.rows["link"]) + len(newest.rows["term"])


def _rows(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    """All rows that fulfil the conditions, by key, JSON-ready."""
    found = connection.execute(select(table).where(*conditions).order_by(*table.primary_key.columns))
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in found]


def _ended_nights(connection: Connection, since: datetime | None) -> list[dict[str, Any]]:
    chosen = select(*(nights.c[name] for name in _NIGHT)).where(nights.c.state != _RUNNING)
    if since is not None:
        chosen = chosen.where(nights.c.started_at >= since)
    rows = connection.execute(chosen.order_by(nights.c.started_at, nights.c.id))
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _row(table: Table, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _typed(table, name, value) for name, value in plain.items()}


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Day) else value
