"""What total rows say, held against the rows: how many there are, and what each column of counts adds up to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from connectors.exports.cells.grids import Cells
from connectors.exports.layouts.furniture import said
from connectors.exports.layouts.row_kinds import number_in_total, number_said

BEYOND = 1 << 31
"""Behind the last row of any sheet."""
_SHOWN = 40
_COUNTS = re.compile(r"[^\W\d]\s*[:=]\s*\d[\d.,]*(?![\d/:.h-])", re.IGNORECASE)
"""A word and its number, in a title: "Quá hạn: 8 hồ sơ"."""


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row (from 1) that says or seems to be a total; `sure`: its words leave no doubt."""

    number: int
    cells: Cells
    sure: bool


class Counted:
    """What was read: the rows' numbers, ascending, and per place of a summed column its title and values."""

    def __init__(self, numbers: Sequence[int], columns: Mapping[int, tuple[str, Sequence[Any]]]) -> None:
        self._numbers = numbers
        self.titles = {place: title for place, (title, _) in columns.items()}
        self._running = {place: [0, *accumulate(map(_added, values))] for place, (_, values) in columns.items()}

    def rows(self, since: int, until: int) -> int:
        """How many rows lie between two others."""
        return bisect_left(self._numbers, until) - bisect_right(self._numbers, since)

    def sum(self, place: int, since: int, until: int) -> Decimal | int:
        """What a column adds up to between two rows."""
        running = self._running[place]
        return running[bisect_left(self._numbers, until)] - running[bisect_right(self._numbers, since)]


def _added(value: Any) -> Decimal | int:
    return value if isinstance(value, int | Decimal) else 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A total row judged: the rows it counts (None: it counts none, -1: it gives no number), and what disagrees."""

    is_total: bool
    count: int | None
    disagreements: tuple[str, ...]


def judged(row: TotalRow, others: tuple[int, int], counted: Counted) -> Judged:
    """Hold a total row against the rows; `others` are the rows of the totals before (0: none) and behind it.

    A total may be that of all rows or of a block, and stand below what it adds up or, as in budgets, above.
    """
    before, behind = others
    spans = ((0, row.number), (before, row.number), (row.number, behind), (0, BEYOND))
    sums = _sums_said(row.cells, counted)
    wrong = tuple(said for place, number in sums.items() if (said := _unlike(row, place, number, spans, counted)))
    count = None if sums else _count_said(row.cells)
    if row.sure:
        return Judged(True, count, wrong)
    agrees = not wrong if sums else count in [counted.rows(*span) for span in spans]
    return Judged(agrees, count if agrees else None, ())


def declared_above(texts: Iterable[str]) -> int | None:
    """The number of rows that a title says ("Tổng số: 120 hồ sơ"); None where titles give other counts beside it, for
    then it may be that of more than the table."""
    counts = [text for text in texts if _COUNTS.search(text)]
    said = number_in_total(counts[0]) if len(counts) == 1 else None
    number = number_said(said.rstrip(".,")) if said else None
    return int(number) if number is not None and number == number.to_integral_value() else None


def _sums_said(cells: Cells, counted: Counted) -> dict[int, Decimal]:
    numbers = {place: number_said(text) for place, text in said(cells) if place in counted.titles}
    return {place: number for place, number in numbers.items() if number is not None}


def _count_said(cells: Cells) -> int:
    texts = [text for _, text in said(cells)]
    heading = next((found for text in texts if (found := number_in_total(text))), None)
    numbers = [number_said(heading.rstrip(".,"))] if heading else map(number_said, texts)
    whole = (int(number) for number in numbers if number is not None and number == number.to_integral_value())
    return next(whole, -1)


def _unlike(row: TotalRow, place: int, number: Decimal, spans: Sequence[tuple[int, int]], counted: Counted) -> str:
    """The sentence of a sum that neither the table nor a block of it adds up to; "" where one does."""
    found = [counted.sum(place, *span) for span in spans]
    if number in found:
        return ""
    what = f'dòng tổng cộng {row.number}, cột "{counted.titles[place]}"'
    return f"{what}: ghi {number:f}, cộng các dòng đọc được {found[-1]}"


def shown(cells: Cells) -> str:
    """The first words of a row, for a message."""
    text = " | ".join(text for _, text in said(cells))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
