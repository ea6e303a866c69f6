"""How far scopes reach: period, personal data, components of a link; and what of it the custody log tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.resources import open_resources
from storage.proof import custody
from tests.web.test_api import V1, token_of
from tests.web.test_cycle import DAYS, ROOT, _do
from tests.web.wards import (
    FOREIGN_COMPONENT,
    NOW,
    OWN,
    OWN_COMPONENT,
    PERIOD,
    Town,
    kept_document,
    link_to,
    pdf,
    scored,
    sign_in,
    visiting,
)
from web.access import Deed

HERE = f"/p/{OWN}/{PERIOD}"


@dataclass(frozen=True)
class Papers:
    """Hashes of documents that not everybody may see."""

    last_year: str
    result: str
    unlinked: str
    fresh: str


@pytest.fixture
def papers(own_town: Town) -> Papers:
    """One of the year before, a dossier's result, one that proves nothing, and one that no run has seen yet."""
    with open_resources(own_town.settings) as resources:
        last_year = kept_document(resources, f"2024/{OWN_COMPONENT}/ke-hoach.pdf", pdf("KE HOACH 2024"))
        result = kept_document(resources, "ho-so/H17.12-250105-0001_Nguyen Van An.pdf", pdf("GIAY PHEP"))
        unlinked = kept_document(resources, "giay-to.pdf", pdf("GIAY TO KHAC"))
        scored(resources)
        fresh = kept_document(resources, "ho-so/H17.12-250105-0002_Le Thi Binh.pdf", pdf("GIAY PHEP HAI"))
    return Papers(last_year, result, unlinked, fresh)


def _opened(client: TestClient, sha256: str) -> set[int]:
    """What the ways to a document answer."""
    return {
        client.get(f"{HERE}/tai-lieu/{sha256}{way}").status_code for way in ("", "/tai-ve", "/trang/1.png", "/tien-do")
    }


@pytest.mark.parametrize("role", ["guest", "auditor", "supervisor"])
def test_others_than_the_ward_see_what_the_score_rests_on_and_nobodys_personal_data(
    own_town: Town, papers: Papers, role: str
) -> None:
    with visiting(own_town, role) as client:
        assert _opened(client, own_town.own.document) <= {200, 204}
        for hidden in (papers.last_year, papers.result, papers.unlinked, papers.fresh, own_town.own.quarantined):
            assert _opened(client, hidden) == {403}
        listed = client.get(f"{HERE}/tai-lieu").text
        today = client.get(f"{HERE}/hom-nay").text
    assert "ke-hoach.pdf" in listed and "Nguyen Van An" not in listed and "1 tài liệu" in listed
    assert "Cách ly: không dùng được</span> 1" not in listed, "no counts of what is not theirs"
    assert "hong.pdf" not in today and "Việc nên làm trước" not in today


def test_the_ward_itself_sees_everything_and_a_grant_for_a_year_what_is_of_that_year(
    own_town: Town, papers: Papers
) -> None:
    with visiting(own_town, "coordinator") as client:
        assert [_opened(client, one) for one in (papers.last_year, papers.result, papers.fresh)] == [{200, 204}] * 3
        _limit_to(own_town, "coordinator", PERIOD)
        assert _opened(client, papers.result) <= {200, 204}
        assert _opened(client, papers.last_year) == {403}


def _limit_to(town: Town, account: str, period: str) -> None:
    from sqlalchemy import update

    from storage.database.door_tables import grants

    with open_resources(town.settings) as resources, resources.database.write() as connection:
        connection.execute(update(grants).where(grants.c.account == account).values(period=period))


def test_a_key_without_the_right_to_see_dossiers_sees_no_personal_data(own_town: Town, papers: Papers) -> None:
    reading = token_of(own_town, "coordinator", Deed.SEE_EVIDENCE)
    both = token_of(own_town, "coordinator", Deed.SEE_EVIDENCE, Deed.SEE_DOSSIERS)
    with visiting(own_town) as client:
        address = f"{V1}/documents/{papers.result}"
        assert [client.get(address, headers=key).status_code for key in (reading, both)] == [403, 200]
        assert client.get(f"{V1}/search", params={"q": "giấy phép"}, headers=reading).json()["hits"] == []


def test_what_was_named_in_the_cycle_is_seen_by_those_who_judge_it(own_town: Town, papers: Papers) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        assert _do(client, "fill", OWN_COMPONENT, note="Xem", evidence="giay-to.pdf")[0] == 303
        sign_in(client, own_town, "auditor")
        assert _opened(client, papers.unlinked) <= {200, 204}


def _events(town: Town) -> list[Mapping[str, Any]]:
    with open_resources(town.settings) as resources, resources.database.read() as connection:
        log = custody.events(connection)
    assert custody.first_break(log) is None
    return [event for event in log if event["event"] in ("viewed", "downloaded", "searched")]


def test_every_look_at_evidence_stands_in_the_custody_log(own_town: Town) -> None:
    key = token_of(own_town, "auditor", Deed.SEE_EVIDENCE, Deed.ORDER_BUNDLE)
    document, order = own_town.own.document, own_town.own.orders["coordinator"]
    with visiting(own_town, "coordinator") as client:
        client.get(f"{HERE}/tai-lieu/{document}/trang/1.png")
        client.get(f"{V1}/documents/{document}/pages/1/content", headers=key)
        whole = client.get(f"{HERE}/goi-tai-lieu/{order}/tai-ve", headers={"range": "bytes=0-"})
        client.get(f"{HERE}/goi-tai-lieu/{order}/tai-ve", headers={"range": "bytes=1-"})
        client.get(f"{HERE}/tim", params={"q": "kế hoạch"})
        client.get(f"{V1}/search", params={"q": "kế hoạch"}, headers=key)
        client.get(f"{HERE}/tim", params={"q": "không-có-chữ-này"})
    assert whole.status_code == 206
    told = [(event["event"], event["who"], event["detail"]) for event in _events(own_town)]
    assert told == [
        ("viewed", "coordinator", {"page": 1}),
        ("viewed", "auditor", {"page": 1}),
        ("downloaded", "coordinator", {"range": "bytes=0-"}),
        ("downloaded", "coordinator", {"range": "bytes=1-"}),
        ("searched", "coordinator", {"shown": sorted([document, own_town.own.quarantined])}),
        ("searched", "auditor", {"shown": [document]}),
    ]


def test_a_link_to_some_components_shows_nothing_of_the_others_anywhere(own_town: Town) -> None:
    link_to(own_town, OWN_COMPONENT)
    foreign = (f"tieu-chi/{FOREIGN_COMPONENT}", f"ky-cham/{FOREIGN_COMPONENT}", f"tai-lieu/{own_town.own.quarantined}")
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        sign_in(client, own_town, "limited")
        assert client.get(f"{HERE}/tieu-chi/{OWN_COMPONENT}").status_code == 200
        assert [client.get(f"{HERE}/{path}").status_code for path in foreign] == [403, 403, 403]
        order = client.post(f"{HERE}/goi-tai-lieu", data={"components": [FOREIGN_COMPONENT]})
        assert order.status_code == 403
        for page in ("hom-nay", "bang-diem", "ky-cham", "tai-lieu", "tim?q=ke+hoach", "goi-tai-lieu"):
            shown = client.get(f"{HERE}/{page}")
            assert shown.status_code == 200 and FOREIGN_COMPONENT not in shown.text, page


def test_reasons_notes_and_reminders_of_the_cycle_reach_only_whom_they_concern(own_town: Town) -> None:
    link_to(own_town, OWN_COMPONENT)
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS | {"self_score": f"{NOW + timedelta(days=3):%d/%m/%Y}"})
        _do(client, "begin")
        sign_in(client, own_town, "leader")
        reason = {"points": "0,25", "because": "Lý do kín", "evidence": "ke-hoach.pdf"}
        assert _do(client, "override", FOREIGN_COMPONENT, **reason)[0] == 303
        told = {}
        for role in ("limited", "unit", "supervisor", "coordinator"):
            sign_in(client, own_town, role)
            told[role] = client.get(ROOT).text
    assert ["Lý do kín" in told[role] for role in told] == [False, False, True, True]
    assert "Văn phòng HĐND và UBND: tự chấm" not in told["unit"] and "Xã hội: tự chấm" in told["unit"]
    assert "Văn phòng HĐND và UBND: tự chấm" in told["coordinator"]
    assert "tự chấm, ghi chú" not in told["supervisor"] + told["limited"]


def test_appraisal_notes_are_not_in_the_disputes_of_those_who_read_no_notes(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        client.post(f"{ROOT}/mo", data=DAYS)
        _do(client, "begin")
        sign_in(client, own_town, "leader")
        _do(client, "approve")
        _do(client, "lock", sheet="ke-hoach.pdf")
        sign_in(client, own_town, "auditor")
        _do(client, "begin_appraisal")
        asked = {"points": "0", "note": "Yêu cầu kín", "asks": "1"}
        assert _do(client, "appraise", OWN_COMPONENT, **asked)[0] == 303
        pages, programs = {}, {}
        for role in ("supervisor", "auditor", "unit"):
            sign_in(client, own_town, role)
            pages[role] = "Yêu cầu kín" in client.get(ROOT).text
            key = token_of(own_town, role, Deed.SEE_SCORE, Deed.SEE_WORK, Deed.APPRAISE)
            programs[role] = "Yêu cầu kín" in client.get(f"{V1}/cycle", headers=key).text
    assert pages == programs == {"supervisor": False, "auditor": True, "unit": True}


def test_what_would_be_if_tells_an_office_nothing_of_the_whole_ward(town: Town) -> None:
    asked = {f"{OWN_COMPONENT}.improvement_plan_issued": "không"}
    with visiting(town, "unit") as client:
        office = client.get(f"{HERE}/tieu-chi/{OWN_COMPONENT}/neu-nhu", params=asked).text
        sign_in(client, town, "coordinator")
        ward = client.get(f"{HERE}/tieu-chi/{OWN_COMPONENT}/neu-nhu", params=asked).text
    assert "Nếu vậy:" in office and "Cả bộ:" not in office and "Cả bộ:" in ward
