"""Tables of other layouts inside an export are kept and imported too: by hand, in a night, again, from the store."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.arriving import intake
from flows.arriving.importing import import_file
from flows.arriving.intake import Sender, pull_exports
from flows.keeping import log_proofs
from flows.keeping.rebuilding import rebuild_index
from flows.resources import open_resources
from storage.proof.custody import events
from storage.records.history import records_as_of
from storage.records.imports import imports_of
from storage.scored.facts import input_files
from tests.connectors.tables import LIST_HEADER, PETITION_HEADER, listed, xlsx

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
PETITIONS = [[n, f"PA-{n}", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""] for n in (1, 2)]
NAMES = ["so_20260103 · Sheet1.xlsx", "so_20260103.xlsx"]


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", unit="hoi-an-dong", period="2025")
    settings.exports_folder.mkdir(parents=True)
    write(settings)
    return settings


def write(settings: Settings, number: int = 1, name: str = "so_20260103.xlsx") -> Path:
    rows = [LIST_HEADER, listed(number), [], PETITION_HEADER, *PETITIONS]
    return xlsx(settings.exports_folder / name, rows)


def night(settings: Settings, days: int = 0) -> None:
    at = NOW + timedelta(days=days)
    with open_resources(settings) as resources:
        pull_exports(resources, Sender(f"night {days}", "exports", at))


def state(settings: Settings) -> tuple[Any, ...]:
    """Imports, what is known of the petitions, and the log."""
    with open_resources(settings) as resources, resources.database.read() as connection:
        found = [{**row} for row in imports_of(connection, settings.unit)]
        known = records_as_of(connection, settings.unit, "petitions", len(found))
        return found, known, [(event["event"], event["subject"]) for event in events(connection)]


def test_a_look_tells_each_table_and_leaves_nothing(ward: Settings) -> None:
    looked = import_file(ward, write(ward), profile="", dry_run=True, at=NOW)
    (part,) = looked["parts"]
    assert looked["rows"]["new"] == 1
    assert (part["file"], part["profile"], part["rows"]["new"]) == (NAMES[0], "phan-anh-kien-nghi", 2)
    assert state(ward)[0] == state(ward)[2] == []


def test_both_tables_are_imported_and_the_second_points_to_its_original(ward: Settings) -> None:
    done = import_file(ward, write(ward), profile="", dry_run=False, at=NOW)
    assert done["parts"][0]["rows"]["new"] == 2
    with open_resources(ward) as resources, resources.database.read() as connection:
        (taken,) = [event for event in events(connection) if event["event"] == "taken_out"]
        used = {item["sha256"] for item in input_files(connection, ward.unit, 2025)}
    assert (taken["detail"]["from"], taken["detail"]["sheet"]) == (done["sha256"], "Sheet1")
    assert used == {taken["subject"], done["sha256"]} == {taken["subject"], taken["detail"]["from"]}


def test_a_night_takes_what_is_new_of_a_file_and_the_same_table_once(ward: Settings) -> None:
    night(ward)
    first = state(ward)
    night(ward, days=1)
    assert state(ward) == first
    assert [row["name"] for row in first[0]] == NAMES
    write(ward, number=2, name="so_20260105.xlsx")
    night(ward, days=2)
    assert [row["name"] for row in state(ward)[0]] == [*NAMES, "so_20260105.xlsx"]


@pytest.mark.parametrize("at", [0, 1])
def test_a_night_killed_before_a_table_or_before_its_original_goes_on_to_the_same_state(
    at: int, ward: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = intake._record

    def killed_there(resources: Any, found: Any, *rest: Any) -> None:
        if found.name == NAMES[at]:
            raise KeyboardInterrupt
        record(resources, found, *rest)

    other = ward.model_copy(update={"home": ward.home.parent / "other"})
    shutil.copytree(ward.home, other.home)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(intake, "_record", killed_there)
        night(ward)
    assert [row["name"] for row in state(ward)[0]] == NAMES[:at]
    night(ward)
    night(other)
    assert state(ward) == state(other)


def test_the_database_made_again_from_the_store_knows_both_tables(ward: Settings, tmp_path: Path) -> None:
    night(ward)
    with open_resources(ward) as resources:
        log_proofs.publish_checkpoint(resources, at=NOW)
    before = state(ward)
    again = ward.model_copy(update={"home": tmp_path / "again"})
    for name in ("objects", "keys"):
        shutil.copytree(ward.home / name, again.home / name)
    rebuild_index(again, at=NOW)
    assert state(again) == before
