"""What officials wrote and what the appraisal gave stands in sheet, report and detailed sheet, in their layouts."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.appraisal_sheet import COLUMNS, printed_appraisal
from reports.explanation_report import printed_explanation, printed_offices, said_rows, unproven_rows
from reports.heading import vn_number
from reports.printed import Column, Foot, Line, Part, Printed
from reports.printed_docx import docx_of
from reports.printed_pdf import pdf_of
from reports.printed_xlsx import xlsx_of
from reports.score_sheet import score_sheet
from reports.score_sheet_text import printed_score_sheet
from scoring.cycle import Cycle, Deed, after, opened
from scoring.cycle_sheet import disputed, side_by_side, with_cycle
from scoring.engine.facts import Facts
from tests.reports.spreadsheet import recomputed
from tests.reports.test_score_sheet import HEADING, row_of
from tests.scoring.test_cycle import AT, DAYS, PROOF
from tests.scoring.wards import CRITERIA, declared, dossiers, evidence, scored

WORDS = "Bản ký số đang chờ văn thư quét lại."
SCORE = scored(
    Facts(
        dossiers=dossiers(100, 3),
        declared=(
            *declared("1.1.1", WORDS, plan_issued_on=date(2025, 1, 20)),
            *declared("1.5.1", initiatives_recognised=Decimal(2)),
            *declared("1.7.1", improvement_plan_issued=True, results_in_annual_report=True),
        ),
        evidence=(evidence("1.7.1", "kế hoạch.pdf"),),
    )
)


def do(cycle: Cycle, name: str, component: str = "", who: str = "chị Hoa", **said: Any) -> Cycle:
    return after(cycle, Deed(name, who, AT, component, said))


@pytest.fixture(scope="module")
def appraised() -> dict[str, Any]:
    """The score after a first appraisal that takes 0.50 off 3.3.2, and after an answer."""
    cycle = do(do(opened(CRITERIA, DAYS), "begin"), "fill", "1.7.1", note="kết quả ở mục IV", evidence=PROOF)
    points = {item["id"]: item["points"] for item in SCORE["components"]}
    cycle = do(do(do(cycle, "approve"), "lock", run="r", points=points, sheet="b" * 64), "begin_appraisal")
    for name, entry in cycle.entries.items():
        extra: dict[str, Any] = {"3.3.2": {"deducted": "0,50"}, "1.1.1": {"asks": True, "note": "bản ký số?"}}.get(
            name, {}
        )
        if not entry["survey"]:
            cycle = do(cycle, "appraise", name, who="Sở Nội vụ", points=points[name] or "0", **extra)
    cycle = do(do(cycle, "ask_explanations"), "explain", "1.1.1", note="nộp bổ sung")
    (cut,) = (one for one in disputed(cycle) if one["id"] == "3.3.2")
    assert cut["open_difference"] == "-0.50"
    assert next(row["final"] for row in side_by_side(cycle, points) if row["id"] == "3.3.2") == cut["appraisal_1"]
    return with_cycle(SCORE, cycle)


def test_officials_own_words_are_in_the_score_and_in_its_sheet() -> None:
    found = {item["id"]: item for item in SCORE["components"]}
    assert found["1.1.1"]["explanations"] == [WORDS]
    assert found["1.7.1"]["explanations"] == []
    sheet = openpyxl.load_workbook(io.BytesIO(score_sheet(SCORE, CRITERIA, HEADING))).active
    assert isinstance(sheet, Worksheet)
    assert f"Giải trình: {WORDS}" in str(sheet.cell(row_of(sheet, "1.1.1"), 7).value)


def test_the_report_explains_what_stands_on_words_alone_and_tells_what_nobody_explained(
    appraised: dict[str, Any],
) -> None:
    rows = {row[0]: row for row in unproven_rows(appraised)}
    assert rows["1.1.1"][2] == "1,00", "proven by words alone, so it has to be explained"
    assert rows["1.1.1"][3].startswith(f"Giải trình: {WORDS}\nYêu cầu giải trình: bản ký số?\n")
    assert "Trả lời yêu cầu giải trình: nộp bổ sung" in rows["1.1.1"][3]
    assert rows["1.5.1"][3].startswith("Chưa có giải trình của đơn vị.")
    assert "1.7.1" not in rows
    (other,) = said_rows(appraised)
    assert (other[0], other[4]) == ("1.7.1", "Đơn vị ghi chú: kết quả ở mục IV")


def test_the_report_has_number_recipients_and_signer_of_decree_30(appraised: dict[str, Any]) -> None:
    read = docx.Document(io.BytesIO(docx_of(printed_explanation(appraised, CRITERIA, HEADING))))
    head, foot = read.tables[0], read.tables[-1]
    assert head.cell(3, 0).text.startswith("Số: ") and head.cell(3, 0).text.endswith("/BC-UBND")
    assert head.cell(3, 1).text.startswith("Hội An Đông, ngày ")
    assert foot.cell(0, 0).text.startswith("Nơi nhận:\n- UBND thành phố Đà Nẵng;")
    assert foot.cell(0, 1).text.startswith("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH")


def test_the_detailed_sheet_takes_deductions_off_and_its_sums_recompute(appraised: dict[str, Any]) -> None:
    data = xlsx_of(printed_appraisal(appraised, CRITERIA, HEADING), "Thẩm định chi tiết")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert isinstance(sheet, Worksheet)
    header = row_of(sheet, "Tiêu chí")
    assert [cell.value for cell in sheet[header]] == [column.name for column in COLUMNS]
    row, total = row_of(sheet, "3.3.2"), row_of(sheet, "Tổng cộng")
    own, theirs, off, left = (sheet.cell(row, column).value for column in (4, 5, 6, 7))
    assert (own, off) == (theirs, 0.5) and Decimal(str(left)) == Decimal(str(own)) - Decimal("0.5")
    assert recomputed(sheet, f"C{total}") == Decimal(100)
    assert recomputed(sheet, f"D{total}") == Decimal(SCORE["totals"]["conservative"])
    assert recomputed(sheet, f"G{total}") == Decimal(SCORE["totals"]["conservative"]) - Decimal("0.5")


def test_the_score_sheet_holds_the_appraisals_points(appraised: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(score_sheet(appraised, CRITERIA, HEADING))).active
    assert isinstance(sheet, Worksheet)
    row, total = row_of(sheet, "3.3.2"), row_of(sheet, "Tổng cộng")
    own = recomputed(sheet, f"D{row}")
    assert isinstance(own, Decimal)
    assert recomputed(sheet, f"E{row}") == own - Decimal("0.5")
    assert recomputed(sheet, f"E{total}") == Decimal(SCORE["totals"]["conservative"]) - Decimal("0.5")
    assert "mục IV" in str(sheet.cell(row_of(sheet, "1.7.1"), 7).value)
    assert "ke-hoach.pdf (trang 2)" in str(sheet.cell(row_of(sheet, "1.7.1"), 6).value)


def test_survey_points_stand_beside_the_appraisals_once_they_are_published(appraised: dict[str, Any]) -> None:
    surveyed = [item | ({"survey_points": "7.31"} if item["id"] == "8.1.1" else {}) for item in appraised["components"]]
    score = appraised | {"components": surveyed}
    sheet = openpyxl.load_workbook(io.BytesIO(score_sheet(score, CRITERIA, HEADING))).active
    assert isinstance(sheet, Worksheet)
    earned = Decimal(SCORE["totals"]["conservative"]) - Decimal("0.5") + Decimal("7.31")
    printed = [line.cells for part in printed_score_sheet(score, CRITERIA, HEADING).parts for line in part.lines]

    assert recomputed(sheet, f"E{row_of(sheet, '8.1.1')}") == Decimal("7.31")
    assert recomputed(sheet, f"E{row_of(sheet, 'Tổng cộng')}") == earned
    assert next(cells[4] for cells in printed if cells[0] == "8.1.1") == "7,31"
    assert printed[-1][4] == vn_number(f"{earned:.2f}")


def test_tasks_and_evidence_by_office_name_every_component_once(appraised: dict[str, Any]) -> None:
    printed = printed_offices(appraised, CRITERIA, HEADING)
    offices = {part.title: [line.cells[0] for line in part.lines] for part in printed.parts}
    assert sorted(name for names in offices.values() for name in names) == sorted(
        item["id"] for item in SCORE["components"]
    )
    lines = {line.cells[0]: line.cells for part in printed.parts for line in part.lines}
    assert "kế hoạch.pdf" in str(lines["1.7.1"][4]) and lines["1.7.1"][5] == "Đủ"
    assert str(lines["1.5.1"][5]).startswith("Nộp: ")


def test_an_office_is_not_told_that_all_is_there_where_words_alone_stand_or_a_survey_waits_for_nothing() -> None:
    explained = {"evidence": [], "explanations": [WORDS], "points": "0.00", "state": "scored", "source": "declared"}
    told = {"1.1.2": explained, "8.1.1": {"survey_points": "7.31"}}
    score = SCORE | {"components": [item | told.get(item["id"], {}) for item in SCORE["components"]]}
    lines = {
        line.cells[0]: line.cells[5] for part in printed_offices(score, CRITERIA, HEADING).parts for line in part.lines
    }

    assert lines["1.1.2"] == "Giải trình đã có; nộp tài liệu nếu có."
    assert (lines["8.1.1"], lines["8.2.1"]) == ("Đã có kết quả khảo sát", "Chờ kết quả khảo sát")


def test_a_row_taller_than_a_page_is_torn_and_none_else() -> None:
    columns = (Column("Mục", 20), Column("Nội dung", 100, group="Nhóm"), Column("Điểm", 20, number=True, group="Nhóm"))
    long = Line(("1", "chữ " * 4000, Decimal("1.50")))
    document = Printed(
        heading=HEADING,
        title=("THỬ",),
        parts=(Part("I. Phần", (), columns, (long,)),),
        foot=Foot(signer=("NGƯỜI LẬP",)),
    )
    assert pdf_of(document) == pdf_of(document)
    (head, table, _) = docx.Document(io.BytesIO(docx_of(document))).tables
    assert [cell.text for cell in table.rows[0].cells] == ["Mục", "Nhóm", "Nhóm"]
    assert [cell.text for cell in table.rows[1].cells] == ["Mục", "Nội dung", "Điểm"]
    assert head.cell(0, 0).text == "ỦY BAN NHÂN DÂN"
