"""The API: tokens with scope and expiry, the same answers as the pages, nothing that answers 5xx."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from flows.people.accounts import make_token
from flows.resources import open_resources
from storage.ledger import requests
from storage.ledger.leases import LEASE
from tests.web.wards import NOW, OWN, OWN_COMPONENT, PERIOD, ROLES, Town, let_in_for_both_wards, sign_in, visiting
from web.access import DEEDS, EVERYBODY, Deed
from web.app import create_app, deeds_of

V1 = f"/api/v1/units/{OWN}/periods/{PERIOD}"


def token_of(town: Town, account: str, *deeds: Deed, days: int = 30) -> dict[str, str]:
    """The header of a new key."""
    with open_resources(town.settings) as resources:
        token = make_token(resources, account, "test", [deed.value for deed in deeds], days, at=NOW)
    return {"Authorization": f"Bearer {token['secret']}"}


def test_a_token_does_what_it_was_given_and_no_more(town: Town) -> None:
    reading = token_of(town, "coordinator", Deed.SEE_SCORE)
    with visiting(town) as client:
        score = client.get(f"{V1}/score", headers=reading)
        assert score.status_code == 200 and len(score.json()["components"]) == 60
        assert client.post(f"{V1}/requests", headers=reading, json={}).status_code == 403
        assert client.get(f"{V1}/score").status_code == 401
        assert client.get(f"/api/v1/units/hai-chau/periods/{PERIOD}/score", headers=reading).status_code == 403


def test_a_token_reaches_no_further_than_its_account(town: Town) -> None:
    every = token_of(town, "unit", *Deed)
    with visiting(town) as client:
        told = client.get(f"{V1}/score", headers=every).json()
        assert {item["responsible"] for item in told["components"]} == {"Phòng Văn hóa - Xã hội"}
        assert "totals" not in told
        assert client.get(f"{V1}/imports", headers=every).status_code == 403
        assert client.get(f"{V1}/components/2.4.1", headers=every).status_code == 403


def test_the_account_page_hands_on_every_deed_of_the_api_that_the_account_holds(own_town: Town) -> None:
    asked = {deed for (_, path), deed in deeds_of(create_app(own_town.settings)).items() if path.startswith("/api/")}
    offered: dict[str, set[str]] = {}
    with visiting(own_town) as client:
        for role in ROLES:
            sign_in(client, own_town, role)
            page = client.get("/tai-khoan").text
            offered[role] = set(re.findall(r'name="deeds" value="(\w+)"', page))
            assert offered[role] == {deed.value for deed in DEEDS[role] & asked}, role
        let_in_for_both_wards(own_town, "auditor")
        sign_in(client, own_town, "city")
        offered["city"] = set(re.findall(r'name="deeds" value="(\w+)"', client.get("/tai-khoan").text))
        assert offered["city"] == offered["auditor"] | {Deed.COMPARE_UNITS.value}
    assert set().union(*offered.values()) == {deed.value for deed in asked - EVERYBODY}


def test_a_key_made_on_the_account_page_sends_documents_and_no_key_exceeds_its_account(own_town: Town) -> None:
    with visiting(own_town, "unit") as client:
        form = {"label": "phần mềm", "deeds": ["upload", "approve"]}
        secret = re.search(r"par_[\w-]+", client.post("/tai-khoan/khoa", data=form).text)
        assert secret
        key = {"Authorization": f"Bearer {secret.group()}"}
        sign_in(client, own_town, "")
        told = client.get("/api/v1/me", headers=key).json()
        wish = {"name": "a.pdf", "size": 5, "target": OWN_COMPONENT}
        begun = client.post(f"{V1}/uploads", headers=key, json=wish)
    assert told["deeds"] == ["upload"] and begun.status_code == 200


def test_a_token_ends(town: Town) -> None:
    with open_resources(town.settings) as resources:
        token = make_token(resources, "leader", "old", ["see_score"], 1, at=NOW - timedelta(days=2))
    with visiting(town) as client:
        answer = client.get(f"{V1}/score", headers={"Authorization": f"Bearer {token['secret']}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("role", ["coordinator", "guest"])
def test_a_browser_session_does_not_open_the_api(town: Town, role: str) -> None:
    with visiting(town, role) as client:
        assert client.get(f"{V1}/score").status_code == 401
        assert client.get("/api/v1/me").status_code == 401


def test_an_ad_hoc_run_is_asked_for_once_and_cancelled(town: Town) -> None:
    token = token_of(town, "coordinator", Deed.ASK_RUN, Deed.SEE_RUNS)
    question = {"as_of": "2025-06-30", "dry_run": True}
    with visiting(town) as client:
        first = client.post(f"{V1}/requests", headers=token, json=question)
        second = client.post(f"{V1}/requests", headers=token, json=question).json()
        assert (first.status_code, second["joined"]) == (202, True)
        ended = client.delete(f"{V1}/requests/{second['request']}", headers=token).json()
        bad = client.post(f"{V1}/requests", headers=token, json={"criteria": "không-có@1"})
    assert ended["state"] == "cancelled"
    assert bad.status_code == 422 and "không-có" in bad.json()["error"]


def test_a_run_that_a_dead_worker_left_is_told_as_out_of_reach_by_api_and_page_and_can_be_cancelled(
    own_town: Town,
) -> None:
    token = token_of(own_town, "coordinator", Deed.ASK_RUN, Deed.SEE_RUNS)
    with open_resources(own_town.settings) as resources, resources.database.write() as connection:
        taken = requests.claim_next(connection, owner="another-machine:1:1", now=NOW - LEASE)
    assert taken is not None and (taken.wanted.unit, taken.wanted.period) == (OWN, PERIOD)

    with visiting(own_town, "coordinator") as client:
        told = client.get(f"{V1}/requests/{taken.id}", headers=token).json()
        page = client.get(f"/p/{OWN}/{PERIOD}/cham-diem/{taken.id}").text
        ended = client.delete(f"{V1}/requests/{taken.id}", headers=token).json()

    assert told["state"] == "lost" and "Mất liên lạc, sẽ được chạy tiếp" in page
    assert ended["state"] == "cancelled"


@pytest.mark.parametrize("role", ["coordinator", "unit", "auditor", "supervisor", "leader", "administrator"])
def test_each_role_at_each_route_of_the_api(town: Town, role: str) -> None:
    token = token_of(town, role, *Deed)
    wrong = []
    with visiting(town) as client:
        for (method, path), deed in deeds_of(create_app(town.settings)).items():
            if not path.startswith("/api/"):
                continue
            for unit in (OWN, town.other.unit) if "{unit}" in path else (OWN,):
                address = path.format(unit=unit, period=PERIOD, component=OWN_COMPONENT, sha256=town.own.document,
                                      request_id=town.own.request, upload_id=town.own.uploads.get(role, "u-none"),
                                      order_id=town.own.orders.get(role, "g-00000000"), run_id=town.own.run,
                                      form="docx", kind="ii06a", page=1, link_id=town.own.link,
                                      field="number", number=town.own.import_id)  # fmt: skip
                answer = client.request(method, address, headers=token)
                allowed = deed in EVERYBODY or (deed in DEEDS[role] and unit == OWN)
                whole = role == "unit" and path.endswith("/what-if")
                if (answer.status_code in (401, 403)) == allowed and not whole:
                    wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_the_description_has_an_example_for_every_answer(town: Town) -> None:
    with visiting(town) as client:
        described = client.get("/api/v1/openapi.json").json()
    lacking = []
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            answer = next(told["responses"][code] for code in ("200", "201", "202") if code in told["responses"])
            shown = answer.get("content", {}).get("application/json", {})
            if "example" not in shown and not path.endswith("/content"):
                lacking.append((path, method))
    assert lacking == []


def test_nothing_that_a_program_sends_is_answered_with_a_server_error(town: Town) -> None:
    tokens = [token_of(town, role, *Deed) for role in ("coordinator", "unit", "leader", "auditor")]
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(town.settings))
    broken: list[str] = []
    for operation in schema.get_all_operations():
        _run(operation.ok(), tokens, broken)
    assert broken == []


def _run(operation: object, tokens: list[dict[str, str]], broken: list[str]) -> None:
    turns = itertools.cycle(tokens)

    @given(case=operation.as_strategy())  # type: ignore[attr-defined]
    @settings(max_examples=3, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(headers=next(turns))
        if answer.status_code >= 500:
            broken.append(f"{case.method} {case.path} {answer.status_code}")

    ask()
