"""The night as a Prefect flow: each step a task. Only this module and `deployments` know Prefect."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.events.clients import PrefectEventsClient
from prefect.events.worker import EventsWorker

from config.refusals import Refusal
from config.settings import Settings, load_settings
from config.units_here import own_settings, settings_of_units
from flows.on_prefect.shown import Shown, Ward
from flows.on_prefect.spread import spread, task_runner
from flows.running.night import NightRequestedBy, Step, run_night
from flows.watching.chores import do_chore, kind_of
from flows.watching.schedule import newest_slot
from storage.errors import StorageError
from storage.ledger.chores import Chore
from storage.ledger.nights import DONE, FAILED, NightRunning, SlotDone
from storage.ledger.requests import LeaseLost

EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=1)
"""Prefect's ten would hold up the end of a night by seven seconds for each event that a lost server did not take."""


class _Untold(logging.Filter):
    """Without refusals: people get them as one sentence, and Prefect would print its stack before that."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], Refusal))


for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_Untold())


@flow(name="nightly", persist_result=False, validate_parameters=False, task_runner=task_runner(load_settings()))
def nightly(asked_by: str = "schedule", started_at: str = "", fills: str = "") -> dict[str, Any]:
    """Run the night of the configured unit; by the schedule, of every unit of the list, each a task named after it.

    ISO times: `started_at`, empty for now; `fills`, the slot of the schedule.
    """
    now = datetime.fromisoformat(started_at) if started_at else datetime.now(UTC)
    slot = datetime.fromisoformat(fills) if fills else None
    if not _by_schedule():
        return _night(own_settings(), NightRequestedBy(asked_by, now, slot), Shown())
    units = settings_of_units(load_settings())
    slot = newest_slot(units[0].schedule, units[0].timezone, now)
    return nights_of_units(units, NightRequestedBy(asked_by, now, slot))


def nights_of_units(units: Sequence[Settings], asked: NightRequestedBy) -> dict[str, Any]:
    """The night of each unit, one after the other; a failed one hinders no other: {state, units: {unit: state}}.

    Of a single unit its own summary. A night that somebody else runs or ran is told as `elsewhere`.

    Raises:
        StorageError: nights failed; the message names their units, the ledger says why.
    """
    if len(units) == 1:
        return _elsewhere_or_night(units[0], asked, Shown())
    ended: dict[str, str] = {}
    for place, unit in enumerate(units, start=1):
        shown = Shown(Ward(unit.unit, unit.unit_name, place, len(units)))
        try:
            summary = as_task(_elsewhere_or_night, unit, asked, shown, named=f"night {unit.unit}")
            ended[unit.unit] = str(summary["state"])
        except Refusal:
            ended[unit.unit] = FAILED
        shown.units(ended)
    if failed := [name for name, state in ended.items() if state == FAILED]:
        raise StorageError(f"Đêm chưa chạy xong: {', '.join(failed)}; xem parindex status --unit.")
    return {"state": DONE, "units": ended}


def _elsewhere_or_night(settings: Settings, asked: NightRequestedBy, shown: Shown) -> dict[str, Any]:
    try:
        return _night(settings, asked, shown)
    except (NightRunning, SlotDone, LeaseLost) as error:
        return {"state": "elsewhere", "reason": str(error)}


def _night(settings: Settings, asked: NightRequestedBy, shown: Shown) -> dict[str, Any]:
    elsewhere = None if settings.task_runner == "process" else spread
    summary = run_night(settings, asked, call=as_task, spread=elsewhere, heard=shown.progress)
    shown.end(settings, summary)
    return summary


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


def as_task(step: Step, *arguments: Any, named: str = "") -> Any:
    """Call a step as a task of the running flow."""
    name = named or step.__name__
    run = task(name=name, task_run_name=name if named else None, cache_policy=NO_CACHE, persist_result=False)(step)
    return run(*arguments)
