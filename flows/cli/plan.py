"""The command about the ward's plan: its tasks by part, SIPAS by factor, the city's PAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from flows.cli.door import DONE, NEEDS_PERSON, AsJson, At, Period, Unit, finish, moment, settings_for
from flows.cli.texts import text


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("plan", help=text("plan"))(plan)


def plan(*, unit: Unit = "", period: Period = "", at: At = "", as_json: AsJson = False) -> None:
    """How the plan's tasks and its other indices stand."""
    from flows.cli.plan_lines import plan_lines
    from flows.resources import open_resources
    from flows.scores.other_indices import indices_seen
    from flows.years import leading_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    with open_resources(settings) as resources:
        seen = indices_seen(resources, leading_year(settings, settings.local_day(now)), now)
    finish(seen, as_json=as_json, lines=plan_lines(seen), code=NEEDS_PERSON if _owes(seen) else DONE)


def _owes(seen: Mapping[str, Any]) -> bool:
    counts = seen["plan"]["counts"] if seen["plan"] else {}
    loose = seen["plan"]["without_part"] if seen["plan"] else ()
    return bool(counts.get("overdue") or loose or seen["sipas"]["warnings"] or seen["papi"]["warnings"])
