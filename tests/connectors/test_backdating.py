"""Changes after the fact raise an alarm; ordinary progress does not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.exports.backdating import alarms_between, ended_in_hindsight
from connectors.exports.cells.dates import VIETNAM


def day(number: int, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2025, 7, number, hour, minute, second, tzinfo=VIETNAM)


CLOSED = {"status": 9, "received_at": day(1), "due_at": day(5), "finished_at": day(7), "supplements": 0}
OPEN = {"status": 4, "received_at": day(1), "due_at": day(5), "finished_at": None, "supplements": 0}


@pytest.mark.parametrize(
    ("kept", "change", "kinds"),
    [
        (OPEN, {"status": 9, "finished_at": day(4)}, []),
        (OPEN, {"status": 5, "due_at": day(9), "supplements": 1}, []),
        (CLOSED, {"status": 10, "returned_at": day(8)}, []),
        (CLOSED, {}, []),
        (OPEN, {"due_at": day(9)}, ["due_moved"]),
        (CLOSED, {"due_at": day(8)}, ["due_moved_after_end"]),
        (CLOSED, {"status": 4}, ["reopened"]),
        (CLOSED, {"finished_at": day(5)}, ["event_moved"]),
        (CLOSED, {"received_at": day(3), "due_at": day(9)}, ["due_moved_after_end", "event_moved"]),
        (CLOSED | {"supplements": 2}, {"supplements": 1}, ["supplements_lowered"]),
        (CLOSED, {"due_at": None}, ["due_removed"]),
        (OPEN, {"due_at": None}, ["due_removed"]),
        (CLOSED, {"finished_at": None, "status": 10}, ["reopened"]),
        # within one day: told only where both know the time and late becomes on time
        (CLOSED | {"finished_at": day(5, 17)}, {"due_at": day(5, 17, 30)}, ["due_moved_after_end"]),
        (CLOSED | {"finished_at": day(5, 17)}, {"due_at": day(5, 16)}, []),
        (CLOSED | {"finished_at": day(5, 17)}, {"due_at": day(5, 23, 59, 59)}, []),
        (CLOSED | {"finished_at": day(5, 17)}, {"finished_at": day(5, 9)}, ["event_moved"]),
        (CLOSED | {"finished_at": day(5, 17)}, {"finished_at": day(5, 16)}, []),
        (CLOSED | {"finished_at": day(5, 17)}, {"finished_at": day(5, 0)}, []),
        (CLOSED | {"finished_at": day(4, 9)}, {"finished_at": day(4, 8)}, []),
        (OPEN, {"due_at": day(5, 16)}, []),
    ],
)
def test_only_changes_after_the_fact_are_suspicious(
    kept: dict[str, Any], change: dict[str, Any], kinds: list[str]
) -> None:
    assert [alarm.kind for alarm in alarms_between(kept, kept | change)] == kinds


def test_a_late_dossier_that_becomes_punctual_is_named_so() -> None:
    (alarm,) = alarms_between(CLOSED, {"due_at": day(8)})
    assert (alarm.before, alarm.after) == (day(5), day(8))
    assert alarm.sentence == (
        "hạn trả đổi từ 05/07/2025 thành 08/07/2025 sau khi kết thúc 07/07/2025, nên từ quá hạn thành đúng hạn"
    )


def test_a_layout_that_does_not_carry_a_field_says_nothing_of_it() -> None:
    assert alarms_between(CLOSED, {"status": 10}) == ()


SEEN = day(14, 1)  # a Monday, 01:00; due on Saturday 5 July


@pytest.mark.parametrize(
    ("end", "seen", "due", "is_told"),
    [
        (day(4), SEEN, day(5), True),  # six working days after the end the export still showed it open and overdue
        (day(4), day(7, 1), day(5), False),  # ended on Friday, entered on Monday: ordinary
        (day(4), day(8, 1), day(5), False),  # entered on Tuesday
        (day(4), day(9, 1), day(5), True),  # two whole working days passed
        (day(7), SEEN, day(5), False),  # late all the same
        (day(4), SEEN, day(20), False),  # was not overdue yet
        (day(4), SEEN, None, False),  # no due date, nothing to be late for
    ],
)
def test_an_end_given_long_after_an_export_showed_the_dossier_open_and_overdue_is_told(
    end: datetime, seen: datetime, due: datetime | None, is_told: bool
) -> None:
    alarm = ended_in_hindsight(OPEN | {"due_at": due}, {"finished_at": end, "status": 9}, seen, two_working_days_later)
    assert (alarm is not None) == is_told


def test_an_end_in_hindsight_says_what_the_earlier_export_showed() -> None:
    alarm = ended_in_hindsight(OPEN, {"finished_at": day(4)}, SEEN, two_working_days_later)
    assert alarm is not None and alarm.sentence == (
        "khi kết xuất 01:00 14/07/2025 hồ sơ chưa kết thúc và đã quá hạn 05/07/2025;"
        " nay ghi kết thúc 04/07/2025, nên từ quá hạn thành đúng hạn"
    )


def two_working_days_later(end: date) -> date:
    later = (end + timedelta(days=n) for n in range(1, 9))
    return [one for one in later if one.weekday() < 5][1]
