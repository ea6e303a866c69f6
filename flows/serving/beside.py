"""Letter, alarms and reminders while the worker is busy: a night that takes hours, or hangs, holds none of them up."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from config.refusals import Refusal
from config.settings import Settings
from config.units_here import settings_of_units
from flows.logs import log, where_raised
from flows.resources import open_ledger
from flows.watching.chores import do_chore, due_now, kind_of
from flows.watching.probe import STALE_SECONDS, silent_seconds

LOOK_SECONDS = 30.0
"""Pause between two looks; the worker's own loop, when it is free, is there first."""


@contextlib.contextmanager
def doing_beside(settings: Settings, *, look_seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Do what may not wait for the loop, in a thread of its own, for as long as the context lasts.

    A loop that no longer goes round ends this process: whoever keeps it (serve, systemd, Docker) begins it again.
    """
    end = threading.Event()
    thread = threading.Thread(target=_look_until, args=(settings, end, look_seconds), name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()


def _look_until(settings: Settings, end: threading.Event, look_seconds: float) -> None:
    silent_before = False
    while not end.wait(look_seconds):
        silent = (silent_seconds(settings) or 0.0) > STALE_SECONDS
        if silent and silent_before:  # once is a machine that slept, or a clock that was set forward
            log("worker_hangs", unit=settings.unit)
            os._exit(1)
        silent_before = silent
        try:
            _do_due(settings, datetime.now(UTC))
        except (Refusal, OSError) as error:  # the loop meets and tells the same
            log("beside_waits", reason=type(error).__name__, at_line=where_raised(error))
        except Exception as error:  # noqa: BLE001 - a fault in one look must not end the thread
            log("beside_fault", reason=type(error).__name__, at_line=where_raised(error))


def _do_due(settings: Settings, now: datetime) -> None:
    units = {unit.unit: unit for unit in settings_of_units(settings)}
    with open_ledger(settings) as database:
        due = due_now(database, list(units.values()), now)
    for chore in due:
        if kind_of(chore.name).beside:
            do_chore(units[chore.unit], chore, now=now)
