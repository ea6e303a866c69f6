"""A set used for another year: its due dates move there, and it says so."""

from __future__ import annotations

from typing import Any

import pytest

from config.criteria_sets import load_criteria_set
from config.criteria_years import for_year
from scoring import MEASURES

SET = load_criteria_set("phuong-de-xuat@2025.1", measures=MEASURES).plain()


def dates(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [item for name, item in value.items() if name in ("due", "deadline")]
        return own + [day for item in value.values() for day in dates(item)]
    return [day for item in value for day in dates(item)] if isinstance(value, list) else []


def test_in_its_own_year_a_set_is_what_it_is() -> None:
    assert for_year(SET, 2025) is SET


@pytest.mark.parametrize(("year", "first"), [(2026, "2026-01-31"), (2027, "2027-01-31"), (2024, "2024-01-31")])
def test_in_another_year_every_due_date_is_that_year_s_and_nothing_else_differs(year: int, first: str) -> None:
    moved = dict(for_year(SET, year))

    assert dates(moved) == [f"{year}{day[4:]}" for day in dates(SET)]
    assert dates(moved)[0] == first
    assert moved.pop("moved") == {"from": "2025", "to": str(year)}
    assert {name for name in SET if SET[name] != moved[name]} == {"domains"}


def test_the_29th_of_february_becomes_the_28th() -> None:
    leap = {"effective_from": "2024-01-01", "effective_to": "2024-12-31", "domains": [{"deadline": "2024-02-29"}]}

    assert for_year(leap, 2025)["domains"] == [{"deadline": "2025-02-28"}]


def test_a_set_of_several_years_keeps_its_dates_within_them() -> None:
    longer = {**SET, "effective_to": "2027-12-31"}

    assert for_year(longer, 2026) is longer
