"""Units beside each other: the numbers of the command, for those whose scope covers several, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.resources import open_resources
from flows.scores.city import score_city, standing_city
from flows.scores.scoring import Question
from tests.web.test_access import _OF_OTHERS, ALLOWED, LETTERS, _address, _routes, _turned_away
from tests.web.test_api import token_of
from tests.web.wards import NOW, OTHER, OWN, PERIOD, ROLES, Town, declare, let_in_for_both_wards, sign_in, visiting
from web.access import Deed

PAGE, API = f"/thanh-pho/{PERIOD}", f"/api/v1/periods/{PERIOD}/city"


@pytest.fixture
def city(own_town: Town) -> Town:
    """Two wards, of which one declared nothing that counts, and an auditor of both."""
    let_in_for_both_wards(own_town, "auditor")
    return own_town


def test_the_page_tells_the_ranks_and_totals_of_the_command_from_the_runs_that_stand(city: Town) -> None:
    with open_resources(city.settings) as resources:
        elsewhere = resources.settings.model_copy(update={"unit": OTHER, "unit_name": OTHER})
        own = {OWN: resources, OTHER: replace(resources, settings=elsewhere)}
        declare(own[OTHER], 2025, {"improvement_plan_issued": False})
        settings = resources.settings
        question = Question(PERIOD, settings.local_day(NOW), settings.criteria, settings.on_time_rule)
        command = score_city(resources, question, NOW)
        stored = standing_city(own, PERIOD)
    names = ("rank", "unit", "run", "totals", "result")
    assert [{name: row[name] for name in names} for row in stored["units"]] == [
        {name: row[name] for name in names} for row in command["units"]
    ]
    assert stored["components"] == command["components"]

    with visiting(city, "city") as browser:
        page = browser.get(PAGE).text
        told = browser.get(API, headers=token_of(city, "city", Deed.COMPARE_UNITS, Deed.SEE_SCORE)).json()

    assert told["units"] == stored["units"]
    first, second = (row["totals"]["conservative"].replace(".", ",") for row in stored["units"])
    assert page.index(f"<b>{first}</b>") <= page.index(f"<b>{second}</b>")
    assert f"/p/{stored['units'][0]['unit']}/{PERIOD}/hom-nay" in page


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF")])
def test_the_page_gives_the_ranking_as_a_file(city: Town, form: str, begins: bytes) -> None:
    with visiting(city, "city") as browser:
        assert f"{PAGE}/xep-hang/{form}" in browser.get(PAGE).text
        given = browser.get(f"{PAGE}/xep-hang/{form}")
        wrong = browser.get(f"{PAGE}/xep-hang/odt")

    assert given.content.startswith(begins)
    assert f'filename="xep-hang_{PERIOD}.{form}"' in given.headers["content-disposition"]
    assert wrong.status_code in (404, 422)


def test_units_without_a_run_are_named(city: Town) -> None:
    with visiting(city, "city") as browser:
        nothing = browser.get("/thanh-pho/2031").text

    assert "Chưa có lần chấm nào của kỳ này" in nothing
    assert "Hội An Đông" in nothing or OWN in nothing


@pytest.mark.parametrize("role", [*ROLES, "guest", ""])
def test_who_sees_one_unit_alone_is_turned_away_and_finds_no_link(town: Town, role: str) -> None:
    with visiting(town, role) as browser:
        assert _turned_away(browser, "GET", PAGE)
        assert "/thanh-pho/" not in browser.get(f"/p/{OWN}/{PERIOD}/hom-nay").text


def test_a_key_without_this_right_or_of_one_unit_is_refused(city: Town) -> None:
    with visiting(city) as browser:
        without = browser.get(API, headers=token_of(city, "city", Deed.SEE_SCORE))
        of_one = browser.get(API, headers=token_of(city, "auditor", *Deed))

    assert without.status_code == of_one.status_code == 403


def test_an_office_in_two_wards_sees_no_whole_unit(own_town: Town) -> None:
    let_in_for_both_wards(own_town, "unit")
    with open_resources(own_town.settings) as resources, resources.database.write() as connection:
        connection.exec_driver_sql("UPDATE grants SET office = 'Phòng A' WHERE account = 'city'")
    with visiting(own_town, "city") as browser:
        assert _turned_away(browser, "GET", PAGE)


def test_the_person_of_two_wards_may_in_both_what_an_auditor_may_and_the_comparison(city: Town) -> None:
    wrong = []
    with visiting(city, "city") as client:
        for method, path, deed in _routes(city):
            if method != "GET" or deed == Deed.ENTER or any(name in path for name in _OF_OTHERS[2:]):
                continue
            for ward in (city.own, city.other):
                sign_in(client, city, "city")
                allowed = LETTERS["auditor"] in ALLOWED[deed] or deed == Deed.COMPARE_UNITS
                if _turned_away(client, method, _address(path, ward, ward.unit, PERIOD, "auditor")) == allowed:
                    wrong.append((path, ward.unit))
    assert wrong == []
