"""Form II.06a as xlsx: the form by field on the first sheet, the same counts by unit and field on the second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.workbook import Paper, new_paper, write_head, write_signature

Plain = Mapping[str, Any]
_FIRST = 2
"""The first column of numbers."""
_CENTRE: dict[str, Any] = {"align": "center", "valign": "vcenter"}
_HEAD: dict[str, Any] = {"bold": True, "border": 1, "bg_color": "#D9E2F3", **_CENTRE}
_WIDTHS = (5.0, 34.0, *(10.0,) * 11)


def periodic_sheet(report: Plain, form: Plain, heading: Heading) -> bytes:
    """The workbook of a report (the JSON of `parindex report ii06a --json`) in the layout of `form`."""
    paper = new_paper("II.06a", heading, _WIDTHS, form["title"])
    _write_page(paper, report, form, heading, "Lĩnh vực, công việc giải quyết theo cấp")
    summed = _write_rows(paper, form, [("", item["field"], item, False) for item in report["fields"]])
    _write_total(paper, report, form, summed)
    _write_notes(paper, report, form)
    write_signature(paper, heading, first=8)
    by_unit = paper.another("Theo đơn vị, lĩnh vực")
    _write_page(by_unit, report, form, heading, "Đơn vị giải quyết, lĩnh vực")
    summed = _write_rows(by_unit, form, list(unit_rows(report["units"])))
    _write_total(by_unit, report, form, summed)
    write_signature(by_unit, heading, first=8)
    return paper.close()


def unit_rows(units: Iterable[Plain]) -> Iterator[tuple[str, str, Plain, bool]]:
    """(mark, name, counts, is a unit) of each unit, then of its fields."""
    for number, unit in enumerate(units, start=1):
        yield _roman(number), unit["unit"], unit, True
        for item in unit["fields"]:
            yield "", item["field"], item, False


def _write_page(paper: Paper, report: Plain, form: Plain, heading: Heading, label: str) -> None:
    write_head(paper, heading, split=5)
    paper.row += 1
    paper.span(0, 4, f"Đơn vị báo cáo: {report['made_by']}", **_CENTRE)
    paper.span(5, 12, form["number"], italic=True, align="right")
    paper.row += 1
    paper.span(0, 4, f"Đơn vị nhận báo cáo: {report['sent_to']}", **_CENTRE)
    paper.row += 2
    paper.line(form["title"].upper(), bold=True, font_size=13, **_CENTRE)
    paper.line(f"Kỳ báo cáo: từ ngày {vn_day(report['first'])} đến ngày {vn_day(report['last'])}", **_CENTRE)
    if report.get("office"):
        paper.line(f"Đơn vị giải quyết: {report['office']}", **_CENTRE)
    paper.line(form["measured_in"], italic=True, align="right")
    _write_column_heads(paper, form, label)


def _write_column_heads(paper: Paper, form: Plain, label: str) -> None:
    top, numbers = paper.row, paper.row + 2
    heads = {column["key"]: column for column in form["columns"]}
    for column, text in enumerate(("STT", label)):
        paper.sheet.merge_range(top, column, top + 1, column, text, paper.style(**_HEAD))
    column = _FIRST
    for group in form["groups"]:
        last = column + len(group["columns"]) - 1
        paper.sheet.merge_range(top, column, top, last, group["head"], paper.style(**_HEAD))
        for offset, key in enumerate(group["columns"]):
            paper.sheet.write_string(top + 1, column + offset, heads[key]["head"], paper.style(**_HEAD))
            paper.sheet.write_string(numbers, column + offset, f"({heads[key]['number']})", paper.style(**_NUMBERS))
        column = last + 1
    for column, text in enumerate(("(1)", "(2)")):
        paper.sheet.write_string(numbers, column, text, paper.style(**_NUMBERS))
    paper.sheet.set_row(top + 1, 94)
    paper.sheet.repeat_rows(top, numbers)
    paper.row = numbers + 1
    paper.sheet.freeze_panes(paper.row, 2)


_NUMBERS: dict[str, Any] = {"italic": True, "border": 1, "font_size": 10, **_CENTRE}


def _write_rows(paper: Paper, form: Plain, rows: Sequence[tuple[str, str, Plain, bool]]) -> list[int]:
    """Numbered rows, the totals inside a row as formulas over their parts; the rows (from 1) that make up the whole."""
    number, first = 0, paper.row + 1
    for mark, name, counts, heading in rows:
        number = 0 if heading else number + 1
        style: dict[str, Any] = {"border": 1, "bold": heading} | ({"bg_color": "#F2F2F2"} if heading else {})
        paper.text(0, mark or str(number), **style, align="center")
        paper.text(1, name, **style)
        _write_counts(paper, form, counts, style)
        paper.row += 1
    if not rows:
        paper.line("Không có hồ sơ nào trong kỳ.", italic=True, border=1, **_CENTRE)
    grouped = any(heading for *_, heading in rows)
    return [first + place for place, (*_, heading) in enumerate(rows) if heading == grouped]


def _write_counts(paper: Paper, form: Plain, counts: Plain, style: Mapping[str, Any]) -> None:
    place = {column["key"]: _FIRST + index for index, column in enumerate(form["columns"])}
    shown = paper.style(**style, num_format="0", align="right")
    for column in form["columns"]:
        at, value = place[column["key"]], counts[column["key"]]
        if column["sum"]:
            cells = "+".join(f"{_letter(place[key])}{paper.row + 1}" for key in column["sum"])
            paper.sheet.write_formula(paper.row, at, f"={cells}", shown, value)
        else:
            paper.sheet.write_number(paper.row, at, value, shown)


def _write_total(paper: Paper, report: Plain, form: Plain, summed: Sequence[int]) -> None:
    style: dict[str, Any] = {"border": 1, "bold": True, "bg_color": "#D9E2F3"}
    paper.text(0, "", **style)
    paper.text(1, "TỔNG SỐ", **style)
    shown = paper.style(**style, num_format="0", align="right")
    for index, column in enumerate(form["columns"]):
        at, value = _FIRST + index, report["total"][column["key"]]
        cells = ",".join(f"{_letter(at)}{row}" for row in summed)
        if cells:
            paper.sheet.write_formula(paper.row, at, f"=SUM({cells})", shown, value)
        else:
            paper.sheet.write_number(paper.row, at, value, shown)
    paper.row += 1


def _write_notes(paper: Paper, report: Plain, form: Plain) -> None:
    paper.row += 1
    for at, text in enumerate(periodic_notes(report, form)):
        share = at == 0 and report["on_time_percent"] is not None
        paper.line(text, **({"bold": True} if share else {"italic": True, "font_size": 10}))


def periodic_notes(report: Plain, form: Plain) -> Iterator[str]:
    """The share on time where there is one, whether the sums hold, how it was counted, what to mind."""
    total = report["total"]
    if report["on_time_percent"] is not None:
        share = vn_number(report["on_time_percent"])
        done = total["early"] + total["on_time"]
        yield f"Tỷ lệ giải quyết trước hạn, đúng hạn: {share} % ({done}/{total['resolved']} hồ sơ)."
    checks = "; ".join(_identity(item, form) for item in form["identities"])
    state = "khớp" if report["identities"]["hold"] else "KHÔNG KHỚP: " + "; ".join(report["identities"]["faults"])
    yield f"Kiểm tra: {checks}: {state}."
    yield f"Cách tính đúng hạn: {report['on_time_rule']}. {form['source']}."
    yield from (f"Lưu ý: {warning}" for warning in report["warnings"])
    for office, count in report["elsewhere"].items():
        yield f"Tiếp nhận tại đây, nơi khác giải quyết, không tính vào biểu: {office}: {count}."


def _identity(item: Plain, form: Plain) -> str:
    numbers = {column["key"]: column["number"] for column in form["columns"]}
    return f"({numbers[item['total']]}) = {' + '.join(f'({numbers[key]})' for key in item['parts'])}"


def _letter(column: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]


def _roman(number: int) -> str:
    marks = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, mark in marks:
        while number >= value:
            text, number = text + mark, number - value
    return text
