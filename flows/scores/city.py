"""All units of a city in one command: each scored from what is kept of it, beside each other, ranked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from config.other_indices import sipas
from config.refusals import WrongUse
from config.units_here import settings_of_units
from flows.reporting.drawing import drawn
from flows.resources import Resources
from flows.scores import browsing, scoring
from flows.scores.cycle import kept_cycle
from flows.scores.scoring import Answer, Question
from reports.heading import Heading
from reports.ranking import printed_ranking
from scoring.cycle_sheet import published_result
from storage.browsing import units_known
from storage.objects import Kept


class NoUnits(WrongUse, ValueError):
    """Nothing is kept of any unit."""


def score_city(
    resources: Resources, question: Question, now: datetime, *, units: Iterable[str] = (), dry_run: bool = False
) -> dict[str, Any]:
    """Score every unit (empty: all that anything is kept of): {period, criteria, units, components}.

    `units` come with `result` (appraised, surveys, satisfaction, total, percent) where theirs is published, first and
    ranked by its total; the others follow, ranked among themselves by the conservative total. Equal totals share a
    rank. `components` hold lowest, median and highest points, and the units with the lowest.

    Raises:
        NoUnits: there is none.
    """
    names = sorted(set(units)) or _known(resources)
    if not names:
        raise NoUnits("Chưa có số liệu của đơn vị nào. Chạy parindex nightly --unit MÃ trước.")
    scores = _all_scored(resources, names, question, now, dry_run=dry_run)
    return {
        "period": question.period,
        "criteria": question.criteria,
        "on_time_rule": question.on_time_rule,
        "units": _ranked(scores, _names(resources, scores)),
        "components": _compared(scores),
    }


def _names(resources: Resources, units: Iterable[str]) -> dict[str, str]:
    """What officials call the units that this installation knows by name."""
    known = {one.unit: one.unit_name for one in settings_of_units(resources.settings)}
    known.setdefault(resources.settings.unit, resources.settings.unit_name)
    return {unit: known[unit] for unit in units if unit in known}


def standing_city(resources: Mapping[str, Resources], period: str) -> dict[str, Any]:
    """The newest standing run of each unit beside the others, as `score_city` tells it; nothing is computed anew.

    `resources` by unit. Units are ranked among those given. `criteria` and `on_time_rule` are None where the runs do
    not agree on them; `waiting` names units that have no run yet; each row also says of which day its run is (`as_of`).
    """
    found = {unit: _standing(own, period) for unit, own in resources.items()}
    scores = {unit: one for unit, one in found.items() if one is not None}
    plain = [one["score"] for one in scores.values()]
    return {
        "period": period,
        "criteria": _agreed(f"{one['criteria']['id']}@{one['criteria']['version']}" for one in plain),
        "on_time_rule": _agreed(one["on_time_rule"] for one in plain),
        "units": _ranked(scores, {unit: own.settings.unit_name for unit, own in resources.items()}),
        "components": _compared(scores) if scores else [],
        "waiting": [{"unit": unit, "name": resources[unit].settings.unit_name} for unit in found if unit not in scores],
    }


def _agreed(values: Iterable[str]) -> str | None:
    """What all say; None where they differ, or nobody says anything."""
    said = set(values)
    return said.pop() if len(said) == 1 else None


def _standing(own: Resources, period: str) -> dict[str, Any] | None:
    run_id = browsing.newest_run_id(own, period)
    if run_id is None:
        return None
    run = browsing.run(own, run_id)
    return {"run": run_id, "score": run["score"], "result": _result(own, period)}


def _result(own: Resources, period: str) -> dict[str, Any] | None:
    """What was published of a unit's year."""
    cycle = kept_cycle(own, period)
    return published_result(cycle, sipas().component) if cycle and cycle.state == "published" else None


def _known(resources: Resources) -> list[str]:
    with resources.database.read() as connection:
        return units_known(connection)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A unit's score before it is recorded: `run` holds it already, or `kept` are its inputs; a dry run has neither."""

    own: Resources
    answer: Answer
    run: str | None = None
    kept: Kept | None = None


def _all_scored(
    resources: Resources, names: Sequence[str], question: Question, now: datetime, *, dry_run: bool
) -> dict[str, dict[str, Any]]:
    """Units are read and counted side by side, one for each core (database, Polars, hash and zip work without Python's
    lock), and recorded one after the other in the order of their names."""
    score_one = partial(_scored, resources, question, now, dry_run=dry_run)
    abreast = min(len(names), os.cpu_count() or 1)
    with ThreadPoolExecutor(abreast) as pool:
        waves = (names[start : start + abreast] for start in range(0, len(names), abreast))
        found = (one for wave in waves for one in pool.map(score_one, wave))
        return {one.own.settings.unit: _recorded(one, now) for one in found}


def _scored(resources: Resources, question: Question, now: datetime, unit: str, *, dry_run: bool) -> _Scored:
    own = replace(resources, settings=resources.settings.model_copy(update={"unit": unit}))
    answer = scoring.compute(own, question)
    if dry_run:
        return _Scored(own, _light(answer))
    if (run := scoring.run_that_holds(own, answer, now)) is not None:
        return _Scored(own, _light(answer), run)
    return _Scored(own, _light(answer), kept=scoring.keep_inputs(own, answer))


def _light(answer: Answer) -> Answer:
    """Without the text of its facts, which is kept or not needed: a city has gigabytes of it."""
    return replace(answer, facts_text=b"")


def _recorded(found: _Scored, now: datetime) -> dict[str, Any]:
    own, run = found.own, found.run
    if found.kept is not None:
        run = scoring.record_new(own, found.answer, found.kept, who="parindex city", at=now)
    return {"run": run, "score": found.answer.score, "result": _result(own, str(found.answer.score["period"]))}


def _ranked(scores: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Units with a published result before those without; each ranked among its like."""
    places = {unit: _place(found) for unit, found in scores.items()}
    order = sorted(scores, key=lambda unit: (places[unit], unit))
    return [
        {
            "rank": 1 + sum(1 for other in places.values() if other[0] == places[unit][0] and other < places[unit]),
            "unit": unit,
            "name": names.get(unit, unit),
            "run": scores[unit]["run"],
            "as_of": scores[unit]["score"]["as_of"],
            "totals": dict(scores[unit]["score"]["totals"]),
            "result": scores[unit]["result"],
        }
        for unit in order
    ]


def _place(found: Mapping[str, Any]) -> tuple[bool, Decimal]:
    """Sorts what is published first, more points before fewer."""
    result = found["result"]
    return result is None, -Decimal(result["total"] if result else found["score"]["totals"]["conservative"])


def drawn_ranking(resources: Resources, city: Mapping[str, Any], ending: str, now: datetime) -> bytes:
    """The ranking as xlsx, docx or pdf, a document of the city (the unit above).

    Raises:
        NoFont: a pdf needs a font that this machine lacks.
    """
    settings = resources.settings
    heading = Heading(settings.parent_name, settings.parent_name, str(city["period"]), settings.local_day(now))
    return drawn(printed_ranking(city, heading), ending, "Xếp hạng")


def _compared(scores: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    first = next(iter(scores.values()))["score"]["components"]
    return [_component(item, scores) for item in first]


def _component(item: Mapping[str, Any], scores: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    points = {unit: _points(found["score"], item["id"]) for unit, found in scores.items()}
    known = {unit: value for unit, value in points.items() if value is not None}
    ordered = sorted(known.values())
    about = {
        "id": item["id"],
        "name": item["name"],
        "max_points": item["max_points"],
        "without": len(points) - len(known),
    }
    if not ordered:
        return {**about, "lowest": None, "median": None, "highest": None, "lowest_units": []}
    lowest = sorted(unit for unit, value in known.items() if value == ordered[0] < ordered[-1])
    spread = {"lowest": ordered[0], "median": ordered[len(ordered) // 2], "highest": ordered[-1]}
    return {**about, **{name: f"{value:.2f}" for name, value in spread.items()}, "lowest_units": lowest}


def _points(score: Mapping[str, Any], component: str) -> Decimal | None:
    item = next((one for one in score["components"] if one["id"] == component), None)
    return Decimal(item["points"]) if item and item["points"] is not None else None
