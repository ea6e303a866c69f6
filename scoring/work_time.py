"""Working time between two moments in constant time: sums of the sessions of every day, added up once per calendar.

Times are counted in whole seconds, in Vietnamese time. A year without a calendar of its own counts Monday to Friday,
with the hours of the nearest year that has them; `years` says which years have one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from config.refusals import WrongUse
from scoring.engine.numbers import day_vn
from scoring.engine.period import SATURDAY, VIETNAM, WorkingDays, working_days

Sessions = tuple[tuple[int, int], ...]
"""Beginning and end of each session of a day, in seconds from midnight."""

STANDARD_HOURS: Sessions = ((7 * 3600, 11 * 3600 + 1800), (13 * 3600 + 1800, 17 * 3600))
"""Hours where the calendar names none; read in the settings of a one-stop system."""
DAY_SECONDS = 8 * 3600
"""What live systems take for one working day in hours."""
_MARGIN_YEARS = 6
"""Years before and after the calendar for which time can still be counted, without holidays."""


class OutsideCalendar(WrongUse, ValueError):
    """A moment so far from the years of the calendar that it can only be a mistake."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Office hours of a run of days, with their sums."""

    first: date
    days: tuple[Sessions, ...]
    seconds_before: tuple[int, ...]
    """Working seconds before each day; one entry more than days."""
    days_before: tuple[int, ...]
    """Working days before each day; one entry more than days."""
    working: tuple[int, ...]
    """Places of the working days, in order."""
    years: frozenset[int]

    def between(self, start: datetime, end: datetime) -> int:
        """Working seconds from `start` to `end`; negative where `end` comes first."""
        return self._worked(end) - self._worked(start)

    def days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative where `last` comes first."""
        return self.days_before[self._place(last) + 1] - self.days_before[self._place(first) + 1]

    def after(self, start: datetime, seconds: int) -> datetime:
        """The earliest moment by which `seconds` (above 0) were worked after `start`; for 0 the next open moment."""
        if seconds <= 0:
            return self.opened(start)
        goal = self._worked(start) + seconds
        place = bisect_right(self.seconds_before, goal - 1) - 1
        left = goal - self.seconds_before[place]
        for begin, end in self._sessions(place):
            if left <= end - begin:
                return self._moment(place, begin + left)
            left -= end - begin
        raise OutsideCalendar(f"{seconds // 3600} giờ làm việc sau ngày {day_vn(start.date())}: ngoài lịch đã có")

    def opened(self, moment: datetime) -> datetime:
        """The moment itself where the office is open, otherwise the next opening. Closing time counts as closed."""
        local = moment.astimezone(VIETNAM)
        place, second = self._place(local.date()), _second(local)
        for begin, end in self._sessions(place):
            if second < end:
                return local if second >= begin else self._moment(place, begin)
        return self._moment(self._next_working(place), None)

    def day_after(self, day: date, count: int) -> date:
        """The day that is `count` (from 0) working days after `day`; for 0 the day itself, or the next working day."""
        place = self._place(day)
        rank = self.days_before[place + 1] + count if count else self.days_before[place] + 1
        if rank > len(self.working):
            raise OutsideCalendar(f"{count} ngày làm việc sau ngày {day_vn(day)}: ngoài lịch đã có")
        return self.first + timedelta(days=self.working[rank - 1])

    def sessions_of(self, day: date) -> Sessions:
        """The sessions of a day; none on a day off."""
        return self._sessions(self._place(day))

    def closing_of(self, day: date) -> datetime:
        """When the office closes on a working day."""
        place = self._place(day)
        sessions = self._sessions(place)
        return self._moment(place, sessions[-1][1] if sessions else 0)

    def _worked(self, moment: datetime) -> int:
        local = moment.astimezone(VIETNAM)
        place, second = self._place(local.date()), _second(local)
        return self.seconds_before[place] + sum(
            min(max(second - begin, 0), end - begin) for begin, end in self.days[place]
        )

    def _place(self, day: date) -> int:
        place = (day - self.first).days
        if not 0 <= place < len(self.days):
            years = f"{self.first.year + _MARGIN_YEARS} đến {self._last_year() - _MARGIN_YEARS}"
            raise OutsideCalendar(f"ngày {day_vn(day)} quá xa các năm của lịch ({years}); kiểm tra lại năm")
        return place

    def _last_year(self) -> int:
        return (self.first + timedelta(days=len(self.days) - 1)).year

    def _sessions(self, place: int) -> Sessions:
        return self.days[place] if 0 <= place < len(self.days) else ()

    def _next_working(self, place: int) -> int:
        rank = self.days_before[place + 1]
        if rank >= len(self.working):
            raise OutsideCalendar(f"sau ngày {day_vn(self.first + timedelta(days=place))} lịch không còn ngày làm việc")
        return self.working[rank]

    def _moment(self, place: int, second: int | None) -> datetime:
        """A second of a day, or the day's first open one."""
        sessions = self._sessions(place)
        chosen = second if second is not None else sessions[0][0] if sessions else 0
        midnight = datetime.combine(self.first + timedelta(days=place), time(), VIETNAM)
        return midnight + timedelta(seconds=chosen)


def work_time(calendar: Mapping[str, Any]) -> WorkTime:
    """From the plain data of `config.working_calendar.load_calendars`."""
    known = working_days(calendar)
    years = sorted(known.years) or [2025]
    first, last = date(years[0] - _MARGIN_YEARS, 1, 1), date(years[-1] + _MARGIN_YEARS, 12, 31)
    hours = {int(year): _sessions(listed) for year, listed in calendar.get("sessions", {}).items()}
    halves = calendar.get("half_days", {})
    days = tuple(_days(first, last, known, hours, halves))
    seconds = [sum(end - begin for begin, end in day) for day in days]
    return WorkTime(
        first,
        days,
        tuple(accumulate(seconds, initial=0)),
        tuple(accumulate((bool(day) for day in days), initial=0)),
        tuple(place for place, day in enumerate(days) if day),
        known.years,
    )


def _days(
    first: date, last: date, known: WorkingDays, hours: Mapping[int, Sessions], halves: Mapping[str, str]
) -> list[Sessions]:
    """Sessions of every day: by weekday first, then what the calendar says of single days."""
    days: list[Sessions] = []
    for year in range(first.year, last.year + 1):
        sessions = _nearest(hours, year)
        weekday = date(year, 1, 1).weekday()
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        days += [sessions if (weekday + step) % 7 < SATURDAY else () for step in range(length)]
    for day in (*known.holidays, *known.swapped, *map(date.fromisoformat, halves)):
        half = halves.get(day.isoformat())
        worked = _nearest(hours, day.year) if known.works(day) or half else ()
        days[(day - first).days] = worked if not half else worked[:1] if half == "morning" else worked[1:]
    return days


def _nearest(hours: Mapping[int, Sessions], year: int) -> Sessions:
    """The sessions of a year, or of the nearest one that has any."""
    return hours[min(hours, key=lambda known: (abs(known - year), known))] if hours else STANDARD_HOURS


def _sessions(listed: list[list[str]]) -> Sessions:
    return tuple((_clock_seconds(begin), _clock_seconds(end)) for begin, end in listed)


def _clock_seconds(text: str) -> int:
    clock = time.fromisoformat(text)
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _second(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second
