"""A merged cell says its value in every row that it covers; an amount counts once; both are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.exports import read_export_here
from connectors.exports.cells.grids import HEAD_ROWS
from tests.connectors.tables import LIST_HEADER, listed, merged_down

FORMS = ["xlsx", "ods", "html", "spreadsheetml"]


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_merged_over_dossiers_is_that_of_each(form: str, tmp_path: Path) -> None:
    rows = [LIST_HEADER, *[listed(n) for n in range(1, 5)]]
    path = merged_down(tmp_path / "bang", form, rows, [(1, 3, 1), (2, 4, 3), (1, 2, 9)])
    export = read_export_here(path)
    whole = read_export_here(merged_down(tmp_path / "nguyen", form, rows, []))
    assert [row.values for row in export.rows] == [row.values for row in whole.rows]
    assert "ô gộp nhiều dòng, giá trị dùng cho mọi dòng của ô: B2:B4, D3:D5, J2:J3" in export.warnings
    assert not any("gộp" in warning for warning in whole.warnings)


@pytest.mark.parametrize("form", FORMS)
def test_a_merged_amount_counts_once(form: str, tmp_path: Path) -> None:
    header = ["STT", "Mã khoản", "Nội dung", "Loại nguồn vốn", "Kế hoạch giao (đồng)", "Đã giải ngân (đồng)"]
    rows = [header, ["1", "DA-1", "A", "Đầu tư công", "1000", "5"], ["2", "DA-2", "B", "Đầu tư công", "1000", "6"]]
    export = read_export_here(merged_down(tmp_path / "bang", form, rows, [(1, 2, 3), (1, 2, 4)]))
    assert [row.values["origin"] for row in export.rows] == ["investment", "investment"]
    assert [row.values["planned"] for row in export.rows] == [1000, None]
    assert "ô gộp nhiều dòng, số chỉ tính cho dòng đầu của ô: E2:E3" in export.warnings


def test_a_merged_cell_reaches_beyond_the_first_rows_of_a_sheet(tmp_path: Path) -> None:
    rows = [LIST_HEADER, *[listed(n) for n in range(1, HEAD_ROWS + 20)]]
    export = read_export_here(merged_down(tmp_path / "bang", "xlsx", rows, [(HEAD_ROWS - 5, HEAD_ROWS + 5, 1)]))
    assert {row.values["receiving_unit"] for row in export.rows} == {"Trung tâm Phục vụ hành chính công phường"}
