"""Whether a workbook says the same, cell by cell, as one that was read before: told before any row is interpreted.

A content is the height of each sheet and a hash over everything that reading depends on: the cells, the sheets' names,
the layout that was asked for, what the file's name says, and the source of the reader itself.
"""

from __future__ import annotations

import functools
import hashlib
import marshal
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.exports.furniture import exported_at_in, year_in
from connectors.exports.grids import BLOCK_ROWS, Cells, Grid

_PLAIN = 2
"""Version of marshal whose bytes depend on the values alone, not on who else holds them."""


class Seal:
    """Hashes rows as they pass by."""

    def __init__(self) -> None:
        self._hasher = hashlib.sha256()
        self._ended = False

    def over(self, rows: Iterator[Cells]) -> Iterator[Cells]:
        """The same rows."""
        while block := list(islice(rows, BLOCK_ROWS)):
            self._hasher.update(_bytes_of(block))
            yield from block
        self._ended = True

    @property
    def digest(self) -> str | None:
        """Of all rows; None while some have not passed."""
        return self._hasher.hexdigest() if self._ended else None


def content_of(grids: Sequence[Grid], asked: str | None, name: str, warnings: Sequence[str]) -> str | None:
    """The content of sheets whose rows have all passed their seals; None: some have not, or have no seal."""
    digests = [grid.seal.digest if grid.seal else None for grid in grids]
    return None if None in digests else _content(grids, digests, asked, name, warnings)


def says_again(known: str, grids: Sequence[Grid], asked: str | None, name: str, warnings: Sequence[str]) -> bool:
    """Whether sheets have a known content. Rows are looked at only where the heights agree, and can be read after."""
    if known.split(":", maxsplit=1)[0] != _heights(grids) or not all(grid.again for grid in grids):
        return False
    return known == _content(grids, list(map(_digest_again, grids)), asked, name, warnings)


def _digest_again(grid: Grid) -> str | None:
    assert grid.again is not None
    seal = Seal()
    for _ in seal.over(grid.again()):
        pass
    return seal.digest


def _content(
    grids: Sequence[Grid], digests: Sequence[str | None], asked: str | None, name: str, warnings: Sequence[str]
) -> str:
    said_by_name = (exported_at_in([], name), year_in([], name))
    whole = (_source(), asked, said_by_name, tuple(warnings), [(g.name, g.above) for g in grids], list(digests))
    return f"{_heights(grids)}:{hashlib.sha256(repr(whole).encode()).hexdigest()}"


def _heights(grids: Sequence[Grid]) -> str:
    return "+".join(str(grid.height) for grid in grids)


def _bytes_of(block: list[Any]) -> bytes:
    try:
        return marshal.dumps(block, _PLAIN)
    except ValueError:  # dates are not known to marshal
        return repr(block).encode()


@functools.cache
def _source() -> str:
    """The reader's own source: a better reader reads again."""
    hasher = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()
