"""Workbooks (xlsx, xlsm, xls, ods) through calamine, after checks that keep it from harm.

calamine lays out the rectangle that encloses all cells, so a 5 KB sheet with cells A1 and XFD1048576 makes it abort the
whole process; a 5 MB file can unpack to 600 MB. Both are refused before it is asked.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from connectors.errors import Unreadable
from connectors.exports.cells.grids import Cells, Grid, Merged, grid_of
from connectors.exports.cells.text import COUNTED_WRONG, UNCOUNTED
from connectors.exports.formats.binary_error_cells import faults_of_xls, faults_of_xlsb
from connectors.exports.formats.error_cells import Faults, faults_by_sheet, with_faults
from connectors.exports.formats.plain_sheets import plain_grids

MOST_UNPACKED_BYTES = 1 << 30
MOST_CELLS = 60_000_000
SCANNED_BYTES = 4 << 20
"""Sheets up to this size (unpacked) are scanned before reading; for larger the child's memory limit answers."""

_PART = 1 << 20
_LONGEST_MARK = 32
"""Bytes of an address or an attribute that may lie on the border of two parts."""
_FAR_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ODS_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_SPANNED = re.compile(rb'number-rows-spanned="(0*[2-9]\d{0,6}|0*1\d{1,6})"')
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')
_MOST_REPEATED = 1_024
"""Failed cells that one tag may stand for; a sheet of Excel has 16 times as many columns, a table none."""


def grids_of_workbook(path: Path, file_format: str, scratch: Path) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook, and warnings about hidden ones. `scratch` is an empty folder to use.

    Raises:
        Unreadable: password, truncated, unpacks to too much, or encloses too many cells.
    """
    if file_format in ("xlsx", "xlsb", "ods"):
        refuse_hostile_zip(path)
    try:
        named = scratch / f"bang.{file_format}"  # calamine goes by the extension, and detects by content slowly
        named.symlink_to(path.resolve())
        with CalamineWorkbook.from_path(str(named)) as book:
            merged, faults = _told_apart(path, file_format, book.sheet_names)
            grids, warnings = _visible_sheets(book, merged, faults)
            return grids, [*_macro_warning(path, file_format), *warnings]
    except PasswordError as error:
        raise Unreadable("tệp có mật khẩu. Hãy bỏ mật khẩu rồi nộp lại.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("không mở được bảng tính, tệp bị cắt cụt hoặc hỏng. Hãy xuất hoặc tải lại.") from error


def _told_apart(
    path: Path, file_format: str, names: Sequence[str]
) -> tuple[Mapping[int, list[Merged]], Mapping[int, Faults]]:
    """What calamine does not tell, by sheet: cells over several rows of an OpenDocument file, and failed cells."""
    if file_format == "ods":
        return _ods_told(path)
    if file_format == "xlsb":
        return {}, faults_of_xlsb(path)
    return {}, faults_of_xls(path, names) if file_format == "xls" else faults_by_sheet(path)


def grids_of_plain_workbook(path: Path) -> tuple[list[Grid], list[str]]:
    """The same of an xlsx that is as plain as software writes it, in less time and memory. Raises also `NotPlain`."""
    refuse_hostile_zip(path)
    return plain_grids(path), _macro_warning(path, "xlsx")


def _macro_warning(path: Path, file_format: str) -> list[str]:
    """Programs inside a workbook are never run; that there are some is told."""
    if file_format not in ("xlsx", "xlsb"):
        return []
    with zipfile.ZipFile(path) as archive:
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    return ["tệp có macro (chương trình nhúng trong Excel): không chạy macro, chỉ đọc số liệu"] if has_macros else []


def _visible_sheets(
    book: CalamineWorkbook, merged: Mapping[int, list[Merged]], faults: Mapping[int, Faults]
) -> tuple[list[Grid], list[str]]:
    """`merged`: cells over several rows by sheet, where calamine does not tell them itself."""
    grids, warnings = [], []
    for place, meta in enumerate(book.sheets_metadata):
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            warnings.append(f'trang "{meta.name}" bị ẩn nên không đọc')
            continue
        sheet = book.get_sheet_by_name(meta.name)
        rows = with_faults(_rows(sheet), faults[place]) if place in faults else _rows(sheet)
        grids.append(grid_of(meta.name, rows, merged=merged.get(place) or _merged(sheet)))
    return grids, warnings


def _merged(sheet: CalamineSheet) -> list[Merged]:
    """Cells over several rows; formats whose merged cells calamine does not know give none."""
    ranges = sheet.merged_cell_ranges or ()
    return [Merged(top, bottom, left) for (top, left), (bottom, _) in ranges if bottom > top]


def _rows(sheet: CalamineSheet) -> Iterator[Cells]:
    """Rows from row 1 and column A: `iter_rows` leaves out empty columns on the left, though not rows above."""
    left = sheet.start[1] if sheet.start else 0
    rows: Iterator[Cells] = sheet.iter_rows()
    return (([""] * left) + row for row in rows) if left else rows


def refuse_hostile_zip(path: Path, *, scan_all: bool = False) -> None:
    """Raise `Unreadable` for a zip that would unpack to too much or enclose too many cells."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise Unreadable(
                f"tệp nở ra {unpacked >> 20} MB khi giải nén, vượt giới hạn {MOST_UNPACKED_BYTES >> 20} MB."
            )
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise Unreadable("tệp có mật khẩu. Hãy bỏ mật khẩu rồi nộp lại.")
            if _is_sheet(info.filename) and (scan_all or info.file_size <= SCANNED_BYTES):
                _refuse_sheet(archive, info)


def _refuse_sheet(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    if info.filename == "content.xml":
        _refuse_repeated(_parts(archive, info))
    else:
        _refuse_wide(archive, info)


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") or name == "content.xml"


def _refuse_wide(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    last_column = last_row = 0
    for part in _overlapping(_parts(archive, info)):
        for letters, digits in _FAR_CELL.findall(part):
            last_column = max(last_column, _column_number(letters))
            last_row = max(last_row, int(digits))
    _refuse_area(last_column, last_row)


def _refuse_repeated(content: Iterator[bytes]) -> None:
    """OpenDocument gives no addresses: cells and rows say how often they stand there.

    Only cells with a value count: empty ones repeat themselves to the edge of every sheet that LibreOffice writes.
    """
    reach: dict[int, tuple[int, int]] = {}
    for table, row, column, attributes in _ods_cells(content):
        if b"value-type=" in attributes:
            widest, _ = reach.get(table, (0, 0))
            reach[table] = max(widest, column), row
    for last_column, last_row in reach.values():
        _refuse_area(last_column, last_row)


def _ods_cells(content: Iterator[bytes]) -> Iterator[tuple[int, int, int, bytes]]:
    """Each cell: table from 0, last row and last column in which it stands (from 1), attributes."""
    table, row, column = -1, 0, 0
    for tag, attributes in itertools.chain.from_iterable(map(_ODS_TAG.findall, _whole_tags(content))):
        times = _times(attributes)
        if tag == b"table":
            table, row = table + 1, 0
        elif tag == b"table-row":
            row, column = row + times, 0
        else:
            column += times
            yield table, row, column, attributes


def _times(attributes: bytes) -> int:
    return int(found[1][:7]) if (found := _REPEATED.search(attributes)) else 1


def _whole_tags(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut before tags alone."""
    tail = b""
    for part in parts:
        text = tail + part
        cut = text.rfind(b"<")
        yield text[:cut]
        tail = text[cut:]
    yield tail


def _tells(part: bytes) -> bool:
    """Whether a closer look is worth its time."""
    return b'"error"' in part or b'formula="' in part or _SPANNED.search(part) is not None


def _ods_told(path: Path) -> tuple[dict[int, list[Merged]], dict[int, dict[int, dict[int, str]]]]:
    """Cells over several rows, and failed cells, of each table of an OpenDocument file."""
    merged: dict[int, list[Merged]] = {}
    failed: dict[int, dict[int, dict[int, str]]] = {}
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("content.xml")
        if not any(map(_tells, _overlapping(_parts(archive, info)))):
            return merged, failed
        for table, row, column, attributes in _ods_cells(_parts(archive, info)):
            if spanned := _SPANNED.search(attributes):
                merged.setdefault(table, []).append(Merged(row - 1, row + int(spanned[1]) - 2, column - 1))
            if b'value-type="error"' in attributes or (b"formula=" in attributes and b"value-type=" not in attributes):
                what = COUNTED_WRONG if b"error" in attributes else UNCOUNTED
                times = min(_times(attributes), _MOST_REPEATED)
                cells = failed.setdefault(table, {}).setdefault(row - 1, {})
                cells.update(dict.fromkeys(range(column - times, column), what))
    return merged, failed


def _refuse_area(last_column: int, last_row: int) -> None:
    if last_column * last_row > MOST_CELLS:
        raise Unreadable(
            f"trang tính trải tới cột {last_column}, dòng {last_row} (hơn {MOST_CELLS // 1_000_000} triệu ô)"
            + ". Hãy xóa các ô thừa ở xa bảng rồi nộp lại."
        )


def _overlapping(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Parts that begin with the end of the one before, so that no address is cut."""
    tail = b""
    for part in parts:
        yield tail + part
        tail = part[-_LONGEST_MARK:]


def _parts(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as stream:
            while part := stream.read(_PART):
                yield part
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Unreadable("tệp Excel bị cắt cụt hoặc hỏng. Hãy xuất hoặc tải lại.") from error


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
