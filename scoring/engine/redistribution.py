"""Points of components in which there were no cases, shared out among the siblings that the criteria set names.

Decision 766 does it so where there were no petitions. Each sibling's maximum grows in proportion to its own, in whole
hundredths that add up exactly; what it earned of its own maximum it earns of the greater one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .numbers import exact

_CENT = Decimal("0.01")
Shares = Mapping[str, Mapping[str, Decimal]]
"""Component without cases -> sibling -> points that it takes over."""


def shared_out(entries: Mapping[str, Mapping[str, Any]], empty: Collection[str]) -> Shares:
    """Who takes over the points of each of the `empty` components; without an heir that had cases, nobody does."""
    found = {}
    for name in empty:
        heirs = {heir: entries[heir]["max_points"] for heir in _named(entries[name]) if heir not in empty}
        if heirs:
            found[name] = _parts(Decimal(entries[name]["max_points"]), heirs)
    return found


def _named(entry: Mapping[str, Any]) -> list[str]:
    named: list[str] = entry["redistribute_to"]
    return named


def _parts(points: Decimal, heirs: Mapping[str, str]) -> Mapping[str, Decimal]:
    """`points` by the heirs' maxima in hundredths (finer where the points are); the rest to the greatest remainders."""
    unit = min(_CENT, Decimal(1).scaleb(int(points.as_tuple().exponent)))
    units, whole = int(points / unit), sum((exact(weight) for weight in heirs.values()), Fraction(0))
    wanted = {heir: units * exact(weight) / whole for heir, weight in heirs.items()}
    given = {heir: int(part) for heir, part in wanted.items()}
    by_remainder = sorted(wanted, key=lambda heir: given[heir] - wanted[heir])
    for heir in by_remainder[: units - sum(given.values())]:
        given[heir] += 1
    return {heir: part * unit for heir, part in given.items()}


def received(shares: Shares) -> dict[str, dict[str, Decimal]]:
    """The same from the heirs' side: sibling -> component without cases -> points."""
    found: dict[str, dict[str, Decimal]] = {}
    for name, parts in shares.items():
        for heir, part in parts.items():
            found.setdefault(heir, {})[name] = part
    return found
