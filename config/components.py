"""The components of a criteria set, whichever level they stand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def components_of(criteria: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every component of a plain criteria set in its order; bonuses and penalties outside the 100 are none."""
    for domain in criteria["domains"]:
        for criterion in domain["criteria"]:
            yield from criterion["components"]
