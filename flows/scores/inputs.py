"""What a run was scored from, read from its packed inputs once: runs never change."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from flows.resources import Resources
from flows.scores.scoring import unpacked_inputs
from scoring.engine.facts import Facts, from_plain
from scoring.substitution import Known

Run = Mapping[str, Any]


def criteria_of(resources: Resources, of_run: Run) -> Mapping[str, Any]:
    """The criteria set that a run was scored by, as it was then."""
    return _criteria(resources, str(of_run["inputs_sha256"]))


def calendar_of(resources: Resources, of_run: Run) -> Mapping[str, Any]:
    """The calendar that a run was scored by."""
    calendar: Mapping[str, Any] = plain_inputs_of(resources, str(of_run["inputs_sha256"]))["calendar"]
    return calendar


def facts_of(resources: Resources, of_run: Run) -> Facts:
    """The facts of a run."""
    return _facts(resources, str(of_run["inputs_sha256"]))


def known_of(resources: Resources, of_run: Run) -> Known:
    """A run's score with all that it was computed from."""
    return Known(
        of_run["score"], facts_of(resources, of_run), criteria_of(resources, of_run), calendar_of(resources, of_run)
    )


@functools.lru_cache(maxsize=16)
def _criteria(resources: Resources, inputs_sha256: str) -> Mapping[str, Any]:
    criteria: Mapping[str, Any] = plain_inputs_of(resources, inputs_sha256)["criteria"]
    return criteria


@functools.lru_cache(maxsize=2)
def plain_inputs_of(resources: Resources, inputs_sha256: str) -> Mapping[str, Any]:
    """The inputs as they are packed: {calendar, criteria, facts}."""
    with resources.store.open(inputs_sha256) as stream:
        return unpacked_inputs(stream.read())


@functools.lru_cache(maxsize=2)
def _facts(resources: Resources, inputs_sha256: str) -> Facts:
    facts: Facts = from_plain(Facts, plain_inputs_of(resources, inputs_sha256)["facts"])
    return facts
