"""Tables of other layouts in one file: each taken out cell for cell, so that what it says points into the original."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from connectors.exports import Export, read_export_here
from connectors.exports.cells.grids import Merged, grid_of
from connectors.exports.other_tables import MOST_TABLES, turn_of, workbook_of
from connectors.exports.reading import grids_of
from connectors.exports.rows import OtherTable
from connectors.exports.taking_out import taken_out
from tests.connectors.tables import LIST_HEADER, PETITION_HEADER, code, html_named_xls, listed, xlsx

PETITION = [1, "PA-1", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""]


def below(path: Path) -> Path:
    return xlsx(path, [LIST_HEADER, listed(1), [], ["Phản ánh năm 2025"], PETITION_HEADER, PETITION])


def above(path: Path) -> Path:
    return xlsx(path, [[], PETITION_HEADER, PETITION, [], LIST_HEADER, listed(1)])


def beside(path: Path) -> Path:
    return xlsx(path, [[*LIST_HEADER, "", *PETITION_HEADER], [*listed(1), "", *PETITION]])


def in_a_page(path: Path) -> Path:
    return html_named_xls(path, [LIST_HEADER, listed(1), [""], PETITION_HEADER, PETITION])


def on_its_own_sheet(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in (("Hồ sơ", [LIST_HEADER, listed(1)]), ("Phản ánh", [[], PETITION_HEADER, PETITION])):
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    ("write", "cell"),
    [(below, "!B6"), (above, "!B3"), (beside, "!O2"), (in_a_page, "!B5"), (on_its_own_sheet, "Phản ánh!B3")],
)
def test_another_table_is_read_on_its_own_at_its_place_in_the_original(
    write: Callable[[Path], Path], cell: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "so_20260103.xlsx")
    export = read_export_here(path)
    (told,) = [warning for warning in export.warnings if "đọc riêng" in warning]
    assert [row.values["code"] for row in export.rows] == [code(1)]
    assert export.sheets[0] in told or "Phản ánh" in told
    (other,) = _others(path, export)
    (row,) = other.rows
    assert (other.profile, row.values["subject"]) == ("phan-anh-kien-nghi", "Nội dung")
    assert row.cells["code"].endswith(cell)
    assert (other.exported_at, other.warnings, other.others) == (export.exported_at, (), ())
    assert other.file.startswith("so_20260103 · ")


def test_the_same_table_is_the_same_bytes_whatever_else_the_file_says(tmp_path: Path) -> None:
    rows = [LIST_HEADER, listed(1), [], PETITION_HEADER, PETITION]
    paths = [xlsx(tmp_path / "1.xlsx", rows), xlsx(tmp_path / "2.xlsx", [LIST_HEADER, listed(2), *rows[2:]])]
    first, again, second = (taken_out(path, path.name, read_export_here(path).others) for path in (*paths[:1], *paths))
    assert first[0].content == again[0].content == second[0].content


def test_cells_of_every_kind_come_out_as_they_were(tmp_path: Path) -> None:
    said: list[Any] = [
        1.5,
        "0012",
        "=1+1",
        " a\nb ",
        True,
        datetime(2025, 7, 3, 8, 15, 59),  # noqa: DTZ001 - cells of workbooks have no zone
        date(2025, 7, 4),
        "dài" * 20_000,
    ]
    rows = [["trước"], ["", *said], ["", "x"], ["sau"]]
    grid = grid_of("Sổ", rows, merged=[Merged(1, 2, 2), Merged(0, 1, 0)])
    workbook_of(grid, OtherTable(0, "Sổ", "", first=1, last=3), tmp_path / "ra.xlsx", 1)
    (tmp_path / "tam").mkdir()
    (read,), _ = grids_of(tmp_path / "ra.xlsx", tmp_path / "tam")
    assert (read.name, read.merged) == ("Sổ", (Merged(1, 2, 2),))
    assert [_filled(row) for row in read.head] == [_filled(row) for row in ([], rows[1], rows[2])]


def test_a_table_is_found_however_far_down_it_begins(tmp_path: Path) -> None:
    rows = [LIST_HEADER, *map(listed, range(1, 1_000)), [], PETITION_HEADER, PETITION]
    path = xlsx(tmp_path / "xa.xlsx", rows)
    (other,) = _others(path, read_export_here(path))
    assert [row.cells["code"] for row in other.rows] == ["Sheet1!B1003"]


def test_every_one_of_many_tables_is_read_or_told(tmp_path: Path) -> None:
    pair = [[], LIST_HEADER, *map(listed, range(1, 40)), [], PETITION_HEADER, *[PETITION] * 40]
    exports = _all_of(xlsx(tmp_path / "nhieu.xlsx", pair * 3))
    assert sum(len(export.rows) for export in exports) == 3 * 39 + 3 * 40


def test_tables_within_tables_are_taken_out_to_a_bound_and_told_beyond_it(tmp_path: Path) -> None:
    pair = [[], LIST_HEADER, *map(listed, range(1, 70)), [], PETITION_HEADER, *[PETITION] * 70]
    exports = _all_of(xlsx(tmp_path / "nhieu.xlsx", pair * 4))
    assert len(exports) == len(MOST_TABLES)
    assert any("có bảng thứ hai từ dòng" in said and "hãy tách ra tệp riêng" in said for said in exports[-1].warnings)


def _all_of(path: Path) -> list[Export]:
    """What a file says, and every table taken out of it, and out of those."""
    export = read_export_here(path)
    found = [export]
    for number, table in enumerate(taken_out(path, path.name, export.others)):
        taken = path.with_name(f"{path.stem}-{number}.xlsx")
        taken.write_bytes(table.content)
        assert turn_of(taken) == turn_of(path) + 1
        found += _all_of(taken)
    return found


def _others(path: Path, export: Export) -> list[Export]:
    found = []
    for table in taken_out(path, export.file, export.others):
        taken = path.with_name("tach.xlsx")
        taken.write_bytes(table.content)
        found.append(read_export_here(taken, name=table.name))
    return found


def _filled(row: list[Any]) -> dict[int, Any]:
    return {place: cell for place, cell in enumerate(row) if cell not in ("", None)}
