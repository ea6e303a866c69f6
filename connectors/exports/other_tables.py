"""A table that stands in a file beside the one that is read: taken out as a workbook of its own, cell for cell.

Its cells keep sheet, row and column, so that what is said of it points into the original. The same table gives the same
bytes each time.
"""

from __future__ import annotations

import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from config.export_profiles import Profile
from connectors.exports.cells.grids import Cells, Grid, Merged
from connectors.exports.formats.detecting import format_of
from connectors.exports.layouts.furniture import said
from connectors.exports.layouts.layout import Layout, layout_of
from connectors.exports.layouts.row_kinds import repeats_header
from connectors.exports.records import SheetRecords
from connectors.exports.rows import OtherTable

MOST_TABLES = (12, 3, 3, 0)
"""How many tables are taken out of a file that a person gave, out of a table taken out of it, and so on.

A file of alternating headers would otherwise become thousands of files.
"""

_MARK = "parindex: bảng tách lần "
_SAYS_TURN = re.compile(rf"<dc:description>{_MARK}(\d)</dc:description>")
_CREATED = datetime(2025, 1, 1)  # noqa: DTZ001 - what xlsxwriter takes; a fixed day gives the same bytes each time
_FORMS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm:ss.000", time: "hh:mm:ss", timedelta: "[hh]:mm:ss"}
_NO_LIMIT = 1 << 31


def turn_of(path: Path) -> int:
    """How many times a table was taken out of a file to come to this one; 0: it came from outside."""
    if format_of(path) != "xlsx":
        return 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as stream:
            found = _SAYS_TURN.search(stream.read(1 << 16).decode("utf-8", "replace"))
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, RuntimeError, zlib.error):
        return 0  # no reader of tables looks at this part: it may be missing or broken
    return min(int(found[1]), len(MOST_TABLES) - 1) if found else 0


def others_beside(place: int, sheet: str, layout: Layout) -> Iterator[OtherTable]:
    """The tables of other layouts in other columns of the same header row."""
    for profile, columns in zip(layout.beside, layout.beside_columns, strict=True):
        yield OtherTable(place, sheet, f"có bảng khác bên cạnh (mẫu {profile})", columns=columns)


def other_above(place: int, grid: Grid, layout: Layout, profiles: Sequence[Profile]) -> Iterator[OtherTable]:
    """A table that ends above the header of the one that is read."""
    above = Grid(grid.name, grid.head[: layout.header_row])
    found = layout_of(above, profiles) if layout.between is None and layout.header_row > 1 else None
    if found and any(_is_data(cells, (*found.labels, *layout.labels)) for cells in above.head[found.first :]):
        told = f"có bảng khác ở trên (mẫu {found.profile.id}, từ dòng {found.header_row + 1})"
        yield OtherTable(place, grid.name, told, last=layout.header_row)


def other_below(place: int, layout: Layout, records: SheetRecords) -> Iterator[OtherTable]:
    """The table that begins below the rows of the one that is read, with the lines between them, which may title it."""
    if records.other_table_row:
        after = records.span[1] if records.span else layout.first
        told = f"có bảng thứ hai từ dòng {records.other_table_row}"
        yield OtherTable(place, records.sheet, told, first=after, columns=layout.between)


def workbook_of(grid: Grid, table: OtherTable, path: Path, turn: int) -> None:
    """Write one table of a sheet at the addresses where it stands there; `turn` is how often it was taken out."""
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"comments": f"{_MARK}{turn}", "created": _CREATED})
        sheet = book.add_worksheet(_sheet_name(grid.name))
        sheet.xls_strmax = sheet.xls_rowmax = sheet.xls_colmax = _NO_LIMIT  # a cell is never cut or left out
        _merge(sheet, [cell for cell in grid.merged if _holds(table, cell)])
        forms = {kind: book.add_format({"num_format": form}) for kind, form in _FORMS.items()}
        cut = grid.between(*table.columns) if table.columns else grid
        for row, cells in enumerate(itertools.islice(itertools.chain(cut.head, cut.rest), table.last)):
            for column, cell in enumerate(cells if row >= table.first else ()):
                if cell not in ("", None):
                    _write(sheet, (row, column), cell, forms)


def _is_data(cells: Cells, labels: Sequence[str]) -> bool:
    filled = said(cells)
    return len(filled) > 2 and not repeats_header(filled, labels)


def _sheet_name(name: str) -> str:
    """As Excel allows it; sheets of Excel stay what they are."""
    return re.sub(r"[\[\]:*?/\\]", "-", name)[:31].strip("'") or "-"


def _holds(table: OtherTable, cell: Merged) -> bool:
    is_of_rows = cell.top >= table.first and (table.last is None or cell.bottom < table.last)
    return is_of_rows and (table.columns is None or table.columns[0] <= cell.left <= table.columns[1])


def _merge(sheet: Any, cells: Sequence[Merged]) -> None:
    for cell in cells:
        try:
            sheet.merge_range(cell.top, cell.left, cell.bottom, cell.left, "")
        except OverlappingRange:
            continue  # a broken file: the first of them counts


def _write(sheet: Any, where: tuple[int, int], cell: Any, forms: dict[type, Any]) -> None:
    """One cell as what it is; what Excel cannot hold is written as text."""
    if isinstance(cell, bool):
        sheet.write_boolean(*where, cell)
    elif isinstance(cell, int | float) and abs(cell) < float("inf"):
        sheet.write_number(*where, cell)
    elif type(cell) in forms and getattr(cell, "year", 1900) >= 1900:
        sheet.write_datetime(*where, cell, forms[type(cell)])
    else:
        sheet.write_string(*where, str(cell))


def name_of(original: str, sheet: str) -> str:
    """What a table that was taken out is called."""
    return f"{Path(original).stem} · {sheet.replace('/', '-')}.xlsx"
