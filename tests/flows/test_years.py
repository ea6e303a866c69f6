"""From January on last year is scored beside the new one, each by the set in force in it, and told which is which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.criteria_sets import FOLDER
from config.settings import Settings
from flows.resources import Resources, open_resources
from flows.running.night import NightRequestedBy, run_night
from flows.scores.cycle import Wish, lock_what_is_due, locked_line, open_period
from flows.scores.scoring import Question, compute, record
from flows.years import criteria_for, cycle_year, leading_year, years_at_work
from storage.bundles import verify_bundle
from storage.scored.runs import latest_run
from tests.flows.test_cycle import DAYS, LOCKS

JANUARY = date(2026, 1, 10)
AT = datetime(2026, 1, 9, 18, 0, tzinfo=UTC)
"""01:00 of 10 January in Vietnam."""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Resources]:
    with open_resources(Settings(home=tmp_path, prefect="off")) as resources:
        yield resources


def years(ward: Resources, day: date) -> tuple[str, ...]:
    with ward.database.read() as connection:
        return years_at_work(connection, ward.settings, day)


def test_without_a_cycle_last_year_leads_until_the_day_that_the_settings_name(ward: Resources) -> None:
    assert years(ward, date(2026, 3, 31)) == ("2025", "2026")
    assert years(ward, date(2026, 4, 1)) == years(ward, date(2026, 12, 31)) == ("2026",)
    other = ward.settings.model_copy(update={"last_year_until": "01-31"})
    assert leading_year(other, date(2026, 2, 1)) == "2026"
    assert leading_year(Settings(home=ward.settings.home, period="2024"), JANUARY) == "2024"


def test_a_cycle_keeps_last_year_first_until_the_lock_and_beside_until_its_last_deadline(ward: Resources) -> None:
    open_period(ward, "2025", DAYS, Wish("open", "Sở Nội vụ", "test", AT))
    assert years(ward, date(2026, 4, 15)) == ("2025", "2026"), "not locked yet, though the usual day has passed"
    question = Question("2025", JANUARY, ward.settings.criteria, ward.settings.on_time_rule)
    record(ward, compute(ward, question), who="test", at=AT)
    assert lock_what_is_due(ward.settings, LOCKS)["locked"] == {"2025": "lock_at_deadline"}
    assert years(ward, DAYS["appraisal_2"]) == ("2026", "2025")
    assert years(ward, DAYS["appraisal_2"] + timedelta(days=1)) == ("2026",)
    assert cycle_year(ward.settings, date(2026, 5, 30)) == "2025", "people still finish it"
    with ward.database.read() as connection:
        (line,) = locked_line(connection, ward.settings.unit, "2025")
    assert line.startswith("Năm 2025 đã chốt điểm tự chấm; điểm đã chốt là ")


def test_a_night_in_january_scores_both_years_and_the_letter_says_which_is_which(ward: Resources) -> None:
    summary = run_night(ward.settings, NightRequestedBy("test", AT))
    with ward.database.read() as connection:
        runs = {year: latest_run(connection, ward.settings.unit, year) for year in ("2025", "2026")}
    assert summary["run"] == (runs["2025"] or {})["id"] and runs["2026"] is not None
    letter = summary["letter"]
    assert "Điểm tự chấm dự kiến của năm 2025:" in letter
    assert "\nNăm 2026: dự kiến " in letter
    assert "không gồm kỳ đang chấm" in letter.partition("Năm 2026: dự kiến")[2], "2026 has no set of its own yet"
    assert "mọi hạn trong bộ tiêu chí của năm 2025 được dời sang năm 2026" in letter.partition("Năm 2026: dự kiến")[2]
    deadlines = {year: [one["deadline"] for one in (run or {})["score"]["components"]] for year, run in runs.items()}
    assert deadlines["2026"] == [f"2026{day[4:]}" for day in deadlines["2025"]]
    night = ward.settings.home / "outbox" / summary["night"]
    assert (night / "bo-tai-lieu.zip").exists() and (night / "2026" / "bo-tai-lieu.zip").exists()
    assert verify_bundle(night / "2026" / "bo-tai-lieu.zip").ok, "the bundle recomputes with the moved dates"


def test_each_year_is_scored_by_the_set_in_force_in_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert criteria_for(settings, "2026") == "phuong-de-xuat@2025.1", "provisionally"
    text = (FOLDER / "phuong-de-xuat" / "2025.1.yaml").read_text(encoding="utf-8")
    renamed = text.replace("2025-01-01\neffective_to: 2025-12-31", "2026-01-01\neffective_to: 2026-12-31")
    own = settings.criteria_folder / "da-nang"
    own.mkdir(parents=True)
    (own / "1.yaml").write_text(
        renamed.replace("id: phuong-de-xuat", "id: da-nang", 1).replace('version: "2025.1"', 'version: "1"'), "utf-8"
    )
    (own / "2.yaml").write_text("id: broken", encoding="utf-8")
    assert criteria_for(settings, "2026") == "da-nang@1"
    assert criteria_for(settings, "2025") == "phuong-de-xuat@2025.1"
    assert criteria_for(Settings(home=tmp_path, criteria="da-nang@1"), "2025") == "phuong-de-xuat@2025.1"
