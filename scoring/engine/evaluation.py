"""One component from its named values: state, points and the sentence that explains them.

The same function serves the nightly score, test cases, what-if and the auditor's recomputation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .facts import Value
from .measures import MEASURES
from .numbers import exact, half_up, points_vn, vn
from .reading import CannotScore, Case, Inputs, NoCases, WrongValue, is_writable
from .rules import outcome_of

SCORED, NO_EVIDENCE, NO_DATA, NOT_APPLICABLE, SURVEY = "scored", "no_evidence", "no_data", "not_applicable", "survey"
BY_SURVEY = "Điểm mục này lấy từ khảo sát, điều tra do cơ quan có thẩm quyền công bố; phường không tự chấm."
STATES = (SCORED, NO_EVIDENCE, NO_DATA, NOT_APPLICABLE, SURVEY)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a component is worth before anybody asks for proof.

    `points` and `expected` are None where there is no score; `expected` also holds parts whose due day has not come.
    """

    state: str
    points: Decimal | None
    expected: Decimal | None
    because: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run adds to a component's entry: points taken over from siblings, and the days its documents may have."""

    taken_over: Mapping[str, Decimal] = field(default_factory=dict)
    """Points by the component they come from, in which there were no cases."""

    window: tuple[date, date] | None = None

    def maximum(self, component: Mapping[str, Any]) -> Fraction:
        """The component's maximum with what it takes over."""
        return exact(component["max_points"]) + sum(map(exact, self.taken_over.values()), Fraction(0))


_UNBOUNDED = Bounds()


def evaluate(component: Mapping[str, Any], inputs: Inputs, as_of: date, bounds: Bounds = _UNBOUNDED) -> Evaluation:
    """The worth of `component` (an entry of a criteria set) with these values, as known on `as_of`."""
    if component["rule"]["kind"] == "survey":
        return Evaluation(SURVEY, None, None, BY_SURVEY)
    case = case_of(component, inputs, as_of, bounds.window)
    try:
        outcome = outcome_of(case)
    except NoCases as reason:
        return _worth(component, "no_cases", f"Không phát sinh: {reason}", inputs, bounds)
    except WrongValue as reason:
        return _worth(component, "no_data", f"Số liệu chưa dùng được: {reason}", inputs, bounds)
    except CannotScore as reason:
        return no_data(component, str(reason), inputs, bounds)
    numbers = plain_numbers(inputs) | ({"share": outcome.share} if outcome.share else {})
    grown = bounds.maximum(component) / case.maximum if bounds.taken_over else Fraction(1)
    points, expected = outcome.points * grown, (outcome.points + outcome.pending) * grown
    because = f"{outcome.head}{';' if ': ' in outcome.head else ':'} {outcome.sum}."
    if bounds.taken_over:
        because = f"{because[:-1]}{_taken_over(component, outcome.points, bounds)}."
    if outcome.pending:
        because = f"{because[:-1]}, còn có thể thêm {points_vn(outcome.pending * grown)} điểm."
    return Evaluation(SCORED, half_up(points), half_up(expected), because, numbers)


def _taken_over(component: Mapping[str, Any], points: Fraction, bounds: Bounds) -> str:
    """How points of the component's own maximum become points of the greater one."""
    own, whole = exact(component["max_points"]), bounds.maximum(component)
    parts = ", ".join(f"{points_vn(part)} điểm của mục {name}" for name, part in sorted(bounds.taken_over.items()))
    earned = f"{points_vn(points)} × {vn(whole)} ÷ {vn(own)} = {points_vn(points * whole / own)} điểm"
    return f"; nhận thêm {parts} (không phát sinh) nên điểm tối đa là {points_vn(whole)}: {earned}"


def no_data(
    component: Mapping[str, Any], reason: str, inputs: Inputs | None = None, bounds: Bounds = _UNBOUNDED
) -> Evaluation:
    """The worth of a component whose sources do not say it."""
    return _worth(component, "no_data", f"Chưa có số liệu: {reason}", inputs or {}, bounds)


def case_of(component: Mapping[str, Any], inputs: Inputs, as_of: date, window: tuple[date, date] | None = None) -> Case:
    """The case that a rule works on."""
    labels = {item["key"]: item["label"] for item in component.get("declared", ())}
    measure = MEASURES[component["measure"]] if component.get("measure") else None
    return Case(component["rule"], exact(component["max_points"]), inputs, as_of, measure, window, labels)


def plain_numbers(inputs: Inputs) -> dict[str, Any]:
    """Values as JSON: whole numbers as int, other decimals as text, days as ISO text."""
    return {key: _plain(value) for key, value in sorted(inputs.items()) if value is not None}


def _plain(value: Value | int) -> Any:
    if isinstance(value, Decimal):
        return int(value) if is_writable(value) and value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date) else value


def _worth(component: Mapping[str, Any], case: str, said: str, inputs: Inputs, bounds: Bounds) -> Evaluation:
    """What the criteria set gives where there were no cases, or no data."""
    worth = component[case]
    state = NOT_APPLICABLE if case == "no_cases" else NO_DATA
    numbers = plain_numbers(inputs)
    if worth == "no_score":
        return Evaluation(state, None, None, f"{said}; mục này chưa có điểm.", numbers)
    if worth == "redistribute":
        heirs = ", ".join(component["redistribute_to"])
        return Evaluation(state, None, None, f"{said}; theo bộ tiêu chí điểm chia cho các mục {heirs}.", numbers)
    points = half_up(bounds.maximum(component) if worth == "full_points" else Fraction(0))
    how = "được tính đủ" if worth == "full_points" else "được"
    return Evaluation(state, points, points, f"{said}; theo bộ tiêu chí {how} {points_vn(points)} điểm.", numbers)
