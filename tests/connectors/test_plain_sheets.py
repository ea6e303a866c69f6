"""The quick way through an xlsx gives the cells that calamine gives, or says that it does not know what it sees."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.exports import read_export_here
from connectors.exports.cells.grids import Cells
from connectors.exports.formats.plain_xml import NotPlain
from connectors.exports.formats.workbooks import grids_of_plain_workbook, grids_of_workbook
from tests.connectors.tables import DETAIL_HEADER, detailed, merged_down, xlsx

Rows = Sequence[Sequence[Any]]


def inline(path: Path, rows: Rows) -> None:
    """As software writes a large export: row by row, texts inside their cells."""
    _written(path, rows, {"constant_memory": True})


def shared(path: Path, rows: Rows) -> None:
    """As Excel writes: texts in a table of their own."""
    _written(path, rows, {})


def _written(path: Path, rows: Rows, options: dict[str, Any]) -> None:
    with xlsxwriter.Workbook(str(path), options | {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page, banded = book.add_worksheet("Sổ & trang"), book.add_format({"bg_color": "#DDDDDD"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell, banded if number % 2 else None)


def by_openpyxl(path: Path, rows: Rows) -> None:
    """As Python scripts write."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    book.save(path)


cells = st.one_of(
    st.just(""),
    st.text(st.sampled_from("aộ &<>\"'x_0Dđ\n/.-"), max_size=8),
    st.sampled_from(["H17.57-250703-0001", "03/07/2025 08:15:00", "  lề  ", "_x000D_", "a\u00a0", "&amp;"]),
    st.integers(-5, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(cells, max_size=5), max_size=12),
    write=st.sampled_from([inline, shared, by_openpyxl]),
)
def test_both_ways_give_the_same_cells(rows: Rows, write: Callable[[Path, Rows], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "so.xlsx"
        write(path, rows)
        plain = plain_rows(path)
        assert plain is None or (without_margins(plain), types(plain)) == (
            without_margins(slow_rows(path)),
            types(slow_rows(path)),
        )


@pytest.mark.parametrize("write", [inline, shared, by_openpyxl])
def test_the_registers_of_all_programs_go_the_quick_way(tmp_path: Path, write: Callable[[Path, Rows], None]) -> None:
    path, open_row = tmp_path / "so.xlsx", detailed(3, **{"Ngày trả": "", "Số ký hiệu kết quả": "", "Tệp kết quả": ""})
    write(path, [*DETAIL_HEADER, detailed(1), detailed(2), open_row, *(detailed(n) for n in range(4, 900))])

    rows = plain_rows(path)

    assert rows == slow_rows(path)
    assert len(rows or ()) == 901


@pytest.mark.parametrize(
    ("what", "cell"),
    [
        ("a formula", '<c r="A1"><f>1+1</f><v>2</v></c>'),
        ("rich text", '<c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c>'),
        ("a text to trim", '<c r="A1" t="inlineStr"><is><t> a</t></is></c>'),
        ("an escape", '<c r="A1" t="inlineStr"><is><t>a_x000D_</t></is></c>'),
        ("an unknown entity", '<c r="A1" t="inlineStr"><is><t>&own;</t></is></c>'),
        ("an error", '<c r="A1" t="e"><v>#N/A</v></c>'),
        ("a number that is none", '<c r="A1"><v>1_000</v></c>'),
        ("a text that is not there", '<c r="A1" t="s"><v>7</v></c>'),
        ("a style that is not there", '<c r="A1" s="9"><v>45000</v></c>'),
        ("another row's cell", '<c r="A9"><v>1</v></c>'),
        ("cells out of order", '<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>'),
        ("a comment", "<!-- a --><c r='A1'><v>1</v></c>"),
        ("a row that comes again", '<c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c>'),
    ],
)
def test_what_is_not_plain_is_left_to_calamine(tmp_path: Path, what: str, cell: str) -> None:
    path = tmp_path / "so.xlsx"
    shared(path, [["X"], ["Y"]])
    replaced(path, "xl/worksheets/sheet1.xml", '<c r="A1" t="s"><v>0</v></c>', cell)

    assert plain_rows(path) is None, what


def test_a_prefixed_or_declared_workbook_is_left_to_calamine(tmp_path: Path) -> None:
    for part, old, new in (
        ("xl/workbook.xml", "<sheets>", "<sheets><!-- a -->"),
        ("xl/worksheets/sheet1.xml", "<sheetData>", "<x:sheetData>"),
        ("xl/worksheets/sheet1.xml", "<worksheet ", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet '),
        ("xl/worksheets/sheet1.xml", "</sheetData>", "</sheetData><!-- a -->"),
        ("xl/workbook.xml", 'sheetId="1"', 'sheetId="1" state="hidden"'),
    ):
        path = tmp_path / "so.xlsx"
        shared(path, [["X"]])
        replaced(path, part, old, new)

        assert plain_rows(path) is None, new


def test_dates_that_excel_keeps_are_read_by_calamine_after_the_quick_way_gave_up(tmp_path: Path) -> None:
    received = datetime(2025, 7, 3, 8, 15)  # noqa: DTZ001 - a cell's own
    rows = [*DETAIL_HEADER, *(detailed(n) for n in range(1, 3000)), detailed(3000, **{"Ngày tiếp nhận": received})]
    path = xlsx(tmp_path / "so.xlsx", rows)

    found = read_export_here(path).rows

    assert len(found) == 3000
    assert found[2999].values["received_at"] == found[0].values["received_at"]


def test_merged_cells_below_the_header_are_read_by_calamine(tmp_path: Path) -> None:
    rows = [*DETAIL_HEADER, *(detailed(n) for n in range(1, 4))]
    office = next(n for n, label in enumerate(DETAIL_HEADER[0]) if label == "Đơn vị giải quyết")
    path = merged_down(tmp_path / "so.xlsx", "xlsx", rows, [(0, 1, 1), (2, 4, office)])

    assert {row.values["resolving_unit"] for row in read_export_here(path).rows} == {"Phòng Văn hóa - Xã hội"}


def replaced(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old.encode(), new.encode(), 1) if name == part else content)


def plain_rows(path: Path) -> list[Cells] | None:
    try:
        (grid,), _ = grids_of_plain_workbook(path)
        return [*grid.head, *grid.rest]
    except NotPlain:
        return None


def slow_rows(path: Path) -> list[Cells]:
    with tempfile.TemporaryDirectory() as scratch:
        (grid,), _ = grids_of_workbook(path, "xlsx", Path(scratch))
        return [*grid.head, *grid.rest]


def without_margins(rows: list[Cells]) -> list[Cells]:
    """Empty cells at the end of rows, and empty rows at the end of the sheet, say nothing."""
    rows = [row[: max((n for n, cell in enumerate(row, 1) if cell != ""), default=0)] for row in rows]
    return rows[: max((n for n, row in enumerate(rows, 1) if row), default=0)]


def types(rows: list[Cells]) -> list[list[type]]:
    return [list(map(type, row)) for row in without_margins(rows)]
