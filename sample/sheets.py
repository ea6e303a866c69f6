"""Workbooks of the sample: one sheet each, written row by row, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a document property without a zone
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "align": "center", "font_size": 13},
    "note": {"italic": True, "align": "right"},
    "header": {
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "border": 1,
        "text_wrap": True,
        "bg_color": "#DDEBF7",
    },
    "numbering": {"italic": True, "align": "center", "border": 1, "font_size": 9},
    "cell": {"border": 1, "valign": "top"},
    "date": {"border": 1, "valign": "top", "num_format": "dd/mm/yyyy hh:mm:ss"},
    "total": {"bold": True, "border": 1},
    "plain": {"align": "center"},
}
Group = tuple[str, tuple[str, ...]]
"""A merged header cell over several columns; a heading alone is written as (heading, ())."""


def new_workbook(path: Path) -> Any:
    """A workbook whose properties name no clock."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy", "strings_to_numbers": False})
    book.set_properties({"author": "parindex sample", "created": _MADE})
    return book


class Sheet:
    """One sheet, written from the top."""

    def __init__(self, book: Any, name: str, *, widths: Sequence[int]) -> None:
        self._sheet = book.add_worksheet(name)
        self._styles = {
            name: book.add_format({"font_name": "Times New Roman", "font_size": 11} | dict(style))
            for name, style in _STYLES.items()
        }
        self._next = 0
        self._columns = len(widths)
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def titles(self, lines: Sequence[str], *, note: str = "") -> None:
        """Merged title rows, a note at the right, an empty row."""
        for line in lines:
            self._merged(line, "title")
        if note:
            self._merged(note, "note")
        self._next += 1

    def header(self, labels: Sequence[str]) -> None:
        """One header row."""
        self.row(list(labels), style="header")

    def header_over_two_rows(self, labels: Sequence[str]) -> None:
        """Every header cell merged over two rows."""
        self.grouped_header([(label, ()) for label in labels])

    def grouped_header(self, groups: Sequence[Group]) -> None:
        """Two header rows: a group is merged over its columns, a heading alone over both rows."""
        top, column, style = self._next, 0, self._styles["header"]
        for heading, labels in groups:
            if not labels:
                self._sheet.merge_range(top, column, top + 1, column, heading, style)
                column += 1
                continue
            self._sheet.merge_range(top, column, top, column + len(labels) - 1, heading, style)
            for offset, label in enumerate(labels):
                self._sheet.write_string(top + 1, column + offset, label, style)
            column += len(labels)
        self._next += 2

    def row(self, cells: Sequence[Any], *, style: str = "cell") -> None:
        """One row; datetimes become dates of the workbook, at their own wall clock."""
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                self._sheet.write_datetime(self._next, column, cell.replace(tzinfo=None), self._styles["date"])
            elif isinstance(cell, str):
                self._sheet.write_string(self._next, column, cell, self._styles[style])
            elif cell is not None:
                self._sheet.write(self._next, column, cell, self._styles[style])
        self._next += 1

    def _merged(self, text: str, style: str) -> None:
        self._sheet.merge_range(self._next, 0, self._next, self._columns - 1, text, self._styles[style])
        self._next += 1
