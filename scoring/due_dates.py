"""When a dossier is due: working days from reception, half days, the cut-off of same-day procedures, pauses.

The readings and where each was found are data (config/due_dates.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from config.refusals import WrongUse
from scoring.engine.period import VIETNAM
from scoring.work_time import DAY_SECONDS, WorkTime

SAME_CLOCK, DAY_END, HOURS = "same_clock", "day_end", "hours"
PUSHED, RESTART = "pushed", "restart"


class BadDuration(WrongUse, ValueError):
    """A duration that no procedure has; the message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """How to count: the reading, the cut-off of same-day procedures, what a pause does."""

    reading: str = SAME_CLOCK
    cut_off: time = time(15)
    pause: str = PUSHED
    round_up_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """From asking the citizen for papers to receiving them."""

    asked: datetime
    given: datetime


def due_date(
    received: datetime, half_days: int, hours: WorkTime, rule: DueRule, waits: Iterable[Waiting] = ()
) -> datetime:
    """When a dossier received at `received` is due after `half_days` half working days (0: the same day).

    Raises:
        BadDuration: `half_days` is below 0, or papers were given before they were asked for.
        OutsideCalendar: a day lies too far from the calendar.
    """
    if half_days < 0:
        raise BadDuration(f"thời hạn {half_days / 2:g} ngày làm việc: không thể âm")
    start, waited = _waited(received, tuple(waits), hours, rule)
    due = _counted(start, half_days, hours, rule)
    return hours.after(due, waited) if waited else due


def _waited(received: datetime, waits: tuple[Waiting, ...], hours: WorkTime, rule: DueRule) -> tuple[datetime, int]:
    """Where counting starts, and how many working seconds the due date is pushed by. Overlapping waits count once."""
    covered, seconds = received, 0
    for wait in sorted(waits, key=lambda wait: (wait.asked, wait.given)):
        if wait.given < wait.asked:
            raise BadDuration(f"nhận bổ sung {wait.given:%d/%m/%Y %H:%M} trước khi yêu cầu {wait.asked:%d/%m/%Y %H:%M}")
        begins = max(wait.asked, covered)
        if wait.given > begins:
            seconds += hours.between(begins, wait.given)
            covered = wait.given
    return (covered, 0) if rule.pause == RESTART else (received, seconds)


def _counted(received: datetime, half_days: int, hours: WorkTime, rule: DueRule) -> datetime:
    start = hours.opened(received)
    if half_days == 0:
        return _same_day(start, hours, rule)
    if rule.reading == HOURS:
        return _rounded_up(hours.after(start, half_days * DAY_SECONDS // 2), rule.round_up_minutes, hours)
    whole, half = divmod(half_days, 2)
    if rule.reading == DAY_END:
        return _day_end(start, whole, half, hours)
    day = hours.day_after(start.date(), whole)
    due = hours.opened(datetime.combine(day, start.timetz()))
    return hours.after(due, DAY_SECONDS // 2) if half else due


def _same_day(start: datetime, hours: WorkTime, rule: DueRule) -> datetime:
    """Closing of the day, or of the next working day for what came at or after the cut-off."""
    late = start.time() >= rule.cut_off
    return hours.closing_of(hours.day_after(start.date(), 1 if late else 0))


def _day_end(start: datetime, whole: int, half: int, hours: WorkTime) -> datetime:
    """The day of reception is not counted; a half day ends with the session that follows."""
    last = hours.closing_of(hours.day_after(start.date(), whole)) if whole else start
    if not half:
        return last
    following = hours.opened(last if whole else _session_end(start, hours))
    return _session_end(following, hours)


def _session_end(moment: datetime, hours: WorkTime) -> datetime:
    """The end of the session in which an open moment lies."""
    second = moment.hour * 3600 + moment.minute * 60 + moment.second
    end = next(end for begin, end in hours.sessions_of(moment.date()) if second < end)
    return datetime.combine(moment.date(), time(), VIETNAM) + timedelta(seconds=end)


def _rounded_up(moment: datetime, minutes: int, hours: WorkTime) -> datetime:
    """The next whole quarter hour or the like, never past the closing of the day."""
    over = (moment.minute * 60 + moment.second) % (minutes * 60) if minutes else 0
    if not over:
        return moment.replace(microsecond=0)
    later = moment.replace(microsecond=0) + timedelta(seconds=minutes * 60 - over)
    return min(later, hours.closing_of(moment.date()))
