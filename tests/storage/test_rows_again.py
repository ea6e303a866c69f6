"""An export whose rows were said before is read where it differs, and leaves what reading every row would leave."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import connectors.exports.sheet_reading
import storage.records.merging
from connectors.exports import Export, read_export_here
from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.records.imports import Arrival, record_export
from storage.records.repeats import repeatable, still_rests
from tests.connectors.tables import DETAIL_HEADER, code, detailed
from tests.storage.whole_database import clear, everything_in

UNIT = "hoi-an-dong"
NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
OPEN = {"Trạng thái": "Đang xử lý", "Ngày kết thúc xử lý": "", "Ngày trả": "", "Số ký hiệu kết quả": ""}
ROWS: Mapping[str, Mapping[str, Any]] = {
    "as it was": {},
    "open": OPEN,
    "due later": {"Hạn trả": "31/07/2025"},
    "counted": {"Số lần bổ sung": "2"},
    "no date": {"Ngày tiếp nhận": "31/02/2025"},
    "from the future": {"Ngày trả": "04/07/2027 14:00:00"},
    "unusual code": {"Mã hồ sơ": "HS 7"},
    "another's code": {"Mã hồ sơ": code(1)},
    "old font": {"Tên thủ tục hành chính": "§¨ng ký khai sinh, cÊp b¶n sao"},
    "other words": {"Tên thủ tục hành chính": "  Đăng ký   khai tử "},
}
numbered = st.dictionaries(st.integers(1, 9), st.sampled_from([*ROWS, *["as it was"] * 12]), min_size=1, max_size=9)
files = st.tuples(
    numbered,
    st.booleans(),  # newest first
    st.sampled_from(["", "", "", "Tổng cộng: {} hồ sơ", "Tổng số"]),
    st.sampled_from(["so.csv", "so.csv", "so_2026_01_07.csv", "so_2026_01_03.csv"]),
)
File = tuple[Mapping[int, str], bool, str, str]
AS_IT_WAS: Mapping[int, str] = dict.fromkeys(range(1, 10), "as it was")


@pytest.fixture(autouse=True)
def small_sheets_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine rows are many here: they are printed, and fill several blocks."""
    monkeypatch.setattr(connectors.exports.sheet_reading, "HEAD_ROWS", 3)
    monkeypatch.setattr(storage.records.merging, "BLOCK_ROWS", 4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(files, min_size=2, max_size=4))
@example(said=[(AS_IT_WAS, False, "", "so.csv"), ({**AS_IT_WAS, 4: "open"}, True, "Tổng cộng: {} hồ sơ", "so.csv")])
@example(said=[(AS_IT_WAS, False, "", "so.csv")] * 3)
@example(said=[({**AS_IT_WAS, 2: "from the future"}, False, "", "so.csv"), (AS_IT_WAS, False, "", "so.csv")])
@example(said=[(AS_IT_WAS, False, "", "so_2026_01_07.csv"), (AS_IT_WAS, True, "", "so_2026_01_03.csv")])
@example(
    said=[
        ({1: "as it was", 5: "another's code", 9: "as it was"}, False, "", "so.csv"),
        (AS_IT_WAS, False, "", "so.csv"),
    ]
)
def test_both_ways_leave_the_same_tables(tmp_path_factory: Any, said: list[File]) -> None:
    folder = tmp_path_factory.mktemp("again")
    database = open_database(sqlite_url(folder / "parindex.db"))
    left = []
    for rests in (False, True):
        clear(database)
        for number, file in enumerate(said, start=1):
            _import(database, _written(folder / str(number), file), number, rests=rests)
        left.append(everything_in(database))
    database.close()
    assert left[0] == left[1]


def test_only_what_differs_is_read(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "parindex.db"))
    _import(database, _written(tmp_path / "1", (AS_IT_WAS, False, "", "so.csv")), 1, rests=True)

    changed = {**AS_IT_WAS, 4: "open", 10: "as it was"}
    export = _import(database, _written(tmp_path / "2", (changed, True, "", "so.csv")), 2, rests=True)

    assert [row.values["code"] for row in export.rows] == [code(10), code(4)]
    assert export.again is not None and len(export.again.keys) == 8
    with database.read() as connection:
        rested = repeatable(connection, UNIT, "layouts", NOW + timedelta(days=3))
        assert rested is not None and rested.rows is not None and len(rested.rows.each()) == 10
        assert repeatable(connection, UNIT, "newer layouts", NOW + timedelta(days=3)) is None
    database.close()


def test_rows_that_an_import_in_between_spoke_of_are_read_in_full(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "parindex.db"))
    _import(database, _written(tmp_path / "1", (AS_IT_WAS, False, "", "so.csv")), 1, rests=True)
    with database.read() as connection:
        rested = repeatable(connection, UNIT, "layouts", NOW + timedelta(days=3))
    export = read_export_here(_written(tmp_path / "3", (AS_IT_WAS, True, "", "so.csv")), rows=rested and rested.rows)
    _import(database, _written(tmp_path / "2", ({4: "open"}, False, "", "so.csv")), 2, rests=True)

    with database.write() as connection:
        assert export.again is not None
        assert not still_rests(connection, _arrival(connection, export, 3), export)
    database.close()


def _import(database: Database, path: Path, number: int, *, rests: bool) -> Export:
    with database.read() as connection:
        known = repeatable(connection, UNIT, "layouts", NOW + timedelta(days=number)) if rests else None
    export = read_export_here(path, rows=known.rows if known else None)
    with database.write() as connection:
        arrival = _arrival(connection, export, number)
        if not still_rests(connection, arrival, export):
            export = read_export_here(path)
        record_export(connection, arrival, export)
    return export


def _arrival(connection: Any, export: Export, number: int) -> Arrival:
    sha256, at = str(number) * 64, NOW + timedelta(days=number)
    record_object(connection, Kept(sha256, 1, True), who="me", where="here", at=at)
    return Arrival(UNIT, export.file, sha256, "me", "here", at, reader="layouts")


def _written(folder: Path, file: File) -> Path:
    said, newest_first, total, name = file
    folder.mkdir(exist_ok=True)
    rows = [detailed(number, **ROWS[kind]) for number, kind in sorted(said.items(), reverse=newest_first)]
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([*DETAIL_HEADER, *rows, *([[total.format(len(rows))]] if total else [])])
    return folder / name
