"""Excel 97-2003 workbooks written by hand: one BIFF8 stream in a compound file, as [MS-CFB] and [MS-XLS] say."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ERRORS = {"#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "Sheet1", formulas: bool = False) -> Path:
    """A workbook of one sheet: texts, numbers, and errors ("#N/A"), which are results of formulas if told so."""
    path.write_bytes(_compound("Workbook", _workbook(sheet, rows, formulas)))
    return path


def encrypted(path: Path) -> Path:
    """What Excel writes when a workbook gets a password: a compound file that holds an encrypted package."""
    path.write_bytes(_compound("EncryptedPackage", bytes(5000)))
    return path


def locked(path: Path) -> Path:
    """A workbook with a password as Excel 97 to 2003 keeps it: FILEPASS behind the beginning, the rest scrambled."""
    beginning = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    filepass = _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(range(48)))
    path.write_bytes(_compound("Workbook", beginning + filepass + bytes(range(256)) * 20))
    return path


def _workbook(sheet: str, rows: Sequence[Sequence[Any]], formulas: bool) -> bytes:
    beginning = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    beginning += _record(0x0042, struct.pack("<H", 1200))
    name = sheet.encode("utf-16-le")
    entry = struct.pack("<BB", len(sheet), 1) + name
    offset = len(beginning) + 4 + 6 + len(entry) + 4
    directory = _record(0x0085, struct.pack("<IBB", offset, 0, 0) + entry) + _record(0x000A, b"")
    page = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    width = max((len(row) for row in rows), default=0)
    page += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    page += b"".join(_cell(r, c, cell, formulas) for r, row in enumerate(rows) for c, cell in enumerate(row))
    return beginning + directory + page + _record(0x000A, b"")


def _cell(row: int, column: int, cell: Any, formulas: bool) -> bytes:
    if cell in ("", None):
        return b""
    if isinstance(cell, int | float):
        return _record(0x0203, struct.pack("<HHHd", row, column, 0, float(cell)))
    if cell in ERRORS and formulas:
        result = bytes([2, 0, ERRORS[cell], 0, 0, 0, 0xFF, 0xFF])
        return _record(
            0x0006, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 2) + b"\x1c\x2a"
        )
    if cell in ERRORS:
        return _record(0x0205, struct.pack("<HHHBB", row, column, 0, ERRORS[cell], 1))
    text = str(cell)
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(name: str, stream: bytes) -> bytes:
    """A version 3 compound file with one stream of at least 4096 bytes (shorter ones would need the mini stream)."""
    stream = stream.ljust(4096, b"\x00")
    sectors = -(-len(stream) // _SECTOR)
    fat_sectors = -(-(sectors + 1) // (_SECTOR // 4 - 1))
    chain = [_FAT] * fat_sectors + [_END] + [*range(fat_sectors + 2, fat_sectors + 1 + sectors), _END]
    chain += [_FREE] * (fat_sectors * _SECTOR // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors, fat_sectors, 0, 4096, _END, 0, _END, 0
    )
    header += struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, fat_sectors + 1, len(stream))
    directory += _entry("", 0, _FREE, 0, 0) * 2
    body = struct.pack(f"<{len(chain)}I", *chain) + directory + stream
    return header + body + bytes(-len(body) % _SECTOR)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\x00").encode("utf-16-le") if name else b""
    text = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded), kind, 1)
    return text + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
