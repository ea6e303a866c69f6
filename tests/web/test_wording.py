"""Words, numbers and charts as officials read them; English by switch."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from config import document_words
from flows.resources import open_ledger
from scoring import MEASURES
from scoring.engine.facts import DocumentFact, Facts
from scoring.number_names import number_names
from storage.documents import evidence
from storage.ledger import requests, uploads
from storage.ledger.deliveries import Delivery, record_try
from storage.ledger.leases import LOST
from storage.ledger.nights import NightRequest, beat, begin_night
from storage.scored.runs import PointsThen
from tests.scoring.wards import at, dossier, dossiers, petition, scored
from tests.web.wards import OWN, PERIOD, Town, visiting
from web import charts, entry, errors, wording

TEMPLATES = Path(wording.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("value", "said"), [("1234.5", "1.234,5"), (0, "0"), (None, "–"), ("1234567", "1.234.567"), ("x", "x")]
)
def test_numbers_have_a_comma_for_decimals_and_dots_for_thousands(value: object, said: str) -> None:
    assert wording.number(value) == said


def test_points_days_moments_and_sizes_are_vietnamese() -> None:
    assert (wording.points("3.9"), wording.signed(Decimal("-0.5")), wording.signed("0.25")) == (
        "3,90",
        "−0,50",
        "+0,25",
    )
    assert wording.day("2026-01-05") == "05/01/2026"
    assert wording.moment(datetime(2026, 1, 5, 18, 30, tzinfo=UTC)) == "01:30 06/01/2026"
    assert wording.size(1536 << 20) == "1,5 GB"
    assert [wording.value(found) for found in (True, False, None, "not_applicable", 12)] == [
        "có", "không", "chưa có", "không phát sinh", "12",
    ]  # fmt: skip


def test_every_sentence_of_a_page_has_its_english() -> None:
    used = {
        sentence
        for path in TEMPLATES.rglob("*.html")
        for sentence in re.findall(r'\bt\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
    }
    shaped = (wording.STATES, wording.DOCUMENT_STATES, wording.SIGNATURES, wording.DIGITISATION, wording.RUN_STATES)
    used |= {said for table in (*shaped, wording.ORDER_STATES) for _, said in table.values()}
    plain = (wording.EVENTS, wording.DEEDS, wording.KINDS, wording.WHOLE_DEEDS, wording.ENTRY_DEEDS)
    used |= {said for table in (*plain, wording.ON_TIME, errors.SENTENCES) for said in table.values()}
    used |= {*errors.HEADINGS, *entry.NOTICES, *wording.TYPED.values()}
    of_documents = (wording.OUTCOMES, wording.AGREEMENT, document_words.FIELD_STATES)
    used |= {said for table in of_documents for _, said in table.values()}
    used |= {*document_words.FIELDS.values(), *document_words.SUGGESTED_BY.values(), *document_words.MARKS.values()}
    used |= {*document_words.SHORT_STATES.values()}
    used |= {*wording.REGISTERS.values()}
    assert sorted(used - wording.english().keys()) == []


def test_every_state_has_its_words() -> None:
    states = {evidence.RECEIVED, evidence.EXAMINING, evidence.EXAMINED, evidence.QUARANTINED}
    assert states == {*wording.DOCUMENT_STATES}
    ways = {getattr(requests, name) for name in ("WAITING", "RUNNING", "DONE", "GAPS", "FAILED", "CANCELLED")}
    assert ways | {LOST} == {*wording.RUN_STATES}
    assert {uploads.WAITING, uploads.MAKING, uploads.READY, uploads.FAILED} == {*wording.ORDER_STATES}


def test_every_number_of_a_measure_has_its_english_name() -> None:
    names = {name for measure in MEASURES for name in number_names(measure).values()}

    assert sorted(names - wording.english().keys()) == []


def test_a_filled_in_sentence_keeps_its_names_in_english() -> None:
    for vietnamese, english in wording.english().items():
        assert set(re.findall(r"\{(\w+)\}", vietnamese)) == set(re.findall(r"\{(\w+)\}", english)), vietnamese


def test_the_language_is_switched_and_kept(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        assert '<html lang="vi">' in client.get(f"/p/{OWN}/{PERIOD}/hom-nay").text
        client.post("/ngon-ngu", data={"language": "en"})
        page = client.get(f"/p/{OWN}/{PERIOD}/hom-nay").text
    assert '<html lang="en">' in page and "What to do first" in page


def test_today_shows_what_rings_and_how_far_tonight_is(own_town: Town) -> None:
    begun = datetime.now(UTC)
    with open_ledger(own_town.settings) as database, database.write() as connection:
        request = NightRequest(OWN, PERIOD, "schedule", "Asia/Ho_Chi_Minh", begun)
        night = begin_night(connection, request, owner="far:1:1", now=begun)
        beat(connection, night.id, owner="far:1:1", now=begun, progress={"step": "examine", "done": 12, "of": 62})
        delivery = Delivery(OWN, "letter:x", "mail")
        for _ in range(4):
            record_try(connection, delivery, reason="ConnectionRefusedError: từ chối", at=begun)
    with visiting(own_town, "coordinator") as client:
        page = client.get(f"/p/{OWN}/{PERIOD}/hom-nay").text
    with visiting(own_town, "guest") as client:
        outside = client.get(f"/p/{OWN}/{PERIOD}/hom-nay").text
    assert "Đọc và kiểm tra tài liệu: 12 trên 62 tài liệu" in page
    assert "Thư buổi sáng không gửi được: 1 thư chưa gửi được" in page and "PAR_SMTP_" in page
    assert "Thư buổi sáng không gửi được" not in outside


def test_a_chart_steps_from_score_to_score_and_breaks_where_there_was_none() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    values = ["1.00", None, "1.00", "2.00"]
    then = tuple(
        PointsThen(f"r{n}", start + timedelta(days=n), value, value, "scored" if value else "no_data")
        for n, value in enumerate(values)
    )
    drawn = charts.over_nights(then, "4.00")
    assert drawn is not None and len(drawn.conservative) == 2
    last = [tuple(map(float, pair.split(","))) for pair in drawn.conservative[-1].split()]
    assert last[0][0] < last[1][0] and last[0][1] == last[1][1] > last[2][1], "stands until the next score, then rises"
    assert all(0 <= y <= charts.HEIGHT for _, y in last)
    assert charts.over_nights((), "4.00") is None


def test_no_number_of_a_component_is_shown_under_its_english_key() -> None:
    flags = dict.fromkeys(("papers_digitised", "papers_reused", "synced", "result_file_required", "full_online"), True)
    paper = DocumentFact(sha256="a" * 64, name="a.pdf", purpose="result", dossier_code=dossier(1).code)
    facts = Facts(
        dossiers=dossiers(4, 1, channel="online", fee_due=True, paid_online=True, procedure_code="1.001", **flags),
        petitions=(petition(1, confirmed=True, due_at=at("2025-04-01"), answered_at=at("2025-03-20")),),
        documents=(paper, replace(paper, sha256="b" * 64, purpose="outgoing", dossier_code=None)),
    )
    shown = {
        (item["measure"], key) for item in scored(facts)["components"] if item["measure"] for key in item["numbers"]
    }

    assert len(shown) > 30
    assert {one for one in shown if one[1] not in wording.NUMBERS and one[1] not in number_names(one[0])} == set()


def test_the_day_of_a_night_is_the_local_one() -> None:
    """A night at 01:00 in Vietnam is 18:00 of the day before in UTC: charts told every night a day early."""
    assert wording.day(datetime(2026, 1, 4, 18, tzinfo=UTC)) == "05/01/2026"
