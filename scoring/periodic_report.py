"""Form II.06a: what came in, what was resolved and what is still open in a period, by unit and by field.

Every dossier that the ward accepted stands in exactly one cell of "received" and one of "resolved" or "in progress";
what cannot stand anywhere (no day of reception, finished without a day) is left out and told, never guessed.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.unit_names import OfficeNames
from scoring.engine.facts import Dossier, UnitName
from scoring.engine.on_time import DONE, NOT_ACCEPTED, PAUSED, WAITING, WITHDRAWN, OnTimeRule, still_late
from scoring.engine.period import Period
from scoring.engine.places import resolved_elsewhere
from scoring.unit_names import office_name

COLUMNS = (
    "received",
    "online",
    "direct",
    "carried_over",
    "resolved",
    "early",
    "on_time",
    "late",
    "in_progress",
    "in_time",
    "overdue",
)
NO_UNIT, NO_FIELD = "Chưa ghi đơn vị giải quyết", "Chưa ghi lĩnh vực"
_LEFT_OUT = {
    "not_accepted": "chưa được tiếp nhận hoặc bị từ chối tiếp nhận",
    "without_received": "không ghi ngày tiếp nhận",
    "undated": "đã xong nhưng không ghi ngày xong, không biết thuộc kỳ nào",
    "impossible": "ngày xong trước ngày tiếp nhận",
    "future": "ngày tiếp nhận sau lúc lập báo cáo",
    "elsewhere": "do đơn vị khác giải quyết",
}
"""Why a dossier stands in no cell of the form."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Counts of one unit and field."""

    unit: str
    field: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PeriodicReport:
    """Rows by unit and field, and the codes left out by reason."""

    period: Period
    rule: str
    rows: tuple[ReportRow, ...]
    left_out: Mapping[str, tuple[str, ...]]
    without_due: int
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Dossiers taken in here and resolved by another unit, by its office."""

    def by_field(self) -> dict[str, Counts]:
        """Counts by field, fields in alphabetical order."""
        return _summed((row.field, row.counts) for row in self.rows)

    def by_unit(self) -> dict[str, Counts]:
        """Counts by resolving unit."""
        return _summed((row.unit, row.counts) for row in self.rows)

    def total(self) -> Counts:
        """Counts of everything."""
        return _summed(("", row.counts) for row in self.rows).get("", dict.fromkeys(COLUMNS, 0))

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        total = self.total()
        return {
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "ends": self.period.ends.isoformat(),
            "on_time_rule": self.rule,
            "total": total,
            "on_time_percent": percent(total["early"] + total["on_time"], total["resolved"]),
            "fields": [{"field": name, **counts} for name, counts in self.by_field().items()],
            "units": [
                {
                    "unit": unit,
                    **counts,
                    "fields": [{"field": row.field, **row.counts} for row in self.rows if row.unit == unit],
                }
                for unit, counts in self.by_unit().items()
            ],
            "left_out": {reason: list(codes) for reason, codes in self.left_out.items()},
            "elsewhere": dict(self.elsewhere),
            "warnings": list(self.warnings()),
        }

    def warnings(self) -> Iterable[str]:
        """What a reader of the form must know."""
        for reason, codes in self.left_out.items():
            shown = ", ".join(codes[:3]) + (" …" if len(codes) > 3 else "")
            yield f"{len(codes)} hồ sơ {_LEFT_OUT[reason]}, không có trong biểu ({shown})."
        if self.without_due:
            yield f"{self.without_due} hồ sơ không ghi ngày hẹn trả, được tính là đúng hạn hoặc trong hạn."


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """Which report: the period, the definition of on time, whose ward, and only one resolving unit where named."""

    period: Period
    rule: OnTimeRule
    unit: str
    units: tuple[UnitName, ...] = ()
    offices: tuple[OfficeNames, ...] = ()
    """Several names of one office."""
    only_office: str = ""
    waiting_is_resolved: bool = False
    until: datetime | None = None
    """When the report is made: nothing can have been received later."""


def periodic_report(dossiers: Iterable[Dossier], question: ReportQuestion) -> PeriodicReport:
    """Count `dossiers` as the form asks; the order of the dossiers does not matter."""
    cells: defaultdict[tuple[str, str], Counts] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    elsewhere: defaultdict[str, int] = defaultdict(int)
    foreign = frozenset(resolved_elsewhere(dossiers := tuple(dossiers), question.unit, question.units))
    names = office_names(dossiers, question)
    without_due = 0
    for dossier in dossiers:
        office = names[dossier.resolving_unit]
        if question.only_office and office != question.only_office:
            continue
        if reason := reason_out(dossier, question, foreign):
            left_out[reason].append(dossier.code)
            elsewhere[office] += reason == "elsewhere"
        if reason is not None:
            continue
        counts = cells[office, dossier.field or NO_FIELD]
        for column in cells_of(dossier, question):
            counts[column] += 1
        without_due += dossier.due_at is None
    places = sorted(cells, key=lambda place: (alphabetical(place[0]), alphabetical(place[1])))
    rows = tuple(ReportRow(unit, name, cells[unit, name]) for unit, name in places)
    return PeriodicReport(
        question.period,
        question.rule.reference,
        rows,
        {reason: tuple(sorted(left_out[reason])) for reason in _LEFT_OUT if reason in left_out},
        without_due,
        {office: count for office, count in sorted(elsewhere.items()) if count},
    )


def office_names(dossiers: Iterable[Dossier], question: ReportQuestion) -> dict[str | None, str]:
    """What each resolving office is called in a report."""
    offices = {dossier.resolving_unit for dossier in dossiers}
    return {office: office_name(office, question.offices) if office else NO_UNIT for office in offices}


def identity_faults(counts: Mapping[str, int], identities: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Totals that are not the sum of their parts, as "received=5≠2+1"."""
    return [
        f"{total}={counts[total]}≠{'+'.join(str(counts[part]) for part in parts)}"
        for total, parts in identities
        if counts[total] != sum(counts[part] for part in parts)
    ]


def percent(part: int, whole: int) -> str | None:
    """A percentage with two decimals, rounded half up; None where there is nothing to divide by."""
    if whole == 0:
        return None
    hundredths = (part * 20_000 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _summed(pairs: Iterable[tuple[str, Mapping[str, int]]]) -> dict[str, Counts]:
    sums: dict[str, Counts] = {}
    for name, counts in pairs:
        known = sums.setdefault(name, dict.fromkeys(COLUMNS, 0))
        for column, count in counts.items():
            known[column] += count
    return {name: sums[name] for name in sorted(sums, key=alphabetical)}


def alphabetical(name: str) -> tuple[str, str]:
    """Sorts Vietnamese names as people look for them: Đất đai after Chứng thực."""
    marked = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in marked if not unicodedata.combining(letter)), name


def reason_out(dossier: Dossier, question: ReportQuestion, foreign: frozenset[str]) -> str | None:
    """Why the dossier stands in no cell; empty where it belongs to another period; None where it is counted."""
    period, received, end = question.period, dossier.received_at, question.rule.end(dossier)
    if dossier.status in NOT_ACCEPTED:
        return "not_accepted" if received is None or period.holds(received) else ""
    if received is None:
        return "without_received"
    if question.until is not None and received > question.until:
        return "future"
    if received >= period.closes or (end is not None and end < period.opens and not period.holds(received)):
        return ""
    return "elsewhere" if dossier.resolving_unit in foreign else _reason_unclear(dossier, received, end)


def _reason_unclear(dossier: Dossier, received: datetime, end: datetime | None) -> str | None:
    if end is not None and end < received:
        return "impossible"
    return "undated" if _undated(dossier, end) else None


def _undated(dossier: Dossier, end: datetime | None) -> bool:
    return end is None and (
        dossier.status == WITHDRAWN or (dossier.status in DONE and not (dossier.finished_at or dossier.returned_at))
    )


def cells_of(dossier: Dossier, question: ReportQuestion) -> Iterable[str]:
    """The four cells a dossier stands in: two of "received", two of "resolved" or "in progress"."""
    period, rule = question.period, question.rule
    yield "received"
    if dossier.received_at is not None and dossier.received_at < period.opens:
        yield "carried_over"
    else:
        yield "online" if dossier.channel == "online" else "direct"
    end = rule.end(dossier)
    if dossier.status == WAITING and question.waiting_is_resolved:
        yield from ("resolved", "on_time")
    elif end is not None and end < period.closes and dossier.status not in PAUSED:
        yield from ("resolved", rule.compare(dossier, end))
    else:
        yield from ("in_progress", "overdue" if still_late(dossier, period) else "in_time")
