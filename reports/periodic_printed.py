"""Form II.06a and the list of overdue dossiers as documents to sign (docx, pdf): columns and words of the workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.overdue_sheet import COLUMNS, PARTS, moment_vn, overdue_notes
from reports.periodic_sheet import periodic_notes, unit_rows
from reports.printed import Cell, Column, Line, Part, Printed

Plain = Mapping[str, Any]
_OVERDUE_MM = (9, 38, 48, 20, 20, 20, 17, 17, 33, 22, 24)
_LATE = (6, 7)


def printed_periodic(report: Plain, form: Plain, heading: Heading) -> Printed:
    """Form II.06a by field, then by unit and field (the JSON of `parindex report ii06a --json`)."""
    columns = _form_columns(form, "Lĩnh vực, công việc giải quyết theo cấp")
    by_unit = (columns[0], Column("Đơn vị giải quyết, lĩnh vực", columns[1].width), *columns[2:])
    fields = [("", item["field"], item, False) for item in report["fields"]]
    office = (f"Đơn vị giải quyết: {report['office']}",) if report.get("office") else ()
    return Printed(
        heading=heading,
        title=(form["title"].upper(), form["number"]),
        under=(
            f"Kỳ báo cáo: từ ngày {vn_day(report['first'])} đến ngày {vn_day(report['last'])}",
            f"Đơn vị báo cáo: {report['made_by']}. Đơn vị nhận báo cáo: {report['sent_to']}.",
            *office,
            form["measured_in"],
        ),
        parts=(
            Part("", (), columns, tuple(_counted(fields, report, form)), "Không có hồ sơ nào trong kỳ."),
            Part("Theo đơn vị giải quyết", (), by_unit, tuple(_counted(unit_rows(report["units"]), report, form))),
        ),
        notes=tuple(periodic_notes(report, form)),
    )


def _form_columns(form: Plain, label: str) -> tuple[Column, ...]:
    heads = {column["key"]: column for column in form["columns"]}
    counts = [
        Column(f"{heads[key]['head']} ({heads[key]['number']})", 17.5, number=True, group=group["head"])
        for group in form["groups"]
        for key in group["columns"]
    ]
    return (Column("STT", 10), Column(label, 62), *counts)


def _counted(rows: Any, report: Plain, form: Plain) -> Iterator[Line]:
    keys = [column["key"] for column in form["columns"]]
    number = 0
    for mark, name, counts, is_unit in rows:
        number = 0 if is_unit else number + 1
        cells: tuple[Cell, ...] = (mark or str(number), name, *(Decimal(counts[key]) for key in keys))
        yield Line(cells, "criterion" if is_unit else "component")
    yield Line(("", "TỔNG SỐ", *(Decimal(report["total"][key]) for key in keys)), "total")


def printed_overdue(report: Plain, heading: Heading) -> Printed:
    """The list of overdue dossiers (the JSON of `parindex report overdue --json`)."""
    columns = tuple(
        Column(name, width, at in _LATE) for at, (name, width) in enumerate(zip(COLUMNS, _OVERDUE_MM, strict=True))
    )
    parts = []
    for state, title in PARTS:
        late = [item for item in report["dossiers"] if item["state"] == state]
        lines = tuple(_late(number, item) for number, item in enumerate(late, start=1))
        parts.append(Part(f"{title}: {len(late)} hồ sơ", (), columns, lines, "Không có."))
    offices = (
        f"{item['office']}: {item['in_progress']} đang giải quyết, {item['resolved']} đã giải quyết; lâu nhất "
        f"{item['most_days']} ngày làm việc."
        for item in report["offices"]
    )
    office = (f"Đơn vị giải quyết: {report['office']}",) if report.get("office") else ()
    return Printed(
        heading=heading,
        title=("DANH SÁCH HỒ SƠ QUÁ HẠN GIẢI QUYẾT",),
        under=(f"Từ ngày {vn_day(report['first'])} đến ngày {vn_day(report['last'])}", *office),
        parts=(Part("", tuple(offices)), *parts),
        notes=tuple(overdue_notes(report)),
    )


def _late(number: int, item: Plain) -> Line:
    what = ": ".join(part for part in (item["field"], item["procedure"]) if part)
    moments = (moment_vn(item[name]) for name in ("received_at", "due_at", "ended_at"))
    hours = vn_number(f"{item['working_minutes_late'] / 60:.1f}")
    whose = (item["office"], item["desk"] or "", item["apology_number"] or "")
    return Line((str(number), item["code"], what, *moments, str(item["working_days_late"]), hours, *whose))
