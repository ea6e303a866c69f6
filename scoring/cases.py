"""Test cases of a criteria set: run them, and find the borders that no case touches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from config.components import components_of
from scoring.engine.evaluation import NOT_APPLICABLE, Evaluation, case_of, evaluate
from scoring.engine.facts import Value
from scoring.engine.numbers import exact, shortest
from scoring.engine.reading import CannotScore
from scoring.engine.rules import COUNTED, SHARED, count_key, ratio_of


@dataclass(frozen=True, slots=True)
class Example:
    """One test case: values, the day, and the points, expected points and state it must give (None: no score)."""

    name: str
    given: Mapping[str, Value | int]
    as_of: date
    points: Decimal | None
    expected: Decimal | None
    state: str


@dataclass(frozen=True, slots=True)
class FailedCase:
    """A test case that gave something else, in a Vietnamese sentence."""

    component: str
    name: str
    what: str


def examples_of(cases: Mapping[str, Sequence[Any]], last_day: date) -> dict[str, list[Example]]:
    """Examples from loaded test cases (`config.criteria_sets.load_cases`); `last_day` where a case names no day."""
    return {
        component: [
            Example(
                case.name,
                {key: _value(value) for key, value in case.given.items()},
                case.as_of or last_day,
                case.expect.points,
                case.expect.expected,
                case.expect.state,
            )
            for case in found
        ]
        for component, found in cases.items()
    }


def failed_cases(criteria: Mapping[str, Any], examples: Mapping[str, Sequence[Example]]) -> Iterator[FailedCase]:
    """Every example that the set does not keep, and examples of components that the set does not have."""
    entries = _entries(criteria)
    for component, found in examples.items():
        for example in found:
            if component not in entries:
                yield FailedCase(component, example.name, "bộ tiêu chí không có mục này")
                continue
            seen = evaluate(entries[component], example.given, example.as_of)
            if what := _difference(example, seen):
                yield FailedCase(component, example.name, what)


def uncovered_borders(criteria: Mapping[str, Any], examples: Mapping[str, Sequence[Example]]) -> Iterator[str]:
    """Every side of every border that no example stands on, in a Vietnamese sentence."""
    for component, entry in _entries(criteria).items():
        found = examples.get(component, ())
        for side, stands in _sides(entry):
            if not any(stands(example) for example in found):
                yield f"{component}: chưa có ca thử nào cho {side}"


def _entries(criteria: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {component["id"]: component for component in components_of(criteria)}


def _value(value: Any) -> Value | int:
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return Decimal(value)
    known: Value | int = value
    return known


def _difference(example: Example, seen: Evaluation) -> str:
    if (example.points, example.state) != (seen.points, seen.state):
        return f"cần {example.points} ({example.state}), được {seen.points} ({seen.state}): {seen.because}"
    if example.expected is not None and example.expected != seen.expected:
        return f"cần dự kiến {example.expected}, được {seen.expected}: {seen.because}"
    return ""


Side = tuple[str, Callable[[Example], bool]]


def _sides(entry: Mapping[str, Any]) -> Iterator[Side]:
    rule = entry["rule"]
    if rule["kind"] in SHARED:
        yield from _share_sides(entry)
        if entry["no_cases"] != "no_score" and _may_be_empty(entry):
            yield "không phát sinh", lambda example: example.state == NOT_APPLICABLE
    yield from _count_sides(entry)
    for part in rule.get("dates", ()):
        yield from _date_sides(part["key"], date.fromisoformat(part["due"]))
    keys = [part["key"] for part in rule.get("parts", ())] + [*rule.get("all_of", ()), *rule.get("items", ())]
    for key in (*keys, *rule.get("requires", ())):
        yield f'"{key}" là có', _given(key, True)
        yield f'"{key}" là không', _given(key, False)
    for tier in rule.get("tiers", ()):
        yield from _tier_sides(tier["at_most"])
    for branch in rule.get("branches", ()):
        chosen = _given(rule["choice"], branch["id"])
        yield f"nhánh {branch['id']}", chosen
        if inner := branch.get("rule"):
            for side, stands in _sides({**entry, "rule": inner, "no_cases": "no_score"}):
                yield f"nhánh {branch['id']}, {side}", _both(chosen, stands)


def _both(one: Callable[[Example], bool], other: Callable[[Example], bool]) -> Callable[[Example], bool]:
    return lambda example: one(example) and other(example)


def _may_be_empty(entry: Mapping[str, Any]) -> bool:
    """Measures of documents say "no data" instead of an empty total."""
    return entry.get("measure") not in ("file_quality_share", "outgoing_signed_share", "register_match_share")


def _share_sides(entry: Mapping[str, Any]) -> Iterator[Side]:
    rule, kind = entry["rule"], entry["rule"]["kind"]
    thresholds = {
        "capped_share": lambda: [exact(rule["full_from"])],
        "floor_share": lambda: [exact(rule["floor"])],
        "tiered": lambda: [exact(rule["floor"])],
        "steps": lambda: [exact(step["from"]) for step in rule["steps"]],
    }.get(kind, lambda: [Fraction(1)])()
    for threshold, below in zip(thresholds, [*thresholds[1:], Fraction(-1)], strict=True):
        yield f"đúng mốc {_said(threshold)}", _share_in(entry, threshold, threshold)
        yield f"ngay dưới mốc {_said(threshold)}", _share_in(entry, below, threshold, open_end=True)
    if kind == "tiered":
        full = 1 - exact(rule["full_when_missed_below"])
        yield f"đúng mốc {_said(full)}", _share_in(entry, full, full)
        yield f"trên mốc {_said(full)}", lambda example: (_share(entry, example) or Fraction(0)) > full
    if kind == "share_with_deduction":
        yield "không bị trừ", _given(rule["count"], 0)
        yield "bị trừ", lambda example: bool(example.given.get(rule["count"])) and bool(example.points)
        yield "trừ hết điểm", lambda example: example.points == 0


def _said(share: Fraction) -> str:
    return shortest(Decimal(share.numerator) / Decimal(share.denominator))


def _share_in(
    entry: Mapping[str, Any], low: Fraction, high: Fraction, *, open_end: bool = False
) -> Callable[[Example], bool]:
    def stands(example: Example) -> bool:
        share = _share(entry, example)
        return share is not None and low <= share <= high and not (open_end and share == high)

    return stands


def _share(entry: Mapping[str, Any], example: Example) -> Fraction | None:
    try:
        return ratio_of(case_of(entry, example.given, example.as_of)).share
    except CannotScore:
        return None


def _count_sides(entry: Mapping[str, Any]) -> Iterator[Side]:
    rule = entry["rule"]
    if rule["kind"] not in COUNTED:
        return
    key, _ = count_key(case_of(entry, {}, date.min))
    if rule["kind"] == "count_steps":
        for step in rule["steps"]:
            yield f"số đếm {step['from']}", _given(key, step["from"])
            yield f"số đếm {step['from'] - 1}", _given(key, step["from"] - 1)
    if rule["kind"] == "per_violation":
        last = ceil(exact(entry["max_points"]) / exact(rule["each"]))
        for count in sorted({0, 1, last, last + 1}):
            yield f"số trường hợp {count}", _given(key, count)


def _date_sides(key: str, due: date) -> Iterator[Side]:
    yield f'"{key}" đúng ngày hạn', _given(key, due)
    yield f'"{key}" sau ngày hạn', lambda example: _is_after(example.given.get(key), due)
    yield f'"{key}" không có', _given(key, False)


def _is_after(value: object, due: date) -> bool:
    return isinstance(value, date) and value > due


def _tier_sides(at_most: Mapping[str, int]) -> Iterator[Side]:
    for key, limit in at_most.items():
        yield f'"{key}" bằng {limit}', _given(key, limit)
        yield f'"{key}" bằng {limit + 1}', _given(key, limit + 1)


def _given(key: str, value: object) -> Callable[[Example], bool]:
    def stands(example: Example) -> bool:
        seen = example.given.get(key)
        return type(seen) is type(value) and seen == value

    return stands
