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
from connectors.exports.values import DOSSIER_CODE, PROCEDURE_CODE, BadCell, Convert, plain_text

SAMPLED_ROWS = 200
_SHIFTS = (0, -1, 1, -2, 2)
_ENOUGH = 0.6

_RECOGNISABLE = frozenset({"dossier_code", "procedure_code", "component", "moment", "deadline", "choice"})


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where each column's values really are, and what was found; `doubtful` columns cannot be placed and stay empty."""

    places: Mapping[Column, int]
    warnings: tuple[str, ...] = ()
    doubtful: tuple[Column, ...] = ()


def aligned(places: Mapping[Column, int], rows: Sequence[Cells], converters: Mapping[Column, Convert]) -> Alignment:
    """The columns' true places, judged from the first rows of data."""
    sample = [row for row in rows[:SAMPLED_ROWS] if sum(1 for cell in row if plain_text(cell) is not None) > 2]
    shifts = {
        column: shift
        for column, place in places.items()
        if column.read_as in _RECOGNISABLE
        and (shift := _shift_of(place, sample, _recogniser(column, converters[column]))) is not None
    }
    if not sample or not any(shifts.values()):
        return Alignment(places)
    return _realigned(places, shifts)


def _shift_of(place: int, sample: Sequence[Cells], fits: Callable[[Any], bool]) -> int | None:
    """The shift at which the column's content fits its kind; None when nothing tells (empty, or fits nowhere)."""
    shares = {shift: _share(place + shift, sample, fits) for shift in _SHIFTS}
    if shares[0] >= _ENOUGH:
        return 0
    best = max(_SHIFTS, key=lambda shift: shares[shift])
    return best if shares[best] >= _ENOUGH else None


def _share(place: int, sample: Sequence[Cells], fits: Callable[[Any], bool]) -> float:
    cells = [row[place] for row in sample if 0 <= place < len(row) and plain_text(row[place]) is not None]
    return sum(1 for cell in cells if fits(cell)) / len(cells) if cells else 0.0


def _recogniser(column: Column, convert: Convert) -> Callable[[Any], bool]:
    pattern = {"dossier_code": DOSSIER_CODE, "procedure_code": PROCEDURE_CODE}.get(column.read_as)
    if pattern is not None:
        return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell.strip()) is not None

    def converts(cell: Any) -> bool:
        try:
            return convert(cell) is not None
        except BadCell:
            return False

    return converts


def _realigned(places: Mapping[Column, int], shifts: Mapping[Column, int]) -> Alignment:
    """Apply one shift to all columns right of the place where it begins."""
    ordered = sorted(places, key=places.__getitem__)
    shift = next(shifts[column] for column in ordered if shifts.get(column))
    first_shifted = next(index for index, column in enumerate(ordered) if shifts.get(column))
    last_right = max((i for i in range(first_shifted) if shifts.get(ordered[i]) == 0), default=-1)
    between = ordered[last_right + 1 : first_shifted]
    lacking = next((column for column in between if column.cell_may_lack), None)
    doubtful = () if lacking else tuple(column for column in between if column.field)
    begins = ordered.index(lacking) if lacking else first_shifted
    moved = {column: places[column] + (shift if ordered.index(column) >= begins else 0) for column in ordered}
    kept = {column: place for column, place in moved.items() if column is not lacking and column not in doubtful}
    return Alignment(kept, (_sentence(ordered[first_shifted], places, shift, lacking),), doubtful)


def _sentence(column: Column, places: Mapping[Column, int], shift: int, lacking: Column | None) -> str:
    side = "trái" if shift < 0 else "phải"
    seen = f'cột {column_letters(places[column])} "{column.title}"'
    cause = f' (dòng dữ liệu không có ô "{lacking.title}")' if lacking else ""
    where = f"giá trị nằm lệch {abs(shift)} cột về bên {side}{cause}"
    return f"tiêu đề lệch với dữ liệu từ {seen}: {where}; đã đọc theo nội dung"
