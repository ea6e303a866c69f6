"""Tables of points as cities publish them: read into the form, every doubt with its cell, importable once completed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.city_lines import lines_in, scoring_of
from config.city_table import Drafted, NoTable, drafted
from config.criteria_form import COLUMNS, HEAD, HEAD_SHEET, TABLE_SHEET, BadForm, set_of_form
from config.criteria_sets import CriteriaSet
from connectors.exports.plain_tables import plain_tables
from flows.scores.criteria_forms import form_of_table
from scoring import MEASURES, evaluate
from tests.scoring.wards import LAST_DAY

HEADER = ["STT", "Lĩnh vực/Tiêu chí/Tiêu chí thành phần", "Điểm tối đa", "Tài liệu kiểm chứng", "Đơn vị chủ trì"]
ABOVE: list[list[Any]] = [
    ["ỦY BAN NHÂN DÂN THÀNH PHỐ"],
    ["BỘ TIÊU CHÍ XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH CẤP XÃ"],
    ["(Kèm theo Quyết định số 12/QĐ-UBND ngày 05/01/2026 của UBND thành phố)"],
    [],
]
ROMAN: list[list[Any]] = [
    *ABOVE,
    HEADER,
    ["(1)", "(2)", "(3)", "(4)", "(5)"],
    ["I", "CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", "60", "", ""],
    [1.0, "Kế hoạch cải cách hành chính", 2.5, "", "Phòng Văn hóa - Xã hội"],
    [1.1, "Ban hành kế hoạch CCHC năm", "1,5", "Kế hoạch của UBND;\nCông văn gửi", ""],
    ["", "- Ban hành trong tháng 01: 1,5 điểm", "", "", ""],
    ["", "- Ban hành sau tháng 01", 0.5, "", ""],
    ["", "- Không ban hành", 0, "", ""],
    ["1.2", "Mức độ hoàn thành kế hoạch", "1 điểm", "Báo cáo năm", ""],
    ["", "Hoàn thành từ 80 % trở lên: tính theo công thức (tỷ lệ hoàn thành x điểm tối đa)", "", "", ""],
    ["", "Hoàn thành dưới 80%: 0 điểm", "", "", ""],
    ["2.", "Công khai địa chỉ tiếp nhận và kết quả", 57.5, "Ảnh niêm yết", ""],
    ["a)", "Địa chỉ tiếp nhận", "27,5", "", ""],
    ["b)", "Kết quả xử lý", 30, "", ""],
    ["STT", *HEADER[1:]],
    ["II. TÁC ĐỘNG CỦA CẢI CÁCH HÀNH CHÍNH", "", 40, "", ""],
    ["1", "Chỉ số hài lòng của người dân (SIPAS)", 40, "", "Sở Nội vụ"],
    ["", "TỔNG CỘNG (I+II)", 100, "", ""],
]  # fmt: skip


def completed(found: Drafted, **head: str) -> CriteriaSet:
    """The set of a draft once a person gave what no table says: id, version, dates, deadlines."""
    said = {
        "id": "thanh-pho",
        "version": "2026",
        "notice": "Nhập từ bảng của thành phố",
        "effective_from": "01/01/2026",
    }
    said |= {"effective_to": "31/12/2026"} | head
    rows = [
        row | ({"deadline": "31/12/2026"} if row["id"].count(".") == 2 else {}) for row in found.filled.rows
    ]  # fmt: skip
    table = [list(COLUMNS.values()), *[[row.get(name, "") for name in COLUMNS] for row in rows]]
    cells = [[label, value or said.get(name, "")] for (label, value), name in zip(found.filled.head, HEAD, strict=True)]
    return set_of_form({HEAD_SHEET: cells, TABLE_SHEET: table}, file="bo.xlsx", measures=MEASURES)[0]


def test_a_table_with_roman_domains_commas_and_lines_of_scoring_becomes_a_set() -> None:
    found = drafted({"Phụ lục": ROMAN})
    plain = completed(found).plain()
    components = {one["id"]: one for domain in plain["domains"] for c in domain["criteria"] for one in c["components"]}

    assert plain["title"] == "BỘ TIÊU CHÍ XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH CẤP XÃ"
    assert (plain["max_points"], plain["not_self_scored"]) == ("100.00", "40.00")
    assert {name: one["max_points"] for name, one in components.items()} == {
        "1.1.1": "1.50", "1.1.2": "1.00", "1.2.1": "57.50", "2.1.1": "40.00",
    }  # fmt: skip
    first = components["1.1.1"]
    assert [(one["label"], one["points"]) for one in first["rule"]["branches"]] == [
        ("Ban hành trong tháng 01", "1.50"), ("Ban hành sau tháng 01", "0.50"), ("Không ban hành", "0.00"),
    ]  # fmt: skip
    assert [one["label"] for one in first["evidence"]] == ["Kế hoạch của UBND", "Công văn gửi"]
    assert first["responsible"] == "Phòng Văn hóa - Xã hội"
    assert first["legal_reference"] == {
        "document": "Quyết định số 12/QĐ-UBND ngày 05/01/2026 của UBND thành phố",
        "part": "mục 1.1 (Phụ lục!A9)",
        "provenance": "official",
    }
    assert components["1.2.1"]["rule"]["kind"] == "yes_no_parts"
    assert components["2.1.1"]["rule"] == {"kind": "survey"}


def test_a_component_of_such_a_set_scores_by_the_branch_that_the_scorer_chooses() -> None:
    plain = completed(drafted({"Phụ lục": ROMAN})).plain()
    issued, done = plain["domains"][0]["criteria"][0]["components"]
    by_share = {"nhanh_duoc_chon": "nhanh_1", "da_thuc_hien": 9, "tong_so": 10}

    assert str(evaluate(issued, {"nhanh_duoc_chon": "ban hành sau tháng 01"}, LAST_DAY).points) == "0.50"
    assert str(evaluate(done, by_share, LAST_DAY).points) == "0.90"
    assert str(evaluate(done, by_share | {"nhanh_duoc_chon": "nhanh_2"}, LAST_DAY).points) == "0.00"


def test_what_was_understood_and_not_written_is_told_with_its_cell() -> None:
    told = "\n".join(drafted({"Phụ lục": ROMAN}).doubts)

    assert "Phụ lục!B16: mục 2 được hiểu là từng phần có/không" in told
    assert "Phụ lục!B21: mục 1 được hiểu là điểm điều tra, khảo sát" in told
    assert told.count("\n") == 1, told


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (["Không có vi phạm: 2 điểm", "Cứ 01 vi phạm trừ 0,5 điểm"], {"kind": "per_violation", "each": "0.50"}),
        (["Không có: 2", "Có 1: trừ 0,5 điểm", "Có 2: trừ 1,5 điểm"], None),
        (["Tỷ lệ hoàn thành x 2 điểm"], {"kind": "share"}),
        (["Ban hành kịp thời: 2"], {"kind": "yes_no"}),
        (["Ban hành kịp thời: 1"], None),
        (["Kịp thời … 2 điểm.", "Không kịp thời (0,5đ)"], {"kind": "branches"}),
        (["Ban hành trong tháng 01", "Xem hướng dẫn số 2"], None),
    ],
)
def test_lines_of_scoring_become_the_rule_that_they_say_or_none(lines: list[str], rule: dict[str, str] | None) -> None:
    said = [line for text in lines for line in lines_in(text, None, "A!B1")]
    found = scoring_of("Ban hành văn bản", Decimal(2), said).rule

    assert (found is None) == (rule is None)
    assert found is None or rule is None or found.items() >= rule.items()


def test_notes_below_the_total_are_no_scoring() -> None:
    rows = [*ROMAN, ["Ghi chú: điểm thưởng không quá 3 điểm"], ["", "Người lập: 2 điểm"]]

    assert drafted({"Phụ lục": rows}) == drafted({"Phụ lục": ROMAN})


def changed(place: str, value: Any) -> list[list[Any]]:
    rows = [list(row) for row in ROMAN]
    rows[int(place[1:]) - 1][ord(place[0]) - ord("A")] = value
    return rows


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("C8", "2", "Phụ lục!C8: mục 1 ghi 2,00 điểm, các mục con cộng lại 2,50"),
        ("C9", date(2026, 5, 1), "Phụ lục!C9: ô điểm là ngày 01/05/2026 (Excel đã tự đổi)"),
        ("A9", date(2026, 1, 1), "Phụ lục!A9: ô mã là ngày 01/01/2026 (Excel đã tự đổi)"),
        ("C9", "một rưỡi", "Phụ lục!C9: không đọc được điểm 'một rưỡi'"),
        ("C11", 3, "Phụ lục!C11: 3,00 điểm lớn hơn điểm tối đa 1,50 của mục"),
        ("C22", 99, "Phụ lục!C22: dòng tổng ghi 99,00 điểm, các lĩnh vực cộng lại 100,00"),
        ("C13", "", "Phụ lục!C13: mục 1.2 chưa có điểm tối đa"),
        ("D13", "", "Phụ lục!D13: mục 1.2 chưa ghi tài liệu kiểm chứng"),
        ("A13", "1.1", "Phụ lục!A13: mã 1.1 đã dùng ở trên"),
        ("B14", "Theo quy định", "Phụ lục!B13: mục 1.2 chưa đọc được cách chấm"),
    ],
)
def test_each_fault_of_the_table_is_told_with_its_cell(place: str, value: Any, told: str) -> None:
    rows = changed(place, value)
    if place == "B14":
        rows[14][1] = "Xem văn bản hướng dẫn"

    assert any(doubt.startswith(told) for doubt in drafted({"Phụ lục": rows}).doubts)


def test_merged_cells_groups_and_scoring_in_a_column_of_its_own_are_read_from_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Hướng dẫn"  # type: ignore[union-attr]
    sheet = book.create_sheet("PL3 - cấp xã")
    for row in (
        ["Phụ lục III"],
        ["TT", "Nội dung", "Điểm", "", "Cách tính điểm", "Minh chứng"],
        ["", "", "Điểm chuẩn", "Điểm tự chấm", "", ""],
        ["A", "PHẦN ĐÁNH GIÁ", 100],
        ["I", "Cải cách thủ tục hành chính", 100],
        ["1", "Giải quyết thủ tục", 100],
        ["1.1", "Tỷ lệ hồ sơ đúng hạn", 60, "", "Tính theo công thức: b/a x 60", "Biểu 06a"],
        ["1.2", "Văn bản xin lỗi", 40, "", "- 100%: 40 điểm\n- Từ 50%: 20 điểm\n- Dưới 50%: 0 điểm", "Văn bản"],
        ["", "Tổng điểm", 100],
    ):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:F1", "C2:D2", "A2:A3", "B2:B3", "E2:E3", "F2:F3"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "qd.xlsx")

    found = drafted(plain_tables(tmp_path / "qd.xlsx"))
    rows = {row["id"]: row for row in found.filled.rows}

    assert list(rows) == ["1", "1.1", "1.1.1", "1.1.2"]
    assert rows["1.1.1"]["rule"] == "done: da_thuc_hien, kind: share, total: tong_so"
    assert "{id: nhanh_1, label: 'Nhánh 1: 100%', points: '40.00'}" in rows["1.1.2"]["rule"]
    assert found.doubts == ()


def test_the_form_made_of_a_workbook_asks_only_for_what_no_table_says(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in ROMAN:
        book.active.append(row)
    book.save(tmp_path / "qd.xlsx")

    made, _ = form_of_table(tmp_path / "qd.xlsx")
    (tmp_path / "bo.xlsx").write_bytes(made)
    with pytest.raises(BadForm) as asked:
        set_of_form(plain_tables(tmp_path / "bo.xlsx"), file="bo.xlsx", measures=MEASURES)

    missing = {re.sub(r".*: ([^:]+): thiếu, phải ghi", r"\1", line) for line in str(asked.value).splitlines()[1:-1]}
    assert missing == {"Mã bộ tiêu chí", "Phiên bản", "Ghi chú", "Có hiệu lực từ", "Có hiệu lực đến", "Thời hạn"}


def test_two_levels_a_tenth_component_and_more_than_twenty_six_columns_are_no_trouble() -> None:
    wide = [[*row[:1], *[""] * 26, *row[1:]] for row in (
        ["TT", "Tiêu chí", "Điểm tối đa", "Minh chứng"],
        ["1", "Lĩnh vực thứ nhất", 100, ""],
        *[[f"1.{number}" if number < 10 else 1.1, f"Tiêu chí số {number}", 10, ""] for number in range(1, 11)],
    )]  # fmt: skip

    found = drafted({"Bảng": wide})

    assert [row["id"] for row in found.filled.rows][-2:] == ["1.10", "1.10.1"]
    assert any(doubt.startswith("Bảng!AC3: mục 1.1 chưa ghi") or "Bảng!AD3" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    "header",
    [
        ["Mã tiêu chí", "Nội dung tiêu chí", "Điểm", "Nội dung minh chứng"],
        ["TT", "TIÊU CHÍ THÀNH PHẦN", "THANG ĐIỂM", "TÀI LIỆU KIỂM CHỨNG (nội dung, số hiệu)"],
        ["Số\nTT", "Lĩnh vực, tiêu chí", "Điểm chuẩn", "Minh chứng"],
    ],
)
def test_headers_are_known_as_cities_write_them(header: list[str]) -> None:
    rows = [header, ["1", "Lĩnh vực thứ nhất", 100, ""], ["1.1", "Kế hoạch của năm", "100", ""],
            ["1.1.1", "Ban hành kế hoạch\n- Đúng hạn: 100\n- Muộn: 50", "100", "Kế hoạch của UBND"]]  # fmt: skip

    found = drafted({"Bảng": rows})

    assert found.doubts == ()
    assert found.filled.rows[-1]["name"] == "Ban hành kế hoạch"
    assert found.filled.rows[-1]["evidence"] == "document | Kế hoạch của UBND"
    assert found.filled.rows[-1]["rule"].count("points:") == 2


def test_sheets_that_begin_anew_are_asked_about_and_one_may_be_named() -> None:
    sheets = {"Sở": ROMAN, "Xã": ROMAN, "Ghi chú": [["không có bảng"]]}

    with pytest.raises(NoTable, match='"Sở", "Xã" đều có bảng điểm'):
        drafted(sheets)
    with pytest.raises(NoTable, match="Ghi chú"):
        drafted({"Ghi chú": sheets["Ghi chú"]})
    assert drafted(sheets, ["Xã"]).filled == drafted({"Xã": ROMAN}).filled
