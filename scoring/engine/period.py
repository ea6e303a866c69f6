"""Which days a score looks at: the period, cut off at the day the score is made for, in Vietnamese time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

VIETNAM = timezone(timedelta(hours=7))
_PERIOD = re.compile(r"^(20\d{2})(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])))?$")
SATURDAY = 5


class UnknownPeriod(ValueError):
    """The period is not written as 2025, 2025-H1, 2025-Q3 or 2025-07."""


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of what is scored; the last is never after `as_of`. `ends` is the last day of the period."""

    first: date
    last: date
    ends: date
    opens: datetime
    """First moment."""
    closes: datetime
    """First moment after the last day."""

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in the period; a missing one does not."""
        return moment is not None and self.opens <= moment < self.closes


def period_of(text: str, as_of: date) -> Period:
    """The period of `text`, cut off at `as_of`.

    Raises:
        UnknownPeriod: `text` has another form.
    """
    match = _PERIOD.match(text)
    if not match:
        raise UnknownPeriod(f"kỳ {text!r}: phải viết như 2025, 2025-H1, 2025-Q3 hoặc 2025-07")
    year, quarter, half, month = (int(part) if part else 0 for part in match.groups())
    start, months = 1, 12
    if quarter:
        start, months = quarter * 3 - 2, 3
    elif half:
        start, months = half * 6 - 5, 6
    elif month:
        start, months = month, 1
    after = start + months
    ends = date(year + (after > 12), after - 12 * (after > 12), 1) - timedelta(days=1)
    return days_between(date(year, start, 1), ends, as_of)


def days_between(first: date, ends: date, as_of: date) -> Period:
    """The period from `first` to `ends`, both included, cut off at `as_of`.

    Raises:
        UnknownPeriod: it ends before it begins, or lies outside the years 2000 to 2100.
    """
    if ends < first:
        raise UnknownPeriod(f"kỳ từ {first:%d/%m/%Y} đến {ends:%d/%m/%Y}: ngày cuối trước ngày đầu")
    if not 2000 <= first.year <= ends.year <= 2100:
        raise UnknownPeriod(f"kỳ từ {first:%d/%m/%Y} đến {ends:%d/%m/%Y}: chỉ nhận các năm 2000 đến 2100")
    last = min(ends, as_of)
    return Period(first, last, ends, _midnight(first), _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def in_vietnam(moment: datetime) -> datetime:
    """The same moment with `VIETNAM` itself as its zone where it has that offset: such moments compare faster."""
    return moment.replace(tzinfo=VIETNAM) if moment.tzinfo == VIETNAM else moment


def local_day(moment: datetime) -> date:
    """The day of a moment in Vietnam."""
    zone = moment.tzinfo
    return moment.date() if zone is VIETNAM or zone == VIETNAM else moment.astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Working days of civil servants: Monday to Friday without holidays, plus swapped Saturdays and Sundays."""

    holidays: frozenset[date]
    swapped: frozenset[date]
    years: frozenset[int]
    counted: dict[tuple[date, int], date] = field(default_factory=dict, compare=False, repr=False)
    """Days counted off already: many petitions come on one day."""

    def works(self, day: date) -> bool:
        """Whether offices work on this day."""
        return day in self.swapped or (day.weekday() < SATURDAY and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The day that is `count` working days after `day` (the day itself is not counted)."""
        asked = day, count
        if asked not in self.counted:
            while count:
                day += timedelta(days=1)
                count -= self.works(day)
            self.counted[asked] = day
        return self.counted[asked]


def working_days(calendar: Mapping[str, Any]) -> WorkingDays:
    """From plain data {"years": [..], "holidays": [iso days], "working_days": [iso days]}."""
    return WorkingDays(
        frozenset(map(date.fromisoformat, calendar.get("holidays", ()))),
        frozenset(map(date.fromisoformat, calendar.get("working_days", ()))),
        frozenset(calendar.get("years", ())),
    )
