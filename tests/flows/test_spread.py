"""Documents examined elsewhere: what a worker may judge, and what happens when it cannot."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdf

from config.settings import Settings
from flows.examining.examination import Look
from flows.examining.reading_there import look_at_batch, trust_digest
from flows.on_prefect.spread import _first
from flows.resources import open_resources
from flows.running.night import NightRequestedBy, run_night
from storage.documents.evidence import EXAMINED, EXAMINING, Upload, documents_of, record_upload
from storage.ledger.nights import Night

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


class Broken:
    """What Dask gives for a batch whose worker died again and again."""

    def result(self) -> list[Look]:
        raise RuntimeError("KilledWorker")


def test_a_batch_that_ended_its_worker_is_given_back_instead_of_ending_the_night() -> None:
    assert _first(deque([(["a" * 64], Broken())])) == (["a" * 64], None)


def test_a_worker_with_other_trust_than_the_nights_gives_no_verdict(tmp_path: Path) -> None:
    home, there = (Settings(home=tmp_path / name, period="2025") for name in ("home", "there"))
    for settings in (home, there):
        settings.trust_folder.mkdir(parents=True)
    assert trust_digest(home) == trust_digest(there) and look_at_batch(there, NOW, trust_digest(home), []) == []

    strict = home.model_copy(update={"sha1": "strict"})
    assert trust_digest(strict) != trust_digest(there)
    assert look_at_batch(there, NOW, trust_digest(strict), []) is None


def test_readers_that_stay_for_the_next_batch_never_judge_by_the_trust_of_an_earlier_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025", workers=1)
    sha256 = _one_page(settings)

    trusts = []
    for name in ("first", "second"):
        (settings.trust_folder / "policy.yaml").write_text(f"name: {name}\n")
        trusts.append(trust_digest(settings))
        looks = look_at_batch(settings, NOW, trusts[-1], [sha256])
        assert looks and looks[0].result and looks[0].result["signature"]["trust_digest"] == trusts[-1]
    assert len(set(trusts)) == 2


def test_a_worker_elsewhere_imports_neither_prefect_nor_the_night() -> None:
    unwanted = "{'prefect', 'flows.running.night', 'scoring'}"
    program = f"import sys, flows.examining.reading_there; print({unwanted} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_could_not_be_read_elsewhere_is_read_here_with_its_mark(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025", workers=1)
    inbox = settings.inbox_folder / settings.unit / "1.1.1"
    inbox.mkdir(parents=True)
    for name in ("a", "b"):
        (inbox / f"{name}.pdf").write_bytes(f"%PDF-1.4 {name}".encode())
    seen: list[set[str]] = []

    def elsewhere(
        _settings: Settings, _night: Night, batches: Iterable[list[str]], /
    ) -> Iterator[tuple[list[str], list[Look] | None]]:
        for batch in batches:
            seen.append(_states(settings))
            yield batch, None

    summary = run_night(settings, NightRequestedBy("test", NOW), spread=elsewhere)

    assert summary["counts"]["examined"] == 2 and EXAMINING not in seen[0]
    assert _states(settings) <= {EXAMINED, "quarantined"}


def _one_page(settings: Settings) -> str:
    """The hash of a document of one empty page, kept and received."""
    pdf = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.write(pdf)
    pdf.seek(0)
    with open_resources(settings) as resources:
        kept = resources.store.put(pdf)
        with resources.database.write() as connection:
            record_upload(connection, kept, Upload(settings.unit, "1.1.1/a.pdf", "test", "inbox", NOW))
    return kept.sha256


def _states(settings: Settings) -> set[str]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return {str(row["state"]) for row in documents_of(connection, settings.unit)}
