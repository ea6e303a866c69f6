"""A criteria set as the cells of its Excel form: the way back of `criteria_form.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from config.criteria_form import COLUMNS, DAYS, HEAD, POINTS, STANDING, WORDS


@dataclass(frozen=True, slots=True)
class Filled:
    """The cells of a form: (label, value) of the head, and one mapping for each row of the two tables."""

    head: Sequence[tuple[str, str]] = ()
    rows: Sequence[Mapping[str, str]] = ()
    outside: Sequence[Mapping[str, str]] = ()


def form_of(plain: Mapping[str, Any]) -> Filled:
    """A set (`CriteriaSet.plain()`) as the cells of the form."""
    outside = plain["outside_100"]
    caps = {name: outside[name] for name in ("bonus_cap", "penalty_cap")} | {"outside_enabled": outside["enabled"]}
    said = caps | dict(plain) | _window(plain.get("evidence_period"))
    head = [(label, _shown(name, said.get(name, ""))) for name, label in HEAD.items()]
    return Filled(head, [row_of(level) for level in _levels(plain)], [row_of(item) for item in outside["items"]])


def _window(allowed: Mapping[str, Any] | None) -> dict[str, Any]:
    if allowed is None:
        return {}
    days = {name: str(allowed[name]) for name in ("days_before", "days_after")}
    return days | {"window_basis": allowed["legal_reference"]}


def _levels(plain: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for domain in plain["domains"]:
        yield domain
        for criterion in domain["criteria"]:
            yield criterion
            yield from criterion["components"]


def row_of(level: Mapping[str, Any]) -> dict[str, str]:
    flat = {**level, **level.get("legal_reference", {})}
    return {name: _shown(name, flat[name]) for name in COLUMNS if name in flat}


def _shown(name: str, value: Any) -> str:
    """A field as people read it in its cell."""
    if writer := _WRITERS.get(name):
        return writer(value) if value else ""
    if name in WORDS:
        return {word: label for label, word in WORDS[name].items()}[value]
    if name in DAYS:
        return "/".join(reversed(str(value).split("-")))
    return str(value).replace(".", ",") if name in POINTS else str(value)


def _rule(value: Any) -> str:
    return yaml.safe_dump(_days(value), default_flow_style=True, allow_unicode=True, width=10**9).strip()[1:-1]


def _declared(value: Any) -> str:
    said = {word: label for label, word in WORDS["type"].items()}
    return "\n".join(f"{item['key']} | {item['label']} | {said[item['type']]}" for item in value)


def _evidence(value: Any) -> str:
    return "\n".join(
        " | ".join((item["kind"], item["label"], *((STANDING,) if item.get("standing") else ()))) for item in value
    )


def _basis(value: Any) -> str:
    return " | ".join((value["document"], value["part"], _shown("provenance", value["provenance"])))


def _days(value: Any) -> Any:
    """ISO days as days, so that they are written without quotes, as the strict reading wants them."""
    if isinstance(value, Mapping):
        return {key: _days(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_days(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return date.fromisoformat(value)
    return value


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "rule": _rule,
    "declared": _declared,
    "evidence": _evidence,
    "window_basis": _basis,
    "other_total": _basis,
    "redistribute_to": ", ".join,
}
