"""What an export says: rows of plain values, each with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


class CellAddresses(Mapping[str, str]):
    """Field -> "Sheet!C14", computed on demand: half a million rows share one table of columns."""

    __slots__ = ("_columns", "_number", "_sheet")

    def __init__(self, sheet: str, number: int, columns: Mapping[str, str]) -> None:
        self._sheet, self._number, self._columns = sheet, number, columns

    def __getitem__(self, name: str) -> str:
        return f"{self._sheet}!{self._columns[name]}{self._number}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an export.

    `kind` is dossiers | petitions | declared | survey; `number` is the row in the sheet, from 1; `values` are keyed by
    the field names of `scoring.engine.facts` and hold only fields that the layout carries (None: the cell is empty).
    """

    kind: str
    sheet: str
    number: int
    values: dict[str, Any]
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be used, with the cell (like "C14") and the reason in Vietnamese."""

    sheet: str
    row: int
    cell: str
    reason: str

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"sheet": self.sheet, "row": self.row, "cell": self.cell, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of another layout in the same file: on sheet `place` (from 0), rows `first` to before `last` (from 0).

    `last` None: to the end; `columns` are first and last (from 0), None: all. `told` says in Vietnamese what it is.
    """

    place: int
    sheet: str
    told: str
    first: int = 0
    last: int | None = None
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """Rows of a file that say the very words of an import: their keys, and their numbers in the sheet."""

    import_id: int
    sheet: str
    keys: list[str]
    numbers: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A whole export file.

    `declared_total` is what its own total row says, `counted` the rows found (used and rejected); `agree` compares them
    (None: no total row). `period` are the first and last day in its title, `year` the year that title
    or file name say it speaks of. `exported_at` is when the one-stop system
    wrote it, where title or file name say so. `warnings` are Vietnamese sentences.
    """

    file: str
    sha256: str
    profile: str
    kind: str
    sheets: tuple[str, ...]
    rows: Sequence[Row]
    rejected: tuple[Rejected, ...] = ()
    declared_total: int | None = None
    counted: int = 0
    agree: bool | None = None
    period: tuple[date, date] | None = None
    year: int | None = None
    exported_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    content: str | None = None
    """What `sameness` knows it by, where it does."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Field -> the header that the layout gives it, for messages."""
    prints: bytes = b""
    """Prints of its rows (`prints`), where a later export may say them again."""
    again: SaidBefore | None = None
    """Rows that say what an earlier import said, and are not among `rows`."""
    others: tuple[OtherTable, ...] = ()
    """Tables of other layouts in the file, which are to be taken out and read on their own."""
