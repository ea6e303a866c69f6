"""A table as it stands in its file: cells by row and column, nothing interpreted."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Cells = list[Any]
"""One row from column A; cells are str, int, float, bool, date, datetime, or None or "" for empty."""

HEAD_ROWS = 400
BLOCK_ROWS = 2_048


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged cell that covers several rows: rows and columns from 0, both ends included."""

    top: int
    bottom: int
    left: int


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

    def blocks(self, first: int) -> Iterator[tuple[int, list[Cells]]]:
        """Yield (index of its first row, rows) from row `first` (from 0, inside the head) on. Can be asked once."""
        rows = itertools.chain(self.head[first:], self.rest)
        while block := list(itertools.islice(rows, BLOCK_ROWS)):
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
