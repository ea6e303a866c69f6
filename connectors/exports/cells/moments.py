"""Whole columns of dates, fast: seconds since 1970 inside the reader, datetimes only when a row is asked for.

A vendor's column repeats a few hundred days and at most 86,400 times of day; both halves of a cell are looked up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from connectors.exports.cells.dates import VIETNAM, NotADate, moment_of

_DAY = re.compile(r"\d\d/\d\d/\d{4}")
_TIME = re.compile(r" ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")
_DATE_OF, _TIME_OF = operator.itemgetter(slice(10)), operator.itemgetter(slice(10, None))
_DAY_SECONDS = 86_400
_OFFSET_SECONDS = 7 * 3_600


class _Days(dict[str, int]):
    """Seconds of the start of a day written DD/MM/YYYY; `KeyError` for anything else."""

    def __missing__(self, text: str) -> int:
        if not _DAY.fullmatch(text):
            raise KeyError(text)
        try:
            seconds = self[text] = int(moment_of(text)[0].timestamp())
        except NotADate as error:
            raise KeyError(text) from error
        return seconds


class _Times(dict[str, int]):
    """Seconds since midnight of " HH:MM:SS"; `KeyError` for anything else."""

    def __missing__(self, text: str) -> int:
        found = _TIME.fullmatch(text)
        if found is None:
            raise KeyError(text)
        seconds = self[text] = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
        return seconds


def seconds_column(
    convert: Callable[[Any], datetime | None], *, bare_day_seconds: int
) -> tuple[Callable[[Any], int | None], Callable[[Sequence[Any]], list[Any]]]:
    """Two readers of a date column: of one cell, and of cells that all are DD/MM/YYYY[ HH:MM:SS] or empty.

    `convert` answers for other shapes; the second reader raises `KeyError` or `TypeError` for them.
    `bare_day_seconds` is the second of the day that a cell without a time, or with midnight, means.
    """
    days, times = _Days(), _Times({"": bare_day_seconds, " 00:00:00": bare_day_seconds})

    def all_seconds(cells: Sequence[Any]) -> list[Any]:
        if all(cells):
            halves = map(days.__getitem__, map(_DATE_OF, cells)), map(times.__getitem__, map(_TIME_OF, cells))
            return list(map(operator.add, *halves))
        return [days[cell[:10]] + times[cell[10:]] if cell else None for cell in cells]

    def seconds(cell: Any) -> int | None:
        try:
            return days[cell[:10]] + times[cell[10:]]
        except (KeyError, TypeError):
            moment = convert(cell)
            return None if moment is None else round(moment.timestamp())

    return seconds, all_seconds


def moment_from(seconds: int) -> datetime:
    """The aware datetime at +07:00."""
    return datetime.fromtimestamp(seconds, VIETNAM)


def day_number(seconds: int) -> int:
    """Days since 1970-01-01, counted in Vietnam."""
    return (seconds + _OFFSET_SECONDS) // _DAY_SECONDS


def moments_from(column: Iterable[Any]) -> Iterable[Any]:
    """A column of seconds as datetimes, one at a time; what is not seconds stays as it is."""
    make = datetime.fromtimestamp
    return (make(seconds, VIETNAM) if type(seconds) is int else seconds for seconds in column)
