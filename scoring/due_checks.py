"""Whether the due date of a dossier is the one that its term gives: how many working days, from which reception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from scoring.due_dates import DueRule, due_date
from scoring.engine.period import local_day
from scoring.work_time import OutsideCalendar, WorkTime

_HOURS_OF_HALF_DAY = 4
_NO_CUT_OFF = time(23, 59, 59)
_TERM = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(.*)")
_SAME_DAY = ("trong ngày", "ngay", "trả ngay")


@dataclass(frozen=True, slots=True)
class Term:
    """How long a procedure may take, in half working days; so many days of the calendar will do too."""

    half_days: int
    calendar_days: int | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """What an export says of one dossier; `place` is its cell, as the sentence names it."""

    place: str
    received: datetime
    due: datetime
    term: str
    unit: str
    procedure: str


@dataclass(frozen=True, slots=True)
class DueChecks:
    """What to check by: office hours, the readings of working days (the first one is told), same-day procedures."""

    hours: WorkTime
    readings: Sequence[DueRule]
    cut_off: frozenset[str]
    """Procedures that come due a working day later when they are received after the cut-off."""


def term_of(text: str, unit: str = "") -> Term | None:
    """The term that a cell means: "5", "05 ngày làm việc", "0,5 ngày", "16 giờ", "trong ngày"; None: nobody can tell.

    "Ngày" alone is a day of the calendar in the software seen, and a working day in the words of many: both will do.
    """
    words = text.casefold().strip()
    if words.startswith(_SAME_DAY):
        return Term(0)
    found = _TERM.fullmatch(words)
    if not found:
        return None
    number, kind = Decimal(found[1].replace(",", ".")), (found[2] or unit).casefold().strip()
    if kind.startswith(("giờ", "h")):
        return _half_days(number / _HOURS_OF_HALF_DAY)
    if kind in ("", "ngày làm việc", "ngày (làm việc)", "working_day"):
        return _half_days(number * 2)
    if kind.startswith("ngày") and number == int(number):
        return Term(2 * int(number), int(number))
    return None


def _half_days(number: Decimal) -> Term | None:
    return Term(int(number)) if number == int(number) else None


def due_days(said: Timed, term: Term, checks: DueChecks) -> list[date]:
    """The days on which the dossier may be due, the first one by the reading that counts.

    Raises:
        OutsideCalendar: a day lies too far from the calendar.
    """
    same_day = term.half_days == 0
    rules = [DueRule(cut_off=_NO_CUT_OFF)] if same_day and said.procedure not in checks.cut_off else checks.readings
    days = [local_day(due_date(said.received, term.half_days, checks.hours, rule)) for rule in rules]
    if term.calendar_days is not None:
        days.append(local_day(checks.hours.opened(said.received + timedelta(days=term.calendar_days))))
    return days


def due_disagreements(dossiers: Iterable[Timed], checks: DueChecks) -> list[str]:
    """Vietnamese sentences: dossiers whose due day no reading of their term gives."""
    told = []
    for said in dossiers:
        term = term_of(said.term, said.unit)
        days = _days_or_none(said, term, checks) if term else None
        if days is not None and local_day(said.due) not in days:
            told.append(
                f"{said.place}: nhận {said.received:%d/%m/%Y}, thời hạn {said.term} {said.unit}".rstrip()
                + f": tính ra {days[0]:%d/%m/%Y}, tệp ghi hẹn trả {said.due:%d/%m/%Y}"
            )
    return told


def _days_or_none(said: Timed, term: Term, checks: DueChecks) -> list[date] | None:
    try:
        return due_days(said, term, checks)
    except OutsideCalendar:
        return None
