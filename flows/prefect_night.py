"""The night as a Prefect flow: each step a task. Only this module and `deployments` know Prefect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.events.clients import PrefectEventsClient
from prefect.events.worker import EventsWorker

from config.settings import load_settings
from config.units_here import own_settings
from flows.chores import do_chore, kind_of
from flows.night import NightRequestedBy, Step, run_night
from flows.prefect_shown import Shown
from flows.prefect_spread import spread, task_runner
from flows.schedule import newest_slot
from storage.chores import Chore
from storage.nights import NightRunning, SlotDone

EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=1)
"""Prefect's ten would hold up the end of a night by seven seconds for each event that a lost server did not take."""


@flow(name="nightly", persist_result=False, validate_parameters=False, task_runner=task_runner(load_settings()))
def nightly(asked_by: str = "schedule", started_at: str = "", fills: str = "") -> dict[str, Any]:
    """Run the configured unit's night. ISO times: `started_at`, empty for now; `fills`, the slot of the schedule."""
    now = datetime.fromisoformat(started_at) if started_at else datetime.now(UTC)
    settings = own_settings()
    slot = datetime.fromisoformat(fills) if fills else None
    if _by_schedule():
        slot = newest_slot(settings.schedule, settings.timezone, now)
    elsewhere = None if settings.task_runner == "process" else spread
    shown = Shown()
    try:
        asked = NightRequestedBy(asked_by, now, slot)
        summary = run_night(settings, asked, call=as_task, spread=elsewhere, heard=shown.progress)
        shown.end(settings, summary)
        return summary
    except (NightRunning, SlotDone) as error:
        if not _by_schedule():
            raise
        return {"state": "elsewhere", "reason": str(error)}


@flow(name="chore", persist_result=False, validate_parameters=False)
def chore(name: str) -> bool:
    """Do the slot of a chore that has come, unless it is done; whether this run did it."""
    settings, now = own_settings(), datetime.now(UTC)
    slot = newest_slot(kind_of(name).schedule(settings), settings.timezone, now)
    return do_chore(settings, Chore(settings.unit, name, slot), now=now)


def _by_schedule() -> bool:
    """Whether Prefect's scheduler made this run; then it fills a slot, which the worker may have filled already."""
    run = FlowRunContext.get()
    return bool(run and run.flow_run and run.flow_run.auto_scheduled)


def as_task(step: Step, *arguments: Any) -> Any:
    """Call a step as a task of the running flow."""
    named = task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(step)
    return named(*arguments)
