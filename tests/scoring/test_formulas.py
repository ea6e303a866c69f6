"""The formulas of the score sheet give what the engine gives, for every kind of rule and over odd values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import MEASURES, RULES, evaluate
from scoring.engine.facts import Facts
from scoring.formulas import cell_value, number_labels, points_formula, recomputes
from tests.reports.spreadsheet import Shown, recomputed
from tests.scoring.small_sets import entry, small_set
from tests.scoring.test_exact_points import AS_OF, PLAIN, cents, in_a_branch, text
from tests.scoring.test_rule_measure_pairs import SHARES, WARD
from tests.scoring.wards import component, declared, dossiers, scored


def in_a_sheet(asked: dict[str, Any], item: dict[str, Any], **changed: str | float | None) -> Shown:
    """The points that a spreadsheet computes from the numbers of a component; `changed`: typed into their cells."""
    sheet = openpyxl.Workbook().active
    assert sheet is not None
    cells = {key: f"C{row}" for row, key in enumerate(number_labels(asked), 2)}
    for key, place in cells.items():
        sheet[place] = cell_value(asked, key, item["numbers"].get(key))
    for key, value in changed.items():
        sheet[cells[key]].value = value
    sheet["D1"] = points_formula(asked, item, cells, AS_OF)
    return recomputed(sheet, "D1")


def item_of(asked: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """As the score's JSON has it."""
    seen = evaluate(asked, values, AS_OF)
    return {"state": seen.state, "points": seen.points, "max_points": asked["max_points"], "numbers": seen.numbers}


@pytest.mark.parametrize("kind", PLAIN)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_formula_gives_the_points_of_the_engine(kind: str, data: st.DataObject) -> None:
    tried = PLAIN[kind](data.draw, cents(data.draw))
    for one in (tried, in_a_branch(data.draw, tried)):
        asked = entry(one.rule, text(one.maximum), declared=one.types)
        item = item_of(asked, one.given)

        assert recomputes(item)
        assert in_a_sheet(asked, item) == item["points"]


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_the_formula_over_a_measure_gives_the_points_of_the_engine(name: str) -> None:
    beside = dict.fromkeys(MEASURES[name].declared, "count")
    rules = [{"kind": "per_violation", "each": "0.50"}] if MEASURES[name].count else [
        {"kind": kind, **rest} for kind, rest in SHARES.items() if kind != "share_with_deduction"
    ]  # fmt: skip
    for rule in rules:
        criteria = small_set(entry(rule, measure=name, declared=beside))
        asked = criteria["domains"][0]["criteria"][0]["components"][0]
        facts = Facts(dossiers=WARD.dossiers, petitions=WARD.petitions, documents=WARD.documents, known=WARD.known,
                      declared=declared("1.1.1", "theo sổ", **dict.fromkeys(beside, 7)))  # fmt: skip
        item = component(scored(facts, criteria=criteria), "1.1.1")

        assert item["state"] == "scored"
        assert in_a_sheet(asked, item) == Decimal(item["points"]), (name, rule)


def test_points_taken_over_from_a_sibling_are_in_the_formula() -> None:
    share = {"kind": "share", "done": "done", "total": "total"}
    types = {"done": "count", "total": "count"}
    heir = entry(share, "2.00", declared=types)
    giver = entry(share, "1.00", declared=types, no_cases="redistribute", redistribute_to=["1.1.1"])
    criteria = small_set(heir, giver)
    facts = Facts(declared=(*declared("1.1.1", "sổ", done=2, total=3), *declared("1.1.2", "sổ", done=0, total=0)))
    first, second = scored(facts, criteria=criteria)["components"]

    assert (first["points"], first["max_points"]) == ("2.00", "3.00")
    assert in_a_sheet(criteria["domains"][0]["criteria"][0]["components"][0], first) == Decimal("2.00")
    assert not recomputes(second)


def test_nothing_known_nothing_to_do_and_nonsense_are_words_and_only_zero_is_zero() -> None:
    asked = entry({"kind": "share", "done": "done", "total": "total"}, declared={"done": "count", "total": "count"})
    item = item_of(asked, {"done": 0, "total": 4})

    assert in_a_sheet(asked, item) == 0
    assert in_a_sheet(asked, item, done=None) == "Chưa có số liệu"
    assert in_a_sheet(asked, item, total=0) == "Không phát sinh"
    assert in_a_sheet(asked, item, done=5) == "Số liệu sai"
    assert in_a_sheet(asked, item, done=4) == 2


def test_one_answer_missing_is_no_data_and_one_no_is_zero() -> None:
    asked = entry({"kind": "yes_no", "all_of": ["one", "two"]}, declared={"one": "yes_no", "two": "yes_no"})
    item = item_of(asked, {"one": True, "two": True})

    assert in_a_sheet(asked, item) == 2
    assert in_a_sheet(asked, item, two=None) == "Chưa có số liệu"
    assert in_a_sheet(asked, item, two="không") == 0


def test_only_what_the_rule_made_of_the_numbers_is_recomputed() -> None:
    item = component(scored(Facts(dossiers=dossiers(100, 5))), "3.3.2")

    assert recomputes(item)
    assert not recomputes(item | {"override": {"points": "1.00"}})
    assert not recomputes(item | {"state": "no_evidence"})
    assert not recomputes(item | {"numbers": {"done": "0.1234567890123456789"}})


def test_quotes_and_long_labels_of_a_branch_do_not_break_the_formula() -> None:
    quoted = [
        {"id": "first", "label": 'Có "đủ" tài liệu', "points": "2.00"},
        {"id": "rest", "label": "Không", "points": "0.00"},
    ]
    long = [
        {"id": "first", "label": "Ban hành " * 40, "points": "2.00"},
        {"id": "rest", "label": "Không", "points": "0.00"},
    ]
    for branches in (quoted, long):
        asked = entry({"kind": "branches", "choice": "chosen", "branches": branches}, declared={"chosen": "choice"})

        assert in_a_sheet(asked, item_of(asked, {"chosen": "first"})) == 2
        assert in_a_sheet(asked, item_of(asked, {"chosen": "không"})) == 0
        assert in_a_sheet(asked, item_of(asked, {"chosen": "first"}), chosen=None) == "Chưa có số liệu"


def test_every_rule_kind_within_the_hundred_has_a_formula() -> None:
    from scoring.formulas import _POINTS

    assert set(RULES) - {"survey", "bonus", "penalty", "branches"} == set(_POINTS) - {"fixed"}
