"""What an export brings, ready to be merged: columns in the form the tables hold, by key, each key once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from config.export_profiles import KEYS
from connectors.exports.moments import moment_from
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

_NUMBER_OF = {True: 1, False: 0, None: None, UNSAID: UNSAID}


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows by key, each key once: `columns` has one list for each of `fields`.

    `keys` are sorted; `order` has for each the place of its row in all other lists (None: they stand in the same
    order). Rows are put in order part by part: what was just fetched from all over the memory is then used at once.
    Dossiers hold moments as seconds since 1970, yes and no as 1 and 0, names joined by line breaks; other kinds hold
    values as `to_plain` gives them. `UNSAID` stands where a row says nothing of a field.
    """

    kind: str
    fields: tuple[str, ...]
    keys: list[str]
    columns: Sequence[Sequence[Any]]
    sheets: Sequence[str]
    numbers: Sequence[int]
    may_be_unsaid: bool = False
    order: Sequence[int] | None = None

    def parts(self, size: int) -> Iterator[Incoming]:
        """The same rows in pieces of at most `size`, each in order; no piece is empty."""
        return (self.part(slice(start, start + size)) for start in range(0, len(self.keys), size))

    def part(self, rows: slice = slice(None)) -> Incoming:
        """Some of the rows, in order."""
        picked = operator.itemgetter(rows) if self.order is None else _picker(self.order[rows])
        columns = [picked(column) for column in self.columns]
        told = (self.kind, self.fields, self.keys[rows], columns, picked(self.sheets), picked(self.numbers))
        return Incoming(*told, self.may_be_unsaid)

    def said(self) -> list[str]:
        """For each row the names of the fields that it speaks of, by comma."""
        if not self.may_be_unsaid:
            return repeated(",".join(self.fields), len(self.keys))
        rows = zip(*self.columns, strict=True)
        return [",".join(n for n, v in zip(self.fields, row, strict=True) if v is not UNSAID) for row in rows]


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
    order = _order(keys)
    keys = keys if order is None else list(map(keys.__getitem__, order))
    unsaid = any(sheet.may_be_unsaid or len(sheet.fields) < len(names) for sheet in sheets)
    return Incoming(export.kind, fields, keys, columns, places, numbers, unsaid, order)


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What takes the values at these places out of a column."""
    return operator.itemgetter(*places) if len(places) > 1 else lambda column: [column[place] for place in places]


def _joined(parts: list[list[Any]]) -> list[Any]:
    return parts[0] if len(parts) == 1 else [value for part in parts for value in part]


def _order(keys: list[str]) -> list[int] | None:
    """Positions in the order of keys, the last of each key; None where the keys already stand so."""
    if all(map(operator.lt, keys, islice(keys, 1, None))):
        return None
    last = dict(zip(keys, range(len(keys)), strict=True))
    return [last[key] for key in sorted(last)]


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
