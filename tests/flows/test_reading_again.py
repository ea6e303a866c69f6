"""Kept exports are read again by a better reader: what it finds is an import of now whose words count from then."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from config.settings import Settings
from connectors.errors import Unreadable
from connectors.exports import read_export
from connectors.exports.row_view import RowView
from flows.arriving import importing, intake, reading_again
from flows.arriving.importing import exports_seen, import_file, import_seen
from flows.arriving.reading_again import read_again
from flows.keeping import log_proofs
from flows.keeping.rebuilding import rebuild_index
from flows.resources import open_resources
from storage.proof.custody import events
from storage.records.history import dossier_as_of, records_as_of
from storage.records.imports import imports_of
from tests.connectors.tables import PETITION_HEADER, code, xlsx
from tests.connectors.test_odd_inputs import HEADER as LATE_HEADER
from tests.connectors.test_odd_inputs import row as late_row
from tests.flows.test_other_tables import NOW, night, ward, write
from tests.journeys.commands import parindex_here

__all__ = ["ward"]
LATER = NOW + timedelta(days=30)


@pytest.fixture
def old_reader(ward: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A ward whose file of two tables was imported by a reader that took one of them."""
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_import_others", lambda *_: ([], ()))
        import_file(ward, write(ward), profile="", dry_run=False, at=NOW)
    return ward


def imported(settings: Settings) -> list[dict[str, Any]]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return [{**row} for row in imports_of(connection, settings.unit)]


def petitions(settings: Settings, until: int) -> list[dict[str, Any]]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return list(records_as_of(connection, settings.unit, "petitions", until))


def test_a_table_that_was_not_taken_out_is_an_import_of_now_that_says_so(old_reader: Settings) -> None:
    report = read_again(old_reader, "", LATER)
    first, second = imported(old_reader)
    assert report["read"] == 1
    assert [one["id"] for one in report["imports"]] == [second["id"]]
    assert (second["profile"], second["counts"]["new"]) == ("phan-anh-kien-nghi", 2)
    assert second["imported_at"] == LATER and second["stands_at"] == first["stands_at"]
    assert second["warnings"][-1].startswith("đọc lại từ tệp nộp lúc ")
    assert petitions(old_reader, first["id"]) == [] and len(petitions(old_reader, second["id"])) == 2


def test_what_came_meanwhile_keeps_the_last_word(old_reader: Settings) -> None:
    answered = [1, "PA-1", "01/07/2025", "10/07/2025", "05/07/2025", "Nội dung", "Khác", "", ""]
    newer = xlsx(old_reader.home / "phan-anh.xlsx", [PETITION_HEADER, answered])
    import_file(old_reader, newer, profile="", dry_run=False, at=NOW + timedelta(days=10))
    before = petitions(old_reader, 2)
    read_again(old_reader, "", LATER)
    after = petitions(old_reader, 3)
    assert [one for one in after if one["code"] == "PA-1"] == before and len(after) == 2


def test_reading_again_twice_changes_nothing(old_reader: Settings) -> None:
    read_again(old_reader, "", LATER)
    before = imported(old_reader)
    assert read_again(old_reader, "", LATER + timedelta(days=1))["imports"] == []
    assert imported(old_reader) == before


def test_a_file_that_an_older_reader_refused_is_read_and_stands_where_it_came(
    ward: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise Unreadable("không đọc được")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "read_export", refusing)
        patched.setattr(intake, "read_unless_known", refusing)
        night(ward)
    assert [row["status"] for row in imported(ward)] == ["rejected"]
    report = read_again(ward, imported(ward)[0]["sha256"][:12], LATER)
    assert sorted(one["kind"] for one in report["imports"]) == ["dossiers", "petitions"]
    assert {row["status"] for row in imported(ward)} == {"read"}
    assert all(row["stands_at"] < LATER for row in imported(ward))


def test_an_index_is_rebuilt_from_a_log_with_readings_again(old_reader: Settings) -> None:
    read_again(old_reader, "", LATER)
    with open_resources(old_reader) as resources:
        log_proofs.publish_checkpoint(resources, at=LATER)
    again = old_reader.model_copy(update={"home": old_reader.home.parent / "again"})
    for name in ("objects", "keys"):
        shutil.copytree(old_reader.home / name, again.home / name)
    rebuild_index(again, at=LATER)
    assert logged(again) == logged(old_reader)
    assert petitions(again, 2) == petitions(old_reader, 2)
    assert {row["sha256"]: row["stands_at"] for row in imported(again)} == {
        row["sha256"]: row["stands_at"] for row in imported(old_reader)
    }


def test_an_index_rebuilt_after_a_reading_of_rows_knows_the_same(misread: Settings) -> None:
    read_again(misread, "", LATER)
    with open_resources(misread) as resources:
        log_proofs.publish_checkpoint(resources, at=LATER)
    again = misread.model_copy(update={"home": misread.home.parent / "again"})
    for name in ("objects", "keys"):
        shutil.copytree(misread.home / name, again.home / name)
    rebuild_index(again, at=LATER)
    assert (logged(again), due_dates(again, 3)) == (logged(misread), due_dates(misread, 3))


def logged(settings: Settings) -> list[tuple[str, str]]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return [(event["event"], event["subject"]) for event in events(connection)]


def test_the_command_says_what_it_found_and_what_it_does_not_know(old_reader: Settings) -> None:
    run = partial(parindex_here, old_reader.home, PAR_UNIT=old_reader.unit)
    told = run("import", "--again")
    assert (told.returncode, told.stdout.splitlines()[0]) == (0, "Đã đọc lại 1 tệp đã giữ: 1 lần nhập mới")
    for wrong in (("import", "ffff", "--again"), ("import",), ("import", "--again", "--dry-run")):
        assert run(*wrong).returncode == 2


def reading_none_of(field: str) -> Any:
    """A reader of before, which read nothing of one column."""

    def read(*args: Any, **kwargs: Any) -> Any:
        export = read_export(*args, **kwargs)
        place = export.rows.sheets[0].fields.index(field)
        sheet = replace(export.rows.sheets[0], values=list(export.rows.sheets[0].values))
        sheet.values[place] = [None] * len(sheet.values[place])
        return replace(export, rows=RowView(export.kind, (sheet,)), prints=b"", content=None)

    return read


@pytest.fixture
def misread(ward: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A ward whose reader of before read no due date, and whose software wrote a newer export since."""
    with monkeypatch.context() as patched:
        patched.setattr(importing, "layouts_version", lambda _: "before")
        patched.setattr(importing, "_read", lambda file, name, *_: reading_none_of("due_at")(file, name=name))
        first = xlsx(ward.home / "thang-7.xlsx", [LATE_HEADER, *map(late_row, (1, 2, 3))])
        import_file(ward, first, profile="", dry_run=False, at=NOW)
    newer = xlsx(ward.home / "thang-8.xlsx", [LATE_HEADER, late_row(1, **{"Ngày hẹn trả": "09/07/2025 17:00:00"})])
    import_file(ward, newer, profile="", dry_run=False, at=NOW + timedelta(days=10))
    return ward


def due_dates(settings: Settings, import_id: int) -> dict[str, int | None]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        found = [dossier_as_of(connection, settings.unit, code(number), import_id) for number in (1, 2, 3)]
    return {one.code: one.due_at and one.due_at.day for one in found if one is not None}


def test_rows_that_were_misread_are_read_anew_beneath_what_came_since(misread: Settings) -> None:
    before = [due_dates(misread, number) for number in (1, 2)]
    assert exports_seen(misread, LATER)["read_by_older"] == 1
    report = read_again(misread, "", LATER)
    (again,) = report["imports"]
    assert (again["id"], again["counts"]["changed"], report["warnings"]) == (3, 2, [])
    assert [due_dates(misread, number) for number in (1, 2)] == before
    assert due_dates(misread, 3) == {code(1): 9, code(2): 7, code(3): 7}
    row = imported(misread)[-1]
    assert (row["reading"], row["imported_at"]) == (2, LATER) and row["stands_at"] == NOW
    assert row["warnings"][-1].startswith("đọc lại từ tệp nộp lúc ")
    assert exports_seen(misread, LATER)["read_by_older"] == 0


def test_reading_anew_rings_no_alarm_of_changed_dossiers_and_leaves_nothing_the_second_time(misread: Settings) -> None:
    (again,) = read_again(misread, "", LATER)["imports"]
    told = import_seen(misread, again["id"])
    assert told is not None and told["alarms"] == []
    before = imported(misread)
    assert read_again(misread, "", LATER + timedelta(days=1))["imports"] == []
    assert imported(misread) == before


def test_rows_that_a_better_reader_does_not_take_stay_and_are_named(
    misread: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stricter(*args: Any, **kwargs: Any) -> Any:
        export = read_export(*args, **kwargs)
        sheet = export.rows.sheets[0]
        kept = replace(sheet, values=[values[:1] for values in sheet.values], numbers=sheet.numbers[:1])
        return replace(export, rows=RowView(export.kind, (kept,)), prints=b"", content=None)

    monkeypatch.setattr(reading_again, "read_export", stricter)
    (warning,) = read_again(misread, "", LATER)["warnings"]
    assert f"không lấy được 2 dòng mà lần trước đã lấy ({code(2)}, {code(3)})" in warning
    assert len(due_dates(misread, 3)) == 3


def test_the_same_bytes_handed_in_again_are_known_by_their_newest_reading(misread: Settings) -> None:
    read_again(misread, "", LATER)
    told = import_file(misread, misread.home / "thang-7.xlsx", profile="", dry_run=False, at=LATER)
    assert (told["rows"]["unchanged"], len(imported(misread))) == (3, 3)
