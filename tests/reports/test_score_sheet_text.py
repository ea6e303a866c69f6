"""The score sheet as docx and pdf: words and sums of the workbook, Vietnamese letters embedded, same bytes again."""

from __future__ import annotations

import io
from decimal import Decimal

import docx
import pypdfium2
import pytest
from pypdf import PdfReader

from reports.explanation_report import printed_explanation
from reports.printed_docx import docx_of
from reports.printed_pdf import pdf_of
from reports.score_sheet import COLUMNS
from reports.score_sheet_text import printed_score_sheet, sheet_rows
from scoring.engine.facts import Facts
from tests.reports.test_score_sheet import HEADING
from tests.scoring.wards import CRITERIA, declared, dossiers, evidence, scored

SCORE = scored(
    Facts(
        dossiers=dossiers(100, 3),
        declared=declared("1.7.1", improvement_plan_issued=True, results_in_annual_report=True),
        evidence=(evidence("1.7.1", "kế hoạch <năm> & phụ lục.pdf"),),
    )
)


def test_rows_hold_all_components_and_add_up_to_the_total() -> None:
    rows = list(sheet_rows(SCORE, CRITERIA))
    components = [row for row in rows if row.level == "component"]
    assert [row.cells[0] for row in components] == [item["id"] for item in SCORE["components"]]
    for level in ("domain", "criterion", "total"):
        sums = [Decimal(row.cells[3].replace(",", ".")) for row in rows if row.level == level and row.cells[3]]
        assert f"{sum(sums):.2f}" == SCORE["totals"]["conservative"]
    assert next(row.cells[3] for row in components if row.cells[0] == "8.1.1") == "Khảo sát"


def test_docx_carries_every_row_with_head_and_foot() -> None:
    read = docx.Document(io.BytesIO(docx_of(printed_score_sheet(SCORE, CRITERIA, HEADING))))
    head, table, foot = read.tables
    assert head.cell(0, 1).text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert tuple(cell.text for cell in table.rows[0].cells) == COLUMNS
    assert len(table.rows) == 1 + len(list(sheet_rows(SCORE, CRITERIA)))
    assert "LÃNH ĐẠO ĐƠN VỊ" in foot.cell(0, 1).text
    assert any("KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC" in paragraph.text for paragraph in read.paragraphs)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return pdf_of(printed_score_sheet(SCORE, CRITERIA, HEADING))


def test_pdf_says_the_same_in_vietnamese_letters(pdf: bytes) -> None:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    words = " ".join(text.split())
    assert "kế hoạch <năm> & phụ lục.pdf" in words
    for row in sheet_rows(SCORE, CRITERIA):
        assert " ".join(row.cells[1].split())[:20] in words
    assert "Trang 1" in words


def test_pdf_embeds_its_fonts_and_is_the_same_again(pdf: bytes) -> None:
    fonts = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"]
    used = [font.get_object() for font in fonts.values() if font.get_object()["/Subtype"] == "/TrueType"]
    assert used and all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)
    assert pdf_of(printed_score_sheet(SCORE, CRITERIA, HEADING)) == pdf


def test_the_report_with_the_sheet_names_every_gap_and_its_owner() -> None:
    read = docx.Document(io.BytesIO(docx_of(printed_explanation(SCORE, CRITERIA, HEADING))))
    _, domains, gaps, tasks, _ = read.tables
    lacking = {item["id"] for item in SCORE["components"] if item["state"] in ("no_data", "no_evidence")}
    assert {row.cells[0].text for row in gaps.rows[1:]} == lacking
    assert {row.cells[1].text.split()[0] for row in tasks.rows[1:]} == lacking
    owners = [row.cells[0].text for row in tasks.rows[1:]]
    assert owners == sorted(owners)
    own = sum(Decimal(row.cells[2].text.replace(",", ".")) for row in domains.rows[1:])
    assert f"{own:.2f}" == SCORE["totals"]["conservative"]
