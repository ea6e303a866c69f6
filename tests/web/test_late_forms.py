"""Forms that come too late: the session ended, or was renewed in another window. Nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from fastapi.testclient import TestClient

from flows.resources import open_resources
from tests.web.provider import Provider
from tests.web.test_cycle import DAYS, ROOT, _do
from tests.web.test_elsewhere import _with_issuer, issuer
from tests.web.wards import OWN, OWN_COMPONENT, PASSWORD, PERIOD, Town, sign_in, visiting
from web.limits import MOST_FORM

HERE = f"/p/{OWN}/{PERIOD}"
DECLARE = f"{HERE}/tieu-chi/{OWN_COMPONENT}/khai"
FROM_OUR_PAGE = {"x-form-key": "", "sec-fetch-site": "same-origin", "origin": "http://testserver"}

__all__ = ["issuer"]


def _fields(page: str) -> dict[str, str]:
    """What the hidden fields of a page hold."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', page)}


def _shown(page: str) -> dict[str, str]:
    return {unescape(name): unescape(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.S)}


def test_a_form_opened_before_signing_in_again_elsewhere_is_shown_once_more_and_then_taken(own_town: Town) -> None:
    typed = {"form_key": "the-old-key", "v.improvement_plan_issued": "không", "explanation": "Chờ & ký", "version": "x"}
    with visiting(own_town, "coordinator") as client:
        old = client.post(DECLARE, data=typed, headers=FROM_OUR_PAGE)
        kept = _fields(old.text)
        again = client.post(DECLARE, data=kept, headers=FROM_OUR_PAGE)
    assert old.status_code == 403 and "gửi lại nội dung vừa nhập" in old.text
    assert kept["explanation"] == "Chờ & ký" and kept["form_key"] == own_town.sessions["coordinator"].form_key
    assert again.status_code == 409, "its version is old: both values are shown side by side"
    shown = _shown(old.text)
    assert shown["Giải trình"] == "Chờ & ký" and "không" in shown.values()
    assert not {"version", "form_key", "v.improvement_plan_issued"} & set(shown), "in the words of the form"


def test_a_form_whose_sender_no_browser_vouches_for_is_only_refused(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        for headers in ({"x-form-key": ""}, FROM_OUR_PAGE | {"sec-fetch-site": "cross-site"}):
            answer = client.post(DECLARE, data={"form_key": "old", "explanation": "của ai"}, headers=headers)
            assert answer.status_code == 403 and "của ai" not in answer.text


def test_a_long_text_comes_through_the_sign_in_whole(own_town: Town) -> None:
    note = "ế" * 8000
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        client.cookies.clear()
        late = client.post(f"{ROOT}/tu-cham", data={"viec": "fill", "muc": OWN_COMPONENT, "note": note})
        again = client.post("/dang-nhap", data=_fields(late.text) | {"name": "coordinator", "password": PASSWORD})
        done = client.post(f"{ROOT}/tu-cham", data=_fields(again.text), headers=FROM_OUR_PAGE)
        page = client.get(f"{ROOT}/{OWN_COMPONENT}").text
    assert len(late.request.content) > 64 * 1024 and done.status_code == 303
    assert note in page


def test_what_cannot_be_kept_is_said_and_not_promised(own_town: Town) -> None:
    with visiting(own_town) as client:
        file = {"tep": ("a.pdf", b"%PDF-1.4", "application/pdf")}
        files = client.post(f"{HERE}/nop-tai-lieu", data={"muc": OWN_COMPONENT}, files=file)
        long = client.post(DECLARE, data={"explanation": "ă" * 100_000, "source": "ă" * 100_000})
        account = client.post("/tai-khoan/mat-khau", data={"old": "bi-mat-cu", "new": "bi-mat-moi"})
    assert files.status_code == 401 and "tệp chưa được nhận" in files.text and "vẫn còn" not in files.text
    assert _fields(files.text)["after"] == f"{HERE}/nop-tai-lieu"
    assert "quá dài nên không giữ được" in long.text and "vẫn còn" not in long.text
    assert "bi-mat" not in account.text, "passwords are not written into a page"


def test_a_page_asked_for_by_its_whole_address_is_reached_after_signing_in(own_town: Town) -> None:
    wanted = f"{HERE}/bang-diem?q=tr%E1%BB%85&linh_vuc=3"
    with visiting(own_town) as client:
        part = client.get(f"{HERE}/viec", headers={"hx-request": "true", "hx-current-url": f"http://x{wanted}"})
        away = client.get(wanted)
        page = client.get(away.headers["location"]).text
        entered = client.post("/dang-nhap", data=_fields(page) | {"name": "leader", "password": PASSWORD})
        sign_in(client, own_town, "leader")
        known = client.get(away.headers["location"])
    assert entered.headers["location"] == wanted == known.headers["location"]
    assert part.headers["hx-redirect"] == away.headers["location"]


def test_a_script_that_sends_files_learns_that_its_session_ended(own_town: Town) -> None:
    about = {"name": "a.pdf", "size": "5", "muc": OWN_COMPONENT}
    with visiting(own_town) as client:
        client.headers["accept"] = "application/json"
        ended = client.post(f"{HERE}/nop-tai-lieu/bat-dau", data=about)
        sign_in(client, own_town, "unit")
        renewed = client.post(f"{HERE}/nop-tai-lieu/bat-dau", data=about, headers=FROM_OUR_PAGE | {"x-form-key": "old"})
    assert ended.status_code == 401 and "Phiên làm việc đã hết hạn" in ended.json()["error"]
    assert renewed.status_code == 403 and renewed.json()["stale"] is True


def _through_the_city(client: TestClient, leaving: httpx.Response) -> httpx.Response:
    answered = httpx.get(leaving.headers["location"], timeout=180)
    return client.get(answered.headers["location"].replace("http://testserver", ""))


def test_the_citys_account_leads_back_to_the_page_and_to_what_was_typed(own_town: Town, issuer: Provider) -> None:
    town = _with_issuer(own_town, issuer)
    wanted = f"{HERE}/bang-diem?q=ke+hoach"
    with visiting(town) as client:
        reached = _through_the_city(client, client.get("/dang-nhap/ngoai", params={"next": wanted}))
        client.cookies.clear()
        late = client.post(f"{ROOT}/tham-dinh", data={"viec": "appraise", "note": "Bổ sung quý 3"})
        assert 'action="/dang-nhap/ngoai"' in late.text
        back = _through_the_city(client, client.post("/dang-nhap/ngoai", data=_fields(late.text)))
    assert reached.headers["location"] == wanted
    assert back.status_code == 200 and _fields(back.text)["note"] == "Bổ sung quý 3"
    assert list((town.settings.home / "forms").iterdir()) == [], "kept once, given back once"


def test_a_form_kept_for_the_city_lies_sealed_and_comes_back_only_within_the_hour(own_town: Town) -> None:
    from flows.people.kept_forms import forget_forms, keep_form, taken_form
    from tests.web.wards import NOW

    with open_resources(own_town.settings) as resources:
        kept = keep_form(resources, f"{HERE}/x", "note=bí mật")
        (file,) = (own_town.settings.home / "forms").iterdir()
        assert "bí mật".encode() not in file.read_bytes()
        assert taken_form(resources, "../parindex.db") == ("", "") == taken_form(resources, "x" * 30)
        assert taken_form(resources, kept) == (f"{HERE}/x", "note=bí mật")
        keep_form(resources, f"{HERE}/x", "note=1")
        assert forget_forms(resources, NOW) == 0
        assert forget_forms(resources, NOW + timedelta(days=366)) == 1


@pytest.mark.parametrize("role", ["unit", ""])
def test_two_gigabytes_through_the_plain_form_are_refused_before_they_come(town: Town, role: str) -> None:
    with visiting(town, role) as client:
        headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(2 << 30)}
        answer = client.post(f"{HERE}/nop-tai-lieu", content=b"--x\r\n", headers=headers)
    assert answer.status_code == (413 if role else 401)
    assert not role or "lớn hơn mức cho phép" in answer.text


def test_a_body_that_grows_without_end_is_cut_off(town: Town) -> None:
    def growing() -> object:
        for _ in range(MOST_FORM // 65536 + 2):
            yield b"a" * 65536

    with visiting(town, "coordinator") as client:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = client.post(f"{HERE}/chia-se", content=growing(), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 413 and "lớn hơn mức cho phép" in answer.text


@pytest.mark.parametrize("body", [b"", b"--x", b'--x\r\nContent-Disposition: form-data; name="tep"\r\n', b"\xff" * 50])
def test_a_broken_multipart_form_is_answered_in_vietnamese(town: Town, body: bytes) -> None:
    with visiting(town, "unit") as client:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = client.post(f"{HERE}/nop-tai-lieu", content=body, headers=headers)
    assert answer.status_code in (400, 403, 422)
    assert "Invalid" not in answer.text and "boundary" not in answer.text
