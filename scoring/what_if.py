"""What-if values written as text: `3.3.2.late=0`, `1.1.1.plan_issued_on=2025-01-20`, `1.7.1.plan=có`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from config.components import components_of
from config.refusals import WrongUse
from scoring.engine.facts import NOT_APPLICABLE, Value
from scoring.engine.measures import MEASURES
from scoring.engine.outside import outside_items

_FORM = re.compile(r"^(\d+\.\d+\.\d+)\.([a-z][a-z0-9_]*)=(.*)$", re.DOTALL)
_WORDS: Mapping[str, Value] = {
    "true": True,
    "có": True,
    "co": True,
    "false": False,
    "không": False,
    "khong": False,
    NOT_APPLICABLE: NOT_APPLICABLE,
    "không phát sinh": NOT_APPLICABLE,
}


class BadAssumption(WrongUse, ValueError):
    """One or more assumptions cannot be read or name nothing that the set has; all are told, in Vietnamese."""


def changes_of(texts: Iterable[str], criteria: Mapping[str, Any]) -> dict[str, dict[str, Value]]:
    """Values for `score(..., changes=...)`.

    Raises:
        BadAssumption: tells every text that has another form, an unknown component or an unknown key.
    """
    known = assumable(criteria)
    found: dict[str, dict[str, Value]] = {}
    faults = []
    for text in texts:
        match = _FORM.match(text)
        if not match:
            faults.append(f"{text!r}: phải viết như 3.3.2.late=0")
            continue
        component, key, value = match.groups()
        if component not in known:
            faults.append(f"{text!r}: bộ tiêu chí không có mục {component}")
        elif key not in known[component]:
            names = ", ".join(known[component]) or "không có khóa nào"
            faults.append(f"{text!r}: mục {component} không có khóa {key!r}; các khóa: {names}")
        else:
            found.setdefault(component, {})[key] = _value(value.strip())
    if faults:
        raise BadAssumption("\n".join(faults))
    return found


def assumable(criteria: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Keys that `changes_of` takes, by component, and by bonus or penalty outside the 100."""
    return {
        component["id"]: (*_measured_keys(component), *(item["key"] for item in component.get("declared", ())))
        for component in (*components_of(criteria), *outside_items(criteria))
    }


def _measured_keys(component: Mapping[str, Any]) -> tuple[str, ...]:
    if not component.get("measure"):
        return ()
    measure = MEASURES[component["measure"]]
    parts = [measure.total, *(key for key, _ in measure.missed)]
    parts += [pair[0] for pair in (measure.done, measure.count) if pair]
    declared = {item["key"] for item in component.get("declared", ())}
    return tuple(key for key in parts if key and key not in declared)


def _value(text: str) -> Value:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"-?\d{1,18}([.,]\d{1,6})?", text):
        return Decimal(text.replace(",", "."))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
