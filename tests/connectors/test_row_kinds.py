"""No row vanishes: what is no record is furniture by its structure, or rejected with its cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.exports import Export, read_export_here
from tests.connectors.tables import DECLARED_HEADER, LIST_HEADER, PETITION_HEADER, code, listed, xlsx

TASK_HEADER = [
    "STT",
    "Mã nhiệm vụ",
    "Nội dung nhiệm vụ",
    "Nguồn giao",
    "Đơn vị thực hiện",
    "Hạn hoàn thành",
    "Tình trạng",
]
BUDGET_HEADER = ["STT", "Mã khoản", "Nội dung", "Loại nguồn vốn", "Kế hoạch giao (đồng)", "Đã giải ngân (đồng)"]
SIPAS_HEADER = ["STT", "Nhân tố", "RHL", "HL", "BT", "KHL", "RKHL", "Nguồn"]


def read(tmp_path: Path, *rows: list[Any]) -> Export:
    return read_export_here(xlsx(tmp_path / "bang.xlsx", rows))


def task(number: int, name: str) -> list[Any]:
    return [number, f"NV{number}", name, "Kế hoạch CCHC", "VP", "31/12/2025", "Đang làm"]


def money(number: int, name: str, planned: int, spent: int) -> list[Any]:
    return [number, f"DA-{number}", name, "Đầu tư công", planned, spent]


def told(export: Export) -> list[tuple[str, str]]:
    return [(bad.cell, bad.reason) for bad in export.rejected]


def test_tasks_whose_names_begin_like_a_total_are_kept(tmp_path: Path) -> None:
    names = ["Tổng hợp, báo cáo CCHC", "Cộng đồng số phường", "Tổng số hóa hồ sơ"]
    export = read(tmp_path, TASK_HEADER, *[task(n, name) for n, name in enumerate(names, start=1)])
    assert [row.values["name"] for row in export.rows] == names
    assert (export.rejected, export.declared_total) == ((), None)


def test_a_budget_line_named_like_a_total_is_kept_and_the_total_row_sums_its_columns(tmp_path: Path) -> None:
    rows = [money(1, "Tổng kinh phí đường A", 1000, 400), money(2, "Đường B", 500, 500)]
    export = read(tmp_path, BUDGET_HEADER, *rows, ["", "", "Tổng cộng", "", 1500, 900])
    assert [row.values["planned"] for row in export.rows] == [1000, 500]
    assert (export.declared_total, export.agree, export.rejected) == (None, None, ())
    assert not any("tổng cộng" in warning for warning in export.warnings)


def test_a_total_that_its_column_does_not_add_up_to_is_told(tmp_path: Path) -> None:
    export = read(tmp_path, BUDGET_HEADER, money(1, "Đường A", 1000, 400), ["", "", "Tổng cộng", "", 1500, 400])
    (sentence,) = [warning for warning in export.warnings if "tổng cộng" in warning]
    assert sentence == 'dòng tổng cộng 3, cột "Kế hoạch giao (đồng)": ghi 1500, cộng các dòng đọc được 1000'


def test_totals_above_what_they_add_up_are_totals_too(tmp_path: Path) -> None:
    whole, block = ["", "", "Tổng số", "", 1510, 902], ["", "", "Cộng vốn đường", "", 1500, 900]
    rows = [whole, block, money(1, "Đường A", 1000, 400), money(2, "Đường B", 500, 500)]
    cau = [["", "", "Cộng vốn cầu", "", 10, 2], money(3, "Cầu", 10, 2)]
    export = read(tmp_path, BUDGET_HEADER, *rows, *cau)
    assert (len(export.rows), export.rejected) == (3, ())
    assert not any("tổng cộng" in warning for warning in export.warnings)


def test_a_row_that_seems_a_total_and_does_not_add_up_is_rejected_with_its_cell(tmp_path: Path) -> None:
    rows = [money(1, "Đường A", 1000, 400), ["", "", "Cộng mục đường", "", 1000, 400], money(2, "Cầu", 7, 0)]
    lost = ["", "", "Tổng kinh phí cầu C", "", 800, 100]
    export = read(tmp_path, BUDGET_HEADER, *rows, lost)
    assert len(export.rows) == 2
    ((cell, reason),) = told(export)
    assert cell == "C5"
    assert "Tổng kinh phí cầu C" in reason


@pytest.mark.parametrize(
    ("row", "cell", "reason"),
    [
        ([2, "Phòng Văn hóa"], "E3", 'thiếu "Mã hồ sơ"'),
        (["", "", "", "", "", "", "", "Trần Văn Thử"], "H3", "không rõ là dòng gì"),
        (["", "", "", "", "", "", "", "", "", "03/07/2025"], "E3", 'thiếu "Mã hồ sơ"'),
        (["", "", "", "", "", "", "", "", "", "", 7], "K3", "không khớp tổng"),
    ],
)
def test_a_sparse_row_between_dossiers_is_rejected_and_never_lost(
    row: list[Any], cell: str, reason: str, tmp_path: Path
) -> None:
    export = read(tmp_path, LIST_HEADER, listed(1), row, listed(3))
    assert [row.values["code"] for row in export.rows] == [code(1), code(3)]
    ((where, why),) = told(export)
    assert (where, export.counted) == (cell, 3)
    assert reason in why


@pytest.mark.parametrize("row", [[2, "", "", "", "HS-7"], ["", "", "", "", "HS 7/2025"]])
def test_a_dossier_that_says_little_more_than_an_odd_code_is_kept_and_told(row: list[Any], tmp_path: Path) -> None:
    export = read(tmp_path, LIST_HEADER, listed(1), row, listed(3))
    assert (len(export.rows), export.rejected) == (3, ())
    assert any("không đúng dạng thường gặp" in warning for warning in export.warnings)


def test_a_petition_with_a_number_and_a_code_alone_is_a_petition(tmp_path: Path) -> None:
    full = [1, "PA-1", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""]
    export = read(tmp_path, PETITION_HEADER, full, [2, "PA-2"])
    assert len(export.rows) + len(export.rejected) == 2


def test_a_procedure_of_which_the_list_says_its_code_alone_is_read_as_one(tmp_path: Path) -> None:
    header = ["Mã TTHC", "Tên thủ tục hành chính", "Phải công khai", "Đã công khai trên Cổng"]
    export = read(tmp_path, header, ["1.001193", "Khai sinh", "Có", "Có"], ["1.001194"])
    assert [row.values["code"] for row in export.rows] == ["1.001193", "1.001194"]


def test_answers_that_happen_to_count_upwards_are_no_numbering_row(tmp_path: Path) -> None:
    rows = [[1, "Tiếp cận dịch vụ", 2, 3, 4, 5, 6, "Phiếu"], [2, "Kết quả", 3, 4, 5, 6, 7, ""]]
    export = read(tmp_path, ["PHIẾU SIPAS NĂM 2025"], SIPAS_HEADER, *rows)
    assert [row.values["very_satisfied"] for row in export.rows] == [2, 3]


def test_numbering_with_formulas_and_repeated_titles_are_furniture(tmp_path: Path) -> None:
    title = ["UBND PHƯỜNG MẪU", "", "", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    numbering = ["A", "B", "(1)", "(2)", "(3)=(1)+(2)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)"]
    page = [title, LIST_HEADER, numbering]
    export = read(tmp_path, *page, listed(1), ["", "", "", "Trang 1/2"], *page, listed(2))
    assert (len(export.rows), export.rejected) == (2, ())


def test_row_numbers_typed_ahead_and_three_signatures_are_furniture(tmp_path: Path) -> None:
    empty = [[2], [3]]
    signed = [["", "NGƯỜI LẬP", "", "KẾ TOÁN", "", "CHỦ TỊCH"], ["", "Lê A", "", "Trần B", "", "Phạm C"]]
    export = read(tmp_path, TASK_HEADER, task(1, "Việc"), *empty, [], *signed)
    assert (len(export.rows), export.rejected) == (1, ())


def test_a_declared_row_without_its_key_is_rejected_even_where_it_speaks_of_totals(tmp_path: Path) -> None:
    export = read(tmp_path, DECLARED_HEADER, [1, "", "", "Tổng số", 46, "VP", "", "", "", "", ""])
    assert [bad.cell for bad in export.rejected] == ["B2"]


def test_more_spent_or_trained_than_planned_is_told_with_its_cell(tmp_path: Path) -> None:
    export = read(tmp_path, BUDGET_HEADER, money(1, "Đường A", 1000, 1001), money(2, "Đường B", 5, 5))
    assert "Sheet1!F2: đã giải ngân 1001 nhiều hơn kế hoạch giao 1000" in export.warnings
    header = ["Mã cán bộ", "Chức vụ", "Bố trí đúng vị trí việc làm", "Đạt chuẩn"]
    header += ["Số lượt bồi dưỡng theo kế hoạch", "Số lượt bồi dưỡng đã hoàn thành"]
    staff = read(tmp_path, header, ["CC1", "Chuyên viên", "Có", "Có", 1, 3], ["CC2", "Chuyên viên", "Có", "Có", "", 3])
    assert [warning for warning in staff.warnings if "bồi dưỡng" in warning] == [
        "Sheet1!F2: đã hoàn thành 3 lượt bồi dưỡng, nhiều hơn kế hoạch 1"
    ]
    assert len(export.rows) == len(staff.rows) == 2


def test_a_task_done_and_a_document_issued_after_the_export_are_told(tmp_path: Path) -> None:
    written = ["Thời điểm xuất: 01/07/2025 08:00"]
    done = [*TASK_HEADER[:6], "Ngày hoàn thành", "Tình trạng"]
    export = read(tmp_path, written, done, [*task(1, "Việc")[:6], "02/07/2025", "Xong"])
    assert "ngày sau ngày xuất tệp: Sheet1!G3 (02/07/2025)" in export.warnings
    document = ["Số, ký hiệu văn bản", "Ngày tháng văn bản", "Tên loại và trích yếu nội dung văn bản"]
    export = read(tmp_path, written, document, ["12/QĐ-UBND", "02/07/2025", "Quyết định"])
    assert "ngày sau ngày xuất tệp: Sheet1!B3 (02/07/2025)" in export.warnings
