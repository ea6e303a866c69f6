"""Due dates are counted in the working days of the year as it was announced."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sample.worktime import VIETNAM, due_for, is_working, working_moment


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-01-28", False),  # Tết
        ("2025-04-26", True),  # the Saturday worked for 2 May
        ("2025-05-02", False),
        ("2025-05-03", False),
        ("2025-09-03", True),
    ],
)
def test_holidays_and_swapped_days_are_known(day: str, working: bool) -> None:
    assert is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2025-07-03T09:00", 3, "2025-07-08T09:00"),  # over a weekend
        ("2025-04-25T10:00", 2, "2025-04-28T10:00"),  # over the Saturday that was worked
        ("2025-04-29T10:00", 1, "2025-05-05T10:00"),  # over 30 April, 1 and 2 May and the weekend
        ("2025-07-03T09:00", 0, "2025-07-03T17:00"),  # same day
        ("2025-07-03T15:30", 0, "2025-07-04T17:00"),  # same-day procedure received after 15:00
        ("2025-07-04T17:30", 1, "2025-07-08T07:00"),  # received after closing counts from the next opening
    ],
)
def test_due_dates(received: str, days: int, due: str) -> None:
    assert due_for(moment(received), days) == moment(due)


def test_the_lunch_break_ends_at_half_past_one() -> None:
    assert working_moment(moment("2025-07-03T12:10")) == moment("2025-07-03T13:30")
