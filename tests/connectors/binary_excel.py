"""Excel binary workbooks (.xlsb) written by hand: records in a zip, as [MS-XLSB] says."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.connectors.old_excel import ERRORS

_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)


def xlsb(path: Path, rows: Sequence[Sequence[Any]], *, formulas: bool = False) -> Path:
    """A workbook of one sheet: texts, numbers, and errors ("#N/A"), which are results of formulas if told so."""
    book = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("Sheet1"))
    cells = b"".join(
        _record(0, struct.pack("<IIHB", number, 0, 0, 0))
        + b"".join(_cell(c, cell, formulas) for c, cell in enumerate(row))
        for number, row in enumerate(rows)
    )
    size = struct.pack("<IIII", 0, len(rows), 0, max(map(len, rows)))
    sheet = _record(129, b"") + _record(148, size) + _record(145, b"") + cells + _record(146, b"") + _record(130, b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS.format(kind=f"{_OFFICE}/officeDocument", target="xl/workbook.bin"))
        relations = _RELATIONS.format(kind=f"{_OFFICE}/worksheet", target="worksheets/sheet1.bin")
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr(
            "xl/workbook.bin", _record(131, b"") + _record(143, b"") + book + _record(144, b"") + _record(157, b"")
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _cell(column: int, cell: Any, formulas: bool) -> bytes:
    place = struct.pack("<II", column, 0)
    if cell in ("", None):
        return b""
    if isinstance(cell, int | float):
        return _record(5, place + struct.pack("<d", cell))
    if cell not in ERRORS:
        return _record(6, place + _text(str(cell)))
    failed = place + bytes([ERRORS[cell]])
    return _record(11, failed + struct.pack("<HII", 0, 0, 0)) if formulas else _record(3, failed)


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    return head + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + content
