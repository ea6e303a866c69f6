"""The night's time for signatures: a tenth of PAR_NIGHT_MINUTES after the documents, whatever these took."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pypdf
import pytest

from config.settings import Settings
from flows.examining import second_look
from flows.examining.batches import Budget, budget_of, budget_of_signatures
from flows.resources import Resources, open_resources
from flows.running.night import NightRequestedBy, run_night
from ocr import CHECKER_VERSION
from storage.documents.evidence import (
    Examination,
    Upload,
    documents_of,
    examinations_of,
    record_examination,
    record_upload,
)

AT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
UNDECIDED = {"verdict": "INDETERMINATE", "sub": "TRY_LATER", "trust_digest": "of another night", "summary_vi": "?"}
COUNT = 5


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """A ward with documents whose signatures were judged with other trust than this night's."""
    with open_resources(Settings(home=tmp_path, period="2025", workers=1, night_minutes=1)) as opened:
        for number in range(COUNT):
            _examined(opened, f"1.1.1/{number}.pdf", number)
        yield opened


def test_signatures_have_a_tenth_of_the_night_after_the_documents_end_and_no_limit_where_there_is_none() -> None:
    settings, documents = Settings(night_minutes=60), Budget(1000.0)
    assert budget_of_signatures(settings, documents) == Budget(1000.0 + 6 * 60)
    assert budget_of_signatures(Settings(), budget_of(Settings())) == Budget(None)


def test_a_spent_budget_ends_the_look_at_the_next_portion_and_the_next_night_goes_on_from_there(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_look, "_PORTION", 2)
    asked = count()

    first = second_look.look_at_signatures_again(resources, at=AT, who="test", is_spent=lambda: next(asked) >= 2)
    assert first["looked"] == 4 and _looked_at(resources) == {f"{number}.pdf" for number in range(4)}

    rest = second_look.look_at_signatures_again(resources, at=AT + timedelta(days=1), who="test")
    assert rest["looked"] == 1 and len(_looked_at(resources)) == COUNT


def test_a_look_whose_time_is_over_before_it_begins_does_nothing(resources: Resources) -> None:
    told = second_look.look_at_signatures_again(resources, at=AT, who="test", is_spent=lambda: True)
    assert told == {"looked": 0, "changed": 0, "unanswered": 0} and _looked_at(resources) == set()


def test_documents_that_used_the_night_up_leave_signatures_their_own_time(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = resources.settings
    inbox = settings.inbox_folder / settings.unit / "1.1.1"
    inbox.mkdir(parents=True)
    (inbox / "moi.pdf").write_bytes(b"%PDF-1.4 no time for this one")
    monkeypatch.setattr("flows.running.night.budget_of", lambda _: Budget(time.monotonic()))

    summary = run_night(settings, NightRequestedBy("test", AT))

    assert "1 tài liệu chưa kịp kiểm tra" in summary["letter"] and len(_looked_at(resources)) == COUNT


def test_a_night_whose_signatures_have_no_time_left_ends_well_and_looks_the_next_night(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.running.night.budget_of_signatures", lambda *_: Budget(0.0))
    first = run_night(resources.settings, NightRequestedBy("test", AT))
    assert first["state"] in ("done", "gaps") and _looked_at(resources) == set()
    monkeypatch.undo()

    run_night(resources.settings, NightRequestedBy("test", AT + timedelta(days=1)))
    assert len(_looked_at(resources)) == COUNT


def _examined(resources: Resources, path: str, number: int) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595 + number, height=842)
    pdf = io.BytesIO()
    writer.write(pdf)
    pdf.seek(0)
    kept, unit, before = resources.store.put(pdf), resources.settings.unit, AT - timedelta(days=1)
    result = {"status": "read", "signature": UNDECIDED, "digitisation": {"profile": "born_digital"}}
    with resources.database.write() as connection:
        record_upload(connection, kept, Upload(unit, path, "test", "inbox", before))
        examination = Examination(unit, kept.sha256, CHECKER_VERSION, result, "", before)
        record_examination(connection, examination, quarantined_for=None)


def _looked_at(resources: Resources) -> set[str]:
    """Names of documents that stand otherwise than they were examined."""
    with resources.database.read() as connection:
        said = examinations_of(connection, resources.settings.unit, CHECKER_VERSION)
        rows = documents_of(connection, resources.settings.unit)
    stands = {row["name"]: said[row["sha256"]]["result"]["signature"] for row in rows if row["sha256"] in said}
    return {str(name) for name, signature in stands.items() if signature != UNDECIDED}
