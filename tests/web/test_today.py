"""Today tells what moved by its causes, each with its own share."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from flows.resources import Resources, open_resources
from storage.links import Said, TermSaid, say_term
from tests.web.test_api import token_of
from tests.web.wards import NOW, OWN, OWN_COMPONENT, Town, declare, scored, visiting
from web.access import Deed

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
