"""Failed cells of the binary workbooks .xls and .xlsb, which calamine gives as empty or leaves out.

Codes of errors and layouts of records: [MS-XLS] 2.5.10, 2.4.127, 2.5.133; [MS-XLSB] 2.1.4, 2.5.98.2, 2.4.312, 2.4.648.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlrd
from xlrd.compdoc import CompDoc, CompDocError

from connectors.errors import Unreadable
from connectors.exports.cells.text import COUNTED_WRONG
from connectors.exports.formats.error_cells import FAULTS_OF_ZIPS, Faults, target_of_sheet, targets_of

_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_XLS_FAILED = (
    re.compile(rb"\x05\x02\x08\x00.{6}[\x00\x07\x0f\x17\x1d\x24\x2a]\x01", re.DOTALL),
    re.compile(rb"\x06\x00.{8}\x02.[\x00\x07\x0f\x17\x1d\x24\x2a].{3}\xff\xff", re.DOTALL),
)
"""A BoolErr record that holds an error, and a formula whose last result is one: looked for before cells are."""
_XLS_FAULTS = (xlrd.XLRDError, CompDocError, struct.error, LookupError, ValueError, AssertionError, TypeError)
"""What xlrd raises of a file that calamine could read."""
_ROW, _FAILED_CELLS, _SHEET = 0, (3, 11), 156
"""Kinds of records: BrtRowHdr, BrtCellError and BrtFmlaError, BrtBundleSh."""
_NO_PART = b"\xff\xff\xff\xff"
"""Length of the relation of a sheet without one, which calamine does not count."""


def faults_of_xls(path: Path, names: Sequence[str]) -> dict[int, Faults]:
    """The failed cells of each sheet by its place among `names`.

    Raises:
        Unreadable: there are some, and nobody can tell where.
    """
    content = path.read_bytes()
    if not any(failed.search(_workbook_stream(content)) for failed in _XLS_FAILED):
        return {}
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), ragged_rows=True)
        return {names.index(sheet.name): _faults_of_sheet(sheet) for sheet in book.sheets() if sheet.name in names}
    except _XLS_FAULTS as error:
        raise Unreadable(
            "bảng có ô báo lỗi (#N/A, #REF!) mà không xem được là ô nào. Hãy mở bằng Excel, lưu thành .xlsx rồi nộp."
        ) from error


def faults_of_xlsb(path: Path) -> dict[int, Faults]:
    """The failed cells of each sheet by its place."""
    try:
        with zipfile.ZipFile(path) as archive:
            targets = targets_of(archive, "xl/_rels/workbook.bin.rels")
            records = _records(archive.read("xl/workbook.bin"))
            sheets = [record for kind, record in records if kind == _SHEET and record[8:12] != _NO_PART]
            parts = [target_of_sheet(targets[_relation(sheet)]) for sheet in sheets]
            return {place: _faults_of_part(archive.read(part)) for place, part in enumerate(parts)}
    except (*FAULTS_OF_ZIPS, LookupError, UnicodeDecodeError):
        return {}  # calamine is asked next, and says what is wrong with the file


def _workbook_stream(content: bytes) -> bytes:
    """The records of an Excel 97 workbook, in order; of one before Excel 5, or of a broken one, the file as it is."""
    try:
        compound = CompDoc(content, logfile=io.StringIO())
        for name in ("Workbook", "Book"):
            stream, begin, length = compound.locate_named_stream(name)
            if stream:
                return bytes(stream[begin : begin + length])
    except _XLS_FAULTS:
        pass
    return content


def _faults_of_sheet(sheet: xlrd.sheet.Sheet) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                found.setdefault(row, {})[column] = _ERRORS.get(sheet.cell_value(row, column), COUNTED_WRONG)
    return found


def _faults_of_part(part: bytes) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    row = 0
    for kind, record in _records(part):
        if kind == _ROW:
            row = int.from_bytes(record[:4], "little")
        elif kind in _FAILED_CELLS:
            found.setdefault(row, {})[int.from_bytes(record[:4], "little")] = _ERRORS.get(record[8], COUNTED_WRONG)
    return found


def _relation(sheet: bytes) -> str:
    """Which part holds a sheet: behind its state and number, as a text led by its length."""
    length = int.from_bytes(sheet[8:12], "little")
    return sheet[12 : 12 + 2 * length].decode("utf-16-le")


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record; both numbers before it give seven bits a byte, the lowest first."""
    at, end = 0, len(part)
    while at < end:
        kind, at = part[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (part[at] & 0x7F) << 7, at + 1
        size, shift = 0, 0
        while True:
            size, more, at = size | (part[at] & 0x7F) << shift, part[at] & 0x80, at + 1
            shift += 7
            if not more:
                break
        yield kind, part[at : at + size]
        at += size
