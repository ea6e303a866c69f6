"""Order, portions and time of a night's documents; a document that ends its worker is found and put aside."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from flows.examining.batches import SMALL_BATCH, Budget, batches_in_order, budget_of
from flows.resources import Resources, open_resources
from flows.running.night import NightRequestedBy, run_night
from ocr import CHECKER_VERSION
from storage.documents.evidence import (
    EXAMINED,
    EXAMINING,
    QUARANTINED,
    Examination,
    Upload,
    documents_of,
    record_examination,
    record_upload,
)
from storage.ledger.document_leases import Reader, take

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    with open_resources(Settings(home=tmp_path, period="2025", attempts=2)) as opened:
        yield opened


def test_what_waited_longest_comes_first_then_what_is_worth_most(resources: Resources) -> None:
    later = NOW + timedelta(days=1)
    old = _receive(resources, "van-ban-di/cu.pdf", NOW)
    little = _receive(resources, "ho-so/a.pdf", later)
    much = _receive(resources, "3.3.2/b.pdf", later)

    assert [sha256 for batch in batches_in_order(resources) for sha256 in batch] == [old, much, little]


def test_batches_are_small_where_time_is_short_or_several_machines_share(resources: Resources, tmp_path: Path) -> None:
    for number in range(20):
        _receive(resources, f"1.1.1/{number}.pdf", NOW)
    hurried = Resources(Settings(home=tmp_path, night_minutes=5), resources.database, resources.store)

    assert [len(batch) for batch in batches_in_order(resources)] == [20]
    assert {len(batch) for batch in batches_in_order(hurried)} == {SMALL_BATCH, 20 % SMALL_BATCH}
    assert [len(batch) for batch in batches_in_order(resources, shared_by=2)] == [5, 3, 3, 2, 2, 2, 2, 1]


def test_documents_that_a_dead_worker_was_reading_come_alone_and_in_their_place(resources: Resources) -> None:
    names = [_receive(resources, f"1.1.1/{number}.pdf", NOW) for number in range(6)]
    order = [sha256 for batch in batches_in_order(resources) for sha256 in batch]
    _leave_reading(resources, order[1:3])

    assert batches_in_order(resources) == [order[:1], [order[1]], [order[2]], order[3:]]
    assert sorted(order) == sorted(names) and {row["attempts"] for row in _rows(resources)} == {0}


def test_a_document_that_ends_its_worker_every_time_is_put_aside_and_the_others_go_on(resources: Resources) -> None:
    poison, sound = _receive(resources, "1.1.1/doc.pdf", NOW), _receive(resources, "1.1.1/lanh.pdf", NOW)
    nights = 0
    while any(poison in batch for batch in batches_in_order(resources)):
        nights += 1
        for batch in batches_in_order(resources):
            if poison in batch:
                _leave_reading(resources, batch)
                break  # here the worker ends
            for sha256 in batch:
                _examine(resources, sha256)

    states = {row["sha256"]: (row["state"], row["reason"]) for row in _rows(resources)}
    assert nights <= 5 and states[poison][0] == QUARANTINED and "đọc riêng tài liệu này" in str(states[poison][1])
    for batch in batches_in_order(resources):
        for sha256 in batch:
            _examine(resources, sha256)
    assert {row["sha256"]: row["state"] for row in _rows(resources)}[sound] == EXAMINED


def test_a_mark_of_reading_is_taken_away_by_the_result(resources: Resources) -> None:
    document = _receive(resources, "1.1.1/a.pdf", NOW)
    _leave_reading(resources, [document])
    assert _rows(resources)[0]["state"] == EXAMINING

    _examine(resources, document)

    assert _rows(resources)[0]["state"] == EXAMINED and batches_in_order(resources) == []


def test_a_night_without_time_left_carries_its_documents_over_and_the_letter_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, period="2025", night_minutes=1)
    inbox = settings.inbox_folder / settings.unit / "1.1.1"
    inbox.mkdir(parents=True)
    (inbox / "a.pdf").write_bytes(b"%PDF-1.4 not really")
    monkeypatch.setattr("flows.running.night.budget_of", lambda _: Budget(0.0))

    first = run_night(settings, NightRequestedBy("test", NOW))
    monkeypatch.undo()
    second = run_night(settings, NightRequestedBy("test", NOW + timedelta(days=1)))

    assert "1 tài liệu chưa kịp kiểm tra" in first["letter"] and first["counts"]["examined"] == 0
    assert "chưa kịp kiểm tra" not in second["letter"] and second["counts"]["examined"] == 1
    assert budget_of(Settings()).until is None and not Budget(None).is_spent


def _receive(resources: Resources, path: str, at: datetime) -> str:
    kept = resources.store.put(io.BytesIO(path.encode()))
    with resources.database.write() as connection:
        record_upload(connection, kept, Upload(resources.settings.unit, path, "test", "inbox", at))
    return kept.sha256


def _leave_reading(resources: Resources, hashes: list[str]) -> None:
    """Documents marked as being read by a process of this machine that is gone."""
    reader = Reader(resources.settings.unit, CHECKER_VERSION, f"{os.uname().nodename}:{os.getpid()}:0 {hashes[0][:8]}")
    with resources.database.write() as connection:
        assert take(connection, reader, hashes, now=datetime.now(UTC), marked=True).mine == tuple(hashes)


def _examine(resources: Resources, sha256: str) -> None:
    examination = Examination(resources.settings.unit, sha256, CHECKER_VERSION, {"status": "read"}, "", NOW)
    with resources.database.write() as connection:
        record_examination(connection, examination, quarantined_for=None)


def _rows(resources: Resources) -> list[dict[str, object]]:
    with resources.database.read() as connection:
        return [dict(row) for row in documents_of(connection, resources.settings.unit)]
