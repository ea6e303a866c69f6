"""Points of every rule kind, over rules and values that no shipped set has, equal a second computation in fractions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import RULES, evaluate
from tests.scoring.small_sets import entry, small_set

AS_OF = date(2025, 9, 30)
FIRST, DAY = date(2025, 1, 1), timedelta(days=1)
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Tried:
    """A rule of a component worth `maximum`, values for it, and what they are worth by the law of section 1.3."""

    rule: dict[str, Any]
    types: dict[str, str]
    given: dict[str, Any]
    points: Fraction
    expected: Fraction
    maximum: Fraction


def text(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.4f}"


def rounded(value: Fraction) -> Decimal:
    scaled = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP) / 100


def cents(draw: Draw, low: int = 1, high: int = 800) -> Fraction:
    return Fraction(draw(st.integers(low, high)), 100)


def falling(draw: Draw, maximum: Fraction, most: int = 4) -> list[Fraction]:
    """Points from the maximum down, each once."""
    below = st.integers(1, max(1, int(maximum * 100) - 1))
    rest = draw(st.lists(below, max_size=most - 1, unique=True)) if maximum * 100 > 1 else []
    return [maximum, *(Fraction(value, 100) for value in sorted(rest, reverse=True))]


def near(draw: Draw, borders: list[int], most: int) -> int:
    """A number from 0 to `most`: on a border, next to one, or anywhere."""
    close = {border + step for border in borders for step in (-1, 0, 1)}
    found: int = draw(st.sampled_from(sorted(value for value in close if 0 <= value <= most)) | st.integers(0, most))
    return found


def shares(kind: str, draw: Draw, maximum: Fraction) -> Tried:
    """Borders are whole per cents, so half of the totals are a hundred: their shares can stand on a border."""
    points = falling(draw, maximum)
    borders = sorted(draw(st.lists(st.integers(1, 98), min_size=len(points), max_size=len(points), unique=True)))
    low, high = borders[0], borders[-1] + 1
    total = draw(st.just(100) | st.integers(1, 400))
    done = near(draw, [*borders, high, total], total)
    share, worth = Fraction(done, total), maximum * Fraction(done, total)
    rule: dict[str, Any] = {"kind": kind, "done": "done", "total": "total"}
    if kind == "capped_share":
        rule["full_from"] = text(Fraction(low, 100))
        worth = min(maximum, worth * 100 / low)
    if kind == "floor_share":
        rule["floor"] = text(Fraction(low, 100))
        worth = worth if share * 100 >= low else Fraction(0)
    if kind == "tiered":
        rule |= {"floor": text(Fraction(low, 100)), "full_when_missed_below": text(Fraction(100 - high, 100))}
        worth = maximum if share * 100 > high else worth if share * 100 >= low else Fraction(0)
    if kind == "steps":
        ladder = list(zip(reversed(borders), points, strict=True))
        rule["steps"] = [{"from": text(Fraction(start, 100)), "points": text(value)} for start, value in ladder]
        worth = max((value for start, value in ladder if share * 100 >= start), default=Fraction(0))
    if kind == "all_or_nothing":
        worth = maximum if done == total else Fraction(0)
    return Tried(rule, dict.fromkeys(("done", "total"), "count"), {"done": done, "total": total}, worth, worth, maximum)


def deduction(draw: Draw, maximum: Fraction) -> Tried:
    total = draw(st.integers(1, 60))
    done, cases = draw(st.integers(0, total)), draw(st.integers(0, total))
    each = Fraction(draw(st.integers(1, int(maximum * 100))), 100)
    rule = {"kind": "share_with_deduction", "done": "done", "total": "total", "count": "cases", "each": text(each)}
    worth = max(Fraction(0), maximum * Fraction(done, total) - cases * each)
    given_values = {"done": done, "total": total, "cases": cases}
    return Tried(rule, dict.fromkeys(given_values, "count"), given_values, worth, worth, maximum)


def violations(draw: Draw, maximum: Fraction) -> Tried:
    each, cases = Fraction(draw(st.integers(1, int(maximum * 100))), 100), draw(st.integers(0, 40))
    rule = {"kind": "per_violation", "count": "cases", "each": text(each)}
    worth = max(Fraction(0), maximum - cases * each)
    return Tried(rule, {"cases": "count"}, {"cases": cases}, worth, worth, maximum)


def count_steps(draw: Draw, maximum: Fraction) -> Tried:
    points = falling(draw, maximum)
    starts = sorted(draw(st.lists(st.integers(1, 30), min_size=len(points), max_size=len(points), unique=True)))
    ladder = list(zip(reversed(starts), points, strict=True))
    cases, allowed = near(draw, starts, 35), draw(st.sampled_from([True, True, False]))
    steps = [{"from": start, "points": text(worth)} for start, worth in ladder]
    rule = {"kind": "count_steps", "count": "cases", "requires": ["allowed"], "steps": steps}
    worth = max((value for start, value in ladder if cases >= start), default=Fraction(0)) if allowed else Fraction(0)
    types = {"cases": "count", "allowed": "yes_no"}
    return Tried(rule, types, {"cases": cases, "allowed": allowed}, worth, worth, maximum)


def tiers(draw: Draw, maximum: Fraction) -> Tried:
    points = falling(draw, maximum, 3)
    limits = sorted(draw(st.lists(st.integers(0, 6), min_size=len(points), max_size=len(points), unique=True)))
    ladder = [{"at_most": {"light": limit, "heavy": limit // 2}, "points": text(worth)} for limit, worth in
              zip(limits, points, strict=True)]  # fmt: skip
    light, heavy = near(draw, limits, 8), near(draw, [limit // 2 for limit in limits], 4)
    holding = [worth for limit, worth in zip(limits, points, strict=True) if light <= limit and heavy <= limit // 2]
    worth = max(holding, default=Fraction(0))
    types = dict.fromkeys(("light", "heavy"), "count")
    return Tried({"kind": "tiered_penalty", "tiers": ladder}, types, {"light": light, "heavy": heavy}, worth, worth,
                 maximum)  # fmt: skip


def deadlines(draw: Draw, maximum: Fraction) -> Tried:
    """Two documents and one yes/no part; a document is on time, late, missing, still to come, or known not to exist."""
    cut = sorted(draw(st.tuples(*[st.integers(0, int(maximum * 100))] * 2)))
    parts = [Fraction(cut[0], 100), Fraction(cut[1] - cut[0], 100), maximum - Fraction(cut[1], 100)]
    dates, given_values, points, pending = [], {}, Fraction(0), Fraction(0)
    for key, on_time in (("first", parts[0]), ("second", parts[1])):
        late = Fraction(draw(st.integers(0, int(on_time * 100))), 100)
        due = draw(st.sampled_from([AS_OF - DAY, AS_OF, AS_OF + DAY]) | st.dates(FIRST, date(2025, 12, 31)))
        dates.append({"key": key, "due": due.isoformat(), "on_time": text(on_time), "late": text(late)})
        issued = draw(st.one_of(st.none(), st.just(False), st.sampled_from([due, due + DAY, AS_OF, AS_OF + DAY]),
                                st.dates(FIRST, date(2025, 12, 31))))  # fmt: skip
        given_values[key] = issued
        if isinstance(issued, date) and issued <= AS_OF:
            points += on_time if issued <= due else late
        elif due >= AS_OF and issued is not False:
            pending += on_time
    said = draw(st.booleans())
    given_values["said"] = said
    points += parts[2] if said else 0
    rule = {"kind": "deadline", "dates": dates, "parts": [{"key": "said", "points": text(parts[2])}]}
    types = {"first": "date", "second": "date", "said": "yes_no"}
    return Tried(rule, types, given_values, points, points + pending, maximum)


def answers(draw: Draw, maximum: Fraction) -> Tried:
    said = {key: draw(st.booleans()) for key in ("one", "two", "three")}
    if draw(st.booleans()):
        worth = maximum * Fraction(sum(said.values()), 3)
        rule: dict[str, Any] = {"kind": "checklist", "items": list(said)}
    else:
        worth = maximum if all(said.values()) else Fraction(0)
        rule = {"kind": "yes_no", "all_of": list(said)}
    return Tried(rule, dict.fromkeys(said, "yes_no"), said, worth, worth, maximum)


SHARES = ("share", "capped_share", "floor_share", "tiered", "steps", "all_or_nothing")
PLAIN: dict[str, Callable[[Draw, Fraction], Tried]] = {
    **{kind: partial(shares, kind) for kind in SHARES},
    "share_with_deduction": deduction,
    "per_violation": violations,
    "count_steps": count_steps,
    "tiered_penalty": tiers,
    "deadline": deadlines,
    "checklist or yes_no": answers,
}


def in_a_branch(draw: Draw, inner: Tried) -> Tried:
    """The rule as a branch beside one with fixed points, either of them chosen."""
    fixed = Fraction(draw(st.integers(0, int(inner.maximum * 100))), 100)
    branches = [
        {"id": "fixed", "label": "Điểm cố định", "points": text(fixed)},
        {"id": "by_rule", "label": "Theo quy tắc", "rule": inner.rule},
    ]
    by_rule = draw(st.booleans())
    rule = {"kind": "branches", "choice": "chosen", "branches": branches}
    said = inner.given | {"chosen": "by_rule" if by_rule else "fixed"}
    points, expected = (inner.points, inner.expected) if by_rule else (fixed, fixed)
    return Tried(rule, inner.types | {"chosen": "choice"}, said, points, expected, inner.maximum)


def holds(component: dict[str, Any], tried: Tried) -> None:
    seen = evaluate(component, tried.given, AS_OF)

    assert seen.state == "scored"
    assert (seen.points, seen.expected) == (rounded(tried.points), rounded(tried.expected))
    assert 0 <= tried.points <= tried.expected <= tried.maximum


@pytest.mark.parametrize("kind", PLAIN)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_points_equal_an_exact_computation_rounded_once(kind: str, data: st.DataObject) -> None:
    tried = PLAIN[kind](data.draw, cents(data.draw))

    holds(entry(tried.rule, text(tried.maximum), declared=tried.types), tried)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_rule_in_a_branch_is_worth_what_it_is_worth_alone_and_the_set_loads(data: st.DataObject) -> None:
    tried = PLAIN[data.draw(st.sampled_from(sorted(PLAIN)))](data.draw, cents(data.draw))
    branched = in_a_branch(data.draw, tried)

    for one in (tried, branched):
        criteria = small_set(entry(one.rule, text(one.maximum), declared=one.types))
        holds(criteria["domains"][0]["criteria"][0]["components"][0], one)


def test_every_rule_kind_within_the_hundred_is_among_them() -> None:
    kinds = {*PLAIN, "checklist", "yes_no", "branches"} - {"checklist or yes_no"}
    same = {"yes_no_parts": "deadline", "reports_on_time": "deadline"}

    assert set(RULES) - kinds - {"survey", "bonus", "penalty"} == set(same)
    assert all(RULES[kind] is RULES[other] for kind, other in same.items())
