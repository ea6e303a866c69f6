"""Whether a row can be true: what its dates say about each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Judge = Callable[[tuple[Any, ...]], tuple[int, str] | None]

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


def implausible(kind: str, fields: tuple[str, ...]) -> Judge:
    """A function that tells what cannot be true in a row of these fields: (position of the field, reason), or None.

    Days are compared, not times: many columns carry no time of day.
    """
    orders = [
        (fields.index(before), fields.index(after), later, earlier)
        for before, after, later, earlier in _ORDERS.get(kind, ())
        if before in fields and after in fields
    ]

    def judge(row: tuple[Any, ...]) -> tuple[int, str] | None:
        for before, after, later, earlier in orders:
            first, second = row[before], row[after]
            if first is not None and second is not None and second < first and second.date() < first.date():
                return after, f"{later} {_day(second)} trước {earlier} {_day(first)}"
        return None

    return judge


def _day(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y")
