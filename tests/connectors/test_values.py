"""One cell to one value: what is absurd costs its row, never the file, and its reason stays short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from connectors.exports.cells.values import BadCell, _count, number_of
from flows.arriving.importing import import_file
from tests.connectors.tables import xlsx
from tests.flows.test_summary_tables import NOW

ABSURD = ["9" * 5000, "1" * 20, 1e300, 1e19, 10**30, "1e400", -1, 1.5]


@pytest.mark.parametrize("cell", ABSURD, ids=lambda cell: str(cell)[:12])
def test_a_count_that_nobody_counted_is_a_bad_cell_with_a_short_reason(cell: Any) -> None:
    with pytest.raises(BadCell) as caught:
        _count(cell)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(("cell", "wanted"), [("1.000.000.000", 10**9), ("12 345", 12_345), (0, 0), ("", None)])
def test_a_count_that_can_be_is_read(cell: Any, wanted: int | None) -> None:
    assert _count(cell) == wanted


def test_a_number_of_thousands_of_digits_is_none() -> None:
    with pytest.raises(BadCell):
        number_of("1" * 5000)


def test_an_absurd_count_rejects_its_row_with_the_cell_and_the_others_are_imported(tmp_path: Path) -> None:
    header = ["Nhân tố", "Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng"]
    rows = [["Tiếp cận dịch vụ", 10, 20, 1, 0, 0], ["Thủ tục hành chính", "9" * 5000, 20, 1, 0, 0]]
    file = xlsx(tmp_path / "sipas.xlsx", [header, *rows])
    report = import_file(
        Settings.model_validate({"home": tmp_path / "home"}), file, profile="", dry_run=False, at=NOW, year=2025
    )
    assert (report["rows"]["read"], report["rows"]["new"], report["rows"]["rejected"]) == (2, 1, 1)
    (rejected,) = report["rejected"]
    assert rejected["cell"] == "B3" and "cần một số" in rejected["reason"]


def test_an_absurd_number_of_supplements_rejects_its_row_alone(tmp_path: Path) -> None:
    header = ["Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Hạn trả", "Số lần bổ sung"]
    rows = [[f"H17-250701-000{n}", "1.001193", "01/07/2025", "20/07/2025", count] for n, count in ((1, 1), (2, 1e19))]
    file = xlsx(tmp_path / "so.xlsx", [header, *rows])
    report = import_file(Settings.model_validate({"home": tmp_path / "home"}), file, profile="", dry_run=False, at=NOW)
    assert [(bad["cell"], bad["reason"]) for bad in report["rejected"]] == [
        ("E3", "Số lần bổ sung: số lớn quá mức có thể, thấy 1e+19")
    ]


def test_a_budget_of_billions_is_read(tmp_path: Path) -> None:
    header = ["Mã khoản", "Nội dung", "Loại nguồn vốn", "Kế hoạch giao (đồng)", "Đã giải ngân (đồng)"]
    rows = [["K1", "Đường", "Vốn đầu tư công", "15.500.000.000", 2e9], ["K2", "Cầu", "Vốn đầu tư công", "1,5 tỷ", 0]]
    home = Settings.model_validate({"home": tmp_path / "home"})
    file = xlsx(tmp_path / "ngan-sach-2025.xlsx", [header, *rows, ["", "Tổng cộng", "", 15_500_000_000, 2e9]])
    report = import_file(home, file, profile="", dry_run=False, at=NOW, year=2025)
    assert report["rows"]["new"] == 1
    assert [(bad["cell"], "ghi đủ số đồng" in bad["reason"]) for bad in report["rejected"]] == [("D3", True)]
    assert not any("tổng cộng" in warning for warning in report["warnings"])
