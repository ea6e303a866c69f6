"""Due dates: monotone, never in closed hours, equal to a walk through sessions, and as the sample ward counts them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.due_dates import BadDueDates, load_due_date_rules
from sample.worktime import due_for
from scoring.due_dates import DAY_END, HOURS, RESTART, SAME_CLOCK, BadDuration, DueRule, Waiting, due_date
from scoring.work_time import work_time
from tests.scoring.wards import CALENDAR, at

OFFICE = work_time(CALENDAR)
MOMENTS = st.integers(0, 540 * 86_400).map(lambda second: at("2025-01-02", "00:00:00") + timedelta(seconds=second))
RULES = st.sampled_from([DueRule(SAME_CLOCK), DueRule(DAY_END), DueRule(HOURS), DueRule(HOURS, round_up_minutes=15)])
HALF_DAYS = st.integers(0, 60)


@given(MOMENTS, HALF_DAYS, HALF_DAYS, RULES)
@settings(deadline=None)
def test_more_time_is_never_due_earlier(received: datetime, fewer: int, more: int, rule: DueRule) -> None:
    fewer, more = sorted((fewer, more))

    if fewer or not more:  # a same-day procedure is due at closing, half a day may end before it
        assert due_date(received, fewer, OFFICE, rule) <= due_date(received, more, OFFICE, rule)


@given(MOMENTS, MOMENTS, HALF_DAYS, RULES)
@settings(deadline=None)
def test_what_came_later_is_never_due_earlier(a: datetime, b: datetime, half_days: int, rule: DueRule) -> None:
    first, second = sorted((a, b))

    assert due_date(first, half_days, OFFICE, rule) <= due_date(second, half_days, OFFICE, rule)


@given(MOMENTS, HALF_DAYS, RULES)
@settings(deadline=None)
def test_a_due_date_lies_in_office_hours_after_reception(received: datetime, half_days: int, rule: DueRule) -> None:
    due = due_date(received, half_days, OFFICE, rule)
    second = due.hour * 3600 + due.minute * 60 + due.second

    assert due >= received
    assert any(begin <= second <= end for begin, end in OFFICE.sessions_of(due.date()))


@given(MOMENTS, st.integers(1, 30))
@settings(deadline=None)
def test_whole_days_at_the_same_clock_equal_the_walk_of_the_sample_ward(received: datetime, days: int) -> None:
    if received < at("2025-11-01"):  # the walk knows the holidays of 2025 alone
        assert due_date(received, 2 * days, OFFICE, DueRule()) == due_for(received, days)


@given(MOMENTS, st.integers(1, 40))
@settings(deadline=None)
def test_half_days_in_hours_equal_a_walk_through_quarter_hours(received: datetime, half_days: int) -> None:
    start = OFFICE.opened(received.replace(minute=15 * (received.minute // 15), second=0))
    moment, left = start, half_days * 16
    while left:
        second = moment.hour * 3600 + moment.minute * 60
        left -= any(begin <= second < end for begin, end in OFFICE.sessions_of(moment.date()))
        moment += timedelta(minutes=15)

    assert due_date(start, half_days, OFFICE, DueRule(HOURS)) == moment


@pytest.mark.parametrize(
    ("received", "half_days", "rule", "due"),
    [
        ("2025-07-03T09:00", 1, DueRule(DAY_END), "2025-07-03T17:00"),
        ("2025-07-03T14:00", 1, DueRule(DAY_END), "2025-07-04T11:30"),
        ("2025-07-03T09:00", 2, DueRule(DAY_END), "2025-07-04T17:00"),
        ("2025-07-04T09:00", 3, DueRule(DAY_END), "2025-07-08T11:30"),
        ("2025-07-03T14:59", 0, DueRule(), "2025-07-03T17:00"),
        ("2025-07-03T15:00", 0, DueRule(), "2025-07-04T17:00"),
        ("2026-01-01T09:00", 2, DueRule(), "2026-01-06T07:00"),
        ("2026-01-09T15:00", 2, DueRule(), "2026-01-10T15:00"),
        ("2024-02-28T09:00", 2, DueRule(DAY_END), "2024-02-29T17:00"),
        ("2025-07-03T09:07", 1, DueRule(HOURS, round_up_minutes=15), "2025-07-03T15:15"),
    ],
)
def test_due_dates_of_single_dossiers(received: str, half_days: int, rule: DueRule, due: str) -> None:
    assert due_date(at(*received.split("T")), half_days, OFFICE, rule) == at(*due.split("T"))


WAIT = Waiting(at("2025-07-07", "09:00:00"), at("2025-07-09", "09:00:00"))


def test_waiting_for_papers_pushes_the_due_date_by_the_working_time_waited() -> None:
    received = at("2025-07-04", "09:00:00")

    plain = due_date(received, 6, OFFICE, DueRule())
    pushed = due_date(received, 6, OFFICE, DueRule(), [WAIT])

    assert (plain, pushed) == (at("2025-07-09", "09:00:00"), at("2025-07-11", "09:00:00"))
    assert OFFICE.between(plain, pushed) == OFFICE.between(WAIT.asked, WAIT.given)


def test_waits_that_overlap_count_once() -> None:
    received, within = at("2025-07-04", "09:00:00"), Waiting(at("2025-07-08", "07:00:00"), at("2025-07-08", "17:00:00"))

    assert due_date(received, 6, OFFICE, DueRule(), [within, WAIT]) == due_date(received, 6, OFFICE, DueRule(), [WAIT])


def test_the_other_reading_begins_anew_when_the_papers_are_there() -> None:
    rule = DueRule(pause=RESTART)

    assert due_date(at("2025-07-04"), 6, OFFICE, rule, [WAIT]) == due_date(WAIT.given, 6, OFFICE, rule)


def test_negative_durations_and_waits_are_refused_in_words() -> None:
    with pytest.raises(BadDuration, match="không thể âm"):
        due_date(at("2025-07-04"), -1, OFFICE, DueRule())
    with pytest.raises(BadDuration, match="trước khi yêu cầu"):
        due_date(at("2025-07-04"), 2, OFFICE, DueRule(), [Waiting(WAIT.given, WAIT.asked)])


def test_each_reading_says_where_it_was_found() -> None:
    rules = load_due_date_rules()

    assert {reading.id for reading in rules.readings} == {SAME_CLOCK, DAY_END, HOURS}
    assert all(reading.source and reading.provenance in ("reported", "unverified") for reading in rules.readings)
    assert rules.cut_off.time == time(15) and "2.000635" in rules.cut_off.procedures
    with pytest.raises(BadDueDates, match="same_clock"):
        rules.reading("theo-ý-riêng")


def test_the_sample_ward_and_the_calendar_agree_on_holidays() -> None:
    from sample.worktime import is_working

    days = [date(2025, 1, 1) + timedelta(days=step) for step in range(365)]
    assert [day for day in days if bool(OFFICE.sessions_of(day)) != is_working(day)] == []
