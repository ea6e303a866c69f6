"""What stands around the data: titles, periods, group rows, numbering rows, totals and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from connectors.exports.dates import NotADate, moment_of
from connectors.exports.grids import Cells
from connectors.exports.text import clean, label_key
from connectors.exports.values import BadCell, number_of, plain_text

_DAY = r"(\d{1,2}/\d{1,2}/\d{4})"
_PERIOD = re.compile(rf"từ\s+(?:ngày\s+)?{_DAY}\D{{1,20}}?(?:đến\s+)?(?:hết\s+)?(?:ngày\s+)?{_DAY}", re.IGNORECASE)
_EXPORTED = re.compile(
    r"(?:thời (?:điểm|gian) (?:xuất|lập|in|kết xuất)|ngày (?:xuất|in|kết xuất|lập)|xuất lúc|in lúc)"
    r"(?: báo cáo| dữ liệu| tệp)?\s*:?\s*(\d[\d/:. ]+\d)",
    re.IGNORECASE,
)
_IN_NAME = re.compile(r"(20\d\d)[_\-.]?(\d\d)[_\-.]?(\d\d)(?:[_\-. T]+(\d\d)[_\-.h]?(\d\d))?(?!\d)")
_YEAR_IN_TITLE = re.compile(r"(?:năm|(?:quý|tháng)\s+[IVX\d]+\s*(?:/|năm|-))\s*(20\d\d)(?!\d)", re.IGNORECASE)
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_GROUP_MARK = re.compile(r"(?:[IVXLC]+|[A-Z])[.)]?")
_TOTAL = re.compile(r"^(?:tổng cộng|tổng số|tổng|cộng|total)\b[^\d]*(\d[\d.,]*)?", re.IGNORECASE)


def texts_of(rows: Iterable[Cells]) -> list[str]:
    """All text of some rows, one string per row."""
    lines = (" ".join(clean(cell) for cell in row if isinstance(cell, str) and cell.strip()) for row in rows)
    return [line for line in lines if line]


def period_in(texts: Iterable[str]) -> tuple[date, date] | None:
    """First and last day of a title such as "Từ ngày 01/01/2025 đến ngày 31/12/2025"."""
    for text in texts:
        if found := _PERIOD.search(text):
            try:
                first, last = (moment_of(day)[0].date() for day in found.groups())
            except NotADate:
                continue
            return (first, last)
    return None


def year_in(titles: Iterable[str], name: str) -> int | None:
    """The year that a table speaks of: "năm 2025", "Quý IV/2025" in its title, else a lone year in the file's name."""
    for text in titles:
        if found := set(_YEAR_IN_TITLE.findall(text)):
            return int(found.pop()) if len(found) == 1 else None
    alone = set(_YEAR_IN_NAME.findall(_IN_NAME.sub(" ", name)))
    return int(alone.pop()) if len(alone) == 1 else None


def exported_at_in(texts: Iterable[str], name: str) -> datetime | None:
    """When the export was written: from its title, else from a file name such as "..._2025_12_31_08_05.xlsx".

    A name with a bare date stands for the start of that day. None: neither says.
    """
    for text in texts:
        if found := _EXPORTED.search(text):
            try:
                return moment_of(clean(found[1]))[0]
            except NotADate:
                continue
    return _moment_in_name(name)


def _moment_in_name(name: str) -> datetime | None:
    found = _IN_NAME.search(name)
    if not found:
        return None
    year, month, day, hour, minute = found.groups()
    try:
        return moment_of(f"{day}/{month}/{year} {hour or '00'}:{minute or '00'}:00")[0]
    except NotADate:
        return None


def said(cells: Cells) -> list[tuple[int, str]]:
    """The cells of a row that say something: (column from 0, text)."""
    texts = ((index, plain_text(cell)) for index, cell in enumerate(cells))
    return [(index, text) for index, text in texts if text is not None]


def total_in(cells: Cells) -> int | None:
    """The number of a total row ("TỔNG CỘNG | 1.234", "Tổng số: 1.234 hồ sơ"); -1 for one without a number.

    None: this is no total row.
    """
    filled = said(cells)
    if not filled or len(filled) > 12:
        return None
    heading = next((position for position, (_, text) in enumerate(filled[:3]) if _TOTAL.match(text)), None)
    if heading is None:
        return None
    inside = _TOTAL.match(filled[heading][1])
    numbers: list[Any] = [inside[1]] if inside and inside[1] else [cells[index] for index, _ in filled[heading + 1 :]]
    return next((number for cell in numbers if (number := _whole(cell)) is not None), -1)


def _whole(cell: Any) -> int | None:
    text = re.sub(r"\s*(?:hồ sơ|phản ánh|dòng|bản ghi)\.?$", "", cell) if isinstance(cell, str) else cell
    try:
        number = number_of(text.rstrip(".,") if isinstance(text, str) else text)
    except (BadCell, ArithmeticError):
        return None
    return int(number) if number is not None and number == number.to_integral_value() else None


def is_numbering(cells: Cells) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 ... or (1), (2), (3) ..."""
    texts = [re.sub(r"[()\[\]]", "", text) for _, text in said(cells)]
    numbers = [int(text) for text in texts if text.isdigit() and len(text) <= 3]
    return (
        len(numbers) >= 3
        and len(numbers) >= len(texts) - 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    )


def is_group(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether a row heads a group: one thing said, or "II | Lĩnh vực Đất đai | 25" with a roman number or a letter."""
    if len(filled) <= 2 or len({text for _, text in filled}) == 1:
        return True
    return len(filled) <= 4 and _GROUP_MARK.fullmatch(filled[0][1]) is not None


def begins_other_table(cells: Cells, own: Sequence[str], foreign: frozenset[str]) -> bool:
    """Whether a row is the header of a table of another layout."""
    texts = [label_key(text) for _, text in said(cells)]
    theirs = sum(1 for text in texts if text in foreign)
    if theirs < 2 or len(texts) < 3:
        return False
    ours = {label_key(part) for label in own for part in label.split(" / ")}
    return theirs + sum(1 for text in texts if text in ours) >= 0.8 * len(texts)


def repeats_header(cells: Cells, labels: Sequence[str]) -> bool:
    """Whether a row repeats the header (a page break in the export)."""
    own = {label_key(part) for label in labels for part in label.split(" / ")} - {""}
    texts = [label_key(text) for _, text in said(cells)]
    return len(texts) >= 2 and sum(1 for text in texts if text in own) >= 0.8 * len(texts)
