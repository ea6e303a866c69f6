"""Prints of rows: what the last import read need not be read again, where a row says the very same.

A print is a hash over the cells of a row that are read, over the columns they are read by and over the reader's own
source. Of a row whose print is known nothing is kept but its key and its number; whoever merges the rows must be sure
that what the last import said of it still stands. Whatever would be said of the file as a whole and needs the values
of all rows raises `NeedsAll`: then every row is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from config.export_profiles import Column, Profile
from connectors.exports.cells.grids import Block
from connectors.exports.formats.sameness import source_of_reader

_BYTES = 16


class NeedsAll(Exception):
    """What has to be told of this file depends on the values of all its rows."""


@dataclass(frozen=True, slots=True)
class KnownRows:
    """Prints of the rows that the last import kept, one after the other, and when what it said stood."""

    import_id: int
    stands_at: datetime
    prints: bytes

    def each(self) -> frozenset[bytes]:
        """The prints."""
        return frozenset(self.prints[at : at + _BYTES] for at in range(0, len(self.prints), _BYTES))


class Printer:
    """Prints the rows of one sheet, and tells which are known."""

    def __init__(self, profile: Profile, columns: Sequence[Column], known: frozenset[bytes]) -> None:
        self._context = hashlib.sha256(repr((source_of_reader(), profile.id, tuple(columns))).encode()).digest()
        self.known = known

    def prints(self, data: Block, places: Sequence[int]) -> list[bytes]:
        """The print of each row; `places` are those of the columns."""
        context, sha256 = self._context, hashlib.sha256
        rows = _as_bytes([data.column(place) for place in places], len(data))
        return [sha256(context + row).digest()[:_BYTES] for row in rows]


def _as_bytes(columns: Sequence[Sequence[Any]], count: int) -> list[bytes]:
    """Each row as bytes of its own: texts divided by signs that stand in none of them, other cells as Python shows
    them, behind more of those signs than a row of texts can have."""
    try:
        rows = "\1".join(map("\0".join, zip(*columns, strict=True))).encode().split(b"\1")
        if len(rows) == count and set(map(bytes.count, rows, repeat(b"\0"))) == {len(columns) - 1}:
            return rows
    except (TypeError, UnicodeEncodeError):
        pass
    return [b"\0" * len(row) + repr(row).encode() for row in zip(*columns, strict=True)]


def can_be_printed(profile: Profile, columns: Iterable[Column]) -> bool:
    """Whether each row of a sheet is read without a look at the others, and nothing is told of all of them together."""
    alone = all(column.read_as != "percent" and not column.role and not column.told_by for column in columns)
    return alone and profile.kind == "dossiers"
