"""A year scored by the set of another: dates are moved, and the score says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from config.criteria_years import for_year
from scoring.engine.facts import Facts
from tests.scoring.wards import CRITERIA, component, declared, evidence, scored


def test_a_plan_of_the_next_year_is_in_time_under_this_year_s_set_whose_moved_dates_are_told() -> None:
    plan = declared("1.1.1", plan_issued_on=date(2026, 1, 20))
    facts = Facts(declared=plan, evidence=(evidence("1.1.1"),))
    asked = {"period": "2026", "as_of": date(2026, 3, 1)}

    kept, moved = (scored(facts, criteria=one, **asked) for one in (CRITERIA, for_year(CRITERIA, 2026)))

    assert Decimal(component(kept, "1.1.1")["points"]) < Decimal(component(moved, "1.1.1")["points"])
    assert "đúng hạn 31/01/2026" in component(moved, "1.1.1")["because"]
    assert any("Đây chưa phải hạn chính thức" in warning for warning in moved["warnings"])
    assert not any("chưa phải hạn chính thức" in warning for warning in kept["warnings"])
