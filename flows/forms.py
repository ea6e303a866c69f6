"""Form II.06a as the one-stop system made it: whether it adds up in itself, and to the dossiers that were imported."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from connectors.errors import UnknownLayout
from connectors.exports.reconciling import COLUMNS as FORM_COLUMNS
from connectors.exports.reconciling import Disagreement, Form, against_rows, read_form
from flows.reporting import ReportWanted, make_report
from flows.resources import Resources
from scoring.periodic_report import COLUMNS as COUNTED
from storage.imports import Arrival, ImportAlarm, record_form

_NUMBER_OF = dict(zip(COUNTED, FORM_COLUMNS, strict=True))
"""Counts of our own report by the column of the form."""


def form_or_none(path: Path, name: str) -> Form | None:
    """The form in a file, or None where the file is none."""
    try:
        return read_form(path, name=name)
    except UnknownLayout:
        return None


def keep_form(resources: Resources, arrival: Arrival, form: Form) -> tuple[str, ...]:
    """Compare a form with itself and with the dossiers kept, and keep what does not agree; these sentences."""
    faults = tuple(_sentence(fault) for fault in (*form.broken, *_unlike_the_rows(resources, form, arrival.at)))
    with resources.database.write() as connection:
        alarms = [ImportAlarm("form", f"Biểu II.06a {arrival.name}: {fault}") for fault in faults]
        record_form(connection, arrival, len(form.lines), form.period, alarms)
    return faults


def _unlike_the_rows(resources: Resources, form: Form, at: datetime) -> tuple[Disagreement, ...]:
    """Nothing can be compared without a total line or the days of the form's title."""
    if form.total is None or form.period is None:
        return ()
    first, last = form.period
    return against_rows(form.total, _counted(resources, first, last, at))


def _counted(resources: Resources, first: date, last: date, at: datetime) -> dict[int, int]:
    wanted = ReportWanted("ii06a", first=first, last=last)
    report = make_report(resources, wanted, who="parindex", at=at, keep=False)
    total = report.record.content["total"]
    return {number: int(total[name]) for name, number in _NUMBER_OF.items()}


def _sentence(fault: Disagreement) -> str:
    place = f"dòng {fault.row}: " if fault.row else "so với danh sách hồ sơ: "
    return f"{place}{fault.where}: biểu ghi {fault.said}, đếm được {fault.counted}"
