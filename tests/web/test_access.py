"""Who may do what: every role at every route, in its own ward, another ward, and with another ward's objects."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.test_api import token_of
from tests.web.test_cycle import DAYS
from tests.web.wards import (
    FOREIGN_COMPONENT,
    OWN,
    OWN_COMPONENT,
    PERIOD,
    ROLES,
    Town,
    Ward,
    link_to,
    sign_in,
    visiting,
)
from web.access import DEEDS, Deed
from web.app import create_app, deeds_of

# The table as officials agreed on it, written out a second time: one letter for each role that may.
# c coordinator, u unit, l leader, a auditor, s supervisor, m administrator, g guest
ALLOWED = {
    Deed.OWN_ACCOUNT: "culasm",
    Deed.SEE_SCORE: "culasg",
    Deed.SEE_WORK: "cul",
    Deed.SEE_EVIDENCE: "culasg",
    Deed.SEE_DOSSIERS: "cul",
    Deed.SEE_EXPORTS: "cl",
    Deed.SEE_RUNS: "cl",
    Deed.ASK_RUN: "c",
    Deed.WHAT_IF: "cul",
    Deed.UPLOAD: "cu",
    Deed.DECLARE: "cu",
    Deed.RELEASE: "c",
    Deed.ASSIGN: "c",
    Deed.APPROVE: "l",
    Deed.LOCK: "l",
    Deed.APPRAISE: "a",
    Deed.EXPLAIN: "cu",
    Deed.REPORT: "cls",
    Deed.ORDER_BUNDLE: "clag",
    Deed.SHARE: "c",
    Deed.ADMINISTER: "m",
    Deed.COMPARE_UNITS: "",
}
LETTERS = dict(zip(ROLES, "culasm", strict=True)) | {"guest": "g", "": "-"}
LETTERS |= {"auditor": "a", "supervisor": "s", "administrator": "m", "leader": "l"}
_TURNED_AWAY = (401, 403)


def _address(path: str, ward: Ward, unit: str, period: str, role: str) -> str:
    values: dict[str, Any] = {
        "unit": unit,
        "period": period,
        "component": OWN_COMPONENT,
        "sha256": ward.document,
        "page": 1,
        "field": "number",
        "number": ward.import_id,
        "request_id": ward.request,
        "run_id": ward.run,
        "order_id": ward.orders.get(role, ward.orders["coordinator"]),
        "link_id": ward.link,
        "upload_id": ward.uploads.get(role, ward.uploads["unit"]),
        "secret": ward.link_secret,
        "token_id": "k-none",
        "name": "nobody-of-this-name",
        "what": "khoa",
        "kind": "ii06a",
        "form": "docx",
    }
    return path.format(**values)


def _turned_away(client: TestClient, method: str, address: str) -> bool:
    # a form of which most is missing: what is allowed then fails over it, and changes little
    answer = client.request(method, address, data={"muc": OWN_COMPONENT} if method == "POST" else None)
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/dang-nhap?next")
    return answer.status_code in _TURNED_AWAY or to_sign_in


def _routes(town: Town, *, api: bool = False) -> list[tuple[str, str, Deed]]:
    found = deeds_of(create_app(town.settings))
    return [(method, path, deed) for (method, path), deed in found.items() if path.startswith("/api/") == api]


def test_the_table_of_roles_is_the_one_agreed_on() -> None:
    for deed, letters in ALLOWED.items():
        if deed != Deed.OWN_ACCOUNT:
            holders = {LETTERS[role] for role, deeds in DEEDS.items() if deed in deeds}
            assert holders == set(letters), deed
    assert set(ALLOWED) | {Deed.ENTER} == set(Deed)


@pytest.mark.parametrize("role", [*ROLES, "guest", ""])
def test_each_role_at_each_route_of_its_own_ward_of_another_ward_and_without_a_place(town: Town, role: str) -> None:
    wrong = []
    with visiting(town, role) as client:
        for method, path, deed in _routes(town):
            places = [(OWN, PERIOD), (town.other.unit, PERIOD)] if "{unit}" in path else [("", PERIOD)]
            for unit, period in places:
                sign_in(client, town, role)
                ward = town.other if unit == town.other.unit else town.own
                allowed = deed == Deed.ENTER or (LETTERS[role] in ALLOWED[deed] and unit in ("", OWN))
                if path == "/dang-xuat" or (deed == Deed.ENTER and method == "POST" and role):
                    continue
                away = _turned_away(client, method, _address(path, ward, unit, period, role))
                if away == allowed and deed != Deed.ENTER:
                    wrong.append((role, method, path, unit, "away" if away else "in"))
    assert wrong == []


@pytest.mark.parametrize("role", ["coordinator", "leader", "auditor", "supervisor", "guest", "unit"])
def test_objects_of_another_ward_are_not_reached_through_ones_own_address(town: Town, role: str) -> None:
    reached = []
    keys = ("{sha256}", "{number}", "{request_id}", "{run_id}", "{order_id}", "{link_id}", "{upload_id}")
    with visiting(town, role) as client:
        for method, path, deed in _routes(town):
            if LETTERS[role] not in ALLOWED.get(deed, "") or not any(key in path for key in keys):
                continue
            answer = client.request(method, _address(path, town.other, OWN, PERIOD, role))
            if answer.status_code not in (403, 404):
                reached.append((method, path, answer.status_code))
    assert reached == []


_OF_OTHERS = ("{component}", "{sha256}", "{order_id}", "{upload_id}")


@pytest.mark.parametrize("role", ["unit", "limited"])
def test_what_belongs_to_another_office_or_component_is_reached_at_no_address(own_town: Town, role: str) -> None:
    link_to(own_town, OWN_COMPONENT)
    mine = own_town.own
    foreign = {"component": FOREIGN_COMPONENT, "sha256": mine.quarantined}
    foreign |= {"order_id": mine.orders["coordinator"], "upload_id": mine.uploads["coordinator"]}
    common = {"unit": OWN, "period": PERIOD, "page": 1, "run_id": mine.run, "form": "docx", "field": "number"}
    key = token_of(own_town, "unit", *Deed) if role == "unit" else {}
    reached, asked = [], 0
    with visiting(own_town, "coordinator") as client:
        client.post(f"/p/{OWN}/{PERIOD}/ky-cham/mo", data=DAYS)
        sign_in(client, own_town, role)
        for (method, path), _ in deeds_of(create_app(own_town.settings)).items():
            if not any(name in path for name in _OF_OTHERS):
                continue
            asked += 1
            data = {} if method in ("GET", "DELETE") else {"json": {"values": {}}} if "/api/" in path else {"data": {}}
            answer = client.request(
                method, path.format(**common | foreign), headers=key if "/api/" in path else {}, **data
            )
            if answer.status_code not in (401, 403, 404):
                reached.append((method, path, answer.status_code))
    assert asked > 30
    assert [one for one in reached if one[2] != 422] == []
    assert all("/api/" in path for _, path, _ in reached), "a page refuses before it reads what was sent"


@pytest.mark.parametrize("role", ["coordinator", "leader", "auditor", "supervisor", "unit", "administrator"])
def test_every_page_of_a_year_without_a_score_opens_for_each_role(town: Town, role: str) -> None:
    fell = []
    with visiting(town, role) as client:
        for method, path, deed in _routes(town):
            of_the_year = path.count("{") == 2 and "{period}" in path
            if method == "GET" and of_the_year and LETTERS[role] in ALLOWED[deed]:
                answer = client.get(_address(path, town.own, OWN, "2031", role))
                if answer.status_code not in (200, 303, 404):
                    fell.append((path, answer.status_code))
    assert fell == []


def test_a_year_without_a_score_says_what_comes_next_and_keeps_its_menu(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        shown = client.get(f"/p/{OWN}/2031/bang-diem")
        sign_in(client, town, "supervisor")
        looking = client.get(f"/p/{OWN}/2031/bang-diem")
    assert shown.status_code == looking.status_code == 404
    assert "Đêm đầu tiên sẽ chấm" in shown.text and 'class="button" href="/p/hoi-an-dong/2031/cham-diem"' in shown.text
    assert f'href="/p/{OWN}/2031/hom-nay"' in looking.text and 'class="button"' not in looking.text


def test_a_grant_for_one_period_ends_with_it(town: Town) -> None:
    with visiting(town, "guest") as client:
        assert client.get(f"/p/{OWN}/{PERIOD}/bang-diem").status_code == 200
        assert client.get(f"/p/{OWN}/2024/bang-diem").status_code == 403


def test_an_office_sees_and_changes_only_its_own_components(town: Town) -> None:
    root = f"/p/{OWN}/{PERIOD}"
    with visiting(town, "unit") as client:
        table = client.get(f"{root}/bang-diem").text
        assert f"tieu-chi/{OWN_COMPONENT}" in table and f"tieu-chi/{FOREIGN_COMPONENT}" not in table
        for page in ("", "/phia-sau", "/neu-nhu", "/khai"):
            assert client.get(f"{root}/tieu-chi/{OWN_COMPONENT}{page}").status_code == 200, page
            assert client.get(f"{root}/tieu-chi/{FOREIGN_COMPONENT}{page}").status_code == 403, page
        begin = {"name": "a.pdf", "size": "5", "muc": FOREIGN_COMPONENT}
        assert client.post(f"{root}/nop-tai-lieu/bat-dau", data=begin).status_code == 403
        declared = {"version": "x", "v.law_plan_issued": "có"}
        assert client.post(f"{root}/tieu-chi/{FOREIGN_COMPONENT}/khai", data=declared).status_code == 403


def test_every_page_says_no_to_inline_script_and_frames(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        for path in ("/dang-nhap", f"/p/{OWN}/{PERIOD}/hom-nay", "/nowhere", "/healthz"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "'unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
        page = client.get(f"/p/{OWN}/{PERIOD}/hom-nay").text
        assert " style=" not in page and "<script>" not in page and " onclick" not in page


def test_evidence_is_never_served_as_something_active(town: Town) -> None:
    with visiting(town, "auditor") as client:
        answer = client.get(f"/p/{OWN}/{PERIOD}/tai-lieu/{town.own.document}/tai-ve")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"].split("; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(b"%PDF")
