"""What people say of a document on its page: for which period it speaks, what it proves; what is left out."""

from __future__ import annotations

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from flows.arriving import intake
from flows.resources import open_resources
from storage.documents.links import links_of, terms_of
from storage.proof import custody
from storage.records.imports import imports_of
from tests.connectors.tables import xlsx
from tests.web.wards import (
    FOREIGN_COMPONENT,
    NOW,
    OFFICE,
    OTHER_OFFICE,
    OWN,
    OWN_COMPONENT,
    PERIOD,
    Town,
    declare,
    give_task,
    sign_in,
    visiting,
)

HERE = f"/p/{OWN}/{PERIOD}"
YEAR = {"speaks_from": "01/01/2025", "speaks_to": "31/12/2025", "expires_on": "30/06/2026"}


def _version(client: TestClient, page: str) -> str:
    return client.get(page).text.split('name="version" value="')[1].split('"')[0]


def test_a_unit_says_for_which_period_its_document_speaks_and_the_custody_log_keeps_it(own_town: Town) -> None:
    sha256 = own_town.own.document
    page = f"{HERE}/tai-lieu/{sha256}"
    with visiting(own_town, "unit") as client:
        answer = client.post(f"{page}/thoi-gian", data=YEAR | {"version": _version(client, page)})
        shown = client.get(page).text
    assert answer.status_code == 303
    assert "Từ 01/01/2025 đến 31/12/2025 (người dùng đã khai) · dùng được đến hết ngày 30/06/2026" in shown
    with open_resources(own_town.settings) as resources, resources.database.read() as connection:
        term = terms_of(connection, OWN)[sha256]
        event = [event for event in custody.events(connection) if event["event"] == "dated"][-1]
    assert (str(term["speaks_from"]), str(term["expires_on"])) == ("2025-01-01", "2026-06-30")
    assert (event["subject"], event["who"], event["detail"]["speaks_to"]) == (sha256, "unit", "2025-12-31")


def test_days_that_cannot_be_and_a_faster_colleague_lose_nothing_that_was_typed(own_town: Town) -> None:
    page = f"{HERE}/tai-lieu/{own_town.own.document}"
    with visiting(own_town, "unit") as client:
        version = _version(client, page)
        for wrong, told in (
            ({"speaks_to": "31/13/2025"}, "không phải ngày"),
            ({"speaks_to": ""}, "cần cả ngày đầu và ngày cuối"),
            ({"speaks_to": "31/12/2024"}, "đứng trước ngày đầu"),
        ):
            answer = client.post(f"{page}/thoi-gian", data=YEAR | wrong | {"version": version})
            assert answer.status_code == 422 and told in answer.text and 'value="30/06/2026"' in answer.text
        sign_in(client, own_town, "coordinator")
        client.post(f"{page}/thoi-gian", data=YEAR | {"version": version})
        sign_in(client, own_town, "unit")
        late = client.post(f"{page}/thoi-gian", data=YEAR | {"expires_on": "31/12/2027", "version": version})
        assert late.status_code == 409 and "Người khác vừa khai" in late.text and 'value="31/12/2027"' in late.text
        again = client.post(f"{page}/thoi-gian", data=YEAR | {"version": _version(client, page)})
    assert again.status_code == 303


def test_a_document_is_linked_to_an_own_component_alone_and_unlinked(own_town: Town) -> None:
    sha256 = own_town.own.document
    page = f"{HERE}/tai-lieu/{sha256}"
    with visiting(own_town, "unit") as client:
        assert client.post(f"{page}/gan", data={"muc": FOREIGN_COMPONENT}).status_code == 403
        assert client.post(f"{page}/gan", data={"muc": OWN_COMPONENT, "section": "II.3"}).status_code == 303
        assert f"Bỏ gắn mục {OWN_COMPONENT}" in client.get(page).text
        with open_resources(own_town.settings) as resources, resources.database.read() as connection:
            assert [(one.component, one.section) for one in links_of(connection, OWN)] == [(OWN_COMPONENT, "II.3")]
        assert client.post(f"{page}/bo-gan", data={"muc": OWN_COMPONENT}).status_code == 303
        assert "Bỏ gắn mục" not in client.get(page).text


def test_an_auditor_reads_the_period_and_changes_nothing(town: Town) -> None:
    page = f"{HERE}/tai-lieu/{town.own.document}"
    with visiting(town, "auditor") as client:
        shown = client.get(page).text
        assert "Nói về kỳ nào" in shown and "/thoi-gian" not in shown
        assert client.post(f"{page}/thoi-gian", data=YEAR).status_code == 403


def test_the_page_of_exports_tells_what_was_left_out_because_it_speaks_of_other_years(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        declare(resources, int(PERIOD) - 1)
    with visiting(own_town, "coordinator") as client:
        shown = client.get(f"{HERE}/du-lieu").text
    assert re.search(r"2 dòng thuộc kỳ 2024, không tính vào kỳ 2025", shown)


def test_a_coordinator_puts_an_unneeded_layout_aside_with_a_reason_and_nobody_else_may(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        xlsx(own_town.settings.exports_folder / "bang-la.xlsx", [["Cột lạ", "Cột nữa", "Cột ba"], ["a", "b", "c"]])
        intake.pull_exports(resources, intake.Sender("test", "exports", NOW))
        with resources.database.read() as connection:
            number = max(int(row["id"]) for row in imports_of(connection, OWN))
    page = f"{HERE}/du-lieu/{number}"
    with visiting(own_town, "coordinator") as client:
        assert "Bỏ cảnh báo" in client.get(page).text and "bang-la.xlsx" in client.get(f"{HERE}/hom-nay").text
        assert client.post(f"{page}/bo-qua", data={"why": " "}).status_code == 422
        assert client.post(f"{page}/bo-qua", data={"why": "bảng của phần mềm khác"}).status_code == 303
        after = client.get(page).text
        assert "bảng của phần mềm khác" in after and "/bo-qua" not in after
        assert "bang-la.xlsx" not in client.get(f"{HERE}/hom-nay").text.split("Đang vướng")[1]
        sign_in(client, own_town, "leader")
        assert client.post(f"{page}/bo-qua", data={"why": "x"}).status_code == 403


def test_an_office_finds_its_components_deadlines_and_tasks_on_one_page(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        give_task(resources, "NV01", OFFICE, NOW - timedelta(days=9))
        give_task(resources, "NV03", OFFICE, NOW + timedelta(days=3), origin="city", part=None)
        give_task(resources, "NV02", OTHER_OFFICE, NOW + timedelta(days=9))
    with visiting(own_town, "unit") as client:
        own = client.get(f"{HERE}/viec").text
        sign_in(client, own_town, "coordinator")
        whole = client.get(f"{HERE}/viec").text
    assert f"/tieu-chi/{OWN_COMPONENT}" in own and f"/tieu-chi/{FOREIGN_COMPONENT}" not in own
    assert f"/tieu-chi/{FOREIGN_COMPONENT}" in whole and "Điểm của thành phố" in whole
    assert "Nhiệm vụ NV01" in own and "▲ quá hạn" in own and "Nhiệm vụ NV03" in own
    assert "Nhiệm vụ NV02" not in own and "Nhiệm vụ NV02" in whole and "Điểm của thành phố" not in own
