"""Points of a component without cases go to its siblings: exactly, explained, and only while there are no cases."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import compare
from scoring.engine.facts import Facts
from scoring.engine.numbers import half_up
from scoring.engine.redistribution import shared_out
from tests.scoring.small_sets import entry, small_set
from tests.scoring.wards import at, component, declared, dossiers, evidence, petition, scored

SHARE = {"kind": "share", "done": "done", "total": "total"}
KEYS = {"done": "count", "total": "count"}
TIERED = {"kind": "tiered", "full_when_missed_below": "0.01", "floor": "0.50"}
CRITERIA = small_set(
    entry({"kind": "share"}, "6.00", measure="petitions_on_time_share", no_cases="redistribute",
          redistribute_to=["1.1.2", "1.1.3"]),
    entry(SHARE, "4.00", declared=KEYS),
    entry(TIERED, "2.00", measure="on_time_share"),
    entry({"kind": "per_violation", "count": "cases", "each": "0.50"}, "1.00", declared={"cases": "count"}),
)  # fmt: skip


def ward(**fields: Any) -> Facts:
    said = declared("1.1.2", done=9, total=10)
    return Facts(dossiers=dossiers(10, 4), declared=said, evidence=(evidence("1.1.2"),), known=("petitions",), **fields)


def test_without_petitions_the_siblings_carry_their_points() -> None:
    plain = scored(ward(), criteria=CRITERIA)

    empty, first, second, other = plain["components"]
    assert (empty["points"], empty["state"], empty["max_points"]) == (None, "not_applicable", "0.00")
    assert empty["shared"] == {"to": {"1.1.2": "4.00", "1.1.3": "2.00"}}
    assert (first["points"], first["max_points"], first["shared"]) == ("7.20", "8.00", {"from": {"1.1.1": "4.00"}})
    assert (second["points"], second["max_points"]) == ("2.40", "4.00")
    assert (other["max_points"], "shared" in other) == ("1.00", False)
    assert plain["totals"]["maximum"] == "13.00"


def test_the_sentence_says_what_went_where_and_how_it_was_counted() -> None:
    plain = scored(ward(), criteria=CRITERIA)

    assert component(plain, "1.1.1")["because"] == (
        "Không phát sinh: trong kỳ không có phản ánh, kiến nghị; theo bộ tiêu chí điểm chia cho các mục 1.1.2, 1.1.3."
    )
    assert component(plain, "1.1.2")["because"] == (
        "Giá trị done 9/10 (90 %): 0,9 × 4 = 3,60 điểm; nhận thêm 4,00 điểm của mục 1.1.1 (không phát sinh) "
        "nên điểm tối đa là 8,00: 3,60 × 8 ÷ 4 = 7,20 điểm."
    )


def test_with_a_petition_everybody_keeps_what_is_theirs() -> None:
    plain = scored(ward(petitions=(petition(answered_at=at("2025-03-04")),)), criteria=CRITERIA)

    assert [item["max_points"] for item in plain["components"]] == ["6.00", "4.00", "2.00", "1.00"]
    assert component(plain, "1.1.1")["points"] == "6.00"
    assert not any("shared" in item for item in plain["components"])


def test_siblings_without_cases_of_their_own_take_nothing_over() -> None:
    nothing = declared("1.1.2", done=0, total=0)
    facts = Facts(dossiers=dossiers(4), declared=nothing, evidence=(evidence("1.1.2"),), known=("petitions",))
    both = small_set(
        entry({"kind": "share"}, "6.00", measure="petitions_on_time_share", no_cases="redistribute",
              redistribute_to=["1.1.2"]),
        entry(SHARE, "4.00", declared=KEYS, no_cases="redistribute", redistribute_to=["1.1.1"]),
    )  # fmt: skip

    plain = scored(facts, criteria=both)

    assert [(item["points"], item["max_points"]) for item in plain["components"]] == [(None, "6.00"), (None, "4.00")]
    assert component(plain, "1.1.1")["because"].endswith("cũng không phát sinh nên điểm không chia được.")


def test_what_if_a_petition_comes_the_points_go_back() -> None:
    plain = scored(ward(), criteria=CRITERIA, changes={"1.1.1": {"petitions": 2, "late": 1}})

    assert [(item["points"], item["max_points"]) for item in plain["components"][:2]] == [
        ("3.00", "6.00"),
        ("3.60", "4.00"),
    ]


def test_points_that_came_back_are_told_as_shared_out_and_not_as_another_set() -> None:
    before = scored(ward(), criteria=CRITERIA)
    after = scored(ward(petitions=(petition(answered_at=at("2025-03-04")),)), criteria=CRITERIA)

    comparison = compare(before, after)

    causes = {change.component: change.cause for change in comparison.changes}
    assert causes == {"1.1.1": "rows_added", "1.1.2": "shared_out", "1.1.3": "shared_out"}
    assert sum((change.difference for change in comparison.changes), Decimal(0)) == comparison.conservative


WEIGHTS = st.lists(st.integers(1, 2000), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 3000), WEIGHTS)
def test_the_parts_add_up_to_the_hundredth_and_stay_next_to_proportion(cents: int, weights: list[int]) -> None:
    heirs = {f"1.1.{number}": {"max_points": f"{Decimal(weight) / 100:.2f}"} for number, weight in enumerate(weights)}
    away = {"max_points": f"{Decimal(cents) / 100:.2f}", "redistribute_to": list(heirs)}

    parts = shared_out({**heirs, "2.1.1": away}, ["2.1.1"])["2.1.1"]

    assert sum(parts.values()) == Decimal(cents) / 100
    for heir, part in parts.items():
        wanted = Fraction(cents, 100) * Fraction(heirs[heir]["max_points"]) / Fraction(sum(weights), 100)
        assert abs(Fraction(part) - wanted) < Fraction(1, 100)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 9))
def test_points_of_heirs_equal_an_exact_computation_rounded_once(done: int, total: int, late: int) -> None:
    done = min(done, total)
    said = declared("1.1.2", done=done, total=total)
    facts = Facts(dossiers=dossiers(10, late), declared=said, evidence=(evidence("1.1.2"),), known=("petitions",))

    plain = scored(facts, criteria=CRITERIA)

    on_time = Fraction(10 - late, 10)
    tiered = Fraction(4) if late == 0 else on_time * 4 if on_time >= Fraction(1, 2) else Fraction(0)
    assert component(plain, "1.1.2")["points"] == str(half_up(Fraction(done, total) * 8))
    assert component(plain, "1.1.3")["points"] == str(half_up(tiered))
