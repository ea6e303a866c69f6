"""A printable A4 landscape workbook with the head of Vietnamese administrative documents.

The same content gives the same bytes: xlsxwriter dates its zip entries 1980, and the creation moment is passed in.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import xlsxwriter

from reports.heading import Heading

FONT = "Times New Roman"
_A4 = 9
_CELL_LIMIT = 32_000
"""Excel takes 32,767 characters in one cell."""
_LETTERS_PER_WIDTH, _LINE_HEIGHT = 1.1, 15.5
"""Vietnamese letters of 11 points in one unit of column width, with some room; points of height a line takes."""
_TALLEST_ROW = 400.0
"""Excel takes 409 points."""


@dataclass(slots=True)
class Paper:
    """One sheet being written: `row` is the next free row, from 0."""

    stream: io.BytesIO
    workbook: Any
    sheet: Any
    widths: tuple[float, ...]
    footer: str = ""
    row: int = 0
    _lines: dict[int, int] = field(default_factory=dict)
    _formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **wanted: Any) -> Any:
        """The format with these properties over the paper's own (Times New Roman 11, wrapped, top)."""
        properties = {"font_name": FONT, "font_size": 11, "text_wrap": True, "valign": "top"} | wanted
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def line(self, text: str, **style: Any) -> None:
        """Text across the whole width; merged cells do not grow by themselves, so the height is estimated."""
        self._grow(text, sum(self.widths))
        self.span(0, len(self.widths) - 1, text, **style)
        self.row += 1

    def span(self, first: int, last: int, text: str, **style: Any) -> None:
        """Text across the columns `first` to `last` of the current row."""
        self.sheet.merge_range(self.row, first, self.row, last, "", self.style(**style))
        self._write(first, text, style)

    def text(self, column: int, text: str, **style: Any) -> None:
        """Text in a cell, whose row grows with it: not every program fits the height when it opens the file."""
        self._grow(text, self.widths[column])
        self._write(column, text, style)

    def _write(self, column: int, text: str, style: Mapping[str, Any]) -> None:
        """Never taken as a formula or a link."""
        self.sheet.write_string(self.row, column, shortened(text), self.style(**style))

    def _grow(self, text: str, width: float) -> None:
        letters = max(int(width * _LETTERS_PER_WIDTH), 1)
        lines = sum(max(1, -(-len(line) // letters)) for line in shortened(text).split("\n"))
        if lines > self._lines.get(self.row, 1):
            self._lines[self.row] = lines
            self.sheet.set_row(self.row, min(_LINE_HEIGHT * lines, _TALLEST_ROW))

    def another(self, name: str, widths: tuple[float, ...] = ()) -> Paper:
        """A further sheet of the same workbook, with the same columns where no `widths` are given."""
        sheet = self.workbook.add_worksheet(name)
        return _set_up(self.stream, self.workbook, sheet, widths or self.widths, self.footer)

    def close(self) -> bytes:
        """The finished file."""
        self.workbook.close()
        return self.stream.getvalue()


def shortened(text: str) -> str:
    """Text that fits a cell; what is cut is said."""
    if len(text) <= _CELL_LIMIT:
        return text
    return text[:_CELL_LIMIT] + " … (còn tiếp, xem index.html trong gói tài liệu)"


def new_paper(name: str, heading: Heading, widths: tuple[float, ...], title: str) -> Paper:
    """An empty sheet set up for printing, with fixed properties."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    made_at = datetime.combine(heading.made_on, time())
    workbook.set_properties(
        {"title": f"{title} {heading.period}", "author": heading.unit_name, "company": "parindex", "created": made_at}
    )
    footer = f'&L&"{FONT}"&9{heading.unit_name} - kỳ {heading.period}&R&"{FONT}"&9Trang &P/&N'
    return _set_up(stream, workbook, workbook.add_worksheet(name), widths, footer)


def _set_up(stream: io.BytesIO, workbook: Any, sheet: Any, widths: tuple[float, ...], footer: str) -> Paper:
    """A sheet for A4 landscape."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(footer)
    paper = Paper(stream, workbook, sheet, widths, footer)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, paper.style())
    return paper


def write_head(paper: Paper, heading: Heading, split: int) -> None:
    """The unit's name left of column `split`, the national name and motto from there on."""
    last = len(paper.widths) - 1
    middle: Mapping[str, Any] = {"align": "center", "valign": "vcenter"}
    for left, right, bold in (
        ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True),
        (heading.unit_name.upper(), "Độc lập - Tự do - Hạnh phúc", True),
        ("───────", "───────────────", False),
    ):
        paper.span(0, split - 1, left, bold=bold, **middle)
        paper.span(split, last, right, bold=bold, **middle)
        paper.row += 1


def write_signature(paper: Paper, heading: Heading, first: int) -> None:
    """Place, date to be filled in by hand, and room for the leader's signature."""
    last = len(paper.widths) - 1
    paper.row += 1
    for text, style in (
        (f"{heading.place}, ngày ...... tháng ...... năm ......", {"italic": True}),
        ("LÃNH ĐẠO ĐƠN VỊ", {"bold": True}),
        ("(Ký và ghi rõ họ tên)", {"italic": True}),
    ):
        paper.span(first, last, text, align="center", **style)
        paper.row += 1
