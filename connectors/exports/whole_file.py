"""What can be said only of a whole file: its totals, codes that stand twice, codes of an unusual shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from config.dossier_codes import DOSSIER_CODE
from config.export_profiles import KEYS
from connectors.exports.cells.grids import Grid
from connectors.exports.cells.moments import day_number, moment_from
from connectors.exports.formats.prints import KnownRows, NeedsAll
from connectors.exports.layouts.furniture import texts_of
from connectors.exports.records import SheetRecords
from connectors.exports.rows import SaidBefore

NAMED = 5
_OF_NO_LAYOUT = "không có bảng theo mẫu nào: chưa đọc"
_GOES_ON = (
    "có mã hồ sơ nhưng không có dòng tiêu đề theo mẫu nào: chưa đọc. Chép dòng tiêu đề lên đầu trang ấy rồi nộp lại"
)
_AFTER = "ngày sau ngày"
_ENOUGH_TO_COMPARE = 20
_EVENTS = frozenset(
    {"submitted_at", "received_at", "finished_at", "returned_at", "answered_at", "done_at", "issued_on"}
)
_NOT_ABOVE = {
    "budget": ("spent", "planned", "đã giải ngân {} nhiều hơn kế hoạch giao {}"),
    "staff": ("trainings_done", "trainings_planned", "đã hoàn thành {} lượt bồi dưỡng, nhiều hơn kế hoạch {}"),
}
"""Kind -> smaller field, larger one, what to say. Told, not refused: plans are amended, and lists lag behind."""


def declared_total(sheets: Sequence[SheetRecords]) -> int | None:
    """The sum of the sheets' total rows; the last number of each sheet counts (group totals come before it)."""
    said = [total for sheet in sheets if (total := _own_total(sheet)) is not None]
    return sum(said) if said else None


def _own_total(sheet: SheetRecords) -> int | None:
    return next((total for total in reversed(sheet.declared_totals) if total >= 0), None)


def totals_agree(sheets: Sequence[SheetRecords], declared: int, counted: int) -> bool:
    """Whether the totals are those of the whole file, or each that of its own sheet, where not every sheet has one."""
    own = [(total, _rows_of(sheet)) for sheet in sheets if (total := _own_total(sheet)) is not None]
    return declared == counted or (len(own) < len(sheets) and all(total == rows for total, rows in own))


def _rows_of(sheet: SheetRecords) -> int:
    return len(sheet.numbers) + len(sheet.rejected) + len(sheet.again_keys)


def passed_over(grids: Sequence[Grid], read: Collection[str]) -> list[str]:
    """What is told of sheets with some rows that nothing was read from; `read` are the names of the others.

    Software that runs out of rows goes on upon another sheet, without a header.
    """
    told = []
    for grid in grids:
        if grid.name not in read and len(texts_of(grid.head)) > 2:
            cells = (cell for row in grid.head for cell in row if isinstance(cell, str))
            goes_on = any(map(DOSSIER_CODE.fullmatch, cells))
            told.append(f'trang "{grid.name}" {_GOES_ON if goes_on else _OF_NO_LAYOUT}')
    return told


def warnings_of(kind: str, sheets: Sequence[SheetRecords]) -> list[str]:
    """Vietnamese sentences about the codes of a file, and what its numbers say of each other."""
    return [*_repeated(kind, sheets), *(_unusual(sheets) if kind == "dossiers" else ()), *_above(kind, sheets)]


def _above(kind: str, sheets: Sequence[SheetRecords]) -> list[str]:
    """Rows in which more was done than planned."""
    small, large, sentence = _NOT_ABOVE.get(kind, ("", "", ""))
    told = [
        f"{sheet.sheet}!{sheet.letters[small]}{number}: {sentence.format(done, planned)}"
        for sheet in sheets
        if {small, large} <= set(sheet.fields)
        for number, done, planned in zip(
            sheet.numbers, *(sheet.values[sheet.fields.index(name)] for name in (small, large)), strict=True
        )
        if done is not None and planned is not None and done > planned
    ]
    return told[:NAMED] + _and_more(len(told), "dòng như vậy")


def _repeated(kind: str, sheets: Sequence[SheetRecords]) -> list[str]:
    """Rows that share a key: the later one wins, and the reader is told."""
    parts = ([*chain.from_iterable(_key_columns(name, sheets))] for name in KEYS[kind])
    if any(len(set(part)) == len(part) for part in parts):
        return []  # a part of the keys tells all rows apart
    places: dict[tuple[str, ...], list[str]] = {}
    named_sheets = [f" ({sheet.sheet})" if len(sheets) > 1 else "" for sheet in sheets]
    rows_said = [f"{n}{where}" for sheet, where in zip(sheets, named_sheets, strict=True) for n in sheet.numbers]
    keys = zip(*(chain.from_iterable(_key_columns(name, sheets)) for name in KEYS[kind]), strict=True)
    for key, row in zip(keys, rows_said, strict=True):
        places.setdefault(key, []).append(row)
    repeated = [(key, rows) for key, rows in places.items() if len(rows) > 1]
    named = [
        f"{'/'.join(map(str, key))} có ở các dòng {', '.join(rows)}; dòng {rows[-1]} được dùng"
        for key, rows in repeated[:NAMED]
    ]
    return named + _and_more(len(repeated), "mã trùng")


def _key_columns(name: str, sheets: Sequence[SheetRecords]) -> Iterator[list[Any]]:
    return (sheet.values[sheet.fields.index(name)] for sheet in sheets)


def _unusual(sheets: Sequence[SheetRecords]) -> list[str]:
    known = DOSSIER_CODE.fullmatch
    strange = [
        f"mã hồ sơ {code!r} ({sheet.sheet}!{sheet.letters['code']}{number}) không đúng dạng thường gặp"
        for sheet, codes in ((sheet, sheet.values[sheet.fields.index("code")]) for sheet in sheets)
        if sheet.may_have_odd_keys and not all(map(known, codes))
        for code, number in zip(codes, sheet.numbers, strict=True)
        if not known(code)
    ]
    return strange[:NAMED] + _and_more(len(strange), "mã lạ")


def from_the_future(sheets: Sequence[SheetRecords], known_at: datetime | None, what: str = "xuất tệp") -> list[str]:
    """Events dated after the day the export was written (or, `what`: received). None: nothing is known to be later."""
    if known_at is None:
        return []
    today = day_number(int(known_at.timestamp()))
    places = [
        f"{sheet.sheet}!{sheet.letters.get(name, '')}{number} ({moment_from(seconds):%d/%m/%Y})"
        for sheet in sheets
        for name, column in zip(sheet.fields, sheet.values, strict=True)
        if name in _EVENTS and name in sheet.moments and _reaches_beyond(column, today)
        for number, seconds in zip(sheet.numbers, column, strict=True)
        if type(seconds) is int and day_number(seconds) > today
    ]
    return [f"{_AFTER} {what}: {place}" for place in places[:NAMED]] + _and_more(len(places), "ngày như vậy")


def rows_again(
    sheets: Sequence[SheetRecords], known: KnownRows | None, exported_at: datetime | None
) -> SaidBefore | None:
    """The rows that are known; None: there are none.

    Raises:
        NeedsAll: something has to be told of the file that depends on their values too.
    """
    if known is None or not any(sheet.again_keys for sheet in sheets):
        return None
    sheet, *others = sheets
    codes = [*sheet.values[sheet.fields.index("code")], *sheet.again_keys]
    odd = sheet.may_have_odd_keys and not all(map(DOSSIER_CODE.fullmatch, sheet.again_keys))
    if others or odd or len(set(codes)) < len(codes):
        raise NeedsAll("codes that stand twice, or are unusual")
    if exported_at is not None and exported_at < known.stands_at:
        raise NeedsAll("an older export: its rows may tell of days after it")
    return SaidBefore(known.import_id, sheet.sheet, sheet.again_keys, sheet.again_numbers)


def prints_taken(sheets: Sequence[SheetRecords], told: Sequence[str]) -> bytes:
    """Prints of all rows of a file of which nothing is `told`; none where a later export must not rest on them.

    They are taken out of the sheets, so that they cross the border to the asking process once.
    """
    prints = b"".join(chain.from_iterable(map(_prints_of, sheets)))
    for sheet in sheets:
        sheet.prints, sheet.again_prints = [], []
    return b"" if told or len(sheets) > 1 else prints


def _prints_of(sheet: SheetRecords) -> Sequence[bytes]:
    """Prints in the order of the rows, however many of these are known."""
    if not sheet.prints or not sheet.again_prints:
        return sheet.prints or sheet.again_prints
    numbers, prints = [*sheet.numbers, *sheet.again_numbers], [*sheet.prints, *sheet.again_prints]
    return [mark for _, mark in sorted(zip(numbers, prints, strict=True))]


def tells_future(warning: str) -> bool:
    """Whether a warning is one of events after the day of the export."""
    return warning.startswith(_AFTER)


def _reaches_beyond(column: Sequence[Any], day: int) -> bool:
    """Whether any moment of a column lies after a day; half a million are looked at in a few milliseconds."""
    try:
        return day_number(max(filter(None, column), default=0)) > day
    except TypeError:  # some rows say nothing of this column
        return True


def unlike_the_last(counted: int, last: int) -> str | None:
    """A warning when an export has far fewer or far more rows than the last of its layout; None is as expected.

    Half and three times are this project's own choice: a year's cumulative export grows by a twelfth a month.
    """
    if last >= _ENOUGH_TO_COMPARE and not last * 0.5 <= counted <= last * 3:
        return f"tệp có {counted} dòng, lần trước cùng mẫu có {last} dòng: kiểm tra bộ lọc khi xuất"
    return None


def _and_more(count: int, what: str) -> list[str]:
    return [f"và {count - NAMED} {what} khác"] if count > NAMED else []
