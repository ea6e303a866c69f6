"""What an export brings, ready to be merged: columns in the form the tables hold, by key, each key once."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from config.export_profiles import KEYS
from connectors.exports.cells.moments import moment_from
from connectors.exports.records import SheetRecords
from connectors.exports.row_view import columns_of
from connectors.exports.rows import Export
from scoring.engine.facts import to_plain
from storage.records.packing import UNSAID, repeated

DOSSIERS = "dossiers"
YEAR = "year"

MOMENTS = frozenset(
    (
        "submitted_at",
        "received_at",
        "due_at",
        "finished_at",
        "returned_at",
        "supplement_asked_at",
        "supplement_given_at",
        "due_before",
        "extended_at",
    )
)
YES_OR_NO = frozenset(
    ("full_online", "fee_due", "paid_online", "papers_digitised", "papers_reused", "synced", "result_file_required")
)
NAMES = frozenset(("result_files",))
"""Fields of a dossier by the form the table holds them in; all others are texts and numbers. A test holds them to
`scoring.engine.facts.Dossier`."""

_FIRST = operator.itemgetter(0)
_NUMBER_OF = {True: 1, False: 0, None: None, UNSAID: UNSAID}


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows in columns, in the order of their keys: `columns` has one for each of `fields`."""

    kind: str
    fields: tuple[str, ...]
    keys: Sequence[str]
    sheets: Sequence[str]
    numbers: Sequence[int]
    columns: Sequence[Sequence[Any]]
    may_be_unsaid: bool

    def said(self) -> list[str]:
        """For each row the names of the fields that it speaks of, by comma."""
        if not self.may_be_unsaid:
            return repeated(",".join(self.fields), len(self.keys))
        rows = zip(*self.columns, strict=True)
        return [",".join(n for n, v in zip(self.fields, row, strict=True) if v is not UNSAID) for row in rows]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows in the order of their keys, each key once; each is a tuple of key, sheet, number and the values of `fields`.

    Dossiers hold moments as seconds since 1970, yes and no as 1 and 0, names joined by line breaks; other kinds hold
    values as `to_plain` gives them. `UNSAID` stands where a row says nothing of a field.
    """

    kind: str
    fields: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    may_be_unsaid: bool = False

    @property
    def keys(self) -> list[str]:
        """The key of each row."""
        return [row[0] for row in self.rows]

    def parts(self, size: int) -> Iterator[Part]:
        """The rows in pieces of at most `size`; no piece is empty."""
        return (self.part(start, start + size) for start in range(0, len(self.rows), size))

    def part(self, first: int, last: int) -> Part:
        """The rows from one place to before another."""
        turned = list(zip(*self.rows[first:last], strict=True))
        keys, sheets, numbers, *columns = turned or [()] * (3 + len(self.fields))
        return Part(self.kind, self.fields, keys, sheets, numbers, columns, self.may_be_unsaid)


def incoming_of(export: Export, year: int | None = None) -> Incoming:
    """The rows of an export; of two rows with one key the later in the file counts.

    `year` is what a yearly kind speaks of: it leads every key, and is a field of every row.
    """
    sheets = columns_of(export.rows)
    names = tuple(dict.fromkeys(name for sheet in sheets for name in sheet.fields))
    fields = tuple(name for name in names if export.kind != DOSSIERS or name != "code")
    keys = [key for sheet in sheets for key in _keys(export.kind, sheet)]
    columns = [_joined([_column(export.kind, sheet, name) for sheet in sheets]) for name in fields]
    places = _joined([repeated(sheet.sheet, len(sheet.numbers)) for sheet in sheets])
    numbers = _joined([sheet.numbers for sheet in sheets])
    if year is not None:
        keys, fields = [f"{year}/{key}" for key in keys], (*fields, YEAR)
        columns.append(repeated(year, len(keys)))
    unsaid = any(sheet.may_be_unsaid or len(sheet.fields) < len(names) for sheet in sheets)
    return Incoming(export.kind, fields, _in_order(zip(keys, places, numbers, *columns, strict=True)), unsaid)


def _joined(parts: list[list[Any]]) -> list[Any]:
    return parts[0] if len(parts) == 1 else [value for part in parts for value in part]


def _in_order(rows: Iterable[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """Rows by their first value, of equal ones the last."""
    in_order = sorted(rows, key=_FIRST)
    keys = list(map(_FIRST, in_order))
    stands_twice = any(map(operator.eq, keys, islice(keys, 1, None)))
    return list(dict(zip(keys, in_order, strict=True)).values()) if stands_twice else in_order


def _keys(kind: str, sheet: SheetRecords) -> Sequence[str]:
    parts = [_key_part(sheet, name) for name in KEYS[kind]]
    return parts[0] if len(parts) == 1 else list(map("/".join, zip(*parts, strict=True)))


def _key_part(sheet: SheetRecords, name: str) -> list[str]:
    values = sheet.values[sheet.fields.index(name)]
    if name in sheet.moments:
        return [moment_from(seconds).date().isoformat() for seconds in values]
    return list(map(str, values))


def _column(kind: str, sheet: SheetRecords, name: str) -> list[Any]:
    if name not in sheet.fields:
        return repeated(UNSAID, len(sheet.numbers))
    values = sheet.values[sheet.fields.index(name)]
    if kind == DOSSIERS:
        return stored_column(name, values)
    as_moment = name in sheet.moments
    return [_plain(value, as_moment=as_moment) for value in values]


def stored_column(name: str, values: list[Any]) -> list[Any]:
    """A column of dossiers as the table holds it."""
    if name in NAMES:
        return [value if value is UNSAID else "\n".join(value or ()) or None for value in values]
    if name in YES_OR_NO:
        return list(map(_NUMBER_OF.__getitem__, values))
    return values


def _plain(value: Any, *, as_moment: bool) -> Any:
    if value is UNSAID:
        return value
    return to_plain(moment_from(value) if as_moment and isinstance(value, int) else value)
