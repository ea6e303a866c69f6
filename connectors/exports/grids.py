"""A table as it stands in its file: cells by row and column, nothing interpreted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Cells = list[Any]
"""One row from column A; cells are str, int, float, bool, date, datetime, or None or "" for empty."""

HEAD_ROWS = 400
BLOCK_ROWS = 2_048


@dataclass(slots=True)
class Grid:
    """One sheet. `head` holds its first rows, from row 1; the others are read once, block by block.

    `above` is text that stands outside the table (HTML headings).
    """

    name: str
    head: list[Cells]
    rest: Iterator[Cells] = field(default_factory=lambda: iter(()))
    above: tuple[str, ...] = ()

    def blocks(self, first: int) -> Iterator[tuple[int, list[Cells]]]:
        """Yield (index of its first row, rows) from row `first` (from 0, inside the head) on. Can be asked once."""
        rows = itertools.chain(self.head[first:], self.rest)
        while block := list(itertools.islice(rows, BLOCK_ROWS)):
            yield first, block
            first += len(block)


def grid_of(name: str, rows: Iterable[Cells], above: tuple[str, ...] = ()) -> Grid:
    """A grid over rows that may come one at a time."""
    source = iter(rows)
    return Grid(name, list(itertools.islice(source, HEAD_ROWS)), source, above)
