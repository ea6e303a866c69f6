"""A workbook with the parts of a known one is told before a cell is read; any difference makes it read in full."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from connectors.exports import Export, read_export
from connectors.exports.reading import read_unless_known

HEAD = ("Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Ngày tiếp nhận", "Hạn trả", "Trạng thái", "Ngày trả")


def _written(path: Path, *, rows: int = 450, last: object = "Khai sinh", sheet: str = "Sổ", note: str = "") -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({"title": note})
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, HEAD)
        for n in range(rows):
            name = last if n == rows - 1 else "Khai tử"
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
    assert read_unless_known(again, first.content, name="lai.xlsx") is None
    in_full = read_export(again)
    assert (in_full.content, in_full.rows, in_full.warnings) == (first.content, first.rows, first.warnings)
    assert in_full.sha256 != first.sha256


@pytest.mark.parametrize("other", [{"last": "Kết hôn"}, {"last": 5}, {"rows": 451}, {"sheet": "Trang 2"}])
def test_one_other_cell_row_or_sheet_is_read_in_full(first: Export, tmp_path: Path, other: dict[str, object]) -> None:
    path = _written(tmp_path / "so.xlsx", **other)  # type: ignore[arg-type]
    assert first.content is not None
    found = read_unless_known(path, first.content, name="so.xlsx")
    assert found is not None and found.content != first.content
    assert found.rows == read_export(path).rows


def test_a_name_that_says_another_time_is_read_in_full(first: Export, tmp_path: Path) -> None:
    path = _written(tmp_path / "so.xlsx")
    assert first.content is not None
    found = read_unless_known(path, first.content, name="so_2025_12_31_08_05.xlsx")
    assert found is not None and found.exported_at is not None
