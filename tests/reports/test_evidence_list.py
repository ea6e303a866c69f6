"""The list of evidence, read back."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from reports.evidence_list import COLUMNS, EvidenceRow, evidence_list
from reports.heading import Heading

HEADING = Heading("Phường Hội An Đông", "Thành phố Đà Nẵng", "2025", date(2026, 1, 6))


def rows_of(rows: list[EvidenceRow]) -> list[tuple[object, ...]]:
    """The rows below the header, without the signature block."""
    sheet = openpyxl.load_workbook(io.BytesIO(evidence_list(rows, HEADING))).active
    assert isinstance(sheet, Worksheet)
    values = list(sheet.iter_rows(values_only=True))
    header = values.index(COLUMNS)
    return [row for row in values[header + 1 :] if isinstance(row[0], int)]


def test_a_document_stands_there_with_all_that_is_known_of_it():
    row = EvidenceRow(
        component="1.1.1",
        name="Kế hoạch CCHC.pdf",
        number="12/KH-UBND",
        issued_on="2025-01-20",
        issuer="UBND phường Hội An Đông",
        signer="Trần Văn B",
        section="mục II",
        pages="2-3",
        sha256="a" * 64,
        signature="Chữ ký số hợp lệ.",
        office="Văn phòng HĐND và UBND",
    )
    assert rows_of([row]) == [
        (
            *(1, "1.1.1", "Kế hoạch CCHC.pdf", "12/KH-UBND", datetime(2025, 1, 20), "UBND phường Hội An Đông"),  # noqa: DTZ001
            *("Trần Văn B", "mục II, trang 2-3", "a" * 64, "Chữ ký số hợp lệ.", "Văn phòng HĐND và UBND"),
        )
    ]


def test_what_nobody_knows_stays_empty_and_an_unchecked_signature_is_said():
    (row,) = rows_of([EvidenceRow(component="", name="x.pdf", sha256="b" * 64)])
    assert row[1] in (None, "")
    assert row[4] in (None, "")
    assert row[9] == "Chưa kiểm tra"


def test_an_unreadable_date_is_shown_as_it_is():
    (row,) = rows_of([EvidenceRow(component="1.1.1", name="x.pdf", sha256="b" * 64, issued_on="tháng 3/2025")])
    assert row[4] == "tháng 3/2025"


def test_rows_come_in_the_order_of_the_criteria_set_whatever_order_they_are_given():
    names = ["3.10.1", "3.2.1", "", "1.1.1"]
    rows = [EvidenceRow(component=name, name="x.pdf", sha256="b" * 64) for name in names]
    assert [row[1] or "" for row in rows_of(rows)] == ["1.1.1", "3.2.1", "3.10.1", ""]
    assert evidence_list(rows, HEADING) == evidence_list(rows[::-1], HEADING)


def test_an_empty_list_is_a_sheet_too():
    assert rows_of([]) == []
