"""What only the whole of a sheet tells: whether totals add up, which rows are its footer, what merged cells said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from config.export_profiles import Column, Profile
from connectors.errors import Unreadable
from connectors.exports.cells.dates import MONTH_FIRST
from connectors.exports.cells.grids import Cells, Merged
from connectors.exports.cells.moments import moment_from
from connectors.exports.cells.text import column_letters
from connectors.exports.formats.prints import NeedsAll
from connectors.exports.layouts.furniture import said
from connectors.exports.layouts.totals import BEYOND, Counted, judged, shown
from connectors.exports.records import SheetRecords
from connectors.exports.rows import Rejected

_SUMMED = frozenset({"count", "amount"})
_AMOUNTS = frozenset({"count", "amount", "number", "percent", "value"})
_NAMED = 5
_PROOFS = 2
"""Dates that can only be month-first; a single one may be a slip of the hand."""


def settle(found: SheetRecords, profile: Profile, places: Mapping[Column, int]) -> None:
    """Judge what was put off while the rows went by. Rows that prove to be nothing known are rejected, in row order."""
    refused = [*_settle_totals(found, places), *_settle_words(found, profile)]
    if refused:
        found.rejected = sorted(chain(found.rejected, refused), key=lambda bad: bad.row)
    found.totals, found.unclear = [], []


def columns_that_repeat(places: Mapping[Column, int]) -> frozenset[int]:
    """Columns whose merged cells speak of each row that they cover. An amount may be that of all rows together."""
    return frozenset(place for column, place in places.items() if column.field and column.read_as not in _AMOUNTS)


def parts_of_rows(cells: Sequence[Merged], places: Mapping[Column, int]) -> list[Merged]:
    """Merged cells, but those of rows that are merged in every column: such a row is one record, however tall."""
    taken = set(places.values())
    across = Counter((cell.top, cell.bottom) for cell in cells if cell.left in taken)
    return [cell for cell in cells if across[cell.top, cell.bottom] < len(taken)]


def refuse_month_first(found: SheetRecords) -> None:
    """Refuse a sheet that writes the month before the day: most of its other dates would be read turned round.

    It is one where several cells can be read in no other way, and no date that was read has a day above 12.

    Raises:
        Unreadable: it is.
        NeedsAll: not all rows were read.
    """
    proofs = [bad for bad in found.rejected if MONTH_FIRST in bad.reason]
    if len(proofs) < _PROOFS:
        return
    if found.again_keys:
        raise NeedsAll("which of day and month comes first is told from all dates together")
    columns = (column for name, column in zip(found.fields, found.values, strict=True) if name in found.moments)
    if not any(type(said) is int and moment_from(said).day > 12 for column in columns for said in column):
        where = _listed([bad.cell for bad in proofs])
        raise Unreadable(
            f"ngày trong bảng ghi theo kiểu tháng/ngày/năm (ô {where}), đọc tiếp sẽ ngược ngày với tháng, nên chưa nhập"
            " dòng nào. Đặt lại định dạng ngày/tháng/năm rồi xuất lại."
        )


def merged_told(cells: Sequence[Merged], repeated: frozenset[int], found: SheetRecords) -> list[str]:
    """What was made of merged cells among the records."""
    first, last = found.span or (0, 0)
    among = [cell for cell in cells if cell.top < last and cell.bottom >= first]
    within = sorted(among, key=lambda cell: (cell.left, cell.top))
    shared = [_address(cell) for cell in within if cell.left in repeated]
    alone = [_address(cell) for cell in within if cell.left not in repeated and _is_read(cell, found)]
    return [
        *([f"ô gộp nhiều dòng, giá trị dùng cho mọi dòng của ô: {_listed(shared)}"] if shared else []),
        *([f"ô gộp nhiều dòng, số chỉ tính cho dòng đầu của ô: {_listed(alone)}"] if alone else []),
    ]


def _is_read(cell: Merged, found: SheetRecords) -> bool:
    return column_letters(cell.left) in found.letters.values()


def _address(cell: Merged) -> str:
    letters = column_letters(cell.left)
    return f"{letters}{cell.top + 1}:{letters}{cell.bottom + 1}"


def _listed(addresses: list[str]) -> str:
    more = f" và {len(addresses) - _NAMED} ô khác" if len(addresses) > _NAMED else ""
    return ", ".join(addresses[:_NAMED]) + more


def _settle_totals(found: SheetRecords, places: Mapping[Column, int]) -> list[Rejected]:
    if not found.totals:
        return []
    summed = {
        place: (column.title, found.values[found.fields.index(str(column.field))])
        for column, place in places.items()
        if column.field and column.read_as in _SUMMED
    }
    if summed and found.again_keys:
        raise NeedsAll("totals of columns")
    counted, after, refused = Counted(sorted([*found.numbers, *found.again_numbers]), summed), 0, []
    all_rows, blocks = Counted(_all_rows(found), {}), list[bool]()
    behind = [*(row.number for row in found.totals[1:]), BEYOND]
    for row, next_total in zip(found.totals, behind, strict=True):
        verdict = judged(row, (after, next_total), counted)
        found.warnings.extend(verdict.disagreements)
        if not verdict.is_total:
            why = f'dòng "{shown(row.cells)}" không có mã và các số không khớp tổng của các dòng'
            refused.append(_refused(found, row.number, row.cells, f"{why}; nếu là dòng số liệu, ghi thêm mã"))
            continue
        if verdict.count is not None:
            found.declared_totals.append(verdict.count)
            blocks.append(verdict.count == all_rows.rows(after, row.number))
        after = row.number
    if len(blocks) > 1 and all(blocks):
        found.declared_totals.append(sum(found.declared_totals))  # each is that of its own block, none of the table
    return refused


def _all_rows(found: SheetRecords) -> list[int]:
    """Numbers of all rows that a total counts: also of those that cannot be used."""
    return sorted([*found.numbers, *found.again_numbers, *(bad.row for bad in found.rejected)])


def _settle_words(found: SheetRecords, profile: Profile) -> list[Rejected]:
    """Before the first record words belong to the header, behind the last to the footer; between them to nothing."""
    first, last = found.span or (0, 0)
    found.footer.extend(cells for number, cells in found.unclear if not first < number < last)
    key = next(column.title for column in profile.columns if column.field in profile.key)
    return [
        _refused(
            found,
            number,
            cells,
            f'dòng "{shown(cells)}" thiếu "{key}", không rõ là dòng gì; ghi thêm mã hoặc xóa dòng này',
        )
        for number, cells in found.unclear
        if first < number < last
    ]


def _refused(found: SheetRecords, number: int, cells: Cells, reason: str) -> Rejected:
    place = said(cells)[0][0]
    return Rejected(found.sheet, number, f"{column_letters(place)}{number}", reason)
