"""A printed document as workbook: numbers are numbers, sums are formulas over the lines that they add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reports.printed import FILLS, Cell, Column, Part, Printed, groups_of
from reports.workbook import Paper, new_paper, write_head, write_signature

_MM_PER_WIDTH = 2.1
_CENTRE: dict[str, Any] = {"align": "center", "valign": "vcenter"}
_HEAD: dict[str, Any] = {"bold": True, "border": 1, "bg_color": "#BFCDE6", **_CENTRE}


def xlsx_of(printed: Printed, name: str) -> bytes:
    """The document as one sheet called `name`; all its tables have the columns of the first."""
    columns = next(part.columns for part in printed.parts if part.columns)
    widths = tuple(column.width / _MM_PER_WIDTH for column in columns)
    paper = new_paper(name, printed.heading, widths, printed.title[0].capitalize())
    split = max(2, len(columns) // 2)
    write_head(paper, printed.heading, split=split)
    paper.row += 1
    for at, text in enumerate(printed.title):
        paper.line(text, bold=True, font_size=14 if at == 0 else 11, **_CENTRE)
    for text in printed.under:
        paper.line(text, italic=True, **_CENTRE)
    paper.row += 1
    for number, part in enumerate(printed.parts):
        _write_part(paper, part, first=number == 0)
    for text in printed.notes:
        paper.line(text, italic=True, font_size=10)
    write_signature(paper, printed.heading, first=split)
    return paper.close()


def _write_part(paper: Paper, part: Part, *, first: bool) -> None:
    if part.title:
        paper.line(part.title, bold=True)
    for text in part.paragraphs:
        paper.line(text)
    if not part.columns:
        return
    if not part.lines and part.empty:
        paper.line(part.empty, italic=True)
        return
    _write_columns(paper, part.columns, repeated=first)
    top = paper.row
    for line in part.lines:
        fill = {"bold": True, "bg_color": f"#{FILLS[line.level]}"} if line.level in FILLS else {}
        for at, cell in enumerate(line.cells):
            sums = [f"{_letter(at)}{top + added + 1}" for added in line.adds] if part.columns[at].number else []
            _write_cell(paper, at, cell, sums, {"border": 1, **fill})
        paper.row += 1
    paper.row += 1


def _write_columns(paper: Paper, columns: tuple[Column, ...], *, repeated: bool) -> None:
    top = paper.row
    if any(column.group for column in columns):
        for name, first, last in groups_of(columns):
            if name and last > first:
                paper.span(first, last, name, **_HEAD)
            else:
                paper.text(first, name, **_HEAD)
        paper.row += 1
    for at, column in enumerate(columns):
        paper.text(at, column.name, **_HEAD)
    if repeated:
        paper.sheet.repeat_rows(top, paper.row)
        paper.sheet.freeze_panes(paper.row + 1, 2)
    paper.row += 1


def _write_cell(paper: Paper, at: int, cell: Cell, sums: list[str], style: dict[str, Any]) -> None:
    if isinstance(cell, str):
        paper.text(at, cell, **style)
        return
    number = paper.style(**style, num_format="0.00" if _has_places(cell) else "0", align="right")
    if sums:
        paper.sheet.write_formula(paper.row, at, f"=SUM({','.join(sums)})", number, float(cell))
    else:
        paper.sheet.write_number(paper.row, at, float(cell), number)


def _has_places(cell: Decimal) -> bool:
    exponent = cell.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0


def _letter(column: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]
