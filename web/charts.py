"""Charts as numbers for an SVG template: where lines, marks and labels stand."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from storage.scored.runs import PointsThen

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 240, 56, 16, 14, 34


@dataclass(frozen=True, slots=True)
class Mark:
    """One value on the chart, in the picture's own units."""

    x: float
    y: float
    made_at: datetime
    points: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines (each a `points` attribute), marks of the newest values, rules with their labels, first and last moment."""

    conservative: tuple[str, ...]
    expected: tuple[str, ...]
    marks: tuple[Mark, ...]
    rules: tuple[tuple[float, str], ...]
    first: datetime
    last: datetime


@functools.lru_cache(maxsize=256)
def over_nights(then: tuple[PointsThen, ...], top: str) -> Chart | None:
    """Points over the runs; `top` is the most that can be had. None where there is nothing to draw."""
    if not then:
        return None
    first, last = then[0].made_at, then[-1].made_at
    low, high = _range(then, Decimal(top))
    xs = [_x(item.made_at, first, last) for item in then]
    return Chart(
        conservative=_lines(xs, [item.points for item in then], low, high),
        expected=_lines(xs, [item.expected for item in then], low, high),
        marks=tuple(
            Mark(x, _y(Decimal(item.points), low, high), item.made_at, item.points)
            for x, item in zip(xs, then, strict=True)
            if item.points is not None
        )[-1:],
        rules=tuple((_y(level, low, high), f"{level:.2f}") for level in _levels(low, high)),
        first=first,
        last=last,
    )


def _range(then: Sequence[PointsThen], top: Decimal) -> tuple[Decimal, Decimal]:
    """From a little under the lowest value to the top, so that moves can be seen."""
    values = [Decimal(value) for item in then for value in (item.points, item.expected) if value is not None]
    if not values:
        return Decimal(0), top
    spread = max(values) - min(values)
    low = max(Decimal(0), min(values) - max(spread, top / 10))
    return low, max(top if top - max(values) < max(spread, top / 4) else max(values) + max(spread, top / 10), values[0])


def _levels(low: Decimal, high: Decimal) -> list[Decimal]:
    return [low + (high - low) * step / 4 for step in range(5)]


def _x(moment: datetime, first: datetime, last: datetime) -> float:
    whole = (last - first).total_seconds()
    share = (moment - first).total_seconds() / whole if whole else 1.0
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(value: Decimal, low: Decimal, high: Decimal) -> float:
    share = float((value - low) / (high - low)) if high > low else 0.5
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _lines(xs: Sequence[float], values: Sequence[str | None], low: Decimal, high: Decimal) -> tuple[str, ...]:
    """Polylines in steps (a score stands until the next one), broken where there was no score."""
    lines: list[list[str]] = [[]]
    before: float | None = None
    for x, value in zip(xs, values, strict=True):
        if value is None:
            lines.append([])
            before = None
            continue
        y = _y(Decimal(value), low, high)
        lines[-1] += [f"{x},{before}"] if before is not None and before != y else []
        lines[-1].append(f"{x},{y}")
        before = y
    if lines[-1] and before is not None:
        lines[-1].append(f"{WIDTH - RIGHT},{before}")
    return tuple(" ".join(line) for line in lines if line)
