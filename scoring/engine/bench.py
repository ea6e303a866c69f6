"""What every component of a run is scored with, and its worth from measure, declared values and assumptions."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .evaluation import Bounds, Evaluation, evaluate, no_data
from .facts import DeclaredValue, SurveyResult, Value
from .measures import MEASURES
from .measuring import Measured, NoData, Scope
from .proof import Papers
from .rules import takes_measure
from .windows import Window, days_allowed

Changes = Mapping[str, Mapping[str, Value | int]]
"""What-if values: component id -> key -> value."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every component is scored with."""

    scope: Scope
    as_of: date
    declared: Mapping[str, tuple[DeclaredValue, ...]]
    surveys: tuple[SurveyResult, ...]
    changes: Changes
    window: Window
    papers: Papers
    taken_over: Mapping[str, Mapping[str, Decimal]] = dataclasses.field(default_factory=dict)
    """Points taken over from siblings without cases: component -> sibling -> points."""

    def bounds(self, component: Mapping[str, Any]) -> Bounds:
        """What this run adds to the component's own entry."""
        return Bounds(self.taken_over.get(component["id"], {}), days_allowed(component, self.window))


def by_component(declared: Iterable[DeclaredValue]) -> Mapping[str, tuple[DeclaredValue, ...]]:
    found: defaultdict[str, list[DeclaredValue]] = defaultdict(list)
    for value in declared:
        found[value.component].append(value)
    return {component: tuple(sorted(values, key=_declared_order)) for component, values in found.items()}


def _declared_order(value: DeclaredValue) -> tuple[str, str, str]:
    return value.key, str(value.value), str(value.evidence)


def evaluated(
    bench: Bench, component: Mapping[str, Any], values: Sequence[DeclaredValue], rule: str | None = None
) -> tuple[Evaluation, Measured | None]:
    """The component's worth, under another on-time rule where `rule` names one."""
    changes = bench.changes.get(component["id"], {})
    measured, reason = None, None
    if component.get("measure"):
        scope = dataclasses.replace(bench.scope, on_time_rule=rule) if rule else bench.scope
        try:
            measured = MEASURES[component["measure"]].of(scope, component["id"])
        except NoData as missing:
            reason = str(missing)
    stated = _stated(values)
    if doubled := [key for key, found in stated.items() if len(found) > 1 and key not in changes]:
        reason = f"có nhiều giá trị khai khác nhau cho {', '.join(doubled)}"
        return no_data(component, reason, bounds=bench.bounds(component)), measured
    inputs: dict[str, Value | int] = {key: found[0] for key, found in stated.items() if key in _keys(component)}
    inputs |= {key: value for key, value in (measured.inputs if measured else {}).items() if value is not None}
    if reason and not changes and takes_measure(component["rule"], inputs):
        return no_data(component, reason, inputs, bench.bounds(component)), None
    return evaluate(component, inputs | dict(changes), bench.as_of, bench.bounds(component)), measured


def _keys(component: Mapping[str, Any]) -> set[str]:
    return {item["key"] for item in component.get("declared", ())}


def _stated(values: Iterable[DeclaredValue]) -> dict[str, list[Value]]:
    """Different values by key; the same value said twice is one. As text, because True is not 1 and NaN is nothing."""
    found: dict[str, dict[str, Value]] = {}
    for value in values:
        known = found.setdefault(value.key, {})
        if value.value is not None:
            known.setdefault(_value_text(value.value), value.value)
    return {key: list(known.values()) for key, known in found.items() if known}


def _value_text(value: Value) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"number {value.normalize()}"
    return f"{type(value).__name__} {value}"
