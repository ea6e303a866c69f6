"""Signing in: wrong passwords, closed doors, codes, sessions that turn and end, forms that came too late."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pyotp
import pytest
from fastapi.testclient import TestClient

from flows.people import accounts as signing
from flows.people.accounts import IDLE, TURN_AFTER, TURN_GRACE, Attempt, BadAccount, DoorClosed, Person, SignInRefused
from flows.resources import open_resources
from storage.people.accounts import Grant
from tests.web.wards import OWN, OWN_COMPONENT, PASSWORD, PERIOD, Town, sign_in, visiting
from web.cookies import SESSION
from web.house import House

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HERE = f"/p/{OWN}/{PERIOD}"


def _attempt(name: str, password: str, *, code: str = "", seconds: float = 0, origin: str = "10.0.0.9") -> Attempt:
    return Attempt(name, password, code, origin, NOW + timedelta(seconds=seconds))


def test_five_wrong_passwords_close_the_door_for_everybody_who_knocks_as_that_account(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        for second in range(5):
            with pytest.raises(SignInRefused):
                signing.sign_in(resources, _attempt("leader", "wrong-password", seconds=second))
        with pytest.raises(DoorClosed, match="chờ"):
            signing.sign_in(resources, _attempt("leader", PASSWORD, seconds=6, origin="10.9.9.9"))
        signing.sign_in(resources, _attempt("auditor", PASSWORD, seconds=6))
        assert signing.sign_in(resources, _attempt("leader", PASSWORD, seconds=40)).secret


def test_an_unknown_name_and_a_wrong_password_are_told_apart_by_nobody(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        said = set()
        for name in ("nobody", "auditor"):
            with pytest.raises(SignInRefused) as refused:
                signing.sign_in(resources, _attempt(name, "wrong-password"))
            said.add(str(refused.value))
    assert len(said) == 1


def test_a_six_digit_code_is_asked_for_and_counts_once(own_town: Town) -> None:
    secret = signing.new_code_secret()
    codes = pyotp.TOTP(secret)
    with open_resources(own_town.settings) as resources:
        signing.turn_on_codes(resources, "auditor", secret, codes.at(NOW), at=NOW)
        with pytest.raises(SignInRefused):
            signing.sign_in(resources, _attempt("auditor", PASSWORD, seconds=60))
        code = codes.at(NOW + timedelta(seconds=60))
        assert signing.sign_in(resources, _attempt("auditor", PASSWORD, code=code, seconds=60)).secret
        with pytest.raises(SignInRefused):
            signing.sign_in(resources, _attempt("auditor", PASSWORD, code=code, seconds=70))


@pytest.mark.parametrize(
    ("name", "password", "fault"),
    [
        ("Tên", "a-long-enough-one", "Tên đăng nhập"),
        ("ok", "short", "10 ký tự"),
        ("nguyen", "nguyen-2026-x", "tên đăng nhập"),
    ],
)
def test_accounts_that_cannot_be_are_refused(own_town: Town, name: str, password: str, fault: str) -> None:
    with open_resources(own_town.settings) as resources, pytest.raises(BadAccount, match=fault):
        signing.create_account(
            resources.database, Person(name, "", password, (Grant("leader", OWN),)), who="test", at=NOW
        )


def test_a_session_turns_its_secret_and_ends_when_nobody_uses_it(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = House.now(House(own_town.settings))
    with visiting(own_town, "auditor") as client:
        old = client.cookies[SESSION]
        moments = iter([start + TURN_AFTER * 1.1, start + TURN_AFTER * 1.1 + TURN_GRACE / 2])
        clock = {"now": start}
        monkeypatch.setattr(House, "now", lambda _: clock["now"])
        clock["now"] = next(moments)
        turned = client.get(f"{HERE}/bang-diem").cookies[SESSION]
        assert turned != old
        clock["now"] = next(moments)
        assert _status_with(client, old) == 200, "a request under way still gets through"
        clock["now"] += TURN_GRACE
        assert _status_with(client, old) == 303
        assert _status_with(client, turned) == 200
        clock["now"] += IDLE
        assert _status_with(client, turned) == 303


def _status_with(client: TestClient, secret: str) -> int:
    client.cookies.clear()
    client.cookies.set(SESSION, secret)
    return client.get(f"{HERE}/bang-diem").status_code


def test_the_secret_is_new_at_each_sign_in_and_dead_after_signing_out(own_town: Town) -> None:
    with visiting(own_town) as client:
        first = _signed_in(client, "auditor")
        client.post("/dang-xuat", headers={"x-form-key": _form_key(client)})
        second = _signed_in(client, "auditor")
        assert first != second
        assert _status_with(client, first) == 303


def _signed_in(client: TestClient, name: str) -> str:
    page = client.get("/dang-nhap").text
    key = re.search(r'name="entry_key" value="([^"]+)"', page)
    assert key
    answer = client.post("/dang-nhap", data={"name": name, "password": PASSWORD, "entry_key": key.group(1)})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    return client.cookies[SESSION]


def _form_key(client: TestClient) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', client.get(f"{HERE}/bang-diem").text)
    assert found
    return found.group(1)


def test_a_form_from_elsewhere_or_without_its_key_changes_nothing(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        own = town.sessions["coordinator"].form_key
        for headers in ({"x-form-key": ""}, {"x-form-key": "other"}, {"x-form-key": own, "origin": "https://evil.example"},
                        {"x-form-key": own, "sec-fetch-site": "cross-site"}):  # fmt: skip
            answer = client.post(f"{HERE}/chia-se", data={"recipient": "X"}, headers=headers)
            assert answer.status_code == 403, headers
            assert "Biểu mẫu" in answer.text


def test_what_was_typed_before_the_session_ended_is_sent_again_after_signing_in(own_town: Town) -> None:
    with visiting(own_town, "unit") as client:
        typed = {"v.improvement_plan_issued": "có", "explanation": 'Chờ "văn bản" & ký'}
        client.cookies.clear()
        late = client.post(f"{HERE}/tieu-chi/{OWN_COMPONENT}/khai", data=typed)
        assert late.status_code == 401 and "vẫn còn" in late.text
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', late.text)}
        again = client.post("/dang-nhap", data=fields | {"name": "unit", "password": PASSWORD})
        kept = {name: unescape(value) for name, value in re.findall(r'name="([\w.]+)" value="([^"]*)"', again.text)}
        sent = client.post(f"{HERE}/tieu-chi/{OWN_COMPONENT}/khai", data=kept, headers={"x-form-key": ""})
        assert (kept["explanation"], sent.status_code) == (typed["explanation"], 409), (
            "its version is missing: asked again"
        )
        assert "Chờ" in sent.text


def test_a_link_that_leads_elsewhere_is_not_followed_after_signing_in(town: Town) -> None:
    from web.entry import own_path

    for address in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"):
        assert own_path(address) == "/"
    assert own_path("/p/x/2025/hom-nay?a=1") == "/p/x/2025/hom-nay?a=1"


def test_a_closed_account_is_out_at_once(own_town: Town) -> None:
    with visiting(own_town, "supervisor") as client:
        assert client.get(f"{HERE}/bang-diem").status_code == 200
        sign_in(client, own_town, "administrator")
        assert client.post("/tai-khoan/danh-sach/supervisor/khoa").status_code == 303
        sign_in(client, own_town, "supervisor")
        assert client.get(f"{HERE}/bang-diem").status_code == 303


def test_codes_are_turned_on_and_off_on_the_account_page(own_town: Town) -> None:
    with visiting(own_town, "auditor") as client:
        offered = client.post("/tai-khoan/ma-sau-so").text
        found = re.search(r'name="secret" value="([A-Z2-7]+)"', offered)
        assert found and "<svg" in offered
        wrong = client.post("/tai-khoan/ma-sau-so/bat", data={"secret": found[1], "code": "000000"})
        assert wrong.status_code == 422 and found[1] in wrong.text, "the picture that was scanned stays good"
        code = pyotp.TOTP(found[1]).now()
        assert (
            "sẽ hỏi mã sáu số" in client.post("/tai-khoan/ma-sau-so/bat", data={"secret": found[1], "code": code}).text
        )
        assert "Đang bật" in client.get("/tai-khoan").text
        assert "Đã tắt mã sáu số" in client.post("/tai-khoan/ma-sau-so/tat").text


def test_who_opens_a_link_stands_in_its_receipt(own_town: Town) -> None:
    address = f"/chia-se/{own_town.own.link_secret}"
    with visiting(own_town) as client:
        key = re.search(r'name="entry_key" value="([^"]+)"', client.get(address).text)
        assert key
        nameless = client.post(address, data={"who": " ", "office": "Sở Nội vụ", "entry_key": key[1]})
        entered = client.post(address, data={"who": "Lê Thị A", "office": "Sở Nội vụ", "entry_key": key[1]})
        sign_in(client, own_town, "coordinator")
        shown = client.get(f"{HERE}/chia-se").text
    assert nameless.status_code == 422 and "Ghi họ tên và cơ quan" in nameless.text
    assert entered.status_code == 303 and "Lê Thị A, Sở Nội vụ (testclient)" in shown
