"""Whether a row can be true: what its dates say about each other."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.exports.cells.moments import day_number, moment_from

_ORDERS = {
    "dossiers": (
        ("received_at", "finished_at", "ngày kết thúc xử lý", "ngày tiếp nhận"),
        ("received_at", "returned_at", "ngày trả", "ngày tiếp nhận"),
        ("received_at", "due_at", "ngày hẹn trả", "ngày tiếp nhận"),
    ),
    "petitions": (
        ("received_at", "answered_at", "ngày trả lời", "ngày tiếp nhận"),
        ("received_at", "due_at", "hạn xử lý", "ngày tiếp nhận"),
    ),
}


def impossible_orders(kind: str, columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, str, str]]:
    """Yield (position of the row, field, reason) where a date comes before the day it must follow.

    `columns` hold seconds since 1970, None, or a fault. Days are compared, not times: many columns carry no time.
    """
    for before, after, later, earlier in _ORDERS.get(kind, ()):
        firsts, seconds = columns.get(before, ()), columns.get(after, ())
        if _none_earlier(seconds, firsts):
            continue
        pairs = zip(firsts, seconds, strict=False)
        for position, (first, second) in enumerate(pairs):
            if type(first) is int and type(second) is int and second < first and day_number(second) < day_number(first):
                yield position, after, f"{later} {_day(second)} trước {earlier} {_day(first)}"


def _none_earlier(seconds: Sequence[Any], firsts: Sequence[Any]) -> bool:
    """The same for whole columns that hold nothing but seconds: one look at them costs little."""
    try:
        return not any(map(operator.lt, seconds, firsts))
    except TypeError:
        return False


def _day(seconds: int) -> str:
    return moment_from(seconds).strftime("%d/%m/%Y")
