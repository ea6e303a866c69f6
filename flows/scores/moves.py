"""Why a score moved from one run to another, every cause with its own share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.resources import Resources
from flows.scores.inputs import known_of
from scoring import Comparison, compare
from scoring.substitution import Stage, stages
from storage.errors import Missing

Run = Mapping[str, Any]


def moved_between(resources: Resources, before: Run, after: Run) -> Comparison:
    """What moved from one run to another. Inputs that the store has lost, or scores that moved nowhere, leave a
    component the nearest cause alone."""
    plainly = compare(before["score"], after["score"])
    if not plainly.changes and not plainly.outside:
        return plainly
    return compare(before["score"], after["score"], _way(resources, before, after))


def _way(resources: Resources, before: Run, after: Run) -> tuple[Stage, ...]:
    try:
        return stages(known_of(resources, before), known_of(resources, after))
    except Missing:
        return ()
