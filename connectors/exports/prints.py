"""Prints of rows: what the last import read need not be read again, where a row says the very same.

A print is a hash over the cells of a row that are read, over the columns they are read by and over the reader's own
source. Of a row whose print is known nothing is kept but its key and its number; whoever merges the rows must be sure
that what the last import said of it still stands. Whatever would be said of the file as a whole and needs the values
of all rows raises `NeedsAll`: then every row is read.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.export_profiles import Column, Profile
from connectors.exports.grids import Block
from connectors.exports.sameness import source_of_reader

_BYTES = 16
_FORMAT = 0
"""Of `marshal`: later ones write equal texts differently, by where they came from."""


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


def joined(prints: Iterable[bytes]) -> bytes:
    """Prints as they are kept: the same rows give the same bytes, whatever their order."""
    return b"".join(sorted(prints))


class Printer:
    """Prints the rows of one sheet, and tells which are known."""

    def __init__(self, profile: Profile, columns: Sequence[Column], known: frozenset[bytes]) -> None:
        self._context = hashlib.sha256(repr((source_of_reader(), profile.id, tuple(columns))).encode()).digest()
        self.known = known

    def prints(self, data: Block, places: Sequence[int]) -> list[bytes]:
        """The print of each row; `places` are those of the columns."""
        rows = zip(*(data.column(place) for place in places), strict=True)
        context, sha256, dumps = self._context, hashlib.sha256, marshal.dumps
        try:
            return [sha256(context + dumps(row, _FORMAT)).digest()[:_BYTES] for row in rows]
        except ValueError:  # cells that are dates
            again = zip(*(data.column(place) for place in places), strict=True)
            return [sha256(context + _plain(row)).digest()[:_BYTES] for row in again]


def _plain(row: tuple[Any, ...]) -> bytes:
    try:
        return marshal.dumps(row, _FORMAT)
    except ValueError:
        return b"r" + repr(row).encode()


def can_be_printed(profile: Profile, columns: Iterable[Column]) -> bool:
    """Whether each row of a sheet is read without a look at the others, and nothing is told of all of them together."""
    alone = all(column.read_as != "percent" and not column.role and not column.told_by for column in columns)
    return alone and profile.kind == "dossiers"
