"""What titles and file names say: the period, the year, when the export was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from connectors.exports.cells.dates import NotADate, moment_of, months_of, period_number
from connectors.exports.cells.grids import Cells
from connectors.exports.cells.text import clean
from connectors.exports.cells.values import plain_text

_DAY = r"(\d{1,2}/\d{1,2}/\d{4})"
_PERIOD = re.compile(rf"từ\s+(?:ngày\s+)?{_DAY}\D{{1,20}}?(?:đến\s+)?(?:hết\s+)?(?:ngày\s+)?{_DAY}", re.IGNORECASE)
_EXPORTED = re.compile(
    r"(?:thời (?:điểm|gian) (?:xuất|lập|in|kết xuất)|ngày (?:xuất|in|kết xuất|lập)|xuất lúc|in lúc)"
    r"(?: báo cáo| dữ liệu| tệp)?\s*:?\s*(\d[\d/:. ]+\d)",
    re.IGNORECASE,
)
_IN_NAME = re.compile(r"(20\d\d)[_\-.]?(\d\d)[_\-.]?(\d\d)(?:[_\-. T]+(\d\d)[_\-.h]?(\d\d))?(?!\d)")
_YEAR_IN_TITLE = re.compile(r"(?:năm|(?:quý|tháng)\s+[IVX\d]+\s*(?:/|năm|-))\s*(20\d\d)(?!\d)", re.IGNORECASE)
_OF_YEAR = r"\s*(?:/|-|,)?\s*(?:năm\s+)?(20\d\d)(?!\d)"
_NO_PERIOD = re.compile(r"\bngày\s+\d{1,2}\s+tháng\b|thông tư|nghị định|quyết định|công văn|\bluật\b", re.IGNORECASE)
"""A line that dates or founds the form; "từ ngày ... đến ngày ..." is read before."""
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


def reporting_period_in(texts: Sequence[str]) -> tuple[date, date] | None:
    """First and last day of a title that names days, or else a quarter, a half, some months, a month, a year.

    The calendar's own: quarters that an office closes on the 14th have to say so by their days.
    """
    titles = [text for text in texts if not _NO_PERIOD.search(text)]
    named = (period for read in _NAMED_PERIODS for text in titles if (period := read(text)))
    return period_in(texts) or next(named, None)


def _quarter(text: str) -> tuple[date, date] | None:
    found = re.search(rf"\bquý\s+(IV|I{{1,3}}|[1-4]){_OF_YEAR}", text, re.IGNORECASE)
    if not found:
        return None
    number = period_number(found[1])
    return months_of(int(found[2]), 3 * number - 2, 3 * number)


def _some_months(text: str) -> tuple[date, date] | None:
    """ "6 tháng đầu năm", "6 tháng cuối năm", "9 tháng năm"."""
    found = re.search(r"\b([369])\s+tháng(?:\s+(đầu|cuối))?\s+năm\s+(20\d\d)", text, re.IGNORECASE)
    if not found:
        return None
    count, year = int(found[1]), int(found[3])
    return months_of(year, 13 - count, 12) if (found[2] or "").casefold() == "cuối" else months_of(year, 1, count)


def _month(text: str) -> tuple[date, date] | None:
    found = re.search(rf"\btháng\s+(1[0-2]|0?[1-9]){_OF_YEAR}", text, re.IGNORECASE)
    return months_of(int(found[2]), int(found[1]), int(found[1])) if found else None


def _year(text: str) -> tuple[date, date] | None:
    found = re.search(r"\bnăm\s+(20\d\d)(?!\d)", text, re.IGNORECASE)
    return months_of(int(found[1]), 1, 12) if found else None


_NAMED_PERIODS = (_quarter, _some_months, _month, _year)


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
    """Of a name with folders the last part that tells a day: a file's own before that of the zip it came in."""
    found = next(filter(None, map(_IN_NAME.search, reversed(name.split("/")))), None)
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
