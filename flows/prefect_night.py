"""The night as a Prefect flow: each step a task. Only this module and `deployments` know Prefect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.settings import load_settings
from flows.night import NightRequestedBy, Step, run_night


@flow(name="nightly", persist_result=False, validate_parameters=False)
def nightly(asked_by: str = "schedule", started_at: str = "") -> dict[str, Any]:
    """Run the configured unit's night. `started_at` is ISO time, empty for now."""
    now = datetime.fromisoformat(started_at) if started_at else datetime.now(UTC)
    return run_night(load_settings(), NightRequestedBy(asked_by, now), call=as_task)


def as_task(step: Step, *arguments: Any) -> Any:
    """Call a step as a task of the running flow."""
    named = task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(step)
    return named(*arguments)
