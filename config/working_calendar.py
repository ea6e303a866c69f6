"""Holidays and swapped working days, one file a year, as plain data for the engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from config.criteria_rules import Strict
from config.strict_yaml import Fault, LinedValue, UnreadableYaml, read_strict_yaml

FOLDER = Path(__file__).parent / "calendars"


class BadCalendar(ValueError):
    """A calendar file cannot be used; the message lists every fault with its line, in Vietnamese."""


class CalendarDay(Strict):
    """A day off on a weekday, or a working day on a weekend, and where we know it from."""

    day: date
    name: str = Field(min_length=3)
    source: str = Field(min_length=3)
    provenance: Literal["official", "unverified"]


class CalendarYear(Strict):
    """One year; Saturdays and Sundays are days off without being listed."""

    year: int = Field(ge=2000, le=2100)
    version: str
    holidays: list[CalendarDay]
    working_days: list[CalendarDay]


def load_calendars(folder: Path | None = None) -> dict[str, Any]:
    """All years of a folder as {"version", "years", "holidays": [iso], "working_days": [iso], "unverified": [iso]}.

    Raises:
        BadCalendar: no file, or every fault of every file.
    """
    files = sorted((folder or FOLDER).glob("*.yaml"))
    if not files:
        raise BadCalendar(f"{folder or FOLDER}: không có tệp lịch nào; cần ít nhất một tệp như 2025.yaml")
    years = [_year(file) for file in files]
    every = [day for year in years for day in (*year.holidays, *year.working_days)]
    return {
        "version": "+".join(year.version for year in years),
        "years": [year.year for year in years],
        "holidays": [item.day.isoformat() for year in years for item in year.holidays],
        "working_days": [item.day.isoformat() for year in years for item in year.working_days],
        "unverified": sorted(item.day.isoformat() for item in every if item.provenance == "unverified"),
    }


def _year(file: Path) -> CalendarYear:
    try:
        lined = read_strict_yaml(file.read_text(encoding="utf-8"))
        year = CalendarYear.model_validate(lined.value)
    except UnreadableYaml as error:
        raise _refused(file, error.faults) from error
    except ValidationError as error:
        problems = [Fault(lined.line(p["loc"]), f"{_place(p['loc'])}: {p['msg']}") for p in error.errors()]
        raise _refused(file, problems) from error
    if faults := list(_day_faults(year, lined)):
        raise _refused(file, faults)
    return year


def _day_faults(year: CalendarYear, lined: LinedValue) -> list[Fault]:
    faults = []
    seen: set[date] = set()
    for field, weekend in (("holidays", False), ("working_days", True)):
        for index, item in enumerate(getattr(year, field)):
            where, day = lined.line([field, index]), item.day
            if day.year != year.year:
                faults.append(Fault(where, f"ngày {day} không thuộc năm {year.year}"))
            if (day.weekday() >= 5) != weekend:
                faults.append(Fault(where, f"ngày {day} {_why(weekend)}"))
            if day in seen:
                faults.append(Fault(where, f"ngày {day} ghi hai lần"))
            seen.add(day)
    return faults


def _why(weekend: bool) -> str:
    if weekend:
        return "không phải Thứ Bảy, Chủ nhật nên không cần ghi là ngày làm bù"
    return "là Thứ Bảy hoặc Chủ nhật, vốn đã nghỉ; hãy ghi ngày nghỉ bù"


def _refused(file: Path, faults: list[Fault] | tuple[Fault, ...]) -> BadCalendar:
    return BadCalendar("\n".join(f"{file}:{fault.line}: {fault.what}" for fault in faults))


def _place(path: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in path)
