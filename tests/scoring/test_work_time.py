"""Working time: equal to a walk through the minutes, additive, monotone, and undone by its inverse."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.period import VIETNAM
from scoring.work_time import OutsideCalendar, WorkTime, work_time
from tests.scoring.wards import CALENDAR, at

HOURS = work_time(CALENDAR)
HALF_DAYS = work_time(CALENDAR | {"half_days": {"2025-12-31": "morning", "2025-07-05": "afternoon"}})
MOMENTS = st.integers(0, 740 * 86_400).map(lambda second: at("2024-12-20", "00:00:00") + timedelta(seconds=second))
SECONDS = st.integers(0, 60 * 8 * 3600)


def walked(hours: WorkTime, start: datetime, end: datetime) -> int:
    """Working minutes between two whole minutes, one by one."""
    minutes, moment = 0, start
    while moment < end:
        second = moment.hour * 3600 + moment.minute * 60
        minutes += any(begin <= second < close for begin, close in hours.sessions_of(moment.date()))
        moment += timedelta(minutes=1)
    return minutes


@given(MOMENTS, st.integers(0, 5 * 1440))
@settings(max_examples=25, deadline=None)
def test_working_time_equals_a_walk_through_the_minutes(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=minutes)

    assert HOURS.between(start, end) == 60 * walked(HOURS, start, end)
    assert HALF_DAYS.between(start, end) == 60 * walked(HALF_DAYS, start, end)


@given(MOMENTS, MOMENTS, MOMENTS)
@settings(deadline=None)
def test_working_time_adds_up_and_turns_around(a: datetime, b: datetime, c: datetime) -> None:
    assert HOURS.between(a, b) + HOURS.between(b, c) == HOURS.between(a, c)
    assert HOURS.between(a, b) == -HOURS.between(b, a)


@given(MOMENTS, SECONDS, SECONDS)
@settings(deadline=None)
def test_a_later_moment_is_found_again_and_steps_add_up(start: datetime, first: int, second: int) -> None:
    later = HALF_DAYS.after(start, first)

    assert HALF_DAYS.between(start, later) == first
    if second:
        assert HALF_DAYS.after(later, second) == HALF_DAYS.after(start, first + second)
        assert later < HALF_DAYS.after(start, first + second)


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 200))
@settings(deadline=None)
def test_counting_working_days_forth_and_back(day: date, count: int) -> None:
    later = HOURS.day_after(day, count)

    assert HOURS.sessions_of(later)
    if count or HOURS.sessions_of(day):
        assert HOURS.days_between(day, later) == count
    assert HOURS.days_between(day, later) == sum(
        bool(HOURS.sessions_of(day + timedelta(days=step))) for step in range(1, (later - day).days + 1)
    )


def test_a_swapped_saturday_is_worked_and_its_friday_is_not() -> None:
    assert HOURS.sessions_of(date(2026, 1, 10)) and not HOURS.sessions_of(date(2026, 1, 2))
    assert HOURS.between(at("2026-01-01", "00:00:00"), at("2026-01-05", "00:00:00")) == 0
    assert HOURS.between(at("2026-01-10", "00:00:00"), at("2026-01-11", "00:00:00")) == 8 * 3600


def test_a_day_of_which_half_is_worked_has_one_session() -> None:
    assert HALF_DAYS.between(at("2025-12-31", "00:00:00"), at("2026-01-01", "00:00:00")) == 16_200
    assert HALF_DAYS.opened(at("2025-07-05", "08:00:00")) == at("2025-07-05", "13:30:00")


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2025-07-04T06:59:59", "2025-07-04T07:00:00"),
        ("2025-07-04T12:10:00", "2025-07-04T13:30:00"),
        ("2025-07-04T17:00:00", "2025-07-07T07:00:00"),
        ("2024-02-29T23:59:59", "2024-03-01T07:00:00"),
    ],
)
def test_a_closed_office_opens_next_time(moment: str, opened: str) -> None:
    assert HOURS.opened(at(*moment.split("T"))) == at(*opened.split("T"))


@pytest.mark.parametrize("year", [1925, 2568])
def test_a_year_far_from_the_calendar_is_told_not_counted(year: int) -> None:
    with pytest.raises(OutsideCalendar, match="kiểm tra lại năm"):
        HOURS.between(datetime.combine(date(year, 2, 1), time(), VIETNAM), at("2025-01-01"))


def test_other_hours_of_another_calendar_are_kept() -> None:
    mornings = work_time({"years": [2025], "sessions": {"2025": [["08:00", "11:00"]]}})

    assert mornings.between(at("2025-03-03", "00:00:00"), at("2025-03-08", "00:00:00")) == 5 * 3 * 3600
