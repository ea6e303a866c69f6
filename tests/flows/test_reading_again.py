"""Kept exports are read again by a better reader: what it finds is an import of now whose words count from then."""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from config.settings import Settings
from connectors.errors import Unreadable
from flows import importing, intake, log_proofs
from flows.importing import import_file
from flows.reading_again import read_again
from flows.rebuilding import rebuild_index
from flows.resources import open_resources
from storage.custody import events
from storage.history import records_as_of
from storage.imports import imports_of
from tests.connectors.tables import PETITION_HEADER, xlsx
from tests.flows.test_other_tables import NOW, night, ward, write
from tests.journeys.commands import parindex

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


def logged(settings: Settings) -> list[tuple[str, str]]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return [(event["event"], event["subject"]) for event in events(connection)]


def test_the_command_says_what_it_found_and_what_it_does_not_know(old_reader: Settings) -> None:
    run = partial(parindex, old_reader.home, PAR_UNIT=old_reader.unit)
    told = run("import", "--again")
    assert (told.returncode, told.stdout.splitlines()[0]) == (0, "Đã đọc lại 1 tệp đã giữ: 1 lần nhập mới")
    for wrong in (("import", "ffff", "--again"), ("import",), ("import", "--again", "--dry-run")):
        assert run(*wrong).returncode == 2
