"""The fields of an examination, as storage's other files ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SURE_FROM = 0.8
"""Confidence, 0 to 1, under which what OCR read contradicts nobody's register: this project's choice. A wrong digit in
a scan must not take a sound result's points away; a person sees the file all the same."""


def value_of(fields: Mapping[str, Any], name: str) -> str | None:
    """What was read; None where nothing was, or where the place is handwritten or blank."""
    field = fields.get(name)
    return field.get("value") if field else None


def unsure_in(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the fields that were read, but not surely."""
    return tuple(
        sorted(name for name, said in fields.items() if said and said.get("value") and _confidence(said) < SURE_FROM)
    )


def _confidence(field: Mapping[str, Any]) -> float:
    said = field.get("confidence")
    return 1.0 if said is None else float(said)
