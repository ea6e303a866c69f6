"""Bonuses and penalties stand on the pages, outside the 100, for those who see the whole unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.resources import open_resources
from flows.scores.browsing import standing_run
from storage.scored.runs import RunRecord, record_run
from tests.web.test_api import token_of
from tests.web.wards import NOW, OWN, Town, sign_in, visiting
from web.access import Deed

HERE = f"/p/{OWN}/2025"
BONUS: dict[str, Any] = {
    "id": "9.1.1",
    "name": "Sáng kiến được thành phố công nhận",
    "kind": "bonus",
    "points": "1.00",
    "state": "scored",
    "because": "2 sáng kiến × 0,50 = 1,00 điểm.",
    "numbers": {"initiatives": 2},
    "evidence": [],
    "warnings": [],
}
PENALTY = BONUS | {
    "id": "9.2.1",
    "name": "Bị kiểm điểm về cải cách hành chính",
    "kind": "penalty",
    "points": "0.50",
    "because": "1 lần bị kiểm điểm × 0,50 = 0,50 điểm.",
}


@pytest.fixture
def town(own_town: Town) -> Town:
    """A newest run with a bonus and a penalty; the one before had neither."""
    with open_resources(own_town.settings) as opened:
        resources = replace(opened, settings=opened.settings.model_copy(update={"unit": OWN}))
        run = standing_run(resources, "2025")
        totals = {**run["score"]["totals"], "bonus": "1.00", "penalty": "0.50"}
        score = {**run["score"], "totals": totals, "outside_100": [BONUS, PENALTY]}
        kept = RunRecord(score, run["inputs_sha256"], "another", {}, "test", NOW + timedelta(minutes=1))
        with resources.database.write() as connection:
            record_run(connection, kept)
    return own_town


def test_today_score_table_and_a_page_of_its_own_tell_bonus_and_penalty_outside_the_100(town: Town) -> None:
    with visiting(town, "coordinator") as browser:
        today, table, one = (browser.get(f"{HERE}/{name}").text for name in ("hom-nay", "bang-diem", "tieu-chi/9.2.1"))
        filtered = browser.get(f"{HERE}/bang-diem?q=sang+kien").text

    for page in (today, table, one):
        assert "Điểm thưởng 1,00, điểm trừ 0,50; tính riêng" in page
    assert "9.1.1</a> Sáng kiến được thành phố công nhận: chưa có điểm → 1,00 điểm" in today
    assert "+1,00" in table and "−0,50" in table and "2 sáng kiến × 0,50 = 1,00 điểm." in table
    assert "▼ Điểm trừ" in one
    assert "9.1.1" in filtered and "9.2.1" not in filtered


@pytest.mark.parametrize(("role", "seen"), [("leader", True), ("auditor", True), ("supervisor", True), ("unit", False)])
def test_an_office_that_sees_its_own_part_alone_sees_neither(town: Town, role: str, seen: bool) -> None:
    with visiting(town) as browser:
        sign_in(browser, town, role)
        pages = [browser.get(f"{HERE}/{name}").text for name in ("hom-nay", "bang-diem")]
        one = browser.get(f"{HERE}/tieu-chi/9.1.1")

    assert [("Điểm thưởng" in page) for page in pages] == [seen, seen]
    assert one.status_code == (200 if seen else 403)


def test_the_interface_for_programs_tells_a_single_bonus_to_those_who_see_the_whole_unit(town: Town) -> None:
    address = f"/api/v1/units/{OWN}/periods/2025/components/9.1.1"
    with visiting(town) as browser:
        whole = browser.get(address, headers=token_of(town, "coordinator", Deed.SEE_SCORE))
        part = browser.get(address, headers=token_of(town, "unit", Deed.SEE_SCORE))
        none = browser.get(address.replace("9.1.1", "9.9.9"), headers=token_of(town, "coordinator", Deed.SEE_SCORE))

    assert whole.json()["score"] == BONUS
    assert (part.status_code, none.status_code) == (403, 404)


def test_a_unit_without_bonus_and_penalty_reads_nothing_of_them(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as browser:
        assert "Điểm thưởng" not in browser.get(f"{HERE}/bang-diem").text
        assert browser.get(f"{HERE}/tieu-chi/9.1.1").status_code == 404
