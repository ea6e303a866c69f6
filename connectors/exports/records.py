"""Rows of one sheet to values, column by column, with every row that cannot be used and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.export_profiles import Column, Profile
from connectors.exports.furniture import is_numbering, repeats_header, said, total_in
from connectors.exports.grids import Cells
from connectors.exports.judgement import implausible
from connectors.exports.layout import Layout
from connectors.exports.rows import Rejected
from connectors.exports.text import column_letters
from connectors.exports.values import DOSSIER_CODE, BadCell, Convert


@dataclass(slots=True)
class SheetRecords:
    """One sheet, read: `values` holds a tuple in the order of `fields` for each row number of `numbers`."""

    sheet: str
    fields: tuple[str, ...]
    columns: Mapping[str, str]
    numbers: list[int] = field(default_factory=list)
    values: list[tuple[Any, ...]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    declared_totals: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    footer: list[Cells] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Bad:
    """A cell that could not be converted."""

    reason: str


def records_of(
    sheet: str,
    rows: Sequence[Cells],
    layout: Layout,
    places: Mapping[Column, int],
    converters: Mapping[Column, Convert],
) -> SheetRecords:
    """Read the data rows of a sheet (`rows` from row 1 on)."""
    read = [column for column in places if column.field]
    fields = tuple(str(column.field) for column in read)
    letters = {str(column.field): column_letters(places[column]) for column in read}
    found = SheetRecords(sheet, fields, letters)
    numbers, data = _data_rows(rows, layout, places, found)
    converted = [_converted(data, places[column], column, converters[column]) for column in read]
    _keep_good(found, layout.profile, read, numbers, list(zip(*converted, strict=True)) if data else [])
    return found


def _data_rows(
    rows: Sequence[Cells], layout: Layout, places: Mapping[Column, int], found: SheetRecords
) -> tuple[list[int], list[Cells]]:
    """Row numbers (from 1) and cells of the rows that hold records; totals and footers are noted on the way."""
    keys = [places[column] for column in places if column.field in layout.profile.key]
    numbers, data = [], []
    for index in range(layout.first, len(rows)):
        cells = rows[index]
        if _is_plain_record(cells, keys) or _is_record(cells, layout, found):
            numbers.append(index + 1)
            data.append(cells)
    return numbers, data


def _is_plain_record(cells: Cells, keys: list[int]) -> bool:
    """The quick test that nearly every row passes: a key that looks like a dossier code."""
    place = keys[0]
    return len(cells) > place and isinstance(cells[place], str) and DOSSIER_CODE.fullmatch(cells[place]) is not None


def _is_record(cells: Cells, layout: Layout, found: SheetRecords) -> bool:
    filled = said(cells)
    if not filled:
        return False
    total = total_in(cells)
    if total is not None:
        found.declared_totals.append(total)
        return False
    if is_numbering(cells) or repeats_header(cells, layout.labels):
        return False
    if len(filled) <= 2 or _says_one_thing(filled):
        found.footer.append(cells)
        return False
    return True


def _says_one_thing(filled: list[tuple[int, str]]) -> bool:
    """A merged row that some readers repeat in every cell."""
    return len({text for _, text in filled}) == 1


def _converted(data: Sequence[Cells], place: int, column: Column, convert: Convert) -> list[Any]:
    """One column's values; cells that cannot be converted become `_Bad`."""
    memo = _Memo(convert)
    look_up = memo.value if column.read_as == "value" else memo.__getitem__
    return [look_up(cells[place]) if len(cells) > place else look_up("") for cells in data]


class _Memo(dict[Any, Any]):
    """Converted values by raw cell: a vendor repeats the same words and days in half a million rows."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Any) -> Any:
        value = self[cell] = self.value(cell)
        return value

    def value(self, cell: Any) -> Any:
        """Without memory: 1 and True are one key, but not one declared value."""
        try:
            return self._convert(cell)
        except BadCell as error:
            return _Bad(str(error))


def _keep_good(
    found: SheetRecords, profile: Profile, read: list[Column], numbers: list[int], values: list[tuple[Any, ...]]
) -> None:
    needed = [i for i, column in enumerate(read) if column.field in profile.key or column.filled]
    judge = implausible(profile.kind, found.fields)
    for number, row in zip(numbers, values, strict=True):
        fault = _fault(row, needed, read, judge)
        if fault is None:
            found.numbers.append(number)
            found.values.append(row)
        else:
            place, reason = fault
            cell = f"{found.columns[found.fields[place]]}{number}"
            found.rejected.append(Rejected(found.sheet, number, cell, reason))


def _fault(
    row: tuple[Any, ...],
    needed: list[int],
    read: list[Column],
    judge: Callable[[tuple[Any, ...]], tuple[int, str] | None],
) -> tuple[int, str] | None:
    """The first thing that makes a row unusable: (position of the field, reason)."""
    for position, value in enumerate(row):
        if type(value) is _Bad:
            return position, f"{read[position].title}: {value.reason}"
    for position in needed:
        if row[position] is None:
            return position, f'thiếu "{read[position].title}"'
    return judge(row)
