"""A workbook with the parts of a known one is told before a cell is read; any difference makes it read in full."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from connectors.exports import Export, read_export
from connectors.exports.reading import SaidAgain, read_unless_known

HEAD = ("Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Ngày tiếp nhận", "Hạn trả", "Trạng thái", "Ngày trả")


def _written(
    path: Path, *, rows: int = 450, last: object = "Khai sinh", sheet: str = "Sổ", note: str = "", title: str = ""
) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({"title": note})
        page = book.add_worksheet(sheet)
        top = 2 if title else 0
        page.write(0, 0, title)
        page.write_row(top, 0, HEAD)
        for n in range(top, rows + top):
            name = last if n == rows + top - 1 else "Khai tử"
            page.write_row(
                n + 1, 0, (f"H17.57-250103-{n:06d}", "1.001193", name, "03/01/2025", "09/01/2025", "Đang xử lý", "")
            )
            page.write_datetime(n + 1, 4, datetime(2025, 1, 9))  # noqa: DTZ001 - a cell's own
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return read_export(_written(tmp_path_factory.mktemp("first") / "so.xlsx"))


def test_other_bytes_with_the_same_cells_are_known(first: Export, tmp_path: Path) -> None:
    again = _written(tmp_path / "lai.xlsx", note="kết xuất lần hai")
    assert first.content is not None
    assert read_unless_known(again, first.content, name="lai.xlsx") == SaidAgain(None, False)
    in_full = read_export(again)
    assert (in_full.content, in_full.rows, in_full.warnings) == (first.content, first.rows, first.warnings)
    assert in_full.sha256 != first.sha256


@pytest.mark.parametrize("other", [{"last": "Kết hôn"}, {"last": 5}, {"rows": 451}, {"sheet": "Trang 2"}])
def test_one_other_cell_row_or_sheet_is_read_in_full(first: Export, tmp_path: Path, other: dict[str, object]) -> None:
    path = _written(tmp_path / "so.xlsx", **other)  # type: ignore[arg-type]
    assert first.content is not None
    found = read_unless_known(path, first.content, name="so.xlsx")
    assert isinstance(found, Export) and found.content != first.content
    assert found.rows == read_export(path).rows


def test_a_name_that_says_another_time_dates_the_same_content_anew(first: Export, tmp_path: Path) -> None:
    path = _written(tmp_path / "so.xlsx")
    assert first.content is not None
    name = "so_2025_12_31_08_05.xlsx"
    found = read_unless_known(path, first.content, name=name)
    assert found == SaidAgain(read_export(path, name=name).exported_at, False)


def test_a_table_that_tells_its_time_is_not_dated_by_a_name(tmp_path: Path) -> None:
    title = "Ngày xuất: 05/01/2025 08:00"
    one, two = (_written(tmp_path / f"{n}.xlsx", title=title, note=str(n)) for n in range(2))
    export = read_export(one)
    assert export.content is not None and export.exported_at is not None
    told = read_unless_known(two, export.content, name="so_2025_12_31.xlsx")
    assert isinstance(told, SaidAgain) and told.is_dated
