"""When something is due: slots of a cron schedule in the unit's time zone, and which of them were missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from config.settings import Settings
from storage import nights

MOST_MADE_UP = 7
"""Nights that are made up after a long silence; what is older is told but not run."""

MOST_TRIES = 5
"""Tries of one slot before it is left to a person."""

_RETRY = timedelta(minutes=1)


def slots_between(cron: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Moments of the schedule in (after, until], oldest first, in UTC; the newest 400 at most."""
    found = _backwards(cron, zone, until)
    return [*takewhile(lambda slot: slot > after, (slot for slot, _ in zip(found, range(400), strict=False)))][::-1]


def newest_slot(cron: str, zone: str, now: datetime) -> datetime:
    """The last moment of the schedule that has come."""
    return next(_backwards(cron, zone, now))


def next_slot(cron: str, zone: str, now: datetime) -> datetime:
    """The next moment of the schedule."""
    found: datetime = next(CronSim(cron, now.astimezone(ZoneInfo(zone))))
    return found.astimezone(UTC)


def due_nights(
    settings: Settings, filled: Mapping[datetime, Mapping[str, Any]], known_since: datetime, now: datetime
) -> list[datetime]:
    """Slots of the night that have come and have no good night yet, oldest first.

    `filled` are the nights of the schedule by slot, `known_since` when this unit was first heard of. Slots in the
    future (a clock that ran ahead) count for nothing. A failed night is due again after a pause, five times in all.
    """
    past = [slot for slot in filled if slot <= now]
    since = max(past, default=known_since)
    missed = slots_between(settings.schedule, settings.timezone, since, now)[-MOST_MADE_UP:]
    failed = [slot for slot in past if filled[slot]["state"] == nights.FAILED and _may_retry(filled[slot], now)]
    return sorted([*failed, *missed])


def _may_retry(night: Mapping[str, Any], now: datetime) -> bool:
    pause = _RETRY * 2 ** (night["attempts"] - 1)
    return bool(night["attempts"] < MOST_TRIES and abs(now - night["ended_at"]) >= pause)


def _backwards(cron: str, zone: str, until: datetime) -> Iterator[datetime]:
    """Moments up to and including `until`, newest first."""
    local = until.astimezone(ZoneInfo(zone)) + timedelta(minutes=1)
    for slot in CronSim(cron, local, reverse=True):
        if slot <= until:
            yield slot.astimezone(UTC)
