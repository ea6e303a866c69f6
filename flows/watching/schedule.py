"""When something is due: slots of a cron schedule in the unit's time zone, and which of them were missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from config.settings import Settings
from storage.ledger import nights

MOST_MADE_UP = 7
"""Nights that are made up after a long silence; what is older is told but not run."""

MOST_TRIES = 5
"""Tries of a chore, and of a night that ends its worker, before it is left to a person."""

MOST_NIGHT_TRIES = 12
"""Tries of a night that fails: over six hours, because a store may be away until somebody comes to work."""

_RETRY, _LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)


def slots_between(cron: str, zone: str, after: datetime, until: datetime, most: int = 400) -> list[datetime]:
    """Moments of the schedule in (after, until], oldest first, in UTC; the newest `most` of them."""
    found = islice(_backwards(cron, zone, until), most)
    return [*takewhile(lambda slot: slot > after, found)][::-1]


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
    """Slots of the night that have come and have no good night yet, oldest first, among the newest MOST_MADE_UP.

    `filled` are the nights of the schedule by slot, `known_since` when this unit was first looked at. Which slots are
    filled already decides nothing about the others: whoever runs the newest one first, older ones are made up. Slots
    in the future (a clock that ran ahead) count for nothing. A failed night is due again after a pause.
    """
    slots = slots_between(settings.schedule, settings.timezone, known_since, now, MOST_MADE_UP)
    return [slot for slot in slots if slot not in filled or _may_retry(filled[slot], now)]


def made_up_from(settings: Settings, now: datetime) -> datetime:
    """The oldest slot that may still be made up."""
    *_, oldest = islice(_backwards(settings.schedule, settings.timezone, now), MOST_MADE_UP)
    return oldest


def _may_retry(night: Mapping[str, Any], now: datetime) -> bool:
    pause = min(_RETRY * 2 ** (night["attempts"] - 1), _LONGEST_RETRY)
    failed = night["state"] == nights.FAILED
    return bool(failed and night["attempts"] < MOST_NIGHT_TRIES and abs(now - night["ended_at"]) >= pause)


def _backwards(cron: str, zone: str, until: datetime) -> Iterator[datetime]:
    """Moments up to and including `until`, newest first, in UTC."""
    local = until.astimezone(ZoneInfo(zone)) + timedelta(minutes=1)
    return (slot.astimezone(UTC) for slot in CronSim(cron, local, reverse=True) if slot <= until)
