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
from .numbers import exact, half_up, points_vn
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


def evaluate(component: Mapping[str, Any], inputs: Inputs, as_of: date) -> Evaluation:
    """The worth of `component` (an entry of a criteria set) with these values, as known on `as_of`."""
    if component["rule"]["kind"] == "survey":
        return Evaluation(SURVEY, None, None, BY_SURVEY)
    case = case_of(component, inputs, as_of)
    try:
        outcome = outcome_of(case)
    except NoCases as reason:
        return _worth(component, "no_cases", f"Không phát sinh: {reason}", inputs)
    except WrongValue as reason:
        return _worth(component, "no_data", f"Số liệu chưa dùng được: {reason}", inputs)
    except CannotScore as reason:
        return no_data(component, str(reason), inputs)
    numbers = plain_numbers(inputs) | ({"share": outcome.share} if outcome.share else {})
    because = f"{outcome.head}{';' if ': ' in outcome.head else ':'} {outcome.sum}."
    points, expected = half_up(outcome.points), half_up(outcome.points + outcome.pending)
    if outcome.pending:
        because = f"{because[:-1]}, còn có thể thêm {points_vn(outcome.pending)} điểm."
    return Evaluation(SCORED, points, expected, because, numbers)


def no_data(component: Mapping[str, Any], reason: str, inputs: Inputs | None = None) -> Evaluation:
    """The worth of a component whose sources do not say it."""
    return _worth(component, "no_data", f"Chưa có số liệu: {reason}", inputs or {})


def case_of(component: Mapping[str, Any], inputs: Inputs, as_of: date) -> Case:
    """The case that a rule works on."""
    labels = {item["key"]: item["label"] for item in component.get("declared", ())}
    measure = MEASURES[component["measure"]] if component.get("measure") else None
    return Case(component["rule"], exact(component["max_points"]), inputs, as_of, measure, labels)


def plain_numbers(inputs: Inputs) -> dict[str, Any]:
    """Values as JSON: whole numbers as int, other decimals as text, days as ISO text."""
    return {key: _plain(value) for key, value in sorted(inputs.items()) if value is not None}


def _plain(value: Value | int) -> Any:
    if isinstance(value, Decimal):
        return int(value) if is_writable(value) and value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date) else value


def _worth(component: Mapping[str, Any], case: str, said: str, inputs: Inputs) -> Evaluation:
    """What the criteria set gives where there were no cases, or no data."""
    worth = component[case]
    state = NOT_APPLICABLE if case == "no_cases" else NO_DATA
    numbers = plain_numbers(inputs)
    if worth == "no_score":
        return Evaluation(state, None, None, f"{said}; mục này chưa có điểm.", numbers)
    points = half_up(exact(component["max_points"]) if worth == "full_points" else Fraction(0))
    how = "được tính đủ" if worth == "full_points" else "được"
    return Evaluation(state, points, points, f"{said}; theo bộ tiêu chí {how} {points_vn(points)} điểm.", numbers)
