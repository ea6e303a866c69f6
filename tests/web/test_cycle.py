"""The year on the page: from opening to publishing, each role its own deeds, nothing typed is lost."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from scoring.cycle import BY_DEADLINE_ALONE, STEPS
from tests.web.wards import FOREIGN_COMPONENT, OWN, OWN_COMPONENT, PERIOD, Town, sign_in, visiting
from web.access import CYCLE
from web.pages.cycle import SLUGS

ROOT = f"/p/{OWN}/{PERIOD}/ky-cham"
DAYS = {
    "self_score": "31/12/2099",
    "appraisal_1": "2100-01-15",
    "explanation": "31/01/2100",
    "appraisal_2": "28/02/2100",
}


def _do(client: TestClient, name: str, component: str = "", **typed: str) -> tuple[int, str]:
    """The deed by the form that the page shows for it, filled in."""
    page = client.get(f"{ROOT}/{component}" if component else ROOT).text
    form = re.search(
        rf'<form method="post" action="([^"]+)"(?:(?!</form>).)*name="viec" value="{name}".*?</form>', page, re.S
    )
    if form is None:
        return 0, page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    answer = client.post(form[1], data=hidden | typed)
    return answer.status_code, answer.text


def test_every_deed_of_the_cycle_has_one_right_and_one_address() -> None:
    assert set(CYCLE) == set(STEPS) - set(BY_DEADLINE_ALONE)
    assert set(CYCLE.values()) == set(SLUGS)


def test_a_year_from_opening_to_publishing(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        assert "Kỳ này chưa mở" in client.get(ROOT).text
        wrong = client.post(f"{ROOT}/mo", data=DAYS | {"self_score": "31-12"})
        assert (
            wrong.status_code == 422 and "ví dụ đúng: 31/01/2026" in wrong.text and 'value="2100-01-15"' in wrong.text
        )
        assert client.post(f"{ROOT}/mo", data=DAYS).status_code == 303
        assert _do(client, "begin")[0] == 303
        assert _do(client, "approve")[0] == 0  # no such form for the coordinator
        assert _do(client, "assign", FOREIGN_COMPONENT, office="Văn phòng")[0] == 303

        sign_in(client, own_town, "unit")
        assert _do(client, "fill", FOREIGN_COMPONENT)[0] == 0
        said = {"note": "Đủ tài liệu", "evidence": "ke-hoach.pdf | II.3 | 4-5"}
        assert _do(client, "fill", OWN_COMPONENT, **said)[0] == 303
        shown = client.get(f"{ROOT}/{OWN_COMPONENT}").text
        assert "Đủ tài liệu" in shown and "II.3" in shown and "4-5" in shown

        sign_in(client, own_town, "leader")
        assert _do(client, "override", OWN_COMPONENT, points="9,99", because="x", evidence="ke-hoach.pdf")[0] == 409
        corrected = {"points": "0,25", "because": "Thiếu báo cáo quý", "evidence": "ke-hoach.pdf"}
        assert _do(client, "override", OWN_COMPONENT, **corrected)[0] == 303
        assert "Thiếu báo cáo quý" in client.get(ROOT).text
        assert _do(client, "approve")[0] == 303
        status, told = _do(client, "lock", sheet="khong-co.pdf")
        assert status == 409 and 'value="khong-co.pdf"' in told
        assert _do(client, "lock", sheet="ke-hoach.pdf")[0] == 303

        sign_in(client, own_town, "auditor")
        assert _do(client, "begin_appraisal")[0] == 303
        entry = client.get(f"{ROOT}/3.3.2").text
        assert "Số hồ sơ trễ hạn</label>" in entry and ">late" not in entry, "numbers entered anew have names"
        page = client.get(ROOT).text
        components = re.findall(rf'href="{ROOT}/(\d+\.\d+\.\d+)"', page)
        status, told = _do(client, "appraise", OWN_COMPONENT, points="0,25", asks="1")
        assert (
            status == 409 and "phải ghi rõ giải trình điều gì" in told and 'value="0,25"' in told and " checked" in told
        )
        for component in components:
            _do(client, "appraise", component, points="0", note="Bổ sung báo cáo quý 3", asks="1")
        assert _do(client, "ask_explanations")[0] == 303

        sign_in(client, own_town, "unit")
        assert "Bổ sung báo cáo quý 3" in client.get(f"{ROOT}/{OWN_COMPONENT}").text
        assert _do(client, "explain", OWN_COMPONENT, note="Báo cáo quý 3 ở mục II", evidence="ke-hoach.pdf")[0] == 303
        sign_in(client, own_town, "leader")
        assert _do(client, "lock_explanation")[0] == 303

        sign_in(client, own_town, "auditor")
        assert _do(client, "begin_second_appraisal")[0] == 303
        assert _do(client, "appraise_again", OWN_COMPONENT, points="0,5", note="Đã đủ")[0] == 303
        assert _do(client, "end_appraisal")[0] == 303
        assert _do(client, "publish")[0] == 409  # survey points are still missing
        for component in components:
            _do(client, "add_survey", component, points="1", source="Báo cáo SIPAS 2025")
        assert _do(client, "publish")[0] == 303
        assert "đã công bố" in client.get(ROOT).text and _do(client, "publish")[0] == 0


def test_two_people_at_one_entry_lose_nothing(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        form = {"viec": "fill", "muc": OWN_COMPONENT, "phien_ban": "1"}
        assert client.post(f"{ROOT}/tu-cham", data=form | {"note": "của người thứ nhất"}).status_code == 303
        second = client.post(f"{ROOT}/tu-cham", data=form | {"note": "của người thứ hai"})

    assert second.status_code == 409
    assert "có người khác vừa sửa" in second.text and "của người thứ nhất" in second.text
    assert "của người thứ hai</textarea>" in second.text


def test_a_second_click_on_lock_locks_nothing_twice(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        sign_in(client, own_town, "leader")
        _do(client, "approve")
        form = {"viec": "lock", "phien_ban": "3", "sheet": "ke-hoach.pdf"}
        first, second = (client.post(f"{ROOT}/chot", data=form) for _ in range(2))

        assert (first.status_code, second.status_code) == (303, 409)
        assert "đã chốt điểm tự chấm" in client.get(ROOT).text


def test_a_deed_is_not_done_through_another_rights_address(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        assert client.post(f"{ROOT}/phan-cong", data={"viec": "approve"}).status_code == 422
        assert "đang tự chấm" in client.get(ROOT).text


def test_supervisors_see_points_but_no_notes(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        _do(client, "fill", OWN_COMPONENT, note="ghi chú nội bộ")
        sign_in(client, own_town, "supervisor")
        page = client.get(f"{ROOT}/{OWN_COMPONENT}").text

    assert "Phường tự chấm" in page and "ghi chú nội bộ" not in page and 'name="viec"' not in page
