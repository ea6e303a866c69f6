"""Changes after the fact raise an alarm; ordinary progress does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from connectors.exports.backdating import alarms_between
from connectors.exports.dates import VIETNAM


def day(number: int) -> datetime:
    return datetime(2025, 7, number, 10, tzinfo=VIETNAM)


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
