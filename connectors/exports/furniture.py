"""What titles and file names say: the period, the year, when the export was written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from connectors.exports.dates import NotADate, moment_of
from connectors.exports.grids import Cells
from connectors.exports.text import clean
from connectors.exports.values import plain_text

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
