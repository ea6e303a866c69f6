"""The rows of a city's published table of points: which columns it has, and what each row is.

Cities publish their tables for people: titles above, levels numbered I, 1, 1.1 or A, I, 1, how a component is scored in
lines below it or in a column of its own, totals, headers repeated on each page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Cells = Sequence[Any]
_COLUMNS = {
    "code": ("stt", "tt", "số tt", "mã", "mã số", "mã tiêu chí", "mã tc", "số thứ tự"),
    "points": ("điểm tối đa", "điểm chuẩn", "thang điểm", "điểm quy định"),
    "evidence": ("tài liệu kiểm chứng", "minh chứng", "tlkc", "tài liệu chứng minh"),
    "office": ("đơn vị chủ trì", "cơ quan chủ trì", "phòng chủ trì", "đơn vị thực hiện", "đơn vị phụ trách",
               "đơn vị chịu trách nhiệm", "cơ quan tham mưu", "đơn vị tham mưu"),
    "how": ("cách tính", "cách chấm", "cách đánh giá", "cách xác định", "phương pháp", "hướng dẫn chấm",
            "quy định chấm", "thang chấm"),
    "name": ("tiêu chí", "nội dung", "lĩnh vực"),
}  # fmt: skip
"""Field -> words of its header (of `code` the whole header), in the order in which a header is judged."""
_BARE_POINTS = ("điểm", "số điểm", "điểm số", "mức điểm")
"""Headers of points where no column is called more plainly."""
_ROMAN = re.compile(r"^(?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})$")
_NUMBERED = re.compile(
    r"^(?:(?:lĩnh vực|phần|mục)\s+)?([A-H]|[IVX]{1,5}|\d{1,2}(?:\.\d{1,2}){0,4})\s*[.):\-–]\s+(\S.*)$", re.I
)
_NUMBER = re.compile(r"^\d{1,2}(\.\d{1,2}){0,4}$")
_POINTS = re.compile(r"^\(?\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:điểm|đ)?\s*\)?\.?$", re.I)
_TOTAL = re.compile(
    r"^(tổng cộng|tổng số điểm|tổng điểm|tổng số|tổng|cộng)\s*(?:\([^)]*\))?(?:\s*điểm)?[\s:.,\d]*$", re.I
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. `code` is as written (empty: none); `points` None: no cell of points, or not to be read.

    `cells` leads from each field to its cell, such as `PL2!C14`.
    """

    code: str
    name: str
    points: Decimal | None
    evidence: str
    office: str
    how: str
    cells: Mapping[str, str]
    faults: tuple[str, ...] = ()

    @property
    def is_total(self) -> bool:
        """A row that adds others up."""
        return not self.code and _TOTAL.match(self.name) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the header of a sheet, and the text above it."""

    sheet: str
    above: tuple[str, ...]
    rows: tuple[Row, ...]


def tables_of(sheets: Mapping[str, Sequence[Cells]]) -> list[Table]:
    """The sheets that hold a table of points, in their order."""
    return [table for name, rows in sheets.items() if (table := _table(name, rows))]


def rank_of(code: str) -> int | None:
    """How high a level its numbering is: A 0, I 1, `1` 2, `1.1` 3 ...; None: no numbering of levels (a, -, +)."""
    if _ROMAN.match(code):
        return 1
    if re.fullmatch(r"[A-H]", code):
        return 0
    return 2 + code.count(".") if _NUMBER.match(code) else None


def points_in(value: Any) -> Decimal | None:
    """Points of a cell: 1,5 or "1.5 điểm" or (2); None where there is no such number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(round(value, 4)))
    found = _POINTS.match(str(value or "").strip())
    return Decimal(found[1].replace(",", ".")) if found else None


def cell_name(sheet: str, column: int, row: int) -> str:
    """`PL2!C14`; `column` and `row` from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{sheet}!{letters}{row + 1}"


def _table(name: str, rows: Sequence[Cells]) -> Table | None:
    for bare in (False, True):
        for index in range(min(len(rows), 40)):
            columns = _columns(rows, index, bare=bare)
            if {"points", "name"} <= columns.keys():
                below = enumerate(rows[index + 1 :], index + 1)
                found = (_row(name, cells, number, columns) for number, cells in below)
                above = (_text(cell) for cells in rows[: index + 1] for cell in cells)
                return Table(name, tuple(filter(None, above)), tuple(_records(found)))
    return None


def _columns(rows: Sequence[Cells], index: int, *, bare: bool) -> dict[str, int]:
    """Field -> column of a header that ends in this row; a title over several columns stands in the row above."""
    above = rows[index - 1] if index else ()
    found: dict[str, int] = {}
    for place, cell in enumerate(rows[index]):
        words = [" ".join(_text(one).casefold().split()) for one in (cell, *above[place : place + 1])]
        asked = [(name, word) for word in words if word for name in _COLUMNS if name not in found]
        if field := next((name for name, word in asked if _heads(name, word, bare=bare)), None):
            found[field] = place
    return found


def _heads(field: str, word: str, *, bare: bool) -> bool:
    if field == "code":
        return word.rstrip(".") in _COLUMNS[field]
    if field == "points" and bare and word in _BARE_POINTS:
        return True
    return len(word) < 90 and any(start in word[:60] for start in _COLUMNS[field])


def _records(rows: Iterator[Row]) -> Iterator[Row]:
    """Without empty rows, headers said again on the next page and the numbering of columns (1) (2) (3)."""
    for row in rows:
        words = row.name.casefold()
        numbering = bool(re.fullmatch(r"[(\[]?\d[)\]]?", row.name)) and rank_of(row.code.strip("()[]")) is not None
        repeated = row.code.casefold().rstrip(".") in _COLUMNS["code"]
        if words and not numbering and not repeated:
            yield row


def _row(sheet: str, cells: Cells, number: int, columns: Mapping[str, int]) -> Row:
    said = {field: cells[place] if place < len(cells) else "" for field, place in columns.items()}
    places = {field: cell_name(sheet, place, number) for field, place in columns.items()}
    faults = tuple(_faults(said, places))
    code, name = _code(said.get("code")), _text(said["name"])
    if not name and len(code) > 5:  # a level over the whole width stands in the first cell alone
        code, name = "", code
    if not code and (numbered := _NUMBERED.match(name.split("\n")[0])):
        code, name = numbered[1], "\n".join([numbered[2], *name.split("\n")[1:]])
    code = re.sub(r"^(lĩnh vực|phần|mục)\s+", "", code, flags=re.I)
    evidence, office, how = (_text(said.get(field)) for field in ("evidence", "office", "how"))
    return Row(code, name, points_in(said["points"]), evidence, office, how, places, faults)


def _faults(said: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[str]:
    for field, what in (("points", "điểm"), ("code", "mã")):
        if isinstance(said.get(field), date | datetime):
            yield f"{places[field]}: ô {what} là ngày {said[field]:%d/%m/%Y} (Excel đã tự đổi); gõ lại thành chữ"
    points = _text(said["points"])
    if points and not isinstance(said["points"], date | datetime) and points_in(said["points"]) is None:
        yield f"{places['points']}: không đọc được điểm {points!r}"


def _code(value: Any) -> str:
    if isinstance(value, date | datetime):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _text(value).rstrip(".) ").strip("(") if len(_text(value)) <= 12 else _text(value)


def _text(value: Any) -> str:
    lines = str("" if value is None else value).replace("\r", "\n").split("\n")
    return "\n".join(line for line in (" ".join(one.split()) for one in lines) if line)
