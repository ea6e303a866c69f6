"""Periodic reports of the one-stop centre: made from what is kept, and kept themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from config.index_766 import load_index_766
from config.report_forms import load_form
from config.settings import Settings
from config.unit_names import load_units
from config.working_calendar import calendar_notes, load_calendars
from flows.laying import write_whole
from flows.reporting.drawing import NoSuchForm, drawn
from flows.resources import Resources, open_resources, outbox
from ocr import CHECKER_VERSION
from reports.heading import Heading
from reports.index_766_sheet import index_766_sheet
from reports.overdue_sheet import overdue_sheet
from reports.periodic_printed import printed_overdue, printed_periodic
from reports.periodic_sheet import periodic_sheet
from reports.printed import Printed
from scoring.engine.facts import Facts, from_plain
from scoring.engine.measuring import scope_of
from scoring.engine.on_time import rule_named
from scoring.engine.period import VIETNAM, Period, days_between, period_of, working_days
from scoring.index_766 import Ground, average_days, index_766, totals
from scoring.overdue import overdue_list
from scoring.periodic_report import ReportQuestion, identity_faults, periodic_report
from scoring.summary_counts import Counted, summary_counts
from scoring.unit_names import unit_names
from scoring.work_time import work_time
from storage.database import Connection
from storage.records.history import dossier_of, dossiers_now
from storage.scored.facts import gather_facts, procedures_known
from storage.scored.reporting import MadeReport, keep_report, newest_content, reports_of

Plain = dict[str, Any]
Made = tuple[Plain, Callable[[], bytes], Callable[[], Printed] | None]
"""Content of a report, and what draws its sheet."""


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What is asked: a period (2025, 2025-Q3, 2025-07 ...) or two days; a resolving office; a rule of on time."""

    kind: str
    """ii06a | overdue | index766"""
    period: str = ""
    first: date | None = None
    last: date | None = None
    office: str = ""
    on_time_rule: str = ""
    reading: str = ""
    """Of Decision 766: text | observed."""


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A finished report, its sheet, and whether it was kept just now."""

    record: MadeReport
    draw: Callable[[], bytes]
    printed: Callable[[], Printed] | None = None
    new: bool = False

    @property
    def sheet(self) -> bytes:
        """The xlsx, drawn when it is asked for."""
        return self.draw()

    def in_form(self, form: str) -> bytes:
        """The report as xlsx, docx or pdf.

        Raises:
            NoSuchForm: it is not made in this form.
            NoFont: a pdf needs a font that this machine lacks.
        """
        if form == "xlsx":
            return self.sheet
        if form not in FORMS or self.printed is None:
            raise NoSuchForm(f"Báo cáo này không có dạng {form!r}.")
        return drawn(self.printed(), form, "")

    @property
    def id(self) -> str:
        """The id it is kept under."""
        return self.record.id

    @property
    def content(self) -> Plain:
        """What the command prints as JSON."""
        return dict(self.record.content)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a night's reports, when, and of which period."""

    who: str
    at: datetime
    period: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a report is made from."""

    facts: Facts
    question: ReportQuestion
    calendar: Mapping[str, Any]
    at: datetime
    heading: Heading
    made_by: str
    sent_to: str
    reading: str
    procedures: tuple[Plain, ...] = ()
    """Rows of the ward's list of procedures, for Decision 766."""


def make_report(resources: Resources, wanted: ReportWanted, *, who: str, at: datetime, keep: bool = True) -> ReportMade:
    """Make a report from what is kept now, and keep it unless the same one is kept already.

    Raises:
        UnknownPeriod, UnknownOnTimeRule: the question names none.
    """
    made = _report(_desk(resources, wanted, at), wanted.kind, who)
    new = False
    if keep:
        with resources.database.write() as connection:
            new = keep_report(connection, made.record)
    return replace(made, new=new)


def counts_of_summaries(resources: Resources, first: date, last: date, at: datetime) -> Counted:
    """By office, what summary tables of the one-stop software count of these days (`scoring/summary_counts.py`)."""
    desk = _desk(resources, ReportWanted("ii06a", first=first, last=last), at)
    return summary_counts(desk.facts.dossiers, desk.question)


def lay_out_reports(resources: Resources, asked: Asked, write: Callable[[str, bytes], None]) -> list[str]:
    """Form II.06a and the overdue list of a period, where they say something new; the names of the files written.

    A sheet is written before its report is kept, so that a killed night writes it again.
    """
    written = []
    desk = _desk(resources, ReportWanted("ii06a", asked.period), asked.at)
    for kind, name in NIGHTLY.items():
        made = _report(desk, kind, asked.who)
        with resources.database.read() as connection:
            known = newest_content(connection, resources.settings.unit, kind)
        if _says_the_same(known, made.content):
            continue
        write(name, made.sheet)
        with resources.database.write() as connection:
            keep_report(connection, made.record)
        written.append(name)
    return written


def kept_reports(resources: Resources, kind: str = "") -> list[Plain]:
    """Heads of the kept reports of this unit, newest first, JSON-ready."""
    with resources.database.read() as connection:
        heads = reports_of(connection, resources.settings.unit, kind)
    zone = ZoneInfo(resources.settings.timezone)
    return [
        dict(head)
        | {name: head[name].isoformat() for name in ("first", "last")}
        | {"made_at": head["made_at"].astimezone(zone).isoformat()}
        for head in heads
    ]


def report_of_last_month(settings: Settings, now: datetime) -> Plain:
    """The chore of the first of a month: form II.06a and the overdue list of the month before."""
    last = settings.local_day(now).replace(day=1) - timedelta(days=1)
    return _lay_out_period(settings, f"{last:%Y-%m}", now)


def report_of_last_quarter(settings: Settings, now: datetime) -> Plain:
    """The chore of the first day after a quarter: the reports of that quarter."""
    last = settings.local_day(now).replace(day=1) - timedelta(days=1)
    return _lay_out_period(settings, f"{last.year}-Q{(last.month + 2) // 3}", now)


def _lay_out_period(settings: Settings, period: str, now: datetime) -> Plain:
    folder = outbox(settings) / "bao-cao" / period
    folder.mkdir(parents=True, exist_ok=True)
    with open_resources(settings) as resources:
        made = {
            name: make_report(resources, ReportWanted(kind, period), who=f"báo cáo kỳ {period}", at=now)
            for kind, name in NIGHTLY.items()
        }
    for name, report in made.items():
        write_whole(folder / name, report.sheet)
    return {"period": period, "reports": [report.id for report in made.values()]}


def _facts(resources: Resources, wanted: ReportWanted, at: datetime) -> Facts:
    """What a report is made from; the dossiers alone where it needs no more."""
    unit = resources.settings.unit
    with resources.database.read() as connection:
        if wanted.kind != "index766":
            return Facts(dossiers=tuple(map(dossier_of, dossiers_now(connection, unit))))
        today = resources.settings.local_day(at)
        period = period_asked(wanted, resources.settings.period_on(today), today)
        return gather_facts(connection, unit, CHECKER_VERSION, year=period.first.year).facts


def _report(desk: Desk, kind: str, who: str) -> ReportMade:
    content, draw, printed = _MAKERS[kind](desk)
    period = desk.question.period
    record = MadeReport(
        unit=desk.question.unit,
        kind=kind,
        first=period.first,
        last=period.last,
        on_time_rule=desk.question.rule.reference,
        content=content,
        asked_by=who,
        at=desk.at,
    )
    return ReportMade(record, draw, printed)


def overdue_lines(connection: Connection, unit: str) -> tuple[str, ...]:
    """What the morning letter says of dossiers still open past their due date: one sentence an office."""
    content = newest_content(connection, unit, "overdue") or {}
    return tuple(
        f"{item['office']}: {item['in_progress']} hồ sơ đang giải quyết đã quá hạn, lâu nhất "
        f"{_longest(content, item['office'])}."
        for item in content.get("offices", ())
        if item["in_progress"]
    )


def _longest(content: Mapping[str, Any], office: str) -> str:
    late = [item for item in content["dossiers"] if item["office"] == office and item["state"] == "in_progress"]
    worst = max(late, key=lambda item: (item["working_days_late"], item["code"]))
    return f"{worst['working_days_late']} ngày làm việc ({worst['code']})"


def _says_the_same(known: Mapping[str, Any] | None, content: Plain) -> bool:
    """Whether nothing but the last day of the period differs from the newest report, or there is nothing to say."""
    if known is None:
        return not any(content.get(name) for name in ("units", "left_out", "dossiers", "unclear"))
    return {**known, "last": ""} == {**content, "last": ""}


def period_asked(wanted: ReportWanted, default: str, today: date) -> Period:
    """The period of a question; without any, the year that is scored, up to today."""
    if wanted.first or wanted.last:
        first = wanted.first or date((wanted.last or today).year, 1, 1)
        return days_between(first, wanted.last or today, today)
    return period_of(wanted.period or default, today)


def sheets_of_run(settings: Settings, score: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, bytes]:
    """Form II.06a and the overdue list that belong to a score run, made from its own packed inputs alone.

    `score` is the run's JSON, `inputs` what `unpacked_inputs` (flows/scores) gives; the same run, the same bytes.
    """
    ends = datetime.combine(date.fromisoformat(score["as_of"]), time(23, 59, 59), VIETNAM)
    wanted = ReportWanted("ii06a", str(score["period"]), on_time_rule=score["on_time_rule"])
    desk = _desk_of(settings, wanted, ends, from_plain(Facts, inputs["facts"]), inputs["calendar"])
    return {name: _report(desk, kind, "").sheet for kind, name in NIGHTLY.items()}


def _desk(resources: Resources, wanted: ReportWanted, at: datetime) -> Desk:
    desk = _desk_of(resources.settings, wanted, at, _facts(resources, wanted, at), load_calendars())
    if wanted.kind != "index766":
        return desk
    with resources.database.read() as connection:
        return replace(desk, procedures=procedures_known(connection, desk.question.unit))


def _desk_of(settings: Settings, wanted: ReportWanted, at: datetime, facts: Facts, calendar: Mapping[str, Any]) -> Desk:
    today = settings.local_day(at)
    period, units = period_asked(wanted, settings.period_on(today), today), load_units()
    question = ReportQuestion(
        period,
        rule_named("dvcqg_766" if wanted.kind == "index766" else wanted.on_time_rule or settings.on_time_rule),
        settings.unit,
        tuple(name for name in unit_names(units.mergers) if name.since <= period.ends),
        tuple(units.offices),
        wanted.office,
        load_form("ii06a").waiting == "resolved",
        at,
    )
    shown = f"{period.first:%d/%m/%Y} - {period.last:%d/%m/%Y}"
    heading = Heading(settings.unit_name, settings.parent_name, shown, today)
    reading = wanted.reading or settings.index_766_reading
    hands = settings.report_maker, settings.report_receiver
    return Desk(facts, question, calendar, at, heading, *hands, reading)


def _ii06a(desk: Desk) -> Made:
    form = load_form("ii06a")
    report = periodic_report(desk.facts.dossiers, desk.question)
    identities = [(item.total, tuple(item.parts)) for item in form.identities]
    faults = [fault for row in report.rows for fault in identity_faults(row.counts, identities)]
    content = {
        "form": {"id": form.id, "version": form.version, "number": form.number, "provenance": form.provenance},
        "unit": desk.question.unit,
        "office": desk.question.only_office or None,
        "made_by": desk.made_by,
        "sent_to": desk.sent_to,
        **report.plain(),
        "identities": {"hold": not faults, "faults": faults},
    }
    plain = form.plain()
    printed = partial(printed_periodic, content, plain, desk.heading)
    return content, partial(periodic_sheet, content, plain, desk.heading), printed


def _overdue(desk: Desk) -> Made:
    found = overdue_list(desk.facts.dossiers, desk.question, work_time(desk.calendar), desk.at)
    content = {
        "unit": desk.question.unit,
        "office": desk.question.only_office or None,
        "first": desk.question.period.first.isoformat(),
        "last": desk.question.period.last.isoformat(),
        "on_time_rule": desk.question.rule.reference,
        "calendar": desk.calendar["version"],
        "dossiers": [item.plain() for item in found.dossiers],
        "offices": [{"office": office, **counts} for office, counts in found.by_office().items()],
        "unclear": list(found.unclear),
        "notes": calendar_notes(desk.calendar, desk.question.period.first, desk.question.period.last),
    }
    return content, partial(overdue_sheet, content, desk.heading), partial(printed_overdue, content, desk.heading)


def _index766(desk: Desk) -> Made:
    index, period = load_index_766(), desk.question.period
    facts = replace(desk.facts, units=desk.question.units)
    scope = scope_of(facts, period, working_days(desk.calendar), desk.question.rule.name, desk.question.unit)
    scores = index_766(index, Ground(scope, desk.procedures), desk.reading)
    content = {
        "unit": desk.question.unit,
        "index": index.head(),
        "reading": desk.reading,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "groups": [{"id": group.id, "name": group.name, "max": f"{group.max:.2f}"} for group in index.groups],
        "metrics": [item.plain() for item in scores],
        "totals": totals(scores),
        "average_days": average_days(scope.finished(), work_time(desk.calendar)),
        "notes": list(index.notes),
    }
    return content, partial(index_766_sheet, content, desk.heading), None


_MAKERS: Mapping[str, Callable[[Desk], Made]] = {
    "ii06a": _ii06a,
    "overdue": _overdue,
    "index766": _index766,
}
KINDS = tuple(_MAKERS)
FORMS = ("xlsx", "docx", "pdf")
"""In which a report can be had; Decision 766 as xlsx alone."""
NIGHTLY = {"ii06a": "bieu-II.06a.xlsx", "overdue": "ho-so-qua-han.xlsx"}
"""What a night lays out, and under which name."""
