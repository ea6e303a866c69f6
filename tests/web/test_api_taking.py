"""The API hands out what the pages hand out: sheets, reports, pictures of pages, links for other offices."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import openpyxl
import pytest
from PIL import Image

from tests.web.test_api import V1, token_of
from tests.web.wards import OWN_COMPONENT, Town, visiting
from web.access import Deed


def test_sheets_and_reports_are_files_that_open(town: Town) -> None:
    token = token_of(town, "coordinator", Deed.REPORT)
    with visiting(town) as client:
        sheet = client.get(f"{V1}/runs/{town.own.run}/sheets/xlsx/content", headers=token)
        papers = {
            form: client.get(f"{V1}/runs/{town.own.run}/sheets/{form}/content", headers=token).content[:4]
            for form in ("docx", "pdf", "giai-trinh.docx")
        }
        report = client.get(f"{V1}/reports/ii06a/content", headers=token, params={"span": "2025-Q3"})
        other_year = client.get(f"{V1}/reports/ii06a/content", headers=token, params={"span": "2024-Q3"})

    assert any(
        "Tổng" in str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(sheet.content)).active for cell in row
    )
    assert papers == {"docx": b"PK\x03\x04", "pdf": b"%PDF", "giai-trinh.docx": b"PK\x03\x04"}
    assert openpyxl.load_workbook(io.BytesIO(report.content)).sheetnames
    assert "attachment" in report.headers["content-disposition"]
    assert other_year.status_code == 403


def test_the_overdue_list_asks_for_the_right_to_see_dossiers(town: Town) -> None:
    with visiting(town) as client:
        reporting = token_of(town, "coordinator", Deed.REPORT)
        both = token_of(town, "coordinator", Deed.REPORT, Deed.SEE_DOSSIERS)
        assert client.get(f"{V1}/reports/overdue/content", headers=reporting).status_code == 403
        assert client.get(f"{V1}/reports/overdue/content", headers=both).status_code == 200


def test_the_picture_of_a_page_is_a_picture(town: Town) -> None:
    token = token_of(town, "coordinator", Deed.SEE_EVIDENCE)
    with visiting(town) as client:
        first = client.get(f"{V1}/documents/{town.own.document}/pages/1/content", headers=token)
        none = client.get(f"{V1}/documents/{town.own.document}/pages/9/content", headers=token)
        foreign = client.get(f"{V1}/documents/{town.other.document}/pages/1/content", headers=token)

    assert Image.open(io.BytesIO(first.content)).format == "PNG"
    assert (none.status_code, foreign.status_code) == (404, 404)
    assert "error" in none.json()


def test_a_link_is_made_opened_told_and_ended(own_town: Town) -> None:
    token = token_of(own_town, "coordinator", Deed.SHARE)
    with visiting(own_town) as client:
        wish = {"recipient": " Sở Nội vụ ", "days": 7, "components": [OWN_COMPONENT]}
        made = client.post(f"{V1}/shares", headers=token, json=wish)
        listed = client.get(f"{V1}/shares", headers=token)
        door = urlsplit(made.json()["address"]).path
        before = client.get(door).status_code
        ended = client.delete(f"{V1}/shares/{made.json()['id']}", headers=token)
        after = client.get(door).status_code

    assert made.status_code == 201
    (link,) = [one for one in listed.json()["links"] if one["id"] == made.json()["id"]]
    assert (link["recipient"], link["components"], link["openings"]) == ("Sở Nội vụ", [OWN_COMPONENT], [])
    assert door.rsplit("/", 1)[-1] not in listed.text, "the secret is told once"
    assert (before, ended.json(), after) == (200, {"id": link["id"], "revoked": True}, 410)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"recipient": "  "}, "không đúng dạng"),
        ({"recipient": "Sở", "days": 91}, "không được quá 90"),
        ({"days": 3}, "thiếu, phải ghi"),
    ],
)
def test_a_link_for_nobody_or_for_ever_is_refused_in_words(town: Town, wish: dict[str, object], told: str) -> None:
    token = token_of(town, "coordinator", Deed.SHARE)
    with visiting(town) as client:
        answer = client.post(f"{V1}/shares", headers=token, json=wish)
    assert answer.status_code == 422 and told in answer.text
