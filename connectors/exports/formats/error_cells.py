"""Cells whose formula failed, or has no value yet: calamine gives them as empty, which they are not.

"#N/A" under a due date would make a dossier that has none, and so one that is on time.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from connectors.exports.cells.grids import Cells
from connectors.exports.cells.text import UNCOUNTED

_PART = 1 << 20
_LONGEST_CELL = 4_096
"""Bytes; formulas that are longer and lie on the border of two pieces are not looked at."""
_FAILED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]*\bt="e"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)?<v>([^<>]*)</v>'
)
_UNCOUNTED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?![^<>]*\bt="str")[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)(?:<v></v>|<v/>)?</c>'
)

FAULTS_OF_ZIPS = (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, RuntimeError, etree.XMLSyntaxError)
"""What a broken zip, or a part of it, raises."""

Faults = Mapping[int, Mapping[int, str]]
"""Row (from 0) -> column (from 0) -> what stands there."""


def faults_by_sheet(path: Path) -> dict[int, Faults]:
    """The failed cells of each sheet of an xlsx by its place; workbooks of another build have none."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = list(_parts_of_sheets(archive))
            return {place: found for place, part in enumerate(parts) if (found := _faults_of(archive, part))}
    except FAULTS_OF_ZIPS:
        return {}  # calamine is asked next, and says what is wrong with the file


def with_faults(rows: Iterator[Cells], faults: Faults) -> Iterator[Cells]:
    """The rows of a sheet from row 1 on, with what stands in its failed cells."""
    for number, row in enumerate(rows):
        for column, text in faults.get(number, {}).items():
            row.extend([""] * (column + 1 - len(row)))
            row[column] = text
        yield row


def targets_of(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Where the relations of a workbook lead, by their ids."""
    return {str(it.get("Id")): str(it.get("Target")) for it in _elements(archive, part)}


def target_of_sheet(target: str) -> str:
    """The name in the zip of what a relation of the workbook names."""
    return target[1:] if target[:1] == "/" else posixpath.normpath(f"xl/{target}")


def _parts_of_sheets(archive: zipfile.ZipFile) -> Iterator[str]:
    targets = targets_of(archive, "xl/_rels/workbook.xml.rels")
    for element in _elements(archive, "xl/workbook.xml"):
        if etree.QName(element).localname == "sheet":
            yield target_of_sheet(targets[next(v for name, v in element.attrib.items() if name.endswith("}id"))])


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(part), parser=parser).iter("{*}*")


def _faults_of(archive: zipfile.ZipFile, part: str) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    with archive.open(part) as stream:
        tail = b""
        while piece := stream.read(_PART):
            text = tail + piece
            for letters, row, error in _FAILED.findall(text) if b't="e"' in text else ():
                found.setdefault(int(row) - 1, {})[_column(letters)] = error.decode("utf-8", "replace")
            for letters, row in _UNCOUNTED.findall(text) if b"<f" in text else ():
                found.setdefault(int(row) - 1, {})[_column(letters)] = UNCOUNTED
            tail = text[-_LONGEST_CELL:]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
