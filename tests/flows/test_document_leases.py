"""One document, several readers: it is read once, a reader that is gone holds nothing up, whatever the clocks say."""

from __future__ import annotations

import io
import secrets
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import ocr
from config.settings import Settings
from flows.examining.batches import batches_in_order
from flows.examining.examination import Look, examine_batch, record_look
from flows.examining.holding import Holding
from flows.examining.uploading import upload_files
from flows.resources import Resources, open_resources
from flows.running.night import NightRequestedBy, run_night
from ocr import CHECKER_VERSION
from storage.documents.evidence import EXAMINED, EXAMINING, QUARANTINED, RECEIVED, Upload, documents_of, record_upload
from storage.ledger import nights
from storage.ledger.document_leases import Reader, is_held, new_holder, take
from storage.ledger.leases import LEASE
from storage.ledger.nights import NightRequest
from storage.proof import custody

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
ELSEWHERE = "another-machine:7:12345"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    return Settings(home=tmp_path, period="2025", database_url=url, unit=f"to-{secrets.token_hex(6)}", workers=1)


@pytest.fixture
def resources(settings: Settings) -> Iterator[Resources]:
    with open_resources(settings) as opened:
        yield opened


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was really handed to the readers."""
    counted: Counter[str] = Counter()
    inspect = ocr.inspect_files

    def counting(paths: Sequence[Path], *arguments: Any) -> Iterator[dict[str, Any]]:
        counted.update(path.name for path in paths)
        return inspect(paths, *arguments)

    monkeypatch.setattr(ocr, "inspect_files", counting)
    return counted


def test_of_many_takers_at_once_one_gets_the_document(settings: Settings, resources: Resources) -> None:
    document = _receive(resources, "1.1.1/a.pdf")
    start = threading.Barrier(8)

    def one(_: int) -> int:
        with open_resources(settings) as own:
            start.wait()
            return len(Holding(own).take([document]).mine)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 1


def test_two_readers_at_once_read_a_document_once_and_both_see_the_result(
    settings: Settings, resources: Resources, readings: Counter[str]
) -> None:
    """An upload and a night, say: different processes or threads make no difference to the ledger."""
    document = _receive(resources, "1.1.1/a.pdf", _pdf())
    start, told = threading.Barrier(2), Counter[str]()

    def read(_: int) -> str:
        with open_resources(settings) as own:
            start.wait()
            examine_batch(own, [document], at=NOW, done=lambda: told.update(["done"]))
            return str(_row(own)["state"])

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(read, range(2))) == [QUARANTINED, QUARANTINED]
    with resources.database.read() as connection:
        events = [event for event in custody.events(connection) if event["subject"] == document]
    assert sum(readings.values()) == 1 and told["done"] == 2
    assert [event["event"] for event in events].count("examined") == 1


def test_what_a_reader_leaves_unread_the_one_who_waits_reads(
    settings: Settings, resources: Resources, readings: Counter[str]
) -> None:
    document = _receive(resources, "1.1.1/a.pdf", _pdf())
    first = Holding(resources)
    first.take([document])
    with ThreadPoolExecutor(1) as pool, open_resources(settings) as own:
        waiting = pool.submit(examine_batch, own, [document], at=NOW, done=lambda: None)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1.5)
        assert not readings
        first.give_back()
        waiting.result(timeout=120)
    assert _row(resources)["state"] == QUARANTINED and sum(readings.values()) == 1


def test_a_killed_readers_document_is_free_at_once_and_counts_one_try_where_it_was_alone(
    settings: Settings, resources: Resources
) -> None:
    document = _receive(resources, "1.1.1/a.pdf")
    child = subprocess.Popen(
        [sys.executable, "-c", _READER, settings.model_dump_json(), document], stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"1\n"
    assert _row(resources)["state"] == EXAMINING and _row(resources)["owner"]
    assert Holding(resources).take([document]).elsewhere == {document: 0}

    child.send_signal(signal.SIGKILL)
    child.wait()

    assert batches_in_order(resources) == [[document]]
    row = _row(resources)
    assert (row["attempts"], row["state"], row["owner"]) == (1, RECEIVED, None) and "đọc riêng" in str(row["reason"])
    assert Holding(resources).take([document]).mine == (document,)


def test_a_reader_of_another_machine_holds_until_it_was_silent_for_its_lease_by_either_side_of_the_clock(
    resources: Resources,
) -> None:
    document = _receive(resources, "1.1.1/a.pdf")
    _hold_elsewhere(resources, document, NOW)
    row = _row(resources)

    assert is_held(row, NOW + LEASE / 2) and is_held(row, NOW - LEASE / 2)
    assert not is_held(row, NOW + LEASE), "a clock set forward, or silence"
    assert not is_held(row, NOW - timedelta(days=365)), "a clock set back must not hold a document for a year"


def test_a_living_process_that_no_longer_renews_loses_its_document(resources: Resources) -> None:
    document = _receive(resources, "1.1.1/a.pdf")
    mine = Reader(resources.settings.unit, CHECKER_VERSION, new_holder())
    with resources.database.write() as connection:
        take(connection, mine, [document], now=NOW, marked=True)

    assert is_held(_row(resources), NOW + LEASE / 2) and not is_held(_row(resources), NOW + LEASE)


def test_a_reader_whose_document_was_taken_over_records_nothing(resources: Resources) -> None:
    """As after a clock that jumped: both read, one of them records."""
    document = _receive(resources, "1.1.1/a.pdf")
    slow = Reader(resources.settings.unit, CHECKER_VERSION, f"{ELSEWHERE} a")
    with resources.database.write() as connection:
        take(connection, slow, [document], now=NOW, marked=True)
    quick = Holding(resources)
    assert quick.take([document]).mine == (document,)

    record_look(resources, Look(document, {"status": "read", "text": "chậm"}), NOW, slow)
    assert _row(resources)["state"] == EXAMINING
    record_look(resources, Look(document, {"status": "read", "text": "nhanh"}), NOW, quick.reader)
    assert _row(resources)["state"] == EXAMINED and _row(resources)["owner"] is None
    assert Holding(resources).take([document]) == Holding(resources).take([]), "what is examined needs no reader"


def test_who_takes_a_night_over_takes_over_what_its_worker_was_reading_at_once(resources: Resources) -> None:
    """The lease of the document was renewed a moment ago, that of the night has run out."""
    document, unit = _receive(resources, "1.1.1/a.pdf"), resources.settings.unit
    request = NightRequest(unit, "2025", "test", "Asia/Ho_Chi_Minh")
    now = datetime.now(UTC)
    with resources.database.write() as connection:
        nights.begin_night(connection, request, owner=ELSEWHERE, now=now - 2 * LEASE)
    _hold_elsewhere(resources, document, now)
    assert Holding(resources).take([document]).mine == ()

    with resources.database.write() as connection:
        nights.begin_night(connection, request, owner=nights.owner_here(), now=now)

    assert Holding(resources).take([document]).mine == (document,)


def test_a_night_waits_for_a_document_that_an_upload_reads_and_scores_it(
    tmp_path: Path, readings: Counter[str]
) -> None:
    settings = Settings(home=tmp_path, period="2025", workers=1)
    inbox = settings.inbox_folder / settings.unit / "1.1.1"
    inbox.mkdir(parents=True)
    (inbox / "a.pdf").write_bytes(_pdf())
    with ThreadPoolExecutor(2) as pool:
        upload = pool.submit(upload_files, settings, [inbox / "a.pdf"], folder="1.1.1", at=NOW)
        night = pool.submit(run_night, settings, NightRequestedBy("test", NOW))
        (told,) = upload.result(timeout=200)
        summary = night.result(timeout=200)
    assert told["state"] == QUARANTINED and summary["counts"]["examined"] == 1 and sum(readings.values()) == 1


_READER = """
import sys, time
from config.settings import Settings
from flows.examining.holding import Holding
from flows.resources import open_resources
with open_resources(Settings.model_validate_json(sys.argv[1])) as resources:
    print(len(Holding(resources).take([sys.argv[2]]).mine), flush=True)
    time.sleep(600)
"""


def _pdf() -> bytes:
    """A broken document (its answer: quarantined) like no other: these databases keep what other tests left."""
    return b"%PDF-1.4 " + secrets.token_hex(8).encode()


def _receive(resources: Resources, path: str, content: bytes = b"") -> str:
    kept = resources.store.put(io.BytesIO(content or _pdf()))
    with resources.database.write() as connection:
        record_upload(connection, kept, Upload(resources.settings.unit, path, "test", "inbox", NOW))
    return kept.sha256


def _hold_elsewhere(resources: Resources, document: str, at: datetime) -> None:
    reader = Reader(resources.settings.unit, CHECKER_VERSION, f"{ELSEWHERE} b")
    with resources.database.write() as connection:
        assert take(connection, reader, [document], now=at, marked=True).mine == (document,)


def _row(resources: Resources) -> dict[str, Any]:
    with resources.database.read() as connection:
        (row,) = documents_of(connection, resources.settings.unit)
    return dict(row)


def test_who_hands_in_more_than_a_batch_holds_one_batch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.examining.examination.BATCH", 2)
    with open_resources(Settings(home=tmp_path, period="2025", workers=1)) as resources:
        hashes = [_receive(resources, f"1.1.1/{number}.pdf") for number in range(5)]
        held: list[int] = []

        def look() -> None:
            with resources.database.read() as connection:
                rows = documents_of(connection, resources.settings.unit)
            held.append(sum(1 for row in rows if row["owner"]))

        examine_batch(resources, hashes, at=NOW, done=look)
    assert len(held) == 5 and max(held) <= 1, "of two, one is answered when it is told"
