"""Tables whose labels stand below each other, and forms of one dossier: not read, but called what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.export_profiles import Profile
from connectors.errors import UnknownLayout
from connectors.exports.cells.grids import Grid
from connectors.exports.cells.text import clean, column_letters, folded
from connectors.exports.layouts.layout import SEARCHED_ROWS, known_labels

_FIRST_COLUMNS = 3
_ENOUGH = 3
"""Labels of ours in one column; two may be words of a table."""


def sideways(file: str, grids: Sequence[Grid], profiles: Sequence[Profile]) -> UnknownLayout | None:
    """What to say of a table that has its labels in a column; None: no sheet has."""
    known = known_labels(profiles)
    for grid in grids:
        for column in range(_FIRST_COLUMNS):
            labels = list(_labels(grid, column, known))
            if len(labels) >= _ENOUGH:
                return _told(file, grid, column, labels)
    return None


def _labels(grid: Grid, column: int, known: frozenset[str]) -> Iterator[tuple[int, str, int]]:
    """Row (from 1), label, and how many cells beside it say something."""
    for number, cells in enumerate(grid.head[:SEARCHED_ROWS], start=1):
        if len(cells) > column and isinstance(cells[column], str) and folded(cells[column]) in known:
            beside = sum(1 for cell in cells[column + 1 :] if cell not in ("", None))
            yield number, clean(cells[column]).rstrip(": "), beside


def _told(file: str, grid: Grid, column: int, labels: list[tuple[int, str, int]]) -> UnknownLayout:
    names, row = tuple(label for _, label, _ in labels), labels[0][0]
    is_form = max(beside for _, _, beside in labels) <= 1
    what = "phiếu của một hồ sơ" if is_form else "bảng đặt ngang, mỗi hồ sơ một cột"
    return UnknownLayout(
        f'{file}: trang "{grid.name}", dòng {row}: đây là {what}: tên mục nằm ở cột {column_letters(column)}'
        f" ({', '.join(names)}). Hãy xuất danh sách hồ sơ từ phần mềm một cửa rồi nộp; hoặc chép bảng, dán sang trang"
        " mới bằng Dán đặc biệt > Chuyển vị (Transpose) để tên cột nằm trên một dòng.",
        names,
        sheet=grid.name,
        row=row,
    )
