"""Working days of 2025 and 2026 as the sample ward keeps them: due dates are counted with these."""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
OPENING, CLOSING = time(7, 0), time(17, 0)
LUNCH_FROM, LUNCH_TO = time(11, 30), time(13, 30)

# Yearly announcements of the Ministry of Home Affairs; 2 May 2025 was swapped with Saturday 26 April 2025.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-01-01", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31"),
        *("2025-04-07", "2025-04-30", "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02", "2026-01-01"),
    )
)
MADE_UP = frozenset({date(2025, 4, 26)})


def is_working(day: date) -> bool:
    """Whether the ward works on this day."""
    return day in MADE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


@functools.cache
def working_days(first: date, last: date) -> tuple[date, ...]:
    """All working days from `first` to `last`, both included."""
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return tuple(day for day in days if is_working(day))


def next_working(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_working(day):
        day += timedelta(days=1)
    return day


def working_moment(moment: datetime) -> datetime:
    """The moment itself, or the next moment at which the desk is open."""
    if not is_working(moment.date()) or moment.time() >= CLOSING:
        return datetime.combine(next_working(moment.date()), OPENING, VIETNAM)
    if moment.time() < OPENING:
        return datetime.combine(moment.date(), OPENING, VIETNAM)
    if LUNCH_FROM <= moment.time() < LUNCH_TO:
        return datetime.combine(moment.date(), LUNCH_TO, VIETNAM)
    return moment


def after_working_days(moment: datetime, days: int) -> datetime:
    """The same time of day, `days` working days later; the desk's next open moment counts as the beginning."""
    begins = working_moment(moment)
    day = begins.date()
    for _ in range(days):
        day = next_working(day)
    return datetime.combine(day, begins.timetz())


def due_for(received: datetime, days: int) -> datetime:
    """When a dossier is due. Same-day procedures: 17:00, or 17:00 of the next working day if received after 15:00."""
    begins = working_moment(received)
    if days:
        return after_working_days(received, days)
    day = begins.date() if begins.time() < time(15, 0) else next_working(begins.date())
    return datetime.combine(day, CLOSING, VIETNAM)
