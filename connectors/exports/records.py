"""Rows of one sheet to columns of values, block by block, with every row that cannot be used and why."""

from __future__ import annotations

import contextlib
import itertools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from config.dossier_codes import DOSSIER_CODE
from config.export_profiles import Column
from connectors.exports.cells.grids import Block, Cells, Grid
from connectors.exports.cells.moments import seconds_column
from connectors.exports.cells.text import DASHES, FAILED, are_clean, column_letters
from connectors.exports.cells.values import COMPONENT, BadCell, Convert, is_bare_share, plain_text
from connectors.exports.formats.prints import Printer
from connectors.exports.judgement import impossible_orders
from connectors.exports.layouts.layout import Layout
from connectors.exports.layouts.row_kinds import RowJudge, RowKind, judge_of
from connectors.exports.layouts.totals import TotalRow
from connectors.exports.rows import Rejected

MOMENTS = frozenset({"moment", "deadline"})
NOT_SAID = ...
"""Stands where a row says nothing of a field that other rows of its sheet carry; it keeps its identity when pickled."""

_UNREPEATED = frozenset({"value", "dossier_code"})
_SHAPES = {"dossier_code": DOSSIER_CODE, "component": COMPONENT}
_MOST_REMEMBERED = 50_000
_LAST_SECOND = 86_399
_SLIPS_IN_CODES = (" ", "'", "_", "/", "O", "+", ":")
"""What a code holds that was typed by hand or spoilt by Excel; each is looked at alone then."""
_SHORTEST_PROCEDURE_CODE = len("1.001193")


@dataclass(slots=True)
class SheetRecords:
    """One sheet, read: for each field a column of values, moments as seconds since 1970; `numbers` are row numbers."""

    sheet: str
    fields: tuple[str, ...]
    letters: Mapping[str, str]
    moments: frozenset[str]
    values: list[list[Any]]
    numbers: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    declared_totals: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    footer: list[Cells] = field(default_factory=list)
    other_table_row: int | None = None
    roles: dict[str, list[str | None]] = field(default_factory=dict)
    """Texts of columns that are not kept and serve a check: role -> a text for each row."""
    totals: list[TotalRow] = field(default_factory=list)
    unclear: list[tuple[int, Cells]] = field(default_factory=list)
    """Rows of words alone, by number, until the whole sheet tells what they are."""
    prints: list[bytes] = field(default_factory=list)
    """A print of each row, where rows are printed."""
    again_keys: list[str] = field(default_factory=list)
    """Keys of the rows that say what is known; they are in no other column."""
    again_numbers: list[int] = field(default_factory=list)
    again_prints: list[bytes] = field(default_factory=list)
    may_have_odd_keys: bool = False
    """No: every key had the usual shape of its kind when the rows went by, so nobody needs to look again."""
    may_be_unsaid: bool = False
    """Whether any value may be `NOT_SAID`."""
    span: tuple[int, int] | None = None
    """First and last row that hold records, usable or not."""


@dataclass(frozen=True, slots=True)
class _Bad:
    """A cell that could not be converted."""

    reason: str


def records_of(
    grid: Grid,
    layout: Layout,
    places: Mapping[Column, int],
    converters: Mapping[Column, Convert],
    printer: Printer | None = None,
) -> SheetRecords:
    """Read the data rows of a sheet. With a printer rows are printed, and of known ones nothing but the key is read."""
    read = [column for column in places if column.field]
    found = SheetRecords(
        grid.name,
        tuple(str(column.field) for column in read),
        {str(column.field): column_letters(places[column]) for column in read},
        frozenset(str(column.field) for column in read if column.read_as in MOMENTS),
        [[] for _ in read],
    )
    readers = [_CellReader(column, converters[column]) for column in read]
    beside = [column for column in places if column.role]
    found.roles = {str(column.role): [] for column in beside}
    key = next(column for column in places if column.field in layout.profile.key)
    sieve = _Sieve(judge_of(layout, grid.head[: layout.header_row], places, converters), places[key], key.read_as)
    for first, block in grid.blocks(layout.first):
        numbers, data = sieve.data_rows(first, block, found)
        prints = printer.prints(data, [places[column] for column in read]) if printer else []
        if printer and not printer.known.isdisjoint(prints):
            keys = readers[read.index(key)].column(data, places[key])
            numbers, data, prints = _without_known(found, data, (numbers, keys, prints), printer.known)
        columns = [reader.column(data, places[column]) for reader, column in zip(readers, read, strict=True)]
        suspects = [reader.met_fault for reader in readers]
        faults = _faults(found, layout, read, columns, suspects)
        roles = [_beside(converters[column], data.column(places[column])) for column in beside]
        _keep(found, faults, numbers, [*columns, *roles, prints])
        if found.other_table_row:
            break
    return found


def _beside(convert: Convert, cells: Sequence[Any]) -> list[str | None]:
    """What cells say that serve a check alone; one that cannot be understood says what stands in it."""

    def said(cell: Any) -> str | None:
        try:
            return cast("str | None", convert(cell))
        except BadCell:
            return plain_text(cell)

    return list(map(said, cells))


def _without_known(
    found: SheetRecords, data: Block, marks: tuple[list[int], list[str], list[bytes]], known: frozenset[bytes]
) -> tuple[list[int], Block, list[bytes]]:
    """Numbers, cells and prints of the rows that are not known; `marks` are numbers, keys and prints of all."""
    numbers, keys, prints = marks
    again = list(map(known.__contains__, prints))
    fresh = list(map(operator.not_, again))
    found.again_keys.extend(itertools.compress(keys, again))
    found.again_numbers.extend(itertools.compress(numbers, again))
    found.again_prints.extend(itertools.compress(prints, again))
    return list(itertools.compress(numbers, fresh)), data.only(fresh), list(itertools.compress(prints, fresh))


class _CellReader:
    """Reads one column. A vendor repeats the same words in half a million rows: converted values are remembered."""

    def __init__(self, column: Column, convert: Convert) -> None:
        self._at_once = (
            _single_names(column.split or ";") if column.read_as == "names" else _AT_ONCE.get(column.read_as)
        )
        if column.read_as == "percent":
            self._at_once = self._percentages
        if column.read_as in MOMENTS:
            bare = _LAST_SECOND if column.read_as == "deadline" else 0
            convert, self._at_once = seconds_column(convert, bare_day_seconds=bare)
        self._convert = convert
        self.met_fault = False
        remembered = _Remembered(self._value)
        plain = column.read_as in _UNREPEATED or column.read_as in MOMENTS
        self._look_up: Callable[[Any], Any] = self._value if plain else remembered.__getitem__

    def column(self, data: Block, place: int) -> list[Any]:
        """The values of a block; a cell that cannot be converted becomes `_Bad`, a missing one is empty."""
        cells = data.column(place)
        if self._at_once is not None:
            with contextlib.suppress(TypeError, KeyError):
                return self._at_once(cells)
        return list(map(self._look_up, cells))

    def _percentages(self, cells: Sequence[Any]) -> list[Any]:
        """Where numbers above 1 stand in the column too, nobody can tell whether 1 is 100 % or one per cent."""
        if not any(map(is_bare_share, cells)) or not any(isinstance(cell, float) and cell > 1 for cell in cells):
            raise KeyError
        self.met_fault = True
        doubt = "cột có cả số lớn hơn 1 và số từ 0 đến 1: ghi rõ phần trăm, ví dụ 92,5%"
        return [_Bad(f"thấy {cell:g}; {doubt}") if is_bare_share(cell) else self._value(cell) for cell in cells]

    def _value(self, cell: Any) -> Any:
        try:
            return self._convert(cell)
        except BadCell as error:
            self.met_fault = True
            return _Bad(str(error))


def _clean_texts(cells: Sequence[Any]) -> list[Any]:
    """Texts that need no cleaning, as they are. `TypeError`: some are no texts, `KeyError`: some need it."""
    known = dict(zip(cells, cells, strict=True))
    if not are_clean(list(known)) or not FAILED.keys().isdisjoint(known):
        raise KeyError
    alike = list(map(known.__getitem__, cells)) if 2 * len(known) < len(cells) else list(cells)
    return alike if DASHES.isdisjoint(known) else [None if cell in DASHES else cell for cell in alike]


def _clean_codes(cells: Sequence[Any]) -> list[Any]:
    joined = "".join(cells)
    if joined.upper() != joined or not joined.isascii() or any(slip in joined for slip in _SLIPS_IN_CODES):
        raise KeyError
    return _clean_texts(cells)


def _clean_procedure_codes(cells: Sequence[Any]) -> list[Any]:
    if any(len(code) < _SHORTEST_PROCEDURE_CODE for code in set(cells)):
        raise KeyError
    return _clean_texts(cells)


def _single_names(separator: str) -> Callable[[Sequence[Any]], list[Any]]:
    def names(cells: Sequence[Any]) -> list[Any]:
        if separator in "".join(cells):
            raise KeyError
        return [() if text is None else (text,) for text in _clean_texts(cells)]

    return names


_AT_ONCE: Mapping[str, Callable[[Sequence[Any]], list[Any]]] = {
    "text": _clean_texts,
    "procedure_code": _clean_procedure_codes,
    "dossier_code": _clean_codes,
}
"""Readers of whole blocks for kinds whose cells nearly always stand as they should."""


class _Remembered(dict[Any, Any]):
    """Converted values by raw cell, forgotten when too many. Not for declared values: 1 and True are one key."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Any) -> Any:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[cell] = self._convert(cell)
        return value


class _Sieve:
    """Keeps the rows that hold records; what else is said is noted on the way."""

    def __init__(self, judge: RowJudge, key_place: int, key_read_as: str) -> None:
        self._judge, self._place, self._shape = judge, key_place, _SHAPES.get(key_read_as)

    def data_rows(self, first: int, block: Block, found: SheetRecords) -> tuple[list[int], Block]:
        """Row numbers (from 1) and cells of a block's records."""
        numbers, data = self._records(first, block, found)
        if numbers:
            found.span = (found.span[0] if found.span else numbers[0], numbers[-1])
        return numbers, data

    def _records(self, first: int, block: Block, found: SheetRecords) -> tuple[list[int], Block]:
        if self._shape and _all_have_key(block.column(self._place), self._shape):
            return list(range(first + 1, first + 1 + len(block))), block
        found.may_have_odd_keys = True
        numbers, data = list[int](), list[Cells]()
        for number, cells in enumerate(block.by_row(), start=first + 1):
            if self._has_key(cells) or self._is_record(number, cells, found):
                numbers.append(number)
                data.append(cells)
            elif found.other_table_row:
                break
        return numbers, Block(data)

    def _has_key(self, cells: Cells) -> bool:
        """The quick test that nearly every row passes: a key of the right shape, whatever else the row says."""
        place, shape = self._place, self._shape
        if shape is None or len(cells) <= place:
            return False
        return type(cells[place]) is str and shape.fullmatch(cells[place]) is not None

    def _is_record(self, number: int, cells: Cells, found: SheetRecords) -> bool:
        kind = self._judge.kind_of(cells)
        if kind is RowKind.HEADING:
            found.footer.append(cells)
        elif kind in (RowKind.TOTAL, RowKind.SUMMED):
            found.totals.append(TotalRow(number, cells, kind is RowKind.TOTAL))
        elif kind is RowKind.UNCLEAR:
            found.unclear.append((number, cells))
        elif kind is RowKind.OTHER_TABLE:
            found.other_table_row = number
        return kind is RowKind.RECORD


def _all_have_key(keys: Sequence[Any], shape: re.Pattern[str]) -> bool:
    """The same for a whole block."""
    try:
        return all(map(shape.fullmatch, keys))
    except TypeError:
        return False


def _keep(
    found: SheetRecords, faults: Mapping[int, tuple[str, str]], numbers: list[int], columns: list[list[Any]]
) -> None:
    """Add a block to what was found; rows with a fault go to `rejected`."""
    for position, (name, reason) in sorted(faults.items()):
        number = numbers[position]
        found.rejected.append(Rejected(found.sheet, number, f"{found.letters[name]}{number}", reason))
    good = [position not in faults for position in range(len(numbers))] if faults else None
    into = [found.numbers, *found.values, *found.roles.values(), found.prints]
    for kept, block in zip(into, [numbers, *columns], strict=True):
        kept.extend(block if good is None else itertools.compress(block, good))


def _faults(
    found: SheetRecords, layout: Layout, read: list[Column], columns: list[list[Any]], suspects: list[bool]
) -> dict[int, tuple[str, str]]:
    """The first thing that makes a row unusable: position -> (field, reason). Only suspect columns hold bad cells."""
    faults: dict[int, tuple[str, str]] = {}
    for column, name, values, suspect in zip(read, found.fields, columns, suspects, strict=True):
        needed = column.field in layout.profile.key or column.filled
        for position in [i for i, value in enumerate(values) if value is None] if needed and None in values else ():
            faults.setdefault(position, (name, f'thiếu "{column.title}"'))
        for position, bad in [(i, v) for i, v in enumerate(values) if type(v) is _Bad] if suspect else ():
            faults.setdefault(position, (name, f"{column.title}: {bad.reason}"))
    by_name = dict(zip(found.fields, columns, strict=True))
    for position, name, reason in impossible_orders(layout.profile.kind, by_name):
        faults.setdefault(position, (name, reason))
    return faults
