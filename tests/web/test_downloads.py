"""What is downloaded from the reports page opens as what it says it is."""

from __future__ import annotations

import io
import zipfile

import pytest

from flows.resources import open_resources
from storage.records.import_alarms import ImportAlarm, raise_alarms
from tests.web.wards import OWN, PERIOD, Town, visiting


@pytest.mark.parametrize(
    ("form", "begins", "inside"),
    [
        (".xlsx", b"PK", "xl/workbook.xml"),
        ("/docx", b"PK", "word/document.xml"),
        ("/giai-trinh.docx", b"PK", "word/document.xml"),
        ("/pdf", b"%PDF-", ""),
        ("/theo-don-vi.xlsx", b"PK", "xl/workbook.xml"),
        ("/tham-dinh.pdf", b"%PDF-", ""),
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


@pytest.mark.parametrize("kind", ["ii06a", "overdue"])
def test_reports_of_the_one_stop_desk_come_to_print_and_sign(town: Town, kind: str) -> None:
    with visiting(town, "leader") as client:
        word = client.get(f"/p/{OWN}/{PERIOD}/bao-cao/{kind}", params={"ky": f"{PERIOD}-Q3", "dang": "docx"})
        paper = client.get(f"/p/{OWN}/{PERIOD}/bao-cao/{kind}", params={"dang": "pdf"})
    with zipfile.ZipFile(io.BytesIO(word.content)) as opened:
        assert "word/document.xml" in opened.namelist()
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["content-disposition"].endswith(f"_{OWN}_{PERIOD}.pdf")


def test_no_other_form_is_made(town: Town) -> None:
    with visiting(town, "leader") as client:
        assert client.get(f"/p/{OWN}/{PERIOD}/phieu-cham-diem/{town.own.run}/exe").status_code == 422


def test_an_imports_page_names_its_alarms(own_town: Town) -> None:
    alarm = ImportAlarm("due_moved", "hạn trả lùi sau ngày trả", "H17.12-250105-0001")
    with open_resources(own_town.settings) as resources, resources.database.write() as connection:
        raise_alarms(connection, OWN, own_town.own.import_id, [alarm])
    with visiting(own_town, "coordinator") as client:
        listed = client.get(f"/p/{OWN}/{PERIOD}/du-lieu").text
        shown = client.get(f"/p/{OWN}/{PERIOD}/du-lieu/{own_town.own.import_id}").text

    assert "cảnh báo</a>" in listed
    assert "hồ sơ H17.12-250105-0001: hạn trả lùi sau ngày trả" in shown
