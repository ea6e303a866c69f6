"""A stranger's workbook as plain cells, opened in a child process: for forms whose meaning another room knows."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path

from connectors.errors import Unreadable
from connectors.exports.cells.grids import Cells
from connectors.exports.reading import Question, answer_of_child, grids_of

_MOST_ROWS = 20_000


def plain_tables(path: Path) -> dict[str, list[Cells]]:
    """Sheet name -> rows of cells from A1, at most 20,000 rows a sheet.

    Raises:
        Unreadable: the file cannot be read; the message says why and the way out.
    """
    return answer_of_child(_tables, Question(path, path.name))


def _tables(question: Question) -> dict[str, list[Cells]]:
    try:
        grids, _ = grids_of(question.path, question.scratch)
    except Unreadable as error:
        raise Unreadable(f"{question.name}: {error}") from error
    return {
        grid.name: list(islice(chain.from_iterable(block.by_row() for _, block in grid.blocks(0)), _MOST_ROWS))
        for grid in grids
    }
