"""Holidays, swapped working days and office hours, one file a year, as plain data for the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from config.complaints import complaint, place_of, seen_in
from config.criteria_rules import Strict
from config.refusals import WrongUse
from config.strict_yaml import Fault, LinedValue, UnreadableYaml, read_strict_yaml

FOLDER = Path(__file__).parent / "calendars"
Provenance = Literal["official", "reported", "unverified"]
"""Read in the document itself | read in a public report that names it | common knowledge, to be checked."""


class BadCalendar(WrongUse, ValueError):
    """A calendar file cannot be used; the message lists every fault with its line, in Vietnamese."""


class CalendarDocument(Strict):
    """A document that announces days; the day it was issued where we know it."""

    name: str = Field(min_length=3)
    issued_on: date | None = None


class CalendarDay(Strict):
    """A day off on a weekday, or a working day on a weekend, and where we know it from."""

    day: date
    name: str = Field(min_length=3)
    source: str = Field(min_length=3)
    """Key of a document of the file, or the source in words."""
    provenance: Provenance


class HalfDay(CalendarDay):
    """A working day of which only one session is worked."""

    session: Literal["morning", "afternoon"]


class Session(Strict):
    """Office hours from one moment of the day to another."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Session:
        if self.end <= self.start:
            raise ValueError(f"buổi làm việc {self.start:%H:%M}-{self.end:%H:%M} kết thúc trước khi bắt đầu")
        return self


class CalendarYear(Strict):
    """One year; Saturdays and Sundays are days off without being listed."""

    year: int = Field(ge=2000, le=2100)
    version: str
    documents: dict[str, CalendarDocument] = Field(default_factory=dict)
    holidays: list[CalendarDay]
    working_days: list[CalendarDay]
    half_days: list[HalfDay] = Field(default_factory=list)
    undecided: list[CalendarDay] = Field(default_factory=list)
    sessions: list[Session] = Field(default_factory=list, max_length=2)
    sessions_source: str = ""
    sessions_provenance: Provenance = "unverified"

    def days(self) -> Iterator[tuple[str, int, CalendarDay]]:
        """Every listed day with its list and its place there."""
        for name in ("holidays", "working_days", "half_days", "undecided"):
            for index, item in enumerate(getattr(self, name)):
                yield name, index, item

    def source_of(self, item: CalendarDay) -> str:
        """The document of a day in words."""
        found = self.documents.get(item.source)
        if found is None:
            return item.source
        return found.name + (f", ngày {found.issued_on:%d/%m/%Y}" if found.issued_on else "")


def load_calendars(folder: Path | None = None) -> dict[str, Any]:
    """All years of a folder as plain data.

    {"version", "years", "holidays": [iso], "working_days": [iso], "unverified": [iso], "undecided": [iso],
    "half_days": {iso: morning | afternoon}, "sessions": {"2025": [["07:00", "11:30"], ...]},
    "days": [{day, list, name, source, provenance}]}

    Raises:
        BadCalendar: no file, or every fault of every file.
    """
    files = sorted((folder or FOLDER).glob("*.yaml"))
    if not files:
        raise BadCalendar(f"{folder or FOLDER}: không có tệp lịch nào; cần ít nhất một tệp như 2025.yaml")
    years = [_year(file) for file in files]
    listed = [(name, item, year) for year in years for name, _, item in year.days()]
    return {
        "version": "+".join(year.version for year in years),
        "years": [year.year for year in years],
        "holidays": [item.day.isoformat() for name, item, _ in listed if name == "holidays"],
        "working_days": [item.day.isoformat() for name, item, _ in listed if name == "working_days"],
        "half_days": {item.day.isoformat(): item.session for _, item, _ in listed if isinstance(item, HalfDay)},
        "undecided": [item.day.isoformat() for name, item, _ in listed if name == "undecided"],
        "unverified": sorted(
            item.day.isoformat()
            for name, item, _ in listed
            if item.provenance == "unverified" and name in ("holidays", "working_days")
        ),
        "sessions": {str(year.year): _hours(year.sessions) for year in years if year.sessions},
        "days": [_day_plain(name, item, year) for name, item, year in listed],
    }


def calendar_notes(calendar: Mapping[str, Any], first: date, last: date) -> list[str]:
    """What a reader of a count in working days between two days must know of the calendar, in Vietnamese."""
    notes = [
        f"Chưa có lịch nghỉ lễ năm {year}; ngày nghỉ của năm này chưa được trừ."
        for year in range(first.year, last.year + 1)
        if year not in calendar["years"]
    ]
    within = [item for item in calendar["days"] if first.isoformat() <= item["day"] <= last.isoformat()]
    for item in within:
        if item["list"] == "undecided":
            day = date.fromisoformat(item["day"])
            notes.append(f"{item['name']} ({day:%d/%m/%Y}) chưa được tính là ngày nghỉ: {item['source']}.")
    unread = sum(1 for item in within if item["provenance"] == "unverified")
    if unread:
        notes.append(f"{unread} ngày nghỉ, ngày làm bù trong kỳ chưa đối chiếu với văn bản (config/calendars).")
    return notes


def _hours(sessions: list[Session]) -> list[list[str]]:
    return [[f"{session.start:%H:%M}", f"{session.end:%H:%M}"] for session in sessions]


def _day_plain(name: str, item: CalendarDay, year: CalendarYear) -> dict[str, str]:
    known = {"day": item.day.isoformat(), "list": name, "name": item.name}
    return known | {"source": year.source_of(item), "provenance": item.provenance}


def _year(file: Path) -> CalendarYear:
    try:
        lined = read_strict_yaml(file.read_text(encoding="utf-8"))
        year = CalendarYear.model_validate(lined.value)
    except UnreadableYaml as error:
        raise _refused(file, error.faults) from error
    except ValidationError as error:
        problems = [Fault(lined.line(p["loc"]), f"{place_of(p)}: {complaint(p)}{seen_in(p)}") for p in error.errors()]
        raise _refused(file, problems) from error
    if faults := list(_day_faults(year, lined)):
        raise _refused(file, faults)
    return year


def _day_faults(year: CalendarYear, lined: LinedValue) -> Iterator[Fault]:
    seen: set[date] = set()
    for name, index, item in year.days():
        where, day = lined.line([name, index]), item.day
        if day.year != year.year:
            yield Fault(where, f"ngày {day} không thuộc năm {year.year}")
        if name != "half_days" and (day.weekday() >= 5) != (name == "working_days"):
            yield Fault(where, f"ngày {day} {_why(weekend=name == 'working_days')}")
        if day in seen:
            yield Fault(where, f"ngày {day} ghi hai lần")
        seen.add(day)
    if len(year.sessions) == 2 and year.sessions[0].end > year.sessions[1].start:
        yield Fault(lined.line(["sessions", 1]), "buổi chiều bắt đầu trước khi buổi sáng kết thúc")


def _why(*, weekend: bool) -> str:
    if weekend:
        return "không phải Thứ Bảy, Chủ nhật nên không cần ghi là ngày làm bù"
    return "là Thứ Bảy hoặc Chủ nhật, vốn đã nghỉ; hãy ghi ngày nghỉ bù"


def _refused(file: Path, faults: list[Fault] | tuple[Fault, ...]) -> BadCalendar:
    return BadCalendar("\n".join(f"{file}:{fault.line}: {fault.what}" for fault in faults))
