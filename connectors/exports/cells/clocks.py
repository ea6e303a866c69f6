"""A time of day in a column of its own ("Ngày tiếp nhận", "Giờ tiếp nhận"): read with the day that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from connectors.exports.cells.dates import NotADate, moment_of
from connectors.exports.cells.grids import Cells, Grid
from connectors.exports.cells.text import clean, is_blank

_CLOCK = re.compile(
    r"(\d{1,2})\s*(?::|h|g|giờ)\s*(\d{1,2})?\s*(?::(\d{1,2})(?:\.\d+)?|phút|ph|p|')?\s*(SA|CH|AM|PM)?", re.IGNORECASE
)
_DAY_SECONDS = 86_400


def with_clocks(grid: Grid, first: int, clocks: Mapping[int, int]) -> Grid:
    """The same sheet, of which each day says its time; `clocks` is column of days -> column of times, both from 0.

    `first` is the first row below the header. A time that cannot be read stays behind its day, which is then none.
    """
    if not clocks:
        return grid
    return replace(
        grid,
        head=[*grid.head[:first], *_joined(grid.head[first:], clocks)],
        rest=_joined(grid.rest, clocks),
    )


def _joined(rows: Iterable[Cells], clocks: Mapping[int, int]) -> Iterator[Cells]:
    for row in rows:
        cells = list(row)
        for day, clock in clocks.items():
            if max(day, clock) < len(row):
                cells[day] = _moment(row[day], row[clock])
        yield cells


def _moment(day: Any, clock: Any) -> Any:
    """The text of both; the day as it stands where it tells its time itself, is none, or no time stands beside it."""
    if clock is None or (isinstance(clock, str) and is_blank(clean(clock))):
        return day
    try:
        moment, is_timed = moment_of(clean(day) if isinstance(day, str) else day)
    except NotADate:
        return day
    if is_timed:
        return day
    told = _time_of(clock)
    return f"{moment:%d/%m/%Y} {clean(str(clock)) if told is None else told}"


def _time_of(clock: Any) -> str | None:
    """HH:MM:SS. A number is the part of a day that has passed, as Excel keeps times; None: it tells no time."""
    if isinstance(clock, datetime | time):
        return f"{clock:%H:%M:%S}"
    if isinstance(clock, timedelta):
        return _of_seconds(clock.total_seconds())
    if isinstance(clock, int | float):
        return _of_seconds(clock * _DAY_SECONDS)
    return _in_words(clean(clock))


def _of_seconds(seconds: float) -> str | None:
    whole = round(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}" if 0 <= whole < _DAY_SECONDS else None


def _in_words(text: str) -> str | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    half = f" {found[4]}" if found[4] else ""
    return f"{int(found[1]):02}:{int(found[2] or 0):02}:{int(found[3] or 0):02}{half}"
