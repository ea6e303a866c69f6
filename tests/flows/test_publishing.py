"""The public page shows the result as published: appraisal and surveys over the locked self-score, nothing earlier."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest

from flows.resources import Resources, open_resources
from flows.scores.city import drawn_ranking, score_city
from flows.scores.cycle import Wish, act, cycle_seen, open_period
from flows.scores.scoring import Question
from flows.telling.publishing import NotPublished, ToPublish, publish
from reports.ranking import COLUMNS
from tests.flows.test_cycle import DAYS, PROOF
from tests.storage.keeping_ward import AT, kept_ward, score_now

LATER = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Resources]:
    """A ward whose leader corrected 1.7.1 to 0.50 and which locked its self-score."""
    with open_resources(kept_ward(tmp_path / "home")) as resources:
        open_period(resources, "2025", DAYS, Wish("open", "Sở Nội vụ", "test", AT))
        do(resources, "begin")
        do(resources, "override", "1.7.1", points="0.50", because="đã ban hành", evidence=PROOF)
        do(resources, "approve")
        do(resources, "lock", sheet="ke-hoach.pdf")
        yield resources


def do(ward: Resources, deed: str, component: str = "", who: str = "chị Hoa", **said: Any) -> None:
    act(ward, "2025", Wish(deed, who, "test", AT, component, said))


def publish_year(ward: Resources) -> None:
    """Appraise everything with a quarter point off 1.7.1, add survey points, publish."""
    do(ward, "begin_appraisal")
    rows = cycle_seen(ward, "2025", AT)["components"]
    for row in rows:
        if not row["survey"]:
            points = "0.25" if row["id"] == "1.7.1" else row["self"] or "0"
            do(ward, "appraise", row["id"], "Sở Nội vụ", points=points)
    for deed in ("ask_explanations", "lock_explanation", "begin_second_appraisal", "end_appraisal"):
        do(ward, deed)
    for row in rows:
        if row["survey"]:
            do(ward, "add_survey", row["id"], points="3.00", source="BC SIPAS")
    do(ward, "publish")


def test_before_publication_nothing_is_written_unless_asked_for_as_provisional(ward: Resources, tmp_path: Path) -> None:
    with pytest.raises(NotPublished, match=r"2025: đã chốt điểm tự chấm.*--provisional"):
        publish(ward, tmp_path / "site", ToPublish(), who="test", at=LATER)
    assert not (tmp_path / "site").exists()
    publish(ward, tmp_path / "site", ToPublish(provisional=True), who="test", at=LATER)
    assert "Chưa phải kết quả" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_the_page_shows_the_published_result_over_the_locked_self_score(ward: Resources, tmp_path: Path) -> None:
    publish_year(ward)
    score_now(ward)
    told = publish(ward, tmp_path / "site", ToPublish(), who="test", at=LATER)
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    values = json.loads((tmp_path / "site" / "ket-qua.json").read_text(encoding="utf-8"))
    seen = cycle_seen(ward, "2025", AT)
    assert (told["run"], told["provisional"]) == (seen["lock"]["run"], False)
    shown = {item["id"]: item for domain in values["domains"] for item in domain["components"]}
    assert (shown["1.7.1"]["self"], shown["1.7.1"]["points"]) == ("0.50", "0.25")
    assert (shown["8.1.1"]["points"], shown["8.1.1"]["note"]) == ("3.00", "")
    assert values["totals"]["result"] == seen["totals"]["final"]
    assert sum(Decimal(domain["points"]) for domain in values["domains"]) == Decimal(seen["totals"]["final"])
    assert "tạm tính" not in page and "đã ban hành" not in page and "Sở Nội vụ" not in page


def test_units_with_a_published_result_are_ranked_by_it_and_before_provisional_ones(ward: Resources) -> None:
    publish_year(ward)
    kept_ward(ward.settings.home, unit="phuong-khac")
    city = score_city(ward, Question("2025", date(2026, 1, 6), "phuong-de-xuat@2025.1", "bcth_date"), LATER)
    first, second = city["units"]
    final = cycle_seen(ward, "2025", AT)["totals"]["final"]
    assert (first["rank"], first["result"]["total"], first["result"]["percent"]) == (1, final, final)
    assert (first["result"]["satisfaction"], first["result"]["surveys"]) == ("3.00", "3.00")
    assert (second["rank"], second["result"]) == (1, None)
    drawn = docx.Document(io.BytesIO(drawn_ranking(ward, city, "docx", LATER)))
    _, results, provisional, _ = drawn.tables
    assert [cell.text for cell in results.rows[0].cells] == [column.name for column in COLUMNS]
    assert results.rows[1].cells[5].text == final.replace(".", ",")
    assert provisional.rows[1].cells[1].text == "phuong-khac"
