"""A file that cannot be used is told in the letter as long as somebody can still do something about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from flows.arriving.inbox import inbox_files
from flows.arriving.intake import Sender, take_documents
from flows.examining.examination import examine_batch
from flows.resources import Resources, open_resources
from flows.telling.morning import stuck
from storage.documents.evidence import documents_of
from storage.ledger.nights import Night
from tests.ocr.papers import Paper, born_digital

AT = datetime(2026, 1, 5, tzinfo=UTC)


def _night(resources: Resources, day: int) -> list[str]:
    """What the letter of a night says about bad files, after what lies in the inbox was taken in and examined."""
    at, unit = AT + timedelta(days=day), resources.settings.unit
    take_documents(resources, Sender("night", "inbox", at))
    with resources.database.read() as connection:
        waiting = [row["sha256"] for row in documents_of(connection, unit) if row["state"] == "received"]
    examine_batch(resources, waiting, at=at, done=lambda: None)
    lying, night = {name for _, name in inbox_files(resources.settings)}, Night("n", unit, "2025", at, 1)
    with resources.database.read() as connection:
        told = stuck(connection, night, {"missing_files": [], "unlinked": []}, lying)
    return [line for line in told if "cách ly" in line]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, workers=1, min_free_mib=0)


def test_half_a_copy_is_told_until_the_whole_stands_in_its_place(settings: Settings) -> None:
    file, whole = settings.inbox_folder / settings.unit / "1.1.1" / "ke-hoach.pdf", born_digital(Paper(body=()))
    file.parent.mkdir(parents=True)
    with open_resources(settings) as resources:
        file.write_bytes(whole[:2000])
        first = _night(resources, 0)
        file.write_bytes(whole)
        second = _night(resources, 1)

    assert len(first) == 1 and first[0].startswith("ke-hoach.pdf: đã cách ly")
    assert second == []


def test_a_bad_file_is_told_while_it_lies_there_and_a_week_longer_at_most(settings: Settings) -> None:
    file = settings.inbox_folder / settings.unit / "1.1.1" / "rong.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    with open_resources(settings) as resources:
        told = [len(_night(resources, day)) for day in (0, 30)]
        file.unlink()
        told += [len(_night(resources, 31))]

    assert told == [1, 1, 0]
