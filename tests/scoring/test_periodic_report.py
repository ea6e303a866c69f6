"""Form II.06a and the overdue list: every dossier in its cells, sums that hold, nothing lost silently."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.report_forms import BadForm, load_form
from scoring.engine.facts import Dossier, UnitName
from scoring.engine.on_time import RULES, count_on_time
from scoring.engine.period import UnknownPeriod, days_between, period_of
from scoring.overdue import overdue_list
from scoring.periodic_report import COLUMNS, ReportQuestion, identity_faults, percent, periodic_report
from scoring.work_time import work_time
from tests.scoring.test_properties import DOSSIERS
from tests.scoring.wards import CALENDAR, at, dossier

OFFICE, OTHER = "Văn phòng HĐND và UBND phường Hội An Đông", "Phòng Văn hóa - Xã hội phường Hội An Đông"
IDENTITIES = [(item.total, tuple(item.parts)) for item in load_form("ii06a").identities]
LATER = date(2026, 3, 1)
NOW = at("2026-03-01", "08:00:00")
HOURS = work_time(CALENDAR)


def question(period: str = "2025-Q3", rule: str = "bcth_date", as_of: date = LATER, **more: Any) -> ReportQuestion:
    return ReportQuestion(period_of(period, as_of), RULES[rule], "hoi-an-dong", **more)


def counted(*dossiers: Dossier, **asked: Any) -> dict[str, int]:
    """The cells that are not zero, without the sums."""
    total = periodic_report(dossiers, question(**asked)).total()
    sums = {"received", "resolved", "in_progress"}
    return {column: count for column, count in total.items() if count and column not in sums}


@given(st.lists(DOSSIERS, max_size=30), st.sampled_from(sorted(RULES)), st.sampled_from(["2025", "2025-Q2", "2025-03"]))
@settings(deadline=None)
def test_the_sums_of_the_form_hold_for_any_dossiers(dossiers: list[Dossier], rule: str, period: str) -> None:
    report = periodic_report(dossiers, question(period, rule))

    for row in report.rows:
        assert identity_faults(row.counts, IDENTITIES) == []
    for summed in (report.by_field(), report.by_unit()):
        assert {name: sum(row[name] for row in summed.values()) for name in COLUMNS} == report.total()


@given(st.lists(DOSSIERS, max_size=30), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_dossiers_does_not_matter(dossiers: list[Dossier], chance: random.Random) -> None:
    shuffled = list(dossiers)
    chance.shuffle(shuffled)

    assert periodic_report(dossiers, question()).plain() == periodic_report(shuffled, question()).plain()


@given(st.lists(DOSSIERS, max_size=30))
@settings(deadline=None)
def test_quarters_hand_over_to_each_other_what_is_still_open(dossiers: list[Dossier]) -> None:
    """What one quarter leaves in progress, the next one carries over, as long as nothing is left out."""
    sound = [d for d in dossiers if d.received_at and (d.finished_at is None or d.finished_at >= d.received_at)]
    sound = [d for d in sound if d.status in (4, 9, 10) and (d.status == 4) == (d.finished_at is None)]
    sound = [dataclasses.replace(d, returned_at=None) for d in sound]
    quarters = [periodic_report(sound, question(f"2025-Q{number}")).total() for number in (1, 2, 3, 4)]

    assert [quarter["carried_over"] for quarter in quarters[1:]] == [quarter["in_progress"] for quarter in quarters[:3]]
    year = periodic_report(sound, question("2025")).total()
    for column in ("online", "direct", "early", "on_time", "late"):
        assert sum(quarter[column] for quarter in quarters) == year[column]


@given(st.lists(DOSSIERS, max_size=30))
@settings(deadline=None)
def test_resolved_and_late_agree_with_the_score_under_the_same_rule(dossiers: list[Dossier]) -> None:
    """Dossiers with a day of reception not after their end count the same in form and score."""
    done = [(d, d.received_at, d.finished_at or d.returned_at) for d in dossiers if d.status in (9, 10)]
    sound = [d for d, received, end in done if received and (end is None or end >= received)]
    period = period_of("2025", LATER)
    scored, total = count_on_time(sound, "bcth_date", period), periodic_report(sound, question("2025")).total()

    assert (scored.finished, scored.late, scored.early) == (total["resolved"], total["late"], total["early"])


RECEIVED, DUE = at("2025-09-01"), at("2025-09-10", "17:00:00")
OPEN: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}


@pytest.mark.parametrize(
    ("fields", "cells"),
    [
        ({"channel": "online", "finished_at": at("2025-09-09")}, {"online": 1, "early": 1}),
        ({"channel": "postal", "finished_at": at("2025-09-10", "18:00:00")}, {"direct": 1, "on_time": 1}),
        ({"finished_at": at("2025-09-11")}, {"direct": 1, "late": 1}),
        ({"received_at": at("2025-06-30"), "finished_at": at("2025-07-01")}, {"carried_over": 1, "early": 1}),
        ({"received_at": at("2025-06-20"), "finished_at": at("2025-06-30")}, {}),
        ({"received_at": at("2025-10-01"), "finished_at": at("2025-10-02")}, {}),
        ({"finished_at": at("2025-10-02")}, {"direct": 1, "overdue": 1}),
        (OPEN, {"direct": 1, "overdue": 1}),
        (OPEN | {"due_at": at("2025-09-30", "08:00:00")}, {"direct": 1, "in_time": 1}),
        (OPEN | {"due_at": None}, {"direct": 1, "in_time": 1}),
        (OPEN | {"status": 5}, {"direct": 1, "in_time": 1}),
        (OPEN | {"status": 8}, {"direct": 1, "in_time": 1}),
        ({"status": 7, "finished_at": at("2025-09-20")}, {"direct": 1, "on_time": 1}),
        (OPEN | {"status": 3}, {}),
        (OPEN | {"status": 10}, {}),
        ({"received_at": None}, {}),
        ({"due_at": at("2025-08-20"), "finished_at": at("2025-09-02")}, {"direct": 1, "late": 1}),
        ({"finished_at": at("2025-08-20"), "returned_at": at("2025-08-20")}, {}),
    ],
)
def test_each_dossier_stands_where_the_form_wants_it(fields: dict[str, Any], cells: dict[str, int]) -> None:
    known: dict[str, Any] = {"received_at": RECEIVED, "due_at": DUE, "returned_at": fields.get("finished_at")}

    assert counted(dossier(1, **(known | fields))) == cells


def test_waiting_dossiers_stand_among_the_resolved_under_the_other_reading() -> None:
    assert counted(dossier(1, **OPEN | {"status": 5}), waiting_is_resolved=True) == {"direct": 1, "on_time": 1}


def test_what_is_left_out_is_told_with_its_codes() -> None:
    ward = (
        dossier(1, **OPEN | {"status": 3}),
        dossier(2, received_at=None),
        dossier(3, **OPEN | {"status": 10}),
        dossier(4, finished_at=at("2025-08-20")),
        dossier(5, resolving_unit="UBND phường Hải Châu"),
        dossier(6, resolving_unit=OFFICE, due_at=None),
    )
    report = periodic_report(ward, question())

    assert {reason: len(codes) for reason, codes in report.left_out.items()} == {
        "not_accepted": 1, "without_received": 1, "undated": 1, "impossible": 1, "elsewhere": 1
    }  # fmt: skip
    assert report.elsewhere == {"UBND phường Hải Châu": 1}
    assert report.total()["received"] == 1 and report.without_due == 1
    assert len(list(report.warnings())) == 6


def test_the_offices_of_a_ward_that_was_merged_belong_to_its_successor() -> None:
    old = (UnitName(former="cam-chau", unit="hoi-an-dong", since=date(2025, 7, 1)),)
    ward = (dossier(1, resolving_unit="UBND phường Cẩm Châu"), dossier(2, resolving_unit=OFFICE))

    assert periodic_report(ward, question()).total()["received"] == 1
    assert periodic_report(ward, question(units=old)).total()["received"] == 2


def test_one_office_alone_can_be_asked_for() -> None:
    ward = (dossier(1, resolving_unit=OFFICE), dossier(2, resolving_unit=OTHER), dossier(3, resolving_unit=OTHER))

    assert periodic_report(ward, question(only_office=OTHER)).by_unit()[OTHER]["received"] == 2


def test_a_period_still_running_ends_today_and_one_that_ends_before_it_begins_is_refused() -> None:
    running = days_between(date(2025, 1, 1), date(2025, 12, 31), date(2025, 9, 5))

    assert (running.last, running.ends) == (date(2025, 9, 5), date(2025, 12, 31))
    assert days_between(date(2024, 2, 29), date(2024, 2, 29), LATER).closes == at("2024-03-01", "00:00:00")
    with pytest.raises(UnknownPeriod, match="trước ngày đầu"):
        days_between(date(2025, 2, 1), date(2025, 1, 1), LATER)
    with pytest.raises(UnknownPeriod, match="2000 đến 2100"):
        days_between(date(1, 1, 1), date(2025, 1, 1), LATER)


def overdue(*ward: Dossier, until: datetime = NOW, **asked: Any) -> list[tuple[str, str, int, int]]:
    found = overdue_list(ward, question(**asked), HOURS, until)
    return [(d.code[-4:], d.state, d.working_days_late, d.working_minutes_late) for d in found.dossiers]


def test_overdue_dossiers_come_open_ones_first_with_working_days_and_minutes() -> None:
    ward = (
        dossier(1, finished_at=at("2025-09-12", "09:00:00")),
        dossier(2, **OPEN),
        dossier(3, finished_at=at("2025-09-11", "08:30:00")),
        dossier(4, finished_at=at("2025-09-09")),
    )

    assert overdue(*ward) == [
        ("0002", "in_progress", 14, 14 * 480),
        ("0001", "resolved", 2, 480 + 120),
        ("0003", "resolved", 1, 90),
    ]


def test_an_open_dossier_is_late_until_the_list_is_made_and_no_longer() -> None:
    early = at("2025-09-12", "08:00:00")

    assert overdue(dossier(1, **OPEN), until=early, as_of=early.date()) == [("0001", "in_progress", 2, 480 + 60)]


def test_a_leap_day_is_a_working_day_like_any_other() -> None:
    leap = dossier(1, received_at=at("2024-02-28"), due_at=at("2024-02-28", "17:00:00"), finished_at=at("2024-03-01"))

    assert overdue(leap, period="2024") == [("0001", "resolved", 2, 480 + 120)]


def test_the_late_of_list_and_form_are_the_same() -> None:
    ward = tuple(dossier(number, late=number % 3 == 0, resolving_unit=OFFICE) for number in range(1, 40))

    assert len(overdue(*ward)) == periodic_report(ward, question()).total()["late"] == 13


def test_a_due_date_of_another_century_is_told_by_its_code() -> None:
    odd = dossier(1, **OPEN | {"due_at": at("1925-09-10")})
    found = overdue_list((odd, dossier(2, **OPEN)), question(), HOURS, NOW)

    assert found.unclear == (odd.code,) and len(found.dossiers) == 1


def test_by_office_counts_open_and_resolved() -> None:
    ward = (dossier(1, **OPEN | {"resolving_unit": OFFICE}), dossier(2, late=True, resolving_unit=OFFICE))

    assert overdue_list(ward, question(), HOURS, NOW).by_office() == {
        OFFICE: {"in_progress": 1, "resolved": 1, "most_days": 14}
    }


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(1944, 1968, "98.78"), (1, 8, "12.50"), (0, 0, None), (2, 3, "66.67")]
)
def test_percentages_are_rounded_half_up(part: int, whole: int, said: str | None) -> None:
    assert percent(part, whole) == said


def test_a_form_that_is_not_there_or_names_an_unknown_column_is_refused(tmp_path: Any) -> None:
    text = (load_form.__globals__["FOLDER"] / "ii06a.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace("parts: [early,", "parts: [erly,"), encoding="utf-8")

    with pytest.raises(BadForm, match="không có biểu mẫu"):
        load_form("none", tmp_path)
    with pytest.raises(BadForm, match="erly"):
        load_form("bad", tmp_path)


def test_moments_a_second_apart_change_the_class_only_for_rules_by_the_second() -> None:
    ward = dossier(1, finished_at=DUE + timedelta(seconds=1), returned_at=DUE + timedelta(seconds=1))

    late = {name: counted(ward, rule=name).get("late", 0) for name in RULES}
    assert late == {"bcth_date": 0, "bc06_datetime": 1, "opencps": 1, "dvcqg_766": 1}


def test_a_dossier_of_the_future_is_told_by_its_code() -> None:
    ward = (dossier(1, received_at=at("2568-09-01"), finished_at=None, returned_at=None, status=4), dossier(2))
    report = periodic_report(ward, question(until=NOW))

    assert report.left_out == {"future": (ward[0].code,)} and report.total()["received"] == 1
