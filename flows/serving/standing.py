"""How the service stands: the last night, the next one, runs under way, alarms. For command line, page and probes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Settings
from flows.resources import open_resources
from flows.running.requests import STEPS, waiting_runs
from flows.watching.alarms import alarms_now
from flows.watching.schedule import next_slot
from storage.ledger.leases import state_seen
from storage.ledger.nights import nights_of


def standing_of(settings: Settings, now: datetime) -> dict[str, Any]:
    """{unit, last_night: {night, state, started_at, ended_at, attempts, progress} | None, next_night, runs, alarms}."""
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            nights = nights_of(connection, settings.unit, 1)
        runs = waiting_runs(resources, settings.unit)
    following = next_slot(settings.schedule, settings.timezone, now).astimezone(ZoneInfo(settings.timezone))
    return {
        "unit": settings.unit,
        "last_night": _night(nights[0], now) if nights else None,
        "next_night": following.isoformat(timespec="minutes"),
        "runs": runs,
        "alarms": [alarm.plain() for alarm in alarms_now(settings, now)],
    }


def _night(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    progress = row["progress"]
    ended = row["ended_at"]
    return {
        "night": row["id"],
        "state": state_seen(row, now),
        "started_at": row["started_at"].isoformat(timespec="seconds"),
        "ended_at": ended.isoformat(timespec="seconds") if ended else None,
        "attempts": row["attempts"],
        "progress": progress | {"step_vi": STEPS.get(progress["step"], "")} if progress else None,
    }
