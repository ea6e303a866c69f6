"""Dossiers past their due date: how late in working days and hours, and who has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scoring.engine.facts import Dossier
from scoring.engine.on_time import LATE, NOT_ACCEPTED, PAUSED, still_late
from scoring.engine.period import local_day
from scoring.engine.places import resolved_elsewhere
from scoring.periodic_report import ReportQuestion, office_names
from scoring.work_time import OutsideCalendar, WorkTime

IN_PROGRESS, RESOLVED = "in_progress", "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueDossier:
    """One late dossier; `ended_at` None while it is in progress."""

    code: str
    state: str
    office: str
    desk: str | None
    field: str | None
    procedure: str | None
    received_at: datetime | None
    due_at: datetime
    ended_at: datetime | None
    working_days_late: int
    """Working days after the due day up to the day of the end, or of the list."""
    working_minutes_late: int
    apology_number: str | None

    def plain(self) -> dict[str, Any]:
        """JSON-ready, moments as ISO text."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        moments = {name: value.isoformat() for name, value in plain.items() if isinstance(value, datetime)}
        return plain | moments


@dataclass(frozen=True, slots=True)
class OverdueList:
    """Late dossiers, the longest overdue first, those still open before those resolved."""

    dossiers: tuple[OverdueDossier, ...]
    until: datetime
    unclear: tuple[str, ...]
    """Codes whose due date lies outside any calendar."""

    def by_office(self) -> dict[str, Mapping[str, int]]:
        """Open and resolved late dossiers, and the most days late, by responsible office."""
        found: dict[str, dict[str, int]] = {}
        for item in self.dossiers:
            counts = found.setdefault(item.office, {IN_PROGRESS: 0, RESOLVED: 0, "most_days": 0})
            counts[item.state] += 1
            counts["most_days"] = max(counts["most_days"], item.working_days_late)
        return {office: found[office] for office in sorted(found)}


def overdue_list(
    dossiers: Iterable[Dossier], question: ReportQuestion, hours: WorkTime, until: datetime
) -> OverdueList:
    """Late dossiers of the period: open ones as of `until`, resolved ones under the question's on-time rule."""
    found, unclear = [], []
    foreign = frozenset(resolved_elsewhere(dossiers := tuple(dossiers), question.unit, question.units))
    names = office_names(dossiers, question)
    for dossier in dossiers:
        state, office = _late_state(dossier, question), names[dossier.resolving_unit]
        if state is None or dossier.resolving_unit in foreign or question.only_office not in ("", office):
            continue
        try:
            found.append(_overdue(dossier, (state, office), question, hours, until))
        except OutsideCalendar:
            unclear.append(dossier.code)
    found.sort(key=lambda item: (item.state != IN_PROGRESS, -item.working_minutes_late, item.code))
    return OverdueList(tuple(found), until, tuple(sorted(unclear)))


def _late_state(dossier: Dossier, question: ReportQuestion) -> str | None:
    period, end = question.period, question.rule.end(dossier)
    if dossier.due_at is None:
        return None
    if still_late(dossier, period):
        return IN_PROGRESS
    if end is None or not period.holds(end) or dossier.status in PAUSED | NOT_ACCEPTED:
        return None
    return RESOLVED if question.rule.compare(dossier, end) == LATE and end > dossier.due_at else None


def _overdue(
    dossier: Dossier, place: tuple[str, str], question: ReportQuestion, hours: WorkTime, until: datetime
) -> OverdueDossier:
    """`place`: state and office."""
    assert dossier.due_at is not None, "only dated dossiers are late"
    state, office = place
    ended = question.rule.end(dossier) if state == RESOLVED else None
    end = ended or min(until, question.period.closes - timedelta(seconds=1))
    return OverdueDossier(
        code=dossier.code,
        state=state,
        office=office,
        desk=dossier.desk,
        field=dossier.field,
        procedure=dossier.procedure,
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        ended_at=ended,
        working_days_late=max(hours.days_between(local_day(dossier.due_at), local_day(end)), 0),
        working_minutes_late=max(hours.between(dossier.due_at, end), 0) // 60,
        apology_number=dossier.apology_number,
    )
