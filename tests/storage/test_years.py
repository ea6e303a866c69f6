"""Declared values and surveys speak of one year: what was said of another year does not count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from config.settings import Settings
from connectors.exports import read_export
from connectors.exports.layouts.furniture import year_in
from flows.arriving.importing import import_file
from flows.keeping.log_proofs import publish_checkpoint
from flows.keeping.rebuilding import rebuild_index
from flows.resources import open_resources
from scoring.engine.facts import Facts
from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.documents.evidence import Upload, record_object, record_upload
from storage.objects import Kept
from storage.records.import_alarms import alarms_of_import
from storage.records.imports import Arrival, record_export
from storage.scored.facts import gather_facts, input_files

UNIT = "hoi-an-dong"
HEADERS = ("Mã TCTP", "Mã chỉ tiêu", "Tên chỉ tiêu", "Giá trị", "Đơn vị cung cấp", "Nguồn số liệu")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(sqlite_url(tmp_path / "parindex.db"))


def _sheet(path: Path, title: str, values: Mapping[str, int]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    if title:
        page.append([title])
    page.append(HEADERS)
    for key, value in values.items():
        page.append(["1.1.2", key, key, value, "Văn phòng", "Báo cáo"])
    book.save(path)
    return path


def _import(database: Database, file: Path, at: datetime, year: int | None = None) -> None:
    export = read_export(file)
    arrival = Arrival(UNIT, file.name, export.sha256, "tôi", "đây", at, "layouts", year=year)
    with database.write() as connection:
        record_object(connection, Kept(export.sha256, 1, new=True), who="tôi", where="đây", at=at)
        record_export(connection, arrival, export)


def _facts(database: Database, year: int) -> Facts:
    with database.read() as connection:
        return gather_facts(connection, UNIT, "checker", year=year).facts


def _declared(database: Database, year: int) -> dict[str, object]:
    return {value.key: value.value for value in _facts(database, year).declared}


def test_values_of_one_year_do_not_count_for_another(database: Database, tmp_path: Path) -> None:
    _import(database, _sheet(tmp_path / "a.xlsx", "KHAI BÁO SỐ LIỆU NĂM 2025", {"tasks_planned": 10}), _day(2026, 1))
    _import(database, _sheet(tmp_path / "b.xlsx", "KHAI BÁO SỐ LIỆU NĂM 2026", {"tasks_planned": 12}), _day(2026, 7))

    assert _declared(database, 2025) == {"tasks_planned": Decimal(10)}
    assert _declared(database, 2026) == {"tasks_planned": Decimal(12)}
    assert _declared(database, 2024) == {} and "declared" not in _facts(database, 2024).known
    with database.read() as connection:
        assert len(input_files(connection, UNIT, 2025)) == len(input_files(connection, UNIT, 2026)) == 1


@pytest.mark.parametrize(
    ("name", "at", "configured", "year"),
    [
        ("khai.xlsx", (2026, 1), None, 2025),  # due after its quarter
        ("khai.xlsx", (2026, 7), None, 2026),
        ("khai.xlsx", (2026, 7), 2025, 2025),
        ("Khai báo số liệu_2024.xlsx", (2026, 7), 2025, 2024),
        ("khai_2026_01_10_08_05.xlsx", (2026, 1), None, 2025),  # a moment of writing is not the year spoken of
    ],
)
def test_a_table_without_a_year_belongs_to_the_year_configured_or_the_day_it_came(
    database: Database, tmp_path: Path, name: str, at: tuple[int, int], configured: int | None, year: int
) -> None:
    _import(database, _sheet(tmp_path / name, "", {"tasks_planned": 10}), _day(*at), configured)

    assert _declared(database, year) == {"tasks_planned": Decimal(10)}
    with database.read() as connection:
        told = [alarm.sentence for alarm in alarms_of_import(connection, 1)]
    assert bool(told) == ("2024" not in name) and all(f"năm {year}" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("KHAI BÁO SỐ LIỆU NĂM 2025", 2025),
        ("Số liệu quý IV/2025", 2025),
        ("Báo cáo tháng 12 năm 2025", 2025),
        ("Giai đoạn năm 2021 - năm 2025", None),
        ("Từ ngày 01/01/2025 đến ngày 31/12/2025", None),
        ("Bảng khai", None),
    ],
)
def test_the_year_of_a_title(title: str, year: int | None) -> None:
    assert year_in([title], "khai.xlsx") == year


def _day(year: int, month: int) -> datetime:
    return datetime(year, month, 10, 3, tzinfo=UTC)


def test_what_speaks_of_other_years_is_named_as_left_out(database: Database, tmp_path: Path) -> None:
    _import(
        database, _sheet(tmp_path / "a.xlsx", "SỐ LIỆU NĂM 2024", {"tasks_planned": 9, "tasks_done": 8}), _day(2026, 1)
    )
    _import(database, _sheet(tmp_path / "b.xlsx", "SỐ LIỆU NĂM 2025", {"tasks_planned": 10}), _day(2026, 1))
    with database.write() as connection:
        record_object(connection, Kept("d" * 64, 1, new=True), who="tôi", where="đây", at=_day(2026, 1))
        upload = Upload(UNIT, "2024/1.1.2/bao-cao.pdf", "tôi", "đây", _day(2026, 1))
        record_upload(connection, Kept("d" * 64, 1, new=True), upload)

    with database.read() as connection:
        told = gather_facts(connection, UNIT, "checker", year=2025).left_out
    (title,) = {line.split(":")[0] for line in told if "dòng" in line}
    assert told == (
        f"{title}: 2 dòng thuộc kỳ 2024, không tính vào kỳ 2025",
        "Tài liệu: 1 tệp trong thư mục năm 2024, không tính vào kỳ 2025",
    )


def test_the_year_that_a_person_names_counts_before_the_title(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home", unit=UNIT)
    titled = _sheet(tmp_path / "a.xlsx", "KHAI BÁO SỐ LIỆU NĂM 2024", {"tasks_planned": 10})
    at = _day(2026, 7)

    looked = import_file(home, titled, profile="", dry_run=True, at=at, year=2025)
    read = import_file(home, titled, profile="", dry_run=True, at=at)
    kept = import_file(home, titled, profile="", dry_run=False, at=at, year=2025)
    again = import_file(home, titled, profile="", dry_run=False, at=at, year=2026)

    assert [one["year_by"] for one in (looked, read, kept, again)] == ["person", "title", "person", "kept"]
    assert [one["period"][0][:4] for one in (looked, read, kept, again)] == ["2025", "2024", "2025", "2025"]
    assert any("tiêu đề ghi năm 2024, người nhập khai là số liệu năm 2025" in line for line in kept["warnings"])
    assert any("tệp này đã nhập là số liệu năm 2025" in line for line in again["warnings"])


def test_a_rebuilt_database_keeps_the_year_that_was_taken(tmp_path: Path) -> None:
    before = Settings(home=tmp_path / "home", unit=UNIT, period="2025")
    untitled = _sheet(tmp_path / "a.xlsx", "", {"tasks_planned": 10})
    titled = _sheet(tmp_path / "b.xlsx", "SỐ LIỆU NĂM 2023", {"tasks_done": 7})
    import_file(before, untitled, profile="", dry_run=False, at=_day(2026, 7))
    import_file(before, titled, profile="", dry_run=False, at=_day(2026, 7), year=2025)
    with open_resources(before) as resources:
        publish_checkpoint(resources, at=_day(2026, 7))
    (before.home / "parindex.db").rename(tmp_path / "old.db")

    after = Settings(home=before.home, unit=UNIT, period="2026")
    rebuild_index(after, at=_day(2026, 8))

    with open_resources(after) as resources, resources.database.read() as connection:
        facts = gather_facts(connection, UNIT, "checker", year=2025).facts
    assert {value.key: value.value for value in facts.declared} == {
        "tasks_planned": Decimal(10),
        "tasks_done": Decimal(7),
    }
