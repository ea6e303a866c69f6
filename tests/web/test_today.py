"""Today tells what moved by its causes, each with its own share."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from flows.resources import Resources, open_resources
from storage.documents.links import Said, TermSaid, say_term
from tests.web.test_api import token_of
from tests.web.wards import (
    NOW,
    OTHER,
    OWN,
    OWN_COMPONENT,
    Town,
    declare,
    kept_document,
    scored,
    sign_in,
    visiting,
)
from web.access import Deed
from web.pages import home

HERE = f"/p/{OWN}/2025"


def of(resources: Resources, unit: str = OWN) -> Resources:
    return replace(resources, settings=resources.settings.model_copy(update={"unit": unit}))


def expired_and_declared_anew(town: Town) -> str:
    """A new run, before which the document of 1.7.1 ended and one of its values was taken back."""
    with open_resources(town.settings) as resources:
        declare(
            of(resources),
            2025,
            {"improvement_plan_issued": True, "results_in_annual_report": False},
            NOW + timedelta(minutes=1),
        )
        with resources.database.write() as connection:
            ended = TermSaid(OWN, town.own.document, None, None, NOW.date() - timedelta(days=1))
            say_term(connection, ended, Said("Chị Hoa", "test", NOW))
        return scored(of(resources))


def test_a_document_that_ended_and_a_value_declared_anew_in_one_night_are_told_apart(own_town: Town) -> None:
    run = expired_and_declared_anew(own_town)

    with visiting(own_town, "coordinator") as browser:
        key = token_of(own_town, "coordinator", Deed.SEE_SCORE)
        told = browser.get(f"/api/v1/units/{OWN}/periods/2025/today", headers=key).json()
        page = browser.get(f"{HERE}/hom-nay").text

    assert told["run"] == run
    (change,) = told["moved"]
    assert change["id"] == OWN_COMPONENT
    assert {share["cause"] for share in change["shares"]} == {"evidence_expired", "declared_changed"}
    assert sum(Decimal(share["change"]) for share in change["shares"]) == Decimal(change["change"])
    assert "tài liệu kiểm chứng hết hiệu lực (giảm" in page
    assert "giá trị khai thay đổi" in page


def test_what_happened_stands_on_today_at_once_although_its_parts_are_made_once_for_all(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as browser:
        before = browser.get(f"{HERE}/hom-nay").text
        with open_resources(own_town.settings) as resources:
            kept_document(of(resources), "1.1.1/moi-hong.pdf", b"broken again", "Tệp PDF cụt, thiếu phần cuối.")
        after = browser.get(f"{HERE}/hom-nay").text

    assert "Tệp PDF cụt" not in before
    assert "Tệp PDF cụt" in after


def test_nobody_reads_on_today_what_was_made_for_somebody_else(own_town: Town) -> None:
    order = ("coordinator", "unit", "supervisor", "guest", "coordinator")
    with visiting(own_town) as browser:
        pages = []
        for role in order:
            sign_in(browser, own_town, role)
            pages.append(browser.get(f"{HERE}/hom-nay").text)
        sign_in(browser, own_town, "coordinator")
        other = browser.get(f"/p/{OTHER}/2025/hom-nay")

    seen = {role: "Tệp PDF hỏng, không mở được." in page for role, page in zip(order, pages, strict=True)}
    assert seen == {"coordinator": True, "unit": False, "supervisor": False, "guest": False}
    assert pages[0].count("điểm dự kiến, trên") == pages[-1].count("điểm dự kiến, trên") == 1
    assert "điểm dự kiến, trên" not in pages[1]
    assert other.status_code == 403


def test_progress_without_an_event_is_a_few_seconds_old_at_most(own_town: Town) -> None:
    with open_resources(own_town.settings) as resources:
        ward = of(resources)
        asked = home._day(ward, "2025", 1, 100)
        again = home._day(ward, "2025", 1, 100)
        later = home._day(ward, "2025", 1, 101)

    assert again is asked
    assert later is not asked
    assert home._SECONDS <= 5
    assert home._ALARM_SECONDS <= 60
