"""The plan, SIPAS and PAPI as they stand: for the command line, the page and the API alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from config.other_indices import papi, plan_of, sipas
from flows.resources import Resources
from scoring.engine.facts import from_plain
from scoring.other_indices import Answers, CityResult, Task, papi_standing, plan_standing, sipas_standing, tasks_outside
from scoring.registers import survey_result
from storage.scored.facts import rows_of_year

_KINDS: dict[str, type] = {"tasks": Task, "satisfaction": Answers, "papi": CityResult}


def indices_seen(resources: Resources, period: str, now: datetime) -> dict[str, Any]:
    """{plan, other_tasks, sipas, papi}: tasks by part and how they stand, tasks that others gave, satisfaction by
    factor, the city's dimensions.

    `plan` is None for a unit and year whose plan was not entered (config/indices/plans).
    """
    unit, year = resources.settings.unit, int(period[:4])
    with resources.database.read() as connection:
        rows = {
            kind: [from_plain(made, row) for row in rows_of_year(connection, unit, kind, year)]
            for kind, made in _KINDS.items()
        }
        surveys = [survey_result(row) for row in rows_of_year(connection, unit, "survey", year)]
    published = next((one.share for one in surveys if one.component == sipas().component), None)
    plan = plan_of(unit, year)
    today = resources.settings.local_day(now)
    return {
        "unit": unit,
        "period": period,
        "plan": plan_standing(plan, rows["tasks"], today) if plan else None,
        "other_tasks": tasks_outside(plan, rows["tasks"], today),
        "sipas": sipas_standing(sipas(), rows["satisfaction"], published),
        "papi": papi_standing(papi(), rows["papi"]),
    }
