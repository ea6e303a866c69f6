"""What is downloaded from the reports page opens as what it says it is."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.web.wards import OWN, PERIOD, Town, visiting


@pytest.mark.parametrize(
    ("form", "begins", "inside"),
    [
        (".xlsx", b"PK", "xl/workbook.xml"),
        ("/docx", b"PK", "word/document.xml"),
        ("/giai-trinh.docx", b"PK", "word/document.xml"),
        ("/pdf", b"%PDF-", ""),
    ],
)
def test_the_score_sheet_in_every_form(town: Town, form: str, begins: bytes, inside: str) -> None:
    with visiting(town, "leader") as client:
        answer = client.get(f"/p/{OWN}/{PERIOD}/phieu-cham-diem/{town.own.run}{form}")

    assert answer.status_code == 200 and answer.content.startswith(begins)
    assert answer.headers["content-disposition"].startswith("attachment")
    if inside:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
            assert inside in opened.namelist()


def test_no_other_form_is_made(town: Town) -> None:
    with visiting(town, "leader") as client:
        assert client.get(f"/p/{OWN}/{PERIOD}/phieu-cham-diem/{town.own.run}/exe").status_code == 422
