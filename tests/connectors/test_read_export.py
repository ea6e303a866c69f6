"""Every layout in every format, and the furniture around the rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from connectors.errors import UnknownLayout, Unreadable
from connectors.exports import Export, read_export, read_export_here
from connectors.exports.cells.dates import VIETNAM
from connectors.exports.whole_file import unlike_the_last
from tests.connectors.tables import (
    DECLARED_HEADER,
    DETAIL_HEADER,
    LIST_HEADER,
    PETITION_HEADER,
    SURVEY_HEADER,
    WRITERS,
    code,
    detailed,
    listed,
    xlsx,
)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=VIETNAM)


def read(tmp_path: Path, rows: list[list[object]]) -> Export:
    return read_export_here(xlsx(tmp_path / "bang.xlsx", rows))


@pytest.mark.parametrize("form", WRITERS)
def test_the_detailed_register_reads_alike_from_every_format(form: str, tmp_path: Path) -> None:
    rows = [["SỔ CHI TIẾT HỒ SƠ"], ["Từ ngày 01/07/2025 đến ngày 31/07/2025"], [], *DETAIL_HEADER, detailed(1)]
    export = read_export_here(WRITERS[form](tmp_path / "so.xls", rows))
    assert export.profile == "so-chi-tiet-ho-so"
    assert export.period == (date(2025, 7, 1), date(2025, 7, 31))
    (row,) = export.rows
    assert row.number == 6
    assert row.cells["code"].endswith("!B6")
    assert row.values == {
        "code": code(1),
        "procedure_code": "1.001193",
        "procedure": "Đăng ký khai sinh",
        "field": "Hộ tịch",
        "resolving_unit": "Phòng Văn hóa - Xã hội",
        "channel": "online",
        "full_online": True,
        "received_at": moment("03/07/2025 08:15:00"),
        "due_at": moment("07/07/2025 23:59:59"),
        "status": 10,
        "finished_at": moment("04/07/2025 10:20:30"),
        "returned_at": moment("04/07/2025 14:00:00"),
        "result_number": "12/GKS-UBND",
        "result_files": ("kq-1.pdf", "kq-1b.pdf"),
        "result_file_required": True,
        "papers_digitised": True,
        "papers_reused": False,
        "synced": True,
        "fee_due": True,
        "paid_online": False,
        "supplements": None,
        "apology_number": None,
    }


def test_rows_without_the_receiver_cell_are_read_one_column_left(tmp_path: Path) -> None:
    rows = [row[:2] + row[3:] for row in (listed(n) for n in range(1, 6))]
    export = read(tmp_path, [LIST_HEADER, *rows])
    assert [row.values["code"] for row in export.rows] == [code(n) for n in range(1, 6)]
    assert export.rows[0].values["receiving_unit"] == "Trung tâm Phục vụ hành chính công phường"
    assert export.rows[0].values["procedure"] == "Đăng ký khai sinh"
    assert export.rows[0].cells["code"] == "Sheet1!D2"
    assert any("Người tiếp nhận" in warning and "bên trái" in warning for warning in export.warnings)


def test_rows_in_step_with_their_header_stay_where_they_are(tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1), listed(2)])
    assert export.rows[0].cells["code"] == "Sheet1!E2"
    assert not any("lệch" in warning for warning in export.warnings)


def test_the_end_of_a_dossier_handed_over_is_read_as_its_day_of_return(tmp_path: Path) -> None:
    finished = {"Trạng thái": "Đã xử lý xong"}
    export = read(tmp_path, [LIST_HEADER, listed(1), listed(2, **finished)])
    handed_over, waiting = (row.values for row in export.rows)
    assert "finished_at" not in handed_over
    assert handed_over["returned_at"] == moment("04/07/2025 10:20:30")
    assert "returned_at" not in waiting
    assert waiting["finished_at"] == moment("04/07/2025 10:20:30")
    assert export.rows[0].cells["returned_at"] == "Sheet1!L2"
    assert any("ngày trả kết quả" in warning for warning in export.warnings)


def test_group_numbering_total_and_signature_rows_are_no_dossiers(tmp_path: Path) -> None:
    numbering = [f"({n})" for n in range(1, 13)]
    rows = [
        ["DANH SÁCH HỒ SƠ"],
        ["Thời điểm xuất: 01/08/2025 07:30"],
        LIST_HEADER,
        numbering,
        ["I", "Lĩnh vực Hộ tịch"],
        listed(1),
        ["II", "Lĩnh vực Đất đai", "", "", 2],
        listed(2),
        LIST_HEADER,
        listed(3),
        ["", "TỔNG CỘNG", 3],
        [],
        ["", "", "", "", "", "", "", "", "", "NGƯỜI LẬP BIỂU", "", "LÃNH ĐẠO"],
        ["", "", "", "", "", "", "", "", "", "Lê Thị Mẫu", "", "Phạm Văn Mẫu"],
    ]
    export = read(tmp_path, rows)
    assert [row.number for row in export.rows] == [6, 8, 10]
    assert export.rejected == ()
    assert (export.declared_total, export.counted, export.agree) == (3, 3, True)
    assert export.exported_at == moment("01/08/2025 07:30:00")


def test_a_total_that_disagrees_is_told(tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1), ["Tổng số: 1.234 hồ sơ"]])
    assert (export.declared_total, export.counted, export.agree) == (1234, 1, False)
    assert "dòng tổng cộng ghi 1234, đếm được 1" in export.warnings


@pytest.mark.parametrize(
    ("changed", "cell", "reason"),
    [
        ({"Mã hồ sơ": ""}, "E3", 'thiếu "Mã hồ sơ"'),
        ({"Ngày nhận": "29/02/2025 08:00:00"}, "J3", "không có ngày '29/02/2025 08:00:00' trong lịch"),
        ({"Ngày nhận": "03/07/2568"}, "J3", "Phật lịch"),
        ({"Trạng thái": "Bị lạc"}, "F3", "không hiểu 'Bị lạc'"),
        ({"Ngày kết thúc xử lý": "01/07/2025 09:00:00"}, "L3", "trước ngày tiếp nhận 03/07/2025"),
        ({"Ngày hẹn trả": "sớm"}, "K3", "không đọc được ngày từ 'sớm'"),
    ],
)
def test_a_bad_row_is_rejected_with_its_cell_and_the_rest_goes_on(
    changed: dict[str, str], cell: str, reason: str, tmp_path: Path
) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1), listed(2, **changed), listed(3)])
    assert [row.number for row in export.rows] == [2, 4]
    (bad,) = export.rejected
    assert (bad.row, bad.cell) == (3, cell)
    assert reason in bad.reason
    assert export.counted == 3


def test_a_code_twice_in_one_file_is_told_and_both_rows_kept_in_order(tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1), listed(1, **{"Trạng thái": "Đang xử lý"})])
    assert [row.values["status"] for row in export.rows] == [10, 4]
    assert f"{code(1)} có ở các dòng 2, 3; dòng 3 được dùng" in export.warnings


def test_an_unusual_code_is_kept_and_told(tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1), listed(2, **{"Mã hồ sơ": "HS-2025/7"})])
    assert len(export.rows) == 2
    assert any("'HS-2025/7' (Sheet1!E3)" in warning for warning in export.warnings)


def test_petitions_speak_in_our_words(tmp_path: Path) -> None:
    known = ["05/07/2025", "Thu phí sai", "Phí, thành phần hồ sơ", "Đúng", "Hài lòng"]
    rows = [
        [1, "PA-1", "01/07/2025", "10/07/2025", *known],
        [2, "PA-2", "02/07/2025", "12/07/2025", "", "Chờ lâu", "Thái độ", "—", ""],
        [3, "PA-3", "03/07/2025", "12/07/2025", "", "Chờ lâu", "Thái độ", "Sai", "Bình thường"],
        [4, "PA-4", "04/07/2025", "12/07/2025", "", "Chờ lâu", "Thái độ", "Sai", "Không hài lòng"],
    ]
    export = read(tmp_path, [PETITION_HEADER, *rows])
    told = [[row.values[name] for name in ("about", "confirmed", "satisfied")] for row in export.rows]
    assert told == [
        ["fees_and_papers", True, True],
        ["conduct", None, None],
        ["conduct", False, True],
        ["conduct", False, False],
    ]
    assert [row.values["answered_at"] for row in export.rows][:2] == [moment("05/07/2025 00:00:00"), None]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", Decimal(12)),
        (12.5, Decimal("12.5")),
        ("98,5%", Decimal("98.5")),
        ("1.234.567", Decimal(1234567)),
        ("31/12/2025", date(2025, 12, 31)),
        (datetime(2025, 3, 1), date(2025, 3, 1)),  # noqa: DTZ001 - a cell has no zone
        ("Có", True),
        ("không", False),
        ("Không phát sinh", "not_applicable"),
        ("", None),
        ("Đã niêm yết tại trụ sở", "Đã niêm yết tại trụ sở"),
    ],
)
def test_a_declared_value_is_what_the_official_wrote(cell: object, value: object, tmp_path: Path) -> None:
    row = [1, "1.7.1", "so_cuoc", "Số cuộc", cell, "VP", "Sổ", "a.pdf; b.pdf", "II.1", "3-4", "ghi chú"]
    export = read(tmp_path, [DECLARED_HEADER, row])
    values = export.rows[0].values
    assert values["value"] == value
    assert type(values["value"]) is type(value)
    assert values["evidence"] == ("a.pdf", "b.pdf")
    assert (values["component"], values["key"], values["section"], values["pages"]) == (
        "1.7.1",
        "so_cuoc",
        "II.1",
        "3-4",
    )


def test_a_survey_share_is_between_zero_and_one(tmp_path: Path) -> None:
    export = read(tmp_path, [SURVEY_HEADER, [1, "8.1.1", "SIPAS", "92,5", 400, "QĐ 1"], [2, "8.1.2", "x", "", "", ""]])
    assert export.rows[0].values["share"] == Decimal("0.925")
    assert export.rows[0].values["respondents"] == 400
    assert export.rejected[0].reason == 'thiếu "Tỷ lệ hài lòng (%)"'


def test_a_percentage_that_excel_keeps_as_a_number_up_to_one_is_a_share(tmp_path: Path) -> None:
    rows = [[n, f"8.1.{n}", "x", cell, 9, ""] for n, cell in enumerate((1.0, 0.925, "1%", "100"), start=1)]
    export = read(tmp_path, [SURVEY_HEADER, *rows])
    assert [row.values["share"] for row in export.rows] == [1, Decimal("0.925"), Decimal("0.01"), 1]


def test_a_one_among_percentages_is_not_guessed_at(tmp_path: Path) -> None:
    export = read(tmp_path, [SURVEY_HEADER, [1, "8.1.1", "x", 92.5, 9, ""], [2, "8.1.2", "x", 1.0, 9, ""]])
    assert [row.values["share"] for row in export.rows] == [Decimal("0.925")]
    assert [bad.cell for bad in export.rejected] == ["D3"]


@pytest.mark.parametrize(
    "cell", ["07/07/2025 00:00:00", "20250707000000", "2025-07-07T00:00:00", "2025-07-06T17:00:00Z", "00:00 07/07/2025"]
)
def test_a_due_date_of_midnight_lasts_to_the_end_of_its_day(cell: str, tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1, **{"Ngày hẹn trả": cell}), listed(2)])
    assert export.rows[0].values["due_at"] == moment("07/07/2025 23:59:59")
    assert export.rows[1].values["due_at"] == moment("07/07/2025 17:00:00")


def test_html_that_declares_its_encoding_like_xml_is_read(tmp_path: Path) -> None:
    path = WRITERS["html"](tmp_path / "bang.xls", [LIST_HEADER, listed(1)])
    path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_export_here(path).rows[0].values["procedure"] == "Đăng ký khai sinh"


def test_an_unknown_layout_names_what_it_saw_and_the_nearest_profile(tmp_path: Path) -> None:
    header = ["STT", "Mã phản ánh", "Ngày đến", "Nội dung"]
    with pytest.raises(UnknownLayout) as caught:
        read(tmp_path, [["Bảng lạ"], header, [1, "PA-1", "01/07/2025", "x"]])
    assert caught.value.headers == tuple(header)
    assert (caught.value.nearest, caught.value.missing) == ("phan-anh-kien-nghi", ("Ngày tiếp nhận",))
    assert "parindex import --explain" in str(caught.value)


def test_the_child_process_reads_the_same_as_this_one(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "bang.xlsx", [LIST_HEADER, listed(1), listed(2)])
    assert read_export(path) == read_export_here(path)


def test_errors_cross_the_process_border_with_their_parts(tmp_path: Path) -> None:
    with pytest.raises(UnknownLayout) as caught:
        read_export(xlsx(tmp_path / "la.xlsx", [["Cột A", "Cột B", "Cột C"], [1, 2, 3]]), name="tên gốc.xlsx")
    assert caught.value.headers == ("Cột A", "Cột B", "Cột C")
    assert str(caught.value).startswith("tên gốc.xlsx")
    (tmp_path / "rong.xls").write_bytes(b"")
    with pytest.raises(Unreadable, match=r"rong\.xls: tệp rỗng"):
        read_export(tmp_path / "rong.xls")


def test_a_declared_row_about_a_total_is_no_total_row(tmp_path: Path) -> None:
    row = ["", "5.1.1", "", "Tổng số công chức", 46, "VP", "", "", "", "", ""]
    export = read(tmp_path, [DECLARED_HEADER, row])
    assert [(bad.cell, bad.reason) for bad in export.rejected] == [("C2", 'thiếu "Mã chỉ tiêu"')]
    assert export.declared_total is None


def test_a_changed_layout_is_told_by_what_it_lacks_and_what_is_new(tmp_path: Path) -> None:
    header = [*LIST_HEADER[:8], "Ngày nộp trực tuyến", *LIST_HEADER[9:]]
    export = read(tmp_path, [header, listed(1)])
    assert "submitted_at" not in export.rows[0].values
    assert "mẫu danh-sach-ho-so có mà tệp không có cột: Ngày nộp hồ sơ" in export.warnings
    assert "cột chưa có trong mẫu danh-sach-ho-so nên không đọc: Ngày nộp trực tuyến" in export.warnings


def test_an_event_after_the_export_is_told_with_its_cell(tmp_path: Path) -> None:
    export = read(tmp_path, [["Thời điểm xuất: 04/07/2025 08:00"], LIST_HEADER, listed(1), listed(2)])
    assert not any("ngày sau ngày xuất" in warning for warning in export.warnings)
    export = read(tmp_path, [["Thời điểm xuất: 03/07/2025 08:00"], LIST_HEADER, listed(1)])
    assert "ngày sau ngày xuất tệp: Sheet1!L3 (04/07/2025)" in export.warnings


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("3/7/2025", "03/07/2025 00:00:00"),
        ("03.07.2025 8:5", "03/07/2025 08:05:00"),
        ("03/07/25 08:05:09", "03/07/2025 08:05:09"),
        ("03/07/2025 02:05:09 CH", "03/07/2025 14:05:09"),
        ("03/07/2025 12:05:09 SA", "03/07/2025 00:05:09"),
        ("8h15 ngày 03/07/2025", "03/07/2025 08:15:00"),
        ("ngày 3 tháng 7 năm 2025", "03/07/2025 00:00:00"),
        ("20250703", "03/07/2025 00:00:00"),
        (20250703081500, "03/07/2025 08:15:00"),
        ("2025-07-03T01:15:00Z", "03/07/2025 08:15:00"),
        ("2025-07-03 08:15:00", "03/07/2025 08:15:00"),
        (45841.34375, "03/07/2025 08:15:00"),
        ("45841,34375", "03/07/2025 08:15:00"),
        (datetime(2025, 7, 3, 8, 15), "03/07/2025 08:15:00"),  # noqa: DTZ001 - a cell has no zone
        ("29/02/2024 08:00:00", "29/02/2024 08:00:00"),
    ],
)
def test_a_moment_is_read_in_every_shape_seen(cell: object, wanted: str, tmp_path: Path) -> None:
    later = {"Ngày hẹn trả": "", "Ngày kết thúc xử lý": ""}
    export = read(tmp_path, [LIST_HEADER, listed(1, **{"Ngày nhận": cell} | later), listed(2)])
    assert export.rows[0].values["received_at"] == moment(wanted)


@pytest.mark.parametrize(
    "cell", ["31/06/2025", "13/13/2025", "03/07/1025", "2025", "0", "x", "03/07/2025 25:00:00", 12.5]
)
def test_what_is_no_date_rejects_the_row_with_its_cell(cell: object, tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, *[listed(n) for n in range(2, 5)], listed(1, **{"Ngày nhận": cell})])
    assert [bad.cell for bad in export.rejected] == ["J5"]


def test_a_remark_behind_a_status_does_not_hide_it(tmp_path: Path) -> None:
    export = read(tmp_path, [LIST_HEADER, listed(1, **{"Trạng thái": "ĐANG XỬ LÝ (quá hạn 2 ngày)"})])
    assert export.rows[0].values["status"] == 4


@pytest.mark.parametrize(
    ("counted", "last", "told"), [(100, 100, False), (40, 100, True), (301, 100, True), (1, 9, False)]
)
def test_a_row_count_far_from_the_last_one_is_told(counted: int, last: int, told: bool) -> None:
    assert (unlike_the_last(counted, last) is not None) is told


def test_a_sheet_that_nothing_was_read_from_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hai-trang.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        notes, data = book.add_worksheet("Ghi chú"), book.add_worksheet("Dữ liệu")
        for number, line in enumerate(("Một", "Hai", "Ba")):
            notes.write(number, 0, line)
        data.write_row(0, 0, LIST_HEADER)
        data.write_row(1, 0, listed(1))
    export = read_export_here(path)
    assert (export.sheets, len(export.rows)) == (("Dữ liệu",), 1)
    assert 'trang "Ghi chú" không có bảng theo mẫu nào: chưa đọc' in export.warnings
