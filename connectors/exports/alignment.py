"""Columns checked by content: a header out of step with its column is caught and set right.

A known export writes a header cell for which its rows have no cell, so all later values sit one column left.
Columns whose content can be recognised (codes, dates, fixed words) show by how many places the rows are shifted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.export_profiles import Column
from connectors.exports.grids import Cells
from connectors.exports.text import column_letters
from connectors.exports.values import RECOGNISABLE, Convert, plain_text, recogniser

SAMPLED_ROWS = 200
_SHIFTS = (-1, 1, -2, 2)
_ENOUGH = 0.6

_DISTINCT = frozenset({"dossier_code", "procedure_code", "component", "choice"})
"""Kinds that no neighbouring column can be mistaken for; a date may stand beside other dates."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where each column's values really are, and what was found; `doubtful` columns cannot be placed and stay empty."""

    places: Mapping[Column, int]
    warnings: tuple[str, ...] = ()
    doubtful: tuple[Column, ...] = ()


def aligned(places: Mapping[Column, int], rows: Sequence[Cells], converters: Mapping[Column, Convert]) -> Alignment:
    """The columns' true places, judged from the first rows of data."""
    sample = [row for row in rows[:SAMPLED_ROWS] if sum(1 for cell in row if plain_text(cell) is not None) > 2]
    ordered = [column for column in sorted(places, key=places.__getitem__) if column.read_as in RECOGNISABLE]
    fits = {column: recogniser(column, converters[column]) for column in ordered}

    def share(column: Column, shift: int) -> float | None:
        return _share(places[column] + shift, sample, fits[column])

    misplaced = [column for column in ordered if _below(share(column, 0))]
    if not any(column.read_as in _DISTINCT for column in misplaced):
        return Alignment(places)
    after = ordered[ordered.index(misplaced[0]) :]
    for shift in _SHIFTS:
        if not any(_below(share(column, shift)) for column in after):
            last_right = [c for c in ordered[: ordered.index(misplaced[0])] if share(c, 0) is not None]
            return _realigned(places, misplaced[0], last_right[-1] if last_right else None, shift)
    return Alignment(places)


def _below(share: float | None) -> bool:
    """Whether a column's content speaks against it; an empty column says nothing."""
    return share is not None and share < _ENOUGH


def _share(place: int, sample: Sequence[Cells], fits: Callable[[Any], bool]) -> float | None:
    """The share of filled cells that fit a kind; None where all are empty."""
    cells = [row[place] for row in sample if 0 <= place < len(row) and plain_text(row[place]) is not None]
    return sum(1 for cell in cells if fits(cell)) / len(cells) if cells else None


def _realigned(places: Mapping[Column, int], first: Column, last_right: Column | None, shift: int) -> Alignment:
    """Apply one shift from the place where it begins: at a cell known to be lacking, else at the first misplaced.

    Columns between the last one that is right and the first that is not cannot be placed.
    """
    ordered = sorted(places, key=places.__getitem__)
    between = ordered[ordered.index(last_right) + 1 if last_right else 0 : ordered.index(first)]
    lacking = next((column for column in between if column.cell_may_lack), None)
    doubtful = () if lacking else tuple(column for column in between if column.field and not column.required)
    begins = places[lacking or first]
    moved = {column: place + (shift if place >= begins else 0) for column, place in places.items()}
    kept = {column: place for column, place in moved.items() if column is not lacking and column not in doubtful}
    return Alignment(kept, (_sentence(first, places, shift, lacking),), doubtful)


def _sentence(column: Column, places: Mapping[Column, int], shift: int, lacking: Column | None) -> str:
    side = "trái" if shift < 0 else "phải"
    seen = f'cột {column_letters(places[column])} "{column.title}"'
    cause = f' (dòng dữ liệu không có ô "{lacking.title}")' if lacking else ""
    where = f"giá trị nằm lệch {abs(shift)} cột về bên {side}{cause}"
    return f"tiêu đề lệch với dữ liệu từ {seen}: {where}; đã đọc theo nội dung"
