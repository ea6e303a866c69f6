"""Columns seen as rows: half a million records stay columns, and become a `Row` only while someone looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, overload

from connectors.exports.cells.moments import moments_from
from connectors.exports.records import NOT_SAID, SheetRecords
from connectors.exports.rows import CellAddresses, Row


class RowView(Sequence[Row]):
    """All rows of some sheets, in file order. Equal to any sequence of equal rows."""

    __slots__ = ("_kind", "_sheets")

    def __init__(self, kind: str, sheets: Sequence[SheetRecords]) -> None:
        self._kind, self._sheets = kind, tuple(sheets)

    @property
    def sheets(self) -> tuple[SheetRecords, ...]:
        """The columns behind the rows."""
        return self._sheets

    def __len__(self) -> int:
        return sum(len(sheet.numbers) for sheet in self._sheets)

    def __iter__(self) -> Iterator[Row]:
        for sheet in self._sheets:
            yield from _rows(self._kind, sheet, slice(None))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(index, slice):
            return tuple(self[position] for position in range(*index.indices(len(self))))
        position = index if index >= 0 else index + len(self)
        for sheet in self._sheets:
            if 0 <= position < len(sheet.numbers):
                return next(_rows(self._kind, sheet, slice(position, position + 1)))
            position -= len(sheet.numbers)
        raise IndexError(index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # rows hold dictionaries

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self._kind}>"


def columns_of(rows: Sequence[Row]) -> tuple[SheetRecords, ...]:
    """The columns of some rows, sheet by sheet; those of a `RowView` are taken as they are."""
    if isinstance(rows, RowView):
        return rows.sheets
    by_sheet: dict[str, list[Row]] = {}
    for row in rows:
        by_sheet.setdefault(row.sheet, []).append(row)
    return tuple(_sheet_of(name, own) for name, own in by_sheet.items())


def _sheet_of(name: str, rows: list[Row]) -> SheetRecords:
    fields = tuple(dict.fromkeys(field for row in rows for field in row.values))
    values = [[row.values.get(field, NOT_SAID) for row in rows] for field in fields]
    moments = frozenset(f for f, column in zip(fields, values, strict=True) if any(map(_is_moment, column)))
    seconds = [
        [round(value.timestamp()) if _is_moment(value) else value for value in column] if field in moments else column
        for field, column in zip(fields, values, strict=True)
    ]
    return SheetRecords(name, fields, {}, moments, seconds, [row.number for row in rows], may_be_unsaid=True)


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime)


def _rows(kind: str, sheet: SheetRecords, part: slice) -> Iterator[Row]:
    fields, name, letters = sheet.fields, sheet.sheet, sheet.letters
    columns = [_seen(values[part], field in sheet.moments) for field, values in zip(fields, sheet.values, strict=True)]
    for number, values in zip(sheet.numbers[part], zip(*columns, strict=True), strict=True):
        said = dict(zip(fields, values, strict=True))
        if NOT_SAID in values:
            said = {field: value for field, value in said.items() if value is not NOT_SAID}
        yield Row(kind, name, number, said, CellAddresses(name, number, letters))


def _seen(values: list[Any], is_moment: bool) -> Any:
    return moments_from(values) if is_moment else values
