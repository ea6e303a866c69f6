"""Form II.06a, or a summary table like it, as the one-stop system made it: does it add up, also to our dossiers?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from connectors.errors import ConnectorError
from connectors.exports.reconciling import COLUMNS as FORM_COLUMNS
from connectors.exports.reconciling import Disagreement, Form, against_rows, fields_against_rows, read_form
from flows.reporting.periodic import Plain, ReportWanted, counts_of_summaries, make_report
from flows.resources import Resources
from scoring.periodic_report import COLUMNS as COUNTED
from scoring.summary_counts import TOTAL, Counted
from storage.database import Connection
from storage.records.import_alarms import ImportAlarm
from storage.records.imports import Arrival, record_form

_NUMBER_OF = dict(zip(COUNTED, FORM_COLUMNS, strict=True))
"""Counts of our own report by the column of the form."""

_MOST_TOLD = 15


def form_or_none(path: Path, name: str) -> Form | None:
    """The form in a file, or None where the file is none, or breaks its reader: what was said of it before stands."""
    try:
        return read_form(path, name=name)
    except ConnectorError:
        return None


def keep_form(resources: Resources, arrival: Arrival, form: Form) -> tuple[str, ...]:
    """Compare a form with itself and with the dossiers kept, and keep what does not agree; these sentences."""
    faults = form_faults(resources, form, arrival.at)
    with resources.database.write() as connection:
        record_form(connection, arrival, len(form.lines), form.period, _alarms(arrival, form, faults))
    return faults


def form_looked_at(connection: Connection, arrival: Arrival, form: Form, faults: tuple[str, ...]) -> None:
    """Record a form in a transaction that is given up."""
    record_form(connection, arrival, len(form.lines), form.period, _alarms(arrival, form, faults))


def _alarms(arrival: Arrival, form: Form, faults: tuple[str, ...]) -> list[ImportAlarm]:
    return [ImportAlarm("form", f"{form.name} {arrival.name}: {fault}") for fault in faults]


def form_faults(resources: Resources, form: Form, at: datetime) -> tuple[str, ...]:
    """Sentences: where the form does not add up, where it differs from the dossiers, or why nobody can tell."""
    own = [_sentence(fault) for fault in form.broken]
    if form.period is None:
        return (*own, "tiêu đề không ghi kỳ báo cáo nên chưa so được với danh sách hồ sơ; ghi từ ngày … đến ngày …")
    if form.readings:
        faults, untold = _unlike_the_counts(form, counts_of_summaries(resources, *form.period, at))
        own += untold
    else:
        faults = _unlike_the_rows(form, _report(resources, *form.period, at))
    unlike = [_sentence(fault) for fault in faults]
    if form.total is None:
        own.append("không có dòng tổng cộng nên chỉ so được từng lĩnh vực với danh sách hồ sơ")
    if unlike and not form.days_named:
        first, last = form.period
        own.append(f"biểu không ghi từ ngày đến ngày, nên so với hồ sơ từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")
    more = [f"và {len(unlike) - _MOST_TOLD} chỗ khác không khớp danh sách hồ sơ"] if len(unlike) > _MOST_TOLD else []
    return (*own, *unlike[:_MOST_TOLD], *more)


def _unlike_the_rows(form: Form, report: Plain) -> tuple[Disagreement, ...]:
    total = against_rows(form.total, _counts(report["total"])) if form.total else ()
    fields = {row["field"]: _counts(row) for row in report["fields"]}
    fields |= {row["unit"]: _counts(row) for row in report["units"]}
    return (*total, *fields_against_rows(form, fields))


def _unlike_the_counts(form: Form, counted: Counted) -> tuple[tuple[Disagreement, ...], list[str]]:
    """The same for a table that counts something else, by the reading that fits it best; and what nobody can tell."""
    best: tuple[Disagreement, ...] | None = None
    for reading in form.readings:
        known = {office: _by_column(reading, counts) for office, counts in counted.items()}
        total = known.pop(TOTAL, dict.fromkeys(reading, 0))
        own = against_rows(form.total, total, titles=form.titles) if form.total else ()
        found = (*own, *fields_against_rows(form, known))
        best = found if best is None or len(found) < len(best) else best
    silent = [column for column, name in form.readings[0].items() if counted.get(TOTAL, {}).get(name, 0) is None]
    called = ", ".join(f'"{form.titles[column]}"' for column in silent)
    untold = [f"dữ liệu hồ sơ đã nộp không ghi đủ để so cột {called}"] if silent else []
    return best or (), untold


def _by_column(reading: Mapping[int, str], counts: Mapping[str, int | None]) -> dict[int, int]:
    return {column: count for column, name in reading.items() if (count := counts[name]) is not None}


def _report(resources: Resources, first: date, last: date, at: datetime) -> Plain:
    wanted = ReportWanted("ii06a", first=first, last=last)
    return make_report(resources, wanted, who="parindex", at=at, keep=False).content


def _counts(row: Plain) -> dict[int, int]:
    return {number: int(row[name]) for name, number in _NUMBER_OF.items()}


def _sentence(fault: Disagreement) -> str:
    place = f"dòng {fault.row}: " if fault.row else "so với danh sách hồ sơ: "
    return f"{place}{fault.where}: biểu ghi {fault.said}, đếm được {fault.counted}"
