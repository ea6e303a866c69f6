"""The worker of `parindex serve`: a loop over the run ledger. `python -m flows.worker`, with PAR_... set.

It does one thing at a time, most urgent first: a night that its worker left behind, nights whose slot has come (oldest
first), ad-hoc runs, chores. Prefect may start the same night; the ledger gives each slot one night, whoever is first.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType

from config.settings import Settings, load_settings
from flows import requests
from flows.chores import do_chore, due_chores
from flows.logs import log
from flows.night import NightRequestedBy, run_night
from flows.probe import pulse_file
from flows.resources import open_ledger
from flows.schedule import MOST_TRIES, due_nights
from storage import nights
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.leases import owner_here
from storage.nights import NightRunning, SlotDone
from storage.requests import OPEN, LeaseLost, busy_units, request_rows

LOOK_SECONDS = 0.5
"""Pause between two looks into the ledger: an ad-hoc run starts within a second."""

PREFECT_GRACE = timedelta(seconds=60)
"""How long a slot is left to Prefect, which shows what it runs, before the night runs without it."""

_PAUSE_AFTER_FAILURE = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look into the ledger: whose, since when this worker works, and what time it is."""

    settings: Settings
    since: datetime
    now: datetime


def main() -> None:
    """Work until SIGTERM; what runs then is left to be resumed."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    work(load_settings(), going_on=lambda: True)


def work(settings: Settings, *, going_on: Callable[[], bool]) -> None:
    """Look into the ledger again and again; nothing that fails ends the loop."""
    since = datetime.now(UTC)
    log("worker_started", unit=settings.unit, owner=owner_here())
    while going_on():
        try:
            with open_ledger(settings) as database:
                _work_on(settings, database, since, going_on)
        except (StorageError, OSError) as error:
            log("worker_waits", unit=settings.unit, reason=type(error).__name__)
        except Exception:  # noqa: BLE001 - a fault in one run must not end the service; the ledger counts the tries
            log("worker_fault", unit=settings.unit, trace=traceback.format_exc(limit=-3))
        if going_on():
            time.sleep(_PAUSE_AFTER_FAILURE)


def _work_on(settings: Settings, database: Database, since: datetime, going_on: Callable[[], bool]) -> None:
    while going_on():
        pulse_file(settings).touch()
        if not do_next(Look(settings, since, datetime.now(UTC)), database):
            time.sleep(LOOK_SECONDS)


def do_next(look: Look, database: Database) -> bool:
    """Do the most urgent thing to its end; False if nothing is due."""
    return (
        _resume_night(look, database)
        or _run_due_night(look, database)
        or _run_request(look, database)
        or _do_chore(look, database)
    )


def _resume_night(look: Look, database: Database) -> bool:
    with database.read() as connection:
        left = nights.left_behind(connection, look.settings.unit, owner=owner_here(), now=look.now)
    if left is None:
        return False
    if left.attempts >= MOST_TRIES:
        _give_up(database, left, look.now)
        return True
    log("night_resumed", unit=left.unit, night=left.id, attempts=left.attempts + 1)
    return _run_night(look, NightRequestedBy("schedule", look.now, left.slot))


def _run_due_night(look: Look, database: Database) -> bool:
    with database.read() as connection:
        busy = busy_units(connection, owner=owner_here(), now=look.now)
        due = [] if look.settings.unit in busy else _due(connection, look)
    if not due:
        return False
    log("night_due", unit=look.settings.unit, slot=due[0].isoformat(), waiting=len(due))
    return _run_night(look, NightRequestedBy("schedule", look.now, due[0]))


def _due(connection: Connection, look: Look) -> list[datetime]:
    """Slots that are this worker's to run; a fresh one is left to Prefect for a while."""
    settings = look.settings
    known = nights.nights_of(connection, settings.unit)
    since = min((night["started_at"] for night in known), default=look.since)
    due = due_nights(settings, nights.slots_filled(connection, settings.unit), since, look.now)
    grace = PREFECT_GRACE if settings.prefect == "on" and not due[:-1] else timedelta(0)
    return [slot for slot in due if look.now - slot >= grace]


def _run_night(look: Look, asked: NightRequestedBy) -> bool:
    try:
        summary = run_night(look.settings, asked)
        log("night_ended", unit=look.settings.unit, night=summary["night"], state=summary["state"])
    except (NightRunning, SlotDone, LeaseLost) as error:
        log("night_elsewhere", unit=look.settings.unit, reason=type(error).__name__)
        return False
    except StorageError as error:
        log("night_failed", unit=look.settings.unit, reason=type(error).__name__, told=str(error))
        raise
    return True


def _give_up(database: Database, left: nights.Night, now: datetime) -> None:
    """A night that ended its worker every time is left to a person; the next slot is a new night."""
    log("night_given_up", unit=left.unit, night=left.id, attempts=left.attempts)
    reason = {"reason": f"Đêm {left.id} đã dở dang {left.attempts} lần; xem nhật ký dịch vụ rồi chạy parindex nightly."}
    with database.write() as connection:
        nights.end_night(connection, left.id, nights.Ending(nights.FAILED, None, reason, now))


def _run_request(look: Look, database: Database) -> bool:
    with database.read() as connection:
        if not request_rows(connection, states=OPEN):
            return False
    told = requests.run_next(look.settings, now=look.now)
    if told is not None:
        log("request_ended", unit=told["unit"], request=told["request"], state=told["state"])
    return told is not None


def _do_chore(look: Look, database: Database) -> bool:
    with database.read() as connection:
        due = due_chores(connection, look.settings, since=look.since, now=look.now)
    return any(do_chore(look.settings, chore, now=look.now) for chore in due)


def _leave(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    main()
