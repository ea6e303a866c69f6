"""A criteria set used for a year that it was not written for: its due dates are moved to that year, and it says so.

Whoever scores 2026 by the set of 2025 until the new one is there would otherwise find every plan of January 2026 late
by a year. The moved dates are a guess, not law: `moved` names both years, and each score tells it among its warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

_DATES = frozenset({"due", "deadline"})


def for_year(criteria: Mapping[str, Any], year: int) -> Mapping[str, Any]:
    """The set (`CriteriaSet.plain()`) as it is used for a year: itself where it is in force at the year's end."""
    first, last = (date.fromisoformat(criteria[name]) for name in ("effective_from", "effective_to"))
    if first <= date(year, 12, 31) <= last:
        return criteria
    written_for = last.year if year > last.year else first.year
    if year == written_for:
        return criteria
    moved: Mapping[str, Any] = _moved(criteria, year - written_for)
    return {**moved, "moved": {"from": str(written_for), "to": str(year)}}


def _moved(value: Any, years: int) -> Any:
    if isinstance(value, Mapping):
        return {name: _day(item, years) if name in _DATES else _moved(item, years) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(item, years) for item in value]
    return value


def _day(iso: str, years: int) -> str:
    """The same day so many years later; 29 February becomes the 28th."""
    day = date.fromisoformat(iso)
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return day.replace(year=day.year + years, day=28).isoformat()
