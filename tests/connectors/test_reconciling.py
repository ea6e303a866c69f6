"""Form II.06a is read, and every sum that does not add up is named."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import UnknownLayout
from connectors.exports import read_export_here
from connectors.exports.cells.grids import Grid
from connectors.exports.layouts.furniture import reporting_period_in
from connectors.exports.reading import grids_of
from connectors.exports.reconciling import (
    against_rows,
    broken_identities,
    fields_against_rows,
    form_lines,
    read_form,
)
from tests.connectors.tables import xlsx

NUMBERING = [f"({n})" for n in range(1, 14)]
GOOD = ["1", "Hộ tịch", 100, 60, 30, 10, 90, 50, 38, 2, 10, 9, 1]


def form(path: Path, *lines: list[object]) -> Path:
    header: list[object] = ["TT", "Lĩnh vực, công việc giải quyết theo cấp", "Tiếp nhận"]
    return xlsx(path, [["Biểu số II.06a/VPCP/KSTT"], header, NUMBERING, *lines, ["", "NGƯỜI LẬP BIỂU"]])


def first_grid(path: Path) -> Grid:
    with tempfile.TemporaryDirectory() as scratch:
        return grids_of(path, Path(scratch))[0][0]


def test_a_form_that_adds_up_gives_no_complaint(tmp_path: Path) -> None:
    total = ["", "TỔNG CỘNG", "1.100", "600", "300", "200", "1.000", "500", "480", "20", "100", "90", "10"]
    lines = list(form_lines(first_grid(form(tmp_path / "a.xlsx", GOOD, total))))
    assert [(line.row, line.name, line.counts[3]) for line in lines] == [(4, "1 Hộ tịch", 100), (5, "TỔNG CỘNG", 1100)]
    assert broken_identities(lines) == ()


def test_each_broken_sum_is_named_with_both_numbers(tmp_path: Path) -> None:
    bad = [*GOOD[:7], 49, *GOOD[8:]]
    lines = list(form_lines(first_grid(form(tmp_path / "a.xlsx", bad))))
    (complaint,) = broken_identities(lines)
    assert (complaint.row, complaint.said, complaint.counted) == (4, 90, 89)
    assert complaint.where == "1 Hộ tịch: cột (7) = (8) + (9) + (10)"


def test_a_form_is_held_against_the_rows(tmp_path: Path) -> None:
    (line,) = form_lines(first_grid(form(tmp_path / "a.xlsx", GOOD)))
    assert against_rows(line, {7: 90, 10: 2}) == ()
    (complaint,) = against_rows(line, {7: 90, 10: 5})
    assert (complaint.row, complaint.said, complaint.counted, complaint.where) == (None, 2, 5, "cột (10) quá hạn")


def test_a_form_is_read_whole_in_the_child(tmp_path: Path) -> None:
    total = ["", "TỔNG CỘNG", 100, 60, 30, 10, 90, 50, 38, 1, 10, 9, 1]
    found = read_form(form(tmp_path / "a.xls", GOOD, total))
    assert found.total is not None
    assert (found.name, len(found.lines), found.total.row) == ("Biểu II.06a", 2, 5)
    assert [complaint.row for complaint in found.broken] == [5]
    with pytest.raises(UnknownLayout, match=r"II\.06a"):
        read_form(xlsx(tmp_path / "b.xlsx", [["a", "b"], [1, 2]]))


@pytest.mark.parametrize("shift", [0, 1])
def test_a_numbering_row_with_its_formulas_is_understood_wherever_it_stands(shift: int, tmp_path: Path) -> None:
    formulas = {3: "(3)=(4)+(5)+(6)", 7: "(7)=(8)+(9)+(10)", 11: "(11)=(12)+(13)"}
    numbering = ["(1)", "(2)", *[formulas.get(n, f"({n})") for n in range(3, 14)]]
    rows: list[list[object]] = [["Biểu số II.06a/VPCP/KSTT"], numbering, GOOD]
    found = read_form(xlsx(tmp_path / "a.xlsx", [[""] * shift + row for row in rows]))
    assert [(line.field, line.counts[3], line.counts[13]) for line in found.lines] == [("Hộ tịch", 100, 1)]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Kỳ báo cáo: Quý III năm 2025", ((2025, 7, 1), (2025, 9, 30))),
        ("QUÝ IV/2025", ((2025, 10, 1), (2025, 12, 31))),
        ("Quý 1 năm 2024", ((2024, 1, 1), (2024, 3, 31))),
        ("6 tháng đầu năm 2025", ((2025, 1, 1), (2025, 6, 30))),
        ("6 tháng cuối năm 2025", ((2025, 7, 1), (2025, 12, 31))),
        ("Tháng 02 năm 2024", ((2024, 2, 1), (2024, 2, 29))),
        ("Năm 2025", ((2025, 1, 1), (2025, 12, 31))),
        ("Hội An, ngày 05 tháng 10 năm 2025", None),
        ("Ban hành kèm theo Thông tư số 03/2025/TT-VPCP năm 2025", None),
        ("Từ ngày 15/06/2025 đến ngày 14/09/2025 (Quý III/2025)", ((2025, 6, 15), (2025, 9, 14))),
    ],
)
def test_the_period_of_a_title_in_words(title: str, wanted: Any) -> None:
    days = reporting_period_in(["Hội An, ngày 01 tháng 12 năm 2030", title])
    assert days == (None if wanted is None else tuple(date(*day) for day in wanted))


def test_lines_of_fields_are_held_against_the_rows_where_names_agree(tmp_path: Path) -> None:
    land = ["2", "Đất đai", *GOOD[2:]]
    found = read_form(form(tmp_path / "a.xlsx", GOOD, land))
    counted = {"hộ tịch": {7: 90, 10: 2}, "Đất đai": {7: 91}, "Khác": {7: 5}}
    (complaint,) = fields_against_rows(found, counted)
    assert (complaint.where, complaint.said, complaint.counted) == (
        'dòng "Đất đai", cột (7) đã giải quyết, tổng số',
        90,
        91,
    )


PROGRESS = [
    ["STT", "Đơn vị", "Tiếp nhận", "", "", "", "", "Đã xử lý", "", "", "", "Đang xử lý", "", ""],
    [
        *(
            "",
            "",
            "Tổng số",
            "Kỳ trước chuyển sang",
            "Trong kỳ",
            "",
            "",
            "Tổng số",
            "Trước hạn",
            "Trong hạn",
            "Quá hạn",
        ),
        *("Tổng số", "Trong hạn", "Quá hạn"),
    ],
    ["", "", "", "", "Trực tuyến", "Trực tiếp", "BCCI", "", "", "", "", "", "", ""],
]


def test_the_table_of_progress_is_held_against_the_rows_like_the_form(tmp_path: Path) -> None:
    lines = [[1, "Phòng A", 100, 10, 60, 25, 5, 90, 50, 38, 2, 10, 9, 1]]
    total = ["", "Tổng cộng", 100, 10, 60, 25, 5, 90, 50, 38, 2, 10, 9, 1]
    title = ["BÁO CÁO TIẾN ĐỘ TỪ NGÀY 01/07/2025 ĐẾN NGÀY 30/09/2025"]
    found = read_form(xlsx(tmp_path / "a.xlsx", [title, *PROGRESS, *lines, total]))
    assert (found.name, found.broken) == ('Bảng "Tiến độ giải quyết hồ sơ"', ())
    assert found.period == (date(2025, 7, 1), date(2025, 9, 30))
    assert found.total is not None
    assert found.total.counts == dict(zip(range(3, 14), [100, 60, 30, 10, 90, 50, 38, 2, 10, 9, 1], strict=True))


DIGITISED: list[list[object]] = [
    [
        *("STT", "Đơn vị", "Tiếp nhận", "Số hóa hồ sơ TTHC khi tiếp nhận", "", "", "", "Đã giải quyết"),
        *("Số hóa kết quả giải quyết", ""),
    ],
    [
        *("", "", "", "Chưa số hóa TPHS", "Có số hóa TPHS", "Có tái sử dụng thành phần"),
        *("Có tái sử dụng thành phần từ cổng DVC quốc gia", "", "Chưa số hóa", "Đã số hóa"),
    ],
]
PAID: list[list[object]] = [
    [
        *("STT", "Tên đơn vị", "Hồ sơ thu phí", "Thanh toán", "", "Tỷ lệ thanh toán trực tuyến"),
        *("Phí (VNĐ)", "Lệ phí (VNĐ)", "Tổng số (VNĐ)"),
    ],
    ["", "", "", "Trực tiếp", "Trực tuyến", "", "", "", ""],
]


def test_the_table_of_digitisation_is_read_by_its_labels_and_held_against_itself(tmp_path: Path) -> None:
    lines = [[1, "Phòng A", 100, 40, 60, 20, 5, 90, 30, 59], ["", "Tổng cộng", 100, 40, 60, 20, 5, 90, 30, 60]]
    found = read_form(xlsx(tmp_path / "a.xlsx", [["Từ ngày 01/07/2025 đến ngày 30/09/2025"], *DIGITISED, *lines]))
    assert found.total is not None
    assert found.total.counts == {1: 100, 2: 40, 3: 60, 4: 20, 5: 90, 6: 30, 7: 60}
    (broken,) = found.broken
    assert (broken.where, broken.said, broken.counted) == (
        '1 Phòng A: cột "Đã giải quyết" = "Chưa số hóa" + "Đã số hóa"',
        90,
        89,
    )
    (unlike,) = against_rows(found.total, {3: 61}, titles=found.titles)
    assert (unlike.where, unlike.said, unlike.counted) == ('cột "Có số hóa TPHS"', 60, 61)


def test_the_table_of_payment_is_read_by_its_labels_and_held_against_itself(tmp_path: Path) -> None:
    lines = [[1, "Phòng A", 50, 10, 40, "80%", "1.000.000", "200.000", "1.300.000"]]
    found = read_form(xlsx(tmp_path / "a.xlsx", [*PAID, *lines]))
    assert [line.counts for line in found.lines] == [{1: 50, 2: 10, 3: 40, 4: 1_000_000, 5: 200_000, 6: 1_300_000}]
    assert [broken.counted for broken in found.broken] == [1_200_000]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ([PROGRESS[0], PROGRESS[1]], "Tiến độ giải quyết hồ sơ"),
        (
            [
                ["STT", "Đơn vị", "Tiếp nhận", "Số hóa hồ sơ TTHC khi tiếp nhận", "", "", "", "Đã giải quyết"],
                ["", "", "", "Chưa số hóa TPHS", "Có số hóa TPHS", "Có tái sử dụng thành phần", "x"],
            ],
            "Số hóa hồ sơ theo Quyết định 766",
        ),
        (
            [["STT", "Tên đơn vị", "Hồ sơ thu phí", "Tỷ lệ thanh toán trực tuyến", "Phí (VNĐ)", "Lệ phí (VNĐ)"]],
            "Thanh toán phí, lệ phí",
        ),
        (
            [["Chỉ số", "Tên chỉ số", "Điểm chuẩn", "Điểm tự chấm", "Điểm thẩm định", "Ghi chú"]],
            "Bảng đánh giá việc giải quyết thủ tục hành chính",
        ),
    ],
)
def test_a_summary_table_is_called_by_its_name_and_never_taken_for_dossiers(
    header: list[list[object]], name: str, tmp_path: Path
) -> None:
    path = xlsx(tmp_path / "tong-hop.xlsx", [["BÁO CÁO"], *header, [1, "Phòng A", 5, 4, 3, 2, 1, 0]])
    with pytest.raises(
        UnknownLayout, match=f'tong-hop.xlsx: đây là bảng tổng hợp "{name}", không phải danh sách hồ sơ'
    ):
        read_export_here(path)
