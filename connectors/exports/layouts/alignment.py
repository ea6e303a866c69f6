"""Columns checked by content: a header out of step with its column is caught and set right.

A known export writes a header cell for which its rows have no cell, so all later values sit one column left.
Columns whose content can be recognised (codes, dates, fixed words) show by how many places the rows are shifted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.export_profiles import Column
from connectors.errors import Unreadable
from connectors.exports.cells.dates import is_date
from connectors.exports.cells.grids import Cells
from connectors.exports.cells.text import column_letters
from connectors.exports.cells.values import RECOGNISABLE, Convert, is_shortened, plain_text, recogniser
from connectors.exports.layouts.row_kinds import like_a_code

SAMPLED_ROWS = 200
_SHIFTS = (-1, 1, -2, 2)
_ENOUGH = 0.6
_PLAINLY_NOT = 0.2
"""A share this low contradicts a header; between the two a column may hold odd codes or new words."""
_MOSTLY_CODES = 0.5
_DIGITS_OF_DAYS = (8, 12, 14)
"""Of yyyyMMdd, and with the time."""
_SHAPELESS = frozenset({"text", "number", "names"})

_DISTINCT = frozenset({"dossier_code", "procedure_code", "component", "choice"})
"""Kinds that no neighbouring column can be mistaken for; a date may stand beside other dates."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where each column's values really are, and what was found; `doubtful` columns cannot be placed and stay empty."""

    places: Mapping[Column, int]
    warnings: tuple[str, ...] = ()
    doubtful: tuple[Column, ...] = ()


def aligned(places: Mapping[Column, int], rows: Sequence[Cells], converters: Mapping[Column, Convert]) -> Alignment:
    """The columns' true places, judged from the first rows of data.

    Raises:
        Unreadable: the column of codes holds no codes, and no other column is plainly theirs.
    """
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
    exchanged = _exchanged(places, misplaced, sample, fits) or Alignment(places)
    _refuse_strange_keys(exchanged.places, places, misplaced, sample)
    return exchanged


def _exchanged(
    places: Mapping[Column, int], misplaced: Sequence[Column], sample: Sequence[Cells], fits: Mapping[Column, Any]
) -> Alignment | None:
    """Columns whose headers stand over each other's values, put where their content is. None: nothing is that plain."""
    owners = {place: column for column, place in places.items()}
    moved: dict[Column, int] = {}
    for column in misplaced:
        if (_share(places[column], sample, fits[column]) or 0) >= _PLAINLY_NOT:
            continue
        may_hold = [p for p, owner in owners.items() if owner is not column and _gives_way(owner, column, misplaced)]
        right = [place for place in may_hold if (_share(place, sample, fits[column]) or 0) >= _ENOUGH]
        if len(right) == 1:
            moved[column] = right[0]
    displaced = [owners[place] for place in moved.values() if owners[place] not in moved]
    vacated = [places[column] for column in moved if places[column] not in moved.values()]
    if not moved or len(set(moved.values())) < len(moved) or len(displaced) != len(vacated) or len(displaced) > 1:
        return None
    moved |= dict(zip(displaced, vacated, strict=True))
    return Alignment({**places, **moved}, (_exchange_told(places, moved),))


def _gives_way(owner: Column, column: Column, misplaced: Sequence[Column]) -> bool:
    """Whether the values under a header may belong to another: its own do not fit, or it says nothing of content."""
    if owner in misplaced:
        return True
    return owner.read_as == "text" if column.read_as == "choice" else _is_code(column) and owner.read_as in _SHAPELESS


def _is_code(column: Column) -> bool:
    return column.read_as in ("dossier_code", "procedure_code")


def _exchange_told(places: Mapping[Column, int], moved: Mapping[Column, int]) -> str:
    named = [
        f'"{column.title}" (tiêu đề ở cột {column_letters(places[column])}) nằm ở cột {column_letters(place)}'
        for column, place in sorted(moved.items(), key=lambda pair: pair[1])
    ]
    return f"tiêu đề đặt nhầm cột: giá trị của {'; '.join(named)}; đã đọc theo nội dung, hãy sửa tiêu đề"


def _refuse_strange_keys(
    found: Mapping[Column, int], places: Mapping[Column, int], misplaced: Sequence[Column], sample: Sequence[Cells]
) -> None:
    """Odd codes are kept, with a warning; words and dates are none: dossiers would be kept under each other's names."""
    for column in misplaced:
        if not (_is_code(column) and column.required and found[column] == places[column]):
            continue
        texts = [plain_text(row[places[column]]) for row in sample if len(row) > places[column]]
        said = [text for text in texts if text is not None]
        if sum(map(_may_be_a_code, said)) < _MOSTLY_CODES * len(said):
            where = f'cột {column_letters(places[column])} "{column.title}"'
            if any(map(is_shortened, said)):
                raise Unreadable(
                    f'{where}: Excel đã rút gọn mã thành số ("{next(filter(is_shortened, said))}"), mất chữ số. Hãy'
                    " xuất lại và nộp tệp gốc, không mở rồi lưu bằng Excel; hoặc đặt cột là Văn bản rồi nhập lại mã."
                )
            raise Unreadable(
                f'{where} không chứa mã mà chứa "{said[0][:40]}", và không rõ cột nào là mã. '
                "Tiêu đề có thể đặt nhầm cột: hãy xuất lại, hoặc sửa tiêu đề rồi nộp lại."
            )


def _may_be_a_code(text: str) -> bool:
    """Digits alone are a number of the software's own, unless they are as many as those of a day."""
    if is_shortened(text):
        return False
    return (text.isdigit() and len(text) not in _DIGITS_OF_DAYS) or (like_a_code(text) and not is_date(text))


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
