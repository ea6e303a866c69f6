"""Dates that a spreadsheet set to month-first turned round while it opened and saved an export: never read as they are.

Such a program takes "01/07/2025" for 7 January and keeps it as a date, and leaves "13/07/2025" as text. Nothing in a
single cell shows it: two proofs do, the codes of the dossiers, which hold the day of receipt, and what became text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from connectors.errors import Unreadable
from connectors.exports.cells.dates import NotADate, moment_of
from connectors.exports.cells.grids import Cells
from connectors.exports.cells.moments import moment_from
from connectors.exports.records import SheetRecords

_IN_CODE = re.compile(r"-(\d\d)(\d\d)(\d\d)-\d{4,6}$")
_MOST_ASKED = 500
_PROOFS = 2
_LAST_MONTH = 12


def refuse_turned_by_codes(found: SheetRecords) -> None:
    """Raise `Unreadable` where days of receipt are those of their codes with day and month exchanged."""
    if not {"code", "received_at"} <= set(found.fields):
        return
    codes, days = (found.values[found.fields.index(name)] for name in ("code", "received_at"))
    step = len(codes) // _MOST_ASKED + 1
    asked = zip(codes[::step], days[::step], found.numbers[::step], strict=True)
    told = [(number, is_turned) for code, day, number in asked if (is_turned := _is_turned(code, day)) is not None]
    turned = [number for number, is_turned in told if is_turned]
    if len(turned) >= _PROOFS and 2 * len(turned) > len(told):
        where = ", ".join(f"{found.letters['received_at']}{number}" for number in turned[:3])
        raise Unreadable(_sentence(f"ô {where} khác ngày trong mã hồ sơ"))


def refuse_turned_cells(rows: Sequence[Cells], places: Sequence[int]) -> None:
    """Raise `Unreadable` where cells that are dates are turned round and the others became text; `places` hold days."""
    kept = list(_kept_as_dates(rows, places))
    if len(kept) < _PROOFS or any(day.day > _LAST_MONTH for day in kept):
        return
    texts = list(_as_texts(rows, places))
    if len(texts) >= _PROOFS and all(day.day > _LAST_MONTH for day in texts):
        first, last = min(map(_month, texts)) - 1, max(map(_month, texts)) + 1
        turned = all(first <= 12 * day.year + day.day <= last for day in kept)
        if turned and not all(first <= _month(day) <= last for day in kept):
            raise Unreadable(_sentence("ngày 1 đến 12 là ô ngày, ngày 13 trở đi là chữ"))


def _sentence(proof: str) -> str:
    return (
        f"ngày trong bảng đã bị đảo ngày với tháng ({proof}), do mở rồi lưu lại bằng Excel đặt kiểu ngày Mỹ, nên chưa"
        " nhập dòng nào. Hãy nộp thẳng tệp do phần mềm xuất ra, không mở rồi lưu lại."
    )


def _is_turned(code: Any, seconds: Any) -> bool | None:
    """None: nobody can tell."""
    found = _IN_CODE.search(code) if isinstance(code, str) else None
    if found is None or type(seconds) is not int:
        return None
    day = moment_from(seconds)
    year, month, day_in_code = 2000 + int(found[1]), int(found[2]), int(found[3])
    if day.year != year or month == day_in_code:
        return None
    return None if day.day > _LAST_MONTH else (day.month, day.day) == (day_in_code, month)


def _kept_as_dates(rows: Sequence[Cells], places: Sequence[int]) -> Iterator[date]:
    return (row[place] for row in rows for place in places if place < len(row) and isinstance(row[place], date))


def _as_texts(rows: Sequence[Cells], places: Sequence[int]) -> Iterator[datetime]:
    for row in rows:
        for place in places:
            if place < len(row) and isinstance(row[place], str) and row[place]:
                try:
                    yield moment_of(row[place])[0]
                except NotADate:
                    continue


def _month(day: date) -> int:
    return 12 * day.year + day.month
