"""The score sheet: read back as the spreadsheet program of an official would."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.heading import Heading
from reports.score_sheet import COLUMNS, score_sheet
from tests.reports.spreadsheet import recomputed
from tests.storage.bundles.ward import criteria_plain, ward_score

HEADING = Heading("Phường Hội An Đông", "Thành phố Đà Nẵng", "2025", date(2026, 1, 6))


def sheet_of(score: dict[str, Any], criteria: dict[str, Any] | None = None, *, values: bool = False) -> Worksheet:
    """The written sheet; with `values`, what a program shows that does not recompute."""
    data = score_sheet(score, criteria or criteria_plain(), HEADING)
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=values).active
    assert isinstance(sheet, Worksheet)
    return sheet


def row_of(sheet: Worksheet, name: str) -> int:
    """Row whose first or second cell is `name`."""
    return next(row[0].row or 0 for row in sheet.iter_rows() if name in (row[0].value, row[1].value))


def texts(sheet: Worksheet) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_the_columns_are_those_of_the_paper_form():
    sheet = sheet_of(ward_score())
    header = row_of(sheet, "STT")
    assert tuple(sheet.cell(header, column).value for column in range(1, 8)) == COLUMNS
    assert sheet.print_title_rows == f"${header}:${header}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_every_component_stands_there_once_with_its_points_and_reason():
    score = ward_score()
    sheet = sheet_of(score)
    for item in score["components"]:
        row = row_of(sheet, item["id"])
        shown = recomputed(sheet, f"D{row}")
        assert Decimal(str(sheet.cell(row, 3).value)) == Decimal(item["max_points"])
        if item["points"] is None:
            assert isinstance(shown, str), item["id"]
        else:
            assert shown == Decimal(item["points"]), item["id"]
        assert item["because"] in str(sheet.cell(row, 7).value)


def test_the_total_recomputes_to_the_score_and_to_what_is_stored_in_the_cell():
    score = ward_score()
    live, shown = sheet_of(score), sheet_of(score, values=True)
    row = row_of(live, "Tổng cộng")
    assert recomputed(live, f"C{row}") == Decimal(score["totals"]["maximum"])
    assert recomputed(live, f"D{row}") == Decimal(score["totals"]["conservative"])
    assert Decimal(str(round(float(str(shown[f"D{row}"].value)), 6))) == Decimal(score["totals"]["conservative"])


def test_every_subtotal_adds_up_its_own_rows():
    score = ward_score()
    sheet = sheet_of(score)
    for domain in criteria_plain()["domains"]:
        own = [item for item in score["components"] if item["domain"] == domain["id"]]
        points = [Decimal(item["points"]) for item in own if item["points"] is not None]
        row = row_of(sheet, domain["id"])
        assert recomputed(sheet, f"D{row}") == (sum(points, Decimal(0)) if points else "")
        assert recomputed(sheet, f"C{row}") == Decimal(domain["max_points"])


def test_a_changed_point_moves_the_total():
    sheet = sheet_of(ward_score())
    total = row_of(sheet, "Tổng cộng")
    before = recomputed(sheet, f"D{total}")
    sheet.cell(row_of(sheet, "1.1.1"), 4).value = 0
    assert isinstance(before, Decimal)
    assert recomputed(sheet, f"D{total}") == before - 1


def test_every_formula_gives_anew_what_its_cell_shows():
    score = ward_score()
    live, shown = sheet_of(score), sheet_of(score, values=True)
    sums = 3 * (1 + sum(1 + len(domain["criteria"]) for domain in criteria_plain()["domains"]))
    by_rule = [item["id"] for item in score["components"] if item["state"] == "scored"]
    formulas = {page: formulas_of(page) for page in book_of(live)}

    assert [len(cells) for cells in formulas.values()] == [sums + len(by_rule), len(by_rule)]
    for page, cells in formulas.items():
        for cell in cells:
            stored, anew = shown.parent[page.title][cell].value, recomputed(page, cell)
            kept = Decimal(str(round(stored, 6))) if isinstance(stored, int | float) else stored or ""
            assert kept == anew, cell


def book_of(sheet: Worksheet) -> list[Worksheet]:
    return list(sheet.parent)


def formulas_of(page: Worksheet) -> list[str]:
    return [cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_number_changed_on_the_second_page_moves_component_criterion_and_total():
    sheet = sheet_of(ward_score())
    numbers, row, total = sheet.parent["Số liệu tính điểm"], row_of(sheet, "3.3.2"), row_of(sheet, "Tổng cộng")
    before = recomputed(sheet, f"D{total}")
    late = next(cells[1].row for cells in numbers.iter_rows() if cells[1].value == "Số hồ sơ trễ hạn")
    assert recomputed(sheet, f"D{row}") == Decimal("3.80")
    numbers.cell(late, 3).value = 0

    assert recomputed(sheet, f"D{row}") == Decimal("4.00")
    assert isinstance(before, Decimal)
    assert recomputed(sheet, f"D{total}") == before + Decimal("0.20")


def test_the_appraiser_s_column_adds_up_as_it_is_filled():
    score = ward_score()
    sheet = sheet_of(score)
    total = f"E{row_of(sheet, 'Tổng cộng')}"
    assert recomputed(sheet, total) == ""
    given = {item["id"]: Decimal(item["max_points"]) / 2 for item in score["components"]}
    for name, points in given.items():
        sheet.cell(row_of(sheet, name), 5).value = float(points)

    assert recomputed(sheet, total) == sum(given.values())
    for domain in criteria_plain()["domains"]:
        own = sum(given[item["id"]] for item in score["components"] if item["domain"] == domain["id"])
        assert recomputed(sheet, f"E{row_of(sheet, domain['id'])}") == own


def test_appraisal_is_empty_and_takes_only_points_up_to_the_maximum():
    sheet = sheet_of(ward_score())
    row = row_of(sheet, "3.3.2")
    assert sheet.cell(row, 5).value is None
    rules = [rule for rule in sheet.data_validations.dataValidation if f"E{row}" in str(rule.sqref)]
    assert [(float(rule.formula1), float(rule.formula2)) for rule in rules] == [(0.0, 4.0)]


def test_the_head_names_the_ward_and_the_state_and_says_of_how_many_points():
    said = texts(sheet_of(ward_score()))
    for text in ("ỦY BAN NHÂN DÂN", "PHƯỜNG HỘI AN ĐÔNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "LÃNH ĐẠO ĐƠN VỊ"):
        assert text in said
    assert "Tự chấm 15,15 điểm trên 88,00 điểm được tự chấm; bằng 15,15 điểm trên 100,00 điểm." in said
    assert "bcth_date@1 (so theo ngày" in said


@pytest.mark.parametrize(("provenance", "warned"), [("proposal", True), ("official", False)])
def test_a_proposed_criteria_set_is_called_a_proposal(provenance: str, warned: bool):
    criteria = criteria_plain() | {"provenance": provenance}
    assert ("KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC" in texts(sheet_of(ward_score(), criteria))) is warned


def test_states_are_told_in_words_too():
    score = ward_score()
    sheet = sheet_of(score)
    assert "Đủ điểm" in str(sheet.cell(row_of(sheet, "1.1.1"), 7).value)
    assert "Thiếu 0,20 điểm" in str(sheet.cell(row_of(sheet, "3.3.2"), 7).value)
    assert "Chưa có tài liệu kiểm chứng" in str(sheet.cell(row_of(sheet, "1.1.2"), 7).value)
    assert sheet.cell(row_of(sheet, "8.1.1"), 4).value == "Khảo sát"


def test_evidence_is_named_with_section_and_page_or_what_is_needed_is_said():
    sheet = sheet_of(ward_score())
    assert sheet.cell(row_of(sheet, "1.1.1"), 6).value == "1. KH 12.pdf (mục II, trang 2-3)"
    assert str(sheet.cell(row_of(sheet, "1.3.1"), 6).value).startswith("Chưa có. Cần: ")


def test_text_from_outside_is_never_a_formula():
    score = ward_score()
    component = score["components"][0]
    component["because"] = '=HYPERLINK("http://example.org","x")'
    component["evidence"] = [{"sha256": "0" * 64, "name": "=1+1.pdf", "section": None, "pages": None}]
    sheet = sheet_of(score)
    row = row_of(sheet, component["id"])
    assert sheet.cell(row, 6).data_type == "s"
    assert sheet.cell(row, 7).data_type == "s"


def test_a_hundred_documents_of_a_component_are_counted_not_all_listed():
    score = ward_score()
    score["components"][0]["evidence"] = [
        {"sha256": f"{number:064x}", "name": f"Tài liệu {number}.pdf", "section": None, "pages": None}
        for number in range(100)
    ]
    sheet = sheet_of(score)
    assert "và 85 tài liệu khác" in str(sheet.cell(row_of(sheet, "1.1.1"), 6).value)


def test_the_same_score_gives_the_same_bytes():
    assert score_sheet(ward_score(), criteria_plain(), HEADING) == score_sheet(ward_score(), criteria_plain(), HEADING)


def test_only_scored_components_are_shown_when_the_score_holds_a_part():
    score = ward_score()
    score["components"] = [item for item in score["components"] if item["domain"] == "1"]
    sheet = sheet_of(score)
    total = row_of(sheet, "Tổng cộng")
    assert recomputed(sheet, f"C{total}") == Decimal(10)


def test_bonus_and_penalty_outside_the_hundred_are_told_apart():
    score = ward_score()
    score["totals"] |= {"bonus": "1.50", "penalty": "0.50"}
    prize = {"id": "9.1.1", "name": "Sáng kiến", "kind": "bonus", "points": "1.50", "because": "Số sáng kiến: 3."}
    score["outside_100"] = [prize]
    shown = texts(sheet_of(score))
    assert "điểm thưởng 1,50, điểm trừ 0,50" in shown
    assert "9.1.1 Sáng kiến: 1,50 điểm thưởng. Số sáng kiến: 3." in shown
    assert "điểm thưởng" not in texts(sheet_of(ward_score()))


def test_a_long_line_across_the_sheet_gets_the_height_it_needs():
    score = ward_score()
    score["warnings"] = ["Có giá trị khai cho mục không có trong bộ tiêu chí. " * 8]
    sheet = sheet_of(score)
    row = next(row[0].row for row in sheet.iter_rows() if str(row[0].value).startswith("Lưu ý: Có giá trị khai"))
    assert sheet.row_dimensions[row].height == 46.5


def test_the_sheet_says_what_each_other_rule_of_on_time_would_change() -> None:
    score = ward_score()
    difference = {"rule": "opencps@1", "title": "so theo giờ", "points": "-0.25", "components": ["3.3.2", "3.3.3"]}

    said = texts(sheet_of({**score, "on_time": {**score["on_time"], "differences": [difference]}}))

    assert "Nếu tính theo opencps@1 (so theo giờ): −0,25 điểm, ở mục 3.3.2, 3.3.3." in said


def test_a_run_of_the_time_before_versions_still_has_its_sheet() -> None:
    old = {name: value for name, value in ward_score().items() if name != "on_time"}

    assert "Cách tính đúng hạn: bcth_date (lần chấm này chưa ghi phiên bản" in texts(sheet_of(old))
