"""A file with the rows of the last import is recorded as the full way would record it, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.exports.reading import SaidAgain
from connectors.exports.rows import Export, Rejected, Row
from storage.database import Connection, Database, open_database
from storage.database.connection import sqlite_url
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.records.imports import Arrival, ImportCounts, record_export
from storage.records.repeats import record_repeat, repeatable
from tests.storage.whole_database import clear, everything_in

UNIT = "hoi-an-dong"
NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
DAY = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
SAID = st.fixed_dictionaries(
    {"status": st.sampled_from([4, 10, None])},
    optional={"procedure": st.sampled_from(["Khai sinh", None]), "due_at": st.just(DAY)},
)
TABLE = st.dictionaries(st.sampled_from(["H17-250101-0001", "H17-250101-0002", "a"]), SAID, max_size=3)


@settings(max_examples=25, deadline=None)
@given(
    past=st.lists(st.tuples(TABLE, st.integers(1, 5)), min_size=1, max_size=3),
    in_title=st.booleans(),
    renamed=st.one_of(st.none(), st.integers(1, 5)),
)
@example(past=[({"a": {"status": 4}}, 1)], in_title=False, renamed=None)
@example(past=[({"a": {"status": 4}}, 2)], in_title=True, renamed=3)
@example(past=[({"a": {"status": 4}}, 2)], in_title=True, renamed=1)
def test_a_repeat_leaves_what_merging_every_row_would_leave(
    tmp_path_factory: Any, past: list[tuple[dict[str, dict[str, Any]], int]], in_title: bool, renamed: int | None
) -> None:
    """`renamed`: the day that the repeating file's name tells."""
    database = open_database(sqlite_url(tmp_path_factory.mktemp("repeats") / "parindex.db"))
    exports = [_export(table, day if in_title else None, f"content {n}") for n, (table, day) in enumerate(past)]
    left = []
    for way in (_in_full, _as_repeat):
        clear(database)
        for number, export in enumerate(exports, start=1):
            _write(database, _in_full, export, number)
        again = exports[-1] if renamed is None else replace(exports[-1], exported_at=_day(renamed))
        _write(database, way, again, len(exports) + 1)
        left.append(everything_in(database))
    database.close()
    assert left[0] == left[1]


def test_a_repeat_is_taken_only_while_nothing_newer_was_said(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "parindex.db"))
    first = _export({"a": {"status": 4}}, None, "one")
    _write(database, _in_full, first, 1)
    with database.read() as connection:
        repeat = repeatable(connection, UNIT, "layouts", NOW + timedelta(days=2))
        assert repeat is not None and repeat.content == "one"
        assert repeatable(connection, UNIT, "newer layouts", NOW + timedelta(days=2)) is None
        assert repeatable(connection, "other ward", "layouts", NOW + timedelta(days=2)) is None
    _write(database, _in_full, _export({"a": {"status": 10}}, None, "two"), 2)
    with database.write() as connection:
        assert record_repeat(connection, _arrival(connection, first, 3), repeat) is None
    database.close()


def _write(database: Database, way: Any, export: Export, number: int) -> None:
    with database.write() as connection:
        way(connection, _arrival(connection, export, number), export)


def _in_full(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
    return record_export(connection, arrival, export)


def _as_repeat(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
    repeat = repeatable(connection, UNIT, arrival.reader, arrival.at)
    if repeat is not None and repeat.content == export.content:
        again = repeat.again(SaidAgain(export.exported_at, False))
        if (counts := record_repeat(connection, arrival, again)) is not None:
            return counts
    assert export.exported_at is not None, "a file without a date of its own is always the newest"
    return record_export(connection, arrival, export)


def _arrival(connection: Connection, export: Export, number: int) -> Arrival:
    sha256, at = str(number) * 64, NOW + timedelta(days=number)
    record_object(connection, Kept(sha256, 1, True), who="me", where="here", at=at)
    return Arrival(UNIT, export.file, sha256, "me", "here", at, reader="layouts")


def _export(table: Mapping[str, Mapping[str, Any]], day: int | None, content: str) -> Export:
    rows: Sequence[Row] = tuple(
        Row("dossiers", "Sheet1", 5 + n, {"code": code, **said}) for n, (code, said) in enumerate(table.items())
    )
    export = Export(file="so.xlsx", sha256="", profile="p", kind="dossiers", sheets=("Sheet1",), rows=rows)
    bad = (Rejected("Sheet1", 4, "B4", "thiếu mã hồ sơ"),)
    said_at = None if day is None else _day(day)
    return replace(export, rejected=bad, counted=len(rows) + 1, exported_at=said_at, content=content)


def _day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)
