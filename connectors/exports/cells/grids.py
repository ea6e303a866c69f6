"""A table as it stands in its file: cells by row and column, nothing interpreted."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

Cells = list[Any]
"""One row from column A; cells are str, int, float, bool, date, datetime, or None or "" for empty."""
Columns = list[Sequence[Any]]
"""Some rows as columns of equal length, from column A."""

HEAD_ROWS = 400
BLOCK_ROWS = 2_048


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged cell that covers several rows: rows and columns from 0, both ends included."""

    top: int
    bottom: int
    left: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a sheet, seen row by row or column by column; columns are of equal length, rows need not be."""

    rows: Sequence[Cells] = ()
    columns: Sequence[Sequence[Any]] = ()

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else len(self.rows)

    def column(self, place: int) -> Sequence[Any]:
        """The cells of a column (from 0); where a row does not reach it, it is empty."""
        if self.columns:
            return self.columns[place] if place < len(self.columns) else [""] * len(self)
        try:
            return list(map(itemgetter(place), self.rows))
        except IndexError:
            return [row[place] if len(row) > place else "" for row in self.rows]

    def only(self, chosen: Sequence[bool]) -> Block:
        """The rows that are chosen."""
        if self.columns:
            return Block(columns=[list(itertools.compress(column, chosen)) for column in self.columns])
        return Block(list(itertools.compress(self.rows, chosen)))

    def by_row(self) -> Sequence[Cells]:
        """The rows one after the other."""
        return list(map(list, zip(*self.columns, strict=True))) if self.columns else self.rows


class ColumnRows(Iterator[Cells]):
    """Rows that come in pieces, each a list of columns; whoever wants columns takes them as they are."""

    def __init__(self, pieces: Iterator[Columns]) -> None:
        self._pieces = pieces
        self._piece: Columns = []
        self._at = 0

    def __next__(self) -> Cells:
        if not self._begin():
            raise StopIteration
        self._at += 1
        return [column[self._at - 1] for column in self._piece]

    def blocks(self) -> Iterator[Block]:
        """The rows that are left, in the pieces in which they come."""
        while self._begin():
            at, self._at = self._at, len(self._piece[0])
            yield Block(columns=[column[at:] for column in self._piece])

    def _begin(self) -> bool:
        """Stand at a row; no: there is none."""
        while not self._piece or self._at >= len(self._piece[0]):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._piece, self._at = piece, 0
        return True


@dataclass(slots=True)
class Grid:
    """One sheet. `head` holds its first rows, from row 1 to `HEAD_ROWS` of those that begin with the first that says
    something; the others are read once, block by block.

    `above` is text that stands outside the table (HTML headings).
    """

    name: str
    head: list[Cells]
    rest: Iterator[Cells] = field(default_factory=lambda: iter(()))
    above: tuple[str, ...] = ()
    merged: tuple[Merged, ...] = ()
    late: list[Merged] | None = None
    """Merged cells that only the end of the rows tells, filled in then; None: `merged` holds them all."""

    def filled_down(self, cells: Collection[Merged]) -> Grid:
        """The same sheet in which these merged cells say their value in each row that they cover."""
        if not cells:
            return self
        head = list(_filled_down(self.head, 0, cells))
        return replace(self, head=head, rest=_filled_down(self.rest, len(head), cells, _hanging(head, cells)))

    def between(self, first: int, last: int) -> Grid:
        """The same sheet with nothing but some of its columns (from 0, both included)."""
        head = list(_between(self.head, first, last))
        return replace(self, head=head, rest=_between(self.rest, first, last))

    def blocks(self, first: int) -> Iterator[tuple[int, Block]]:
        """Yield (index of its first row, rows) from row `first` (from 0, inside the head) on. Can be asked once."""
        rows = itertools.chain(self.head[first:], self.rest)
        while part := list(itertools.islice(rows, BLOCK_ROWS)):
            yield first, Block(part)
            first += len(part)
            if isinstance(self.rest, ColumnRows) and first >= len(self.head):
                for block in self.rest.blocks():
                    yield first, block
                    first += len(block)


def grid_of(name: str, rows: Iterable[Cells], above: tuple[str, ...] = (), merged: Iterable[Merged] = ()) -> Grid:
    """A grid over rows that may come one at a time."""
    source = iter(rows)
    head: list[Cells] = []
    for row in source:
        if any(cell not in ("", None) for cell in row):
            head += [row, *itertools.islice(source, HEAD_ROWS - 1)]
            break
        head.append([])
    return Grid(name, head, source, above, tuple(merged))


def _filled_down(
    rows: Iterable[Cells], first: int, cells: Collection[Merged], hanging: dict[int, tuple[int, Any]] | None = None
) -> Iterator[Cells]:
    """Rows from row `first` on; `hanging` is column -> (last row, value) of cells that began above."""
    begins: dict[int, list[Merged]] = {}
    for cell in cells:
        begins.setdefault(cell.top, []).append(cell)
    open_cells = dict(hanging or {})
    for number, row in enumerate(rows, start=first):
        open_cells = {column: said for column, said in open_cells.items() if said[0] >= number}
        filled = row + [""] * (max(open_cells, default=-1) + 1 - len(row))
        for column, (_, value) in open_cells.items():
            filled[column] = filled[column] if filled[column] not in ("", None) else value
        here = [cell for cell in begins.get(number, ()) if cell.left < len(filled)]
        open_cells |= {cell.left: (cell.bottom, filled[cell.left]) for cell in here}
        yield filled


def _between(rows: Iterable[Cells], first: int, last: int) -> Iterator[Cells]:
    return ([""] * min(first, len(row)) + row[first : last + 1] for row in rows)


def _hanging(head: list[Cells], cells: Collection[Merged]) -> dict[int, tuple[int, Any]]:
    """Merged cells that begin in the head and reach beyond it."""
    reach = [cell for cell in cells if cell.top < len(head) <= cell.bottom and cell.left < len(head[cell.top])]
    return {cell.left: (cell.bottom, head[cell.top][cell.left]) for cell in reach}
