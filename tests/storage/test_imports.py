"""What exports leave in both databases, whatever the order in which they arrive; history, as-of, alarms."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from connectors.exports.cells.dates import VIETNAM
from connectors.exports.rows import Export, Row
from scoring.engine.facts import Dossier, Facts, to_plain
from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.database.export_tables import dossiers
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.records.history import dossier_as_of, history_of, records_as_of
from storage.records.import_alarms import alarms_of_import, alarms_to_tell, mark_told
from storage.records.imports import Arrival, ImportCounts, record_export
from storage.records.incoming import MOMENTS, NAMES, YES_OR_NO
from storage.records.packing import UNSAID, deflated, shortened, unpacked
from storage.scored.facts import gather_facts
from tests.storage.whole_database import clear

UNIT = "hoi-an-dong"
NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
DAY = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("imports") / "parindex.db")
    else:
        url = request.getfixturevalue("postgresql_url")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _empty(database: Database) -> None:
    clear(database)


def test_the_table_of_dossiers_holds_every_field_of_the_facts_in_its_form() -> None:
    names = {field.name for field in dataclasses.fields(Dossier)}
    assert {column.name for column in dossiers.columns} - {"unit", "first_import", "last_import"} == names
    by_type = {field.name: str(field.type) for field in dataclasses.fields(Dossier)}
    assert {name for name, kind in by_type.items() if "datetime" in kind} == MOMENTS
    assert {name for name, kind in by_type.items() if "bool" in kind} == YES_OR_NO
    assert {name for name, kind in by_type.items() if "tuple" in kind} == NAMES


CELL = st.one_of(
    st.fixed_dictionaries({"status": st.sampled_from([2, 4, 9, 10, None])}),
    st.fixed_dictionaries(
        {"finished_at": st.one_of(st.none(), st.integers(0, 5).map(lambda n: DAY + timedelta(days=n)))}
    ),
    st.fixed_dictionaries(
        {"procedure": st.sampled_from(["a\\b", "Hộ tịch\tx", "2\nhai", None]), "synced": st.booleans()}
    ),
    st.fixed_dictionaries({"result_files": st.lists(st.sampled_from(["a.pdf", "b.pdf"]), max_size=2).map(tuple)}),
)
TABLE = st.dictionaries(st.sampled_from(["H17-250101-0001", "H17-250101-0002", "Đ-9", "a"]), CELL, max_size=4)


@settings(max_examples=12)
@given(tables=st.lists(TABLE, min_size=2, max_size=4), chance=st.randoms(use_true_random=False))
def test_order_and_overlap_of_imports_do_not_change_the_final_state(
    database: Database, tables: list[dict[str, dict[str, Any]]], chance: Any
) -> None:
    exports = [_export(table, day=day) for day, table in enumerate(tables, start=1)]
    first = _state_after(database, exports)
    shuffled = list(exports)
    chance.shuffle(shuffled)
    overlapping = [*shuffled, chance.choice(exports)]

    assert _state_after(database, overlapping) == first
    assert first == _by_the_book(tables)


TASK = st.fixed_dictionaries(
    {"state": st.sampled_from(["done", "open", None])},
    optional={
        "done_at": st.one_of(st.none(), st.integers(0, 5).map(lambda n: DAY.astimezone(VIETNAM) + timedelta(days=n)))
    },
)
TASKS = st.dictionaries(st.sampled_from(["NV1", "NV2", "Đ/3"]), TASK, max_size=3)


@settings(max_examples=12)
@given(tables=st.lists(TASKS, min_size=2, max_size=4), chance=st.randoms(use_true_random=False))
def test_order_and_overlap_do_not_matter_to_yearly_lists_either(
    database: Database, tables: list[dict[str, dict[str, Any]]], chance: Any
) -> None:
    """Each export speaks of one of two years; the last word of each year counts for that year."""
    exports = [_export(table, day=day, kind="tasks", year=2024 + day % 2) for day, table in enumerate(tables, start=1)]
    shuffled = list(exports)
    chance.shuffle(shuffled)
    first = _records_after(database, exports, "tasks")

    assert _records_after(database, [*shuffled, chance.choice(exports)], "tasks") == first
    wanted: dict[tuple[int, str], dict[str, Any]] = {}
    for day, table in enumerate(tables, start=1):
        for code, said in table.items():
            wanted.setdefault((2024 + day % 2, code), {"code": code}).update({n: to_plain(v) for n, v in said.items()})
    assert first == [_known(fields) | {"year": year} for (year, _), fields in sorted(wanted.items())]


@settings(max_examples=6)
@given(tables=st.lists(TABLE, min_size=1, max_size=4))
def test_what_was_known_after_each_import_can_be_asked_later(
    database: Database, tables: list[dict[str, dict[str, Any]]]
) -> None:
    clear(database)
    seen = []
    for day, table in enumerate(tables, start=1):
        _record(database, _export(table, day=day), str(day))
        seen.append(_facts(database).dossiers)

    for import_id, known in enumerate(seen, start=1):
        assert _facts(database, import_id).dossiers == known
    with database.read() as connection:
        for code in {code for table in tables for code in table}:
            last = {dossier.code: dossier for dossier in seen[-1]}[code]
            assert dossier_as_of(connection, UNIT, code, len(tables)) == last


def test_the_history_of_a_dossier_tells_import_file_sheet_and_row(database: Database) -> None:
    _record(database, _export({"H17-250101-0001": {"status": 4}}, day=1), "1")
    _record(database, _export({"H17-250101-0001": {"status": 4}}, day=2), "2")
    _record(database, _export({"H17-250101-0001": {"status": 10}}, day=3), "3")
    with database.read() as connection:
        told = history_of(connection, UNIT, "H17-250101-0001")
        assert dossier_as_of(connection, UNIT, "H17-250101-0001", 0) is None
    assert [(said.import_id, said.fields["status"], said.sheet, said.row) for said in told] == [
        (1, 4, "Sheet1", 5),
        (3, 10, "Sheet1", 5),
    ]


def test_a_due_date_changed_after_the_end_rings_once_and_is_told_in_one_letter(database: Database) -> None:
    end, due = DAY + timedelta(days=9), DAY + timedelta(days=5)
    before = {"H17-250101-0001": {"status": 9, "finished_at": end, "due_at": due}}
    after = {"H17-250101-0001": {"status": 9, "finished_at": end, "due_at": end + timedelta(days=1)}}
    _record(database, _export(before, day=1), "1")
    _record(database, _export(after, day=2), "2")
    _record(database, _export(after, day=3), "3")
    with database.write() as connection:
        (alarm,) = alarms_of_import(connection, 2)
        assert (alarm.kind, alarm.key) == ("due_moved_after_end", "H17-250101-0001")
        assert "từ quá hạn thành đúng hạn" in alarm.told
        assert alarms_of_import(connection, 3) == []
        assert alarms_to_tell(connection, UNIT, "night-1") == [alarm]
        mark_told(connection, UNIT, "night-1")
        assert alarms_to_tell(connection, UNIT, "night-1") == [alarm]
        assert alarms_to_tell(connection, UNIT, "night-2") == []


def test_an_end_given_in_hindsight_is_measured_against_the_newest_export_that_showed_the_dossier(
    database: Database,
) -> None:
    due = datetime(2026, 1, 2, 9, tzinfo=UTC)  # a Friday; exports of 7, 8 and 12 January show A and B open
    open_now = {"status": 4, "finished_at": None, "due_at": due}
    both = {"H17-250101-000A": open_now, "H17-250101-000B": open_now}
    for digit, day in (("1", 7), ("2", 8)):
        _record(database, _export(both, day=day), digit)
    _record(database, _export({"H17-250101-000B": open_now}, day=12), "3")
    ended = {"status": 9, "finished_at": datetime(2026, 1, 2, 8, tzinfo=UTC), "due_at": due}
    _record(database, _export(dict.fromkeys(both, ended), day=13), "4")
    with database.read() as connection:
        alarms = [alarm for alarm in alarms_of_import(connection, 4) if alarm.kind == "ended_in_hindsight"]
    assert [(alarm.key, "08/01/2026" in alarm.sentence) for alarm in alarms] == [
        ("H17-250101-000A", True),
        ("H17-250101-000B", False),
    ]


def test_an_end_entered_the_working_day_after_the_weekend_rings_nothing(database: Database) -> None:
    due = datetime(2026, 1, 9, 3, tzinfo=UTC)  # a Friday
    for digit, day, end in (("1", 12, None), ("2", 13, datetime(2026, 1, 9, 2, tzinfo=UTC))):
        said = {"status": 9 if end else 4, "finished_at": end, "due_at": due}
        _record(database, _export({"H17-250101-0001": said}, day=day), digit)
    with database.read() as connection:
        assert alarms_of_import(connection, 2) == []


def test_what_is_doubtful_about_a_file_is_told_once_with_its_name(database: Database) -> None:
    said = ("H17 có ở các dòng 5, 9; dòng 9 được dùng", "dòng tổng cộng ghi 500, đếm được 1")
    table = {"H17-250101-0001": {"status": 4}}

    def export(day: int, *warnings: str, declared: int = 500) -> Export:
        plain = _export(table, day=day)
        return dataclasses.replace(plain, warnings=warnings, declared_total=declared, agree=declared == 1)

    _record(database, export(1, *said), "1")
    _record(database, export(2, said[0].replace("5, 9", "6, 12").replace("9", "12"), said[1]), "2")
    _record(database, export(3, said[0], "dòng tổng cộng ghi 501, đếm được 1", declared=501), "3")
    with database.read() as connection:
        told = alarms_to_tell(connection, UNIT, "night-1")
    assert [(alarm.kind, alarm.file, alarm.sentence) for alarm in told] == [
        ("totals", "1.xlsx", said[1]),
        ("as_read", "1.xlsx", said[0]),
        ("totals", "3.xlsx", "dòng tổng cộng ghi 501, đếm được 1"),
    ]


def test_a_closed_dossier_that_reopens_a_changed_layout_and_a_short_file_ring(database: Database) -> None:
    many = {f"H17-250101-{n:04d}": {"status": 10} for n in range(30)}
    _record(database, _export(many, day=1), "1")
    reopened = {"H17-250101-0003": {"status": 4, "procedure": "Khai sinh"}}
    _record(database, _export(reopened, day=2), "2")
    with database.read() as connection:
        alarms = alarms_of_import(connection, 2)
    assert [alarm.kind for alarm in alarms] == ["row_count", "layout_changed", "reopened"]


def test_a_changed_layout_names_its_columns_as_their_headers_do(database: Database) -> None:
    first = {"H17-250101-0001": {"status": 4, "submitted_at": DAY}}
    second = dataclasses.replace(
        _export({"H17-250101-0001": {"status": 4}}, day=2), titles={"submitted_at": "Ngày nộp hồ sơ"}
    )
    _record(database, _export(first, day=1), "1")
    _record(database, second, "2")
    with database.read() as connection:
        (alarm,) = alarms_of_import(connection, 2)
    assert alarm.sentence.endswith('cột mất: "Ngày nộp hồ sơ"; cột thêm: không')


def test_a_late_arrival_changes_nothing_that_a_newer_export_confirmed(database: Database) -> None:
    for day, status, digit in ((1, 4, "1"), (9, 4, "2"), (5, 10, "3")):
        _record(database, _export({"H17-250101-0001": {"status": status}}, day=day), digit)
    (dossier,) = _facts(database).dossiers
    assert dossier.status == 4


def test_many_rows_go_in_and_change_in_bulk(database: Database) -> None:
    first = {f"H17-250101-{n:06d}": {"status": 4, "procedure": f"Thủ tục {n % 7}"} for n in range(9_000)}
    later = {code: {"status": 10} if n % 2 else fields for n, (code, fields) in enumerate(first.items())}
    assert _record(database, _export(first, day=1), "1") == ImportCounts(9_000, 9_000, 0, 0, 0)
    assert _record(database, _export(first, day=2), "2") == ImportCounts(9_000, 0, 0, 9_000, 0)
    assert _record(database, _export(later, day=3), "3") == ImportCounts(9_000, 0, 4_500, 4_500, 0)
    kept = {dossier.code: dossier.status for dossier in _facts(database).dossiers}
    assert kept == {code: fields["status"] for code, fields in later.items()}
    assert {d.code: d.status for d in _facts(database, 2).dossiers} == dict.fromkeys(first, 4)


@given(
    columns=st.dictionaries(
        st.text(max_size=5),
        st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers(), st.booleans(), st.just(UNSAID)), max_size=20),
        max_size=3,
    )
)
def test_packed_columns_come_back_as_they_were(columns: Mapping[str, Sequence[Any]]) -> None:
    back = unpacked(deflated(shortened(columns)))
    assert back == columns
    assert [list(map(type, values)) for values in back.values()] == [list(map(type, v)) for v in columns.values()]


def _by_the_book(tables: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[Dossier]:
    """Each field as the youngest export that carried it says."""
    fields: dict[str, dict[str, Any]] = {}
    for table in tables:
        for code, said in table.items():
            fields.setdefault(code, {}).update(said)
    return [Dossier(code=code, **fields[code]) for code in sorted(fields)]


def _state_after(database: Database, exports: Sequence[Export]) -> list[Dossier]:
    clear(database)
    for number, export in enumerate(exports, start=1):
        _record(database, export, str(number))
    return list(_facts(database).dossiers)


def _records_after(database: Database, exports: Sequence[Export], kind: str) -> list[dict[str, Any]]:
    clear(database)
    for number, export in enumerate(exports, start=1):
        _record(database, export, str(number))
    with database.read() as connection:
        kept = records_as_of(connection, UNIT, kind, None)
    return [_known(fields) for fields in kept]


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An empty cell and no cell both mean that nothing is known."""
    return {name: value for name, value in fields.items() if value is not None}


def _facts(database: Database, import_id: int | None = None) -> Facts:
    with database.read() as connection:
        return gather_facts(connection, UNIT, "checker", year=2025, import_id=import_id).facts


def _record(database: Database, export: Export, digit: str) -> ImportCounts:
    sha256 = digit * 64
    arrival = Arrival(UNIT, export.file, sha256, "me", "here", NOW + timedelta(days=int(digit)), reader="layouts")
    with database.write() as connection:
        record_object(connection, Kept(sha256, 1, True), who="me", where="here", at=NOW)
        return record_export(connection, arrival, export)


def _export(
    table: Mapping[str, Mapping[str, Any]], *, day: int, kind: str = "dossiers", year: int | None = None
) -> Export:
    rows = tuple(Row(kind, "Sheet1", 5 + n, {"code": code, **said}) for n, (code, said) in enumerate(table.items()))
    return Export(
        file=f"{day}.xlsx",
        sha256="",
        profile="danh-sach-ho-so",
        kind=kind,
        year=year,
        sheets=("Sheet1",),
        rows=rows,
        counted=len(rows),
        exported_at=datetime(2026, 1, day, tzinfo=UTC),
    )


def test_dossiers_of_an_older_database_are_carried_over_with_their_history(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from storage.database.connection import MIGRATIONS

    url = sqlite_url(tmp_path / "parindex.db")
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        at = "'2026-01-05T18:00:00.000000+00:00'"
        end = '{"datetime":"2026-01-03T09:00:00+07:00"}'
        first, last = (
            '{"code":"a","status":4,"synced":true,"result_files":["x.pdf","y.pdf"]}',
            f'{{"finished_at":{end}}}',
        )
        whole = f'{first[:-1]},"finished_at":{end}}}'
        connection.exec_driver_sql(f"INSERT INTO objects VALUES ('{'1' * 64}', 1, {at}), ('{'2' * 64}', 1, {at})")
        for number in (1, 2):
            connection.exec_driver_sql(
                "INSERT INTO imports (id, unit, sha256, name, status, kind, reader, counts, warnings, imported_at)"
                f" VALUES ({number}, '{UNIT}', '{str(number) * 64}', 'x', 'read', 'dossiers', 'r', '{{}}', '[]', {at})"
            )
        connection.exec_driver_sql(
            f"INSERT INTO records (unit, kind, key, fields, first_import, last_import)"
            f" VALUES ('{UNIT}', 'dossiers', 'a', '{whole}', 1, 2)"
        )
        for number, fields in ((1, first), (2, last)):
            connection.exec_driver_sql(
                f"INSERT INTO record_versions (unit, kind, key, import_id, fields, cells) VALUES"
                f""" ('{UNIT}', 'dossiers', 'a', {number}, '{fields}', '{{"row":7,"sheet":"S"}}')"""
            )
    engine.dispose()

    opened = open_database(url)
    (now,) = _facts(opened).dossiers
    assert (now.status, now.synced, now.result_files) == (4, True, ("x.pdf", "y.pdf"))
    assert now.finished_at is not None and now.finished_at.isoformat() == "2026-01-03T09:00:00+07:00"
    assert _facts(opened, 2).dossiers == (now,)
    assert [dossier.finished_at for dossier in _facts(opened, 1).dossiers] == [None]
    opened.close()
