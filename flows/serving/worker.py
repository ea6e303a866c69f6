"""The worker of `parindex serve`: a loop over the run ledger. `python -m flows.serving.worker`, with PAR_... set.

It does one thing at a time, most urgent first: a night that its worker left behind, nights whose slot has come (oldest
first), ad-hoc runs, chores; of one unit, or of all in PAR_UNITS. Long chores go on beside it. Prefect may start the
same night; the ledger gives each slot one night, whoever is first.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType

from config.refusals import Refusal
from config.settings import Settings, load_settings
from config.units_here import settings_of_units
from flows.logs import log, where_raised
from flows.resources import open_ledger
from flows.running import requests
from flows.running.night import NightRequestedBy
from flows.serving.aside import Aside
from flows.serving.beside import doing_beside
from flows.serving.silence import Silence
from flows.serving.start import run_scheduled
from flows.watching.chores import do_chore, due_now, kind_of
from flows.watching.probe import show_life
from flows.watching.schedule import MOST_TRIES, due_nights, made_up_from
from storage.database import Database
from storage.errors import DiskFull, StorageError, StoreUnavailable
from storage.ledger import nights
from storage.ledger.leases import owner_here
from storage.ledger.nights import NightRunning, SlotDone
from storage.ledger.requests import OPEN, LeaseLost, busy_units, request_rows
from storage.ledger.watched import watched_since

LOOK_SECONDS = 0.5
"""Pause between two looks for ad-hoc runs: one starts within a second."""

SCHEDULE_SECONDS = 5.0
"""Pause between two looks at the schedule and at what dead workers left."""

PREFECT_GRACE = timedelta(seconds=60)
"""How long a slot is left to Prefect, which shows what it runs, before the night runs without it."""

_PAUSE_AFTER_FAILURE = 5.0


@dataclass(frozen=True, slots=True)
class Hands:
    """What goes on beside the loop, and the watch over a ledger that does not answer."""

    aside: Aside
    silence: Silence


@dataclass(frozen=True, slots=True)
class Look:
    """One look into the ledger: for which installation and units, and what time it is."""

    settings: Settings
    now: datetime

    @property
    def units(self) -> tuple[Settings, ...]:
        """The settings of each unit that this worker works for."""
        return settings_of_units(self.settings)


def main() -> None:
    """Work until SIGTERM; what runs then is left to be resumed."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    settings = load_settings()
    with doing_beside(settings):
        work(settings, going_on=lambda: True)


def work(settings: Settings, *, going_on: Callable[[], bool]) -> None:
    """Look into the ledger again and again; nothing that fails ends the loop."""
    log("worker_started", unit=settings.unit, owner=owner_here())
    aside, silence = Aside(settings), Silence(settings)
    while going_on():
        show_life(settings)
        try:
            with open_ledger(settings) as database:
                _work_on(settings, database, Hands(aside, silence), going_on)
        except (StorageError, OSError) as error:
            log("worker_waits", unit=settings.unit, reason=type(error).__name__)
            silence.go_on(type(error).__name__, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a fault in one run must not end the service; the ledger counts the tries
            log("worker_fault", unit=settings.unit, reason=type(error).__name__, at_line=where_raised(error))
        if going_on():
            time.sleep(_PAUSE_AFTER_FAILURE)


def _work_on(settings: Settings, database: Database, hands: Hands, going_on: Callable[[], bool]) -> None:
    looked = -SCHEDULE_SECONDS
    while going_on():
        show_life(settings)
        look = Look(settings, datetime.now(UTC))
        whole = time.monotonic() - looked >= SCHEDULE_SECONDS
        looked = time.monotonic() if whole else looked
        if do_next(look, database, hands.aside) if whole else _run_request(look, database):
            looked = -SCHEDULE_SECONDS
        else:
            hands.silence.end()
            time.sleep(LOOK_SECONDS)


def do_next(look: Look, database: Database, aside: Aside | None = None) -> bool:
    """Do the most urgent thing to its end; False if nothing is due. Without `aside` long chores are done here too."""
    return (
        _resume_night(look, database)
        or _run_due_night(look, database)
        or _run_request(look, database)
        or _do_chore(look, database, aside)
    )


def _resume_night(look: Look, database: Database) -> bool:
    """Go on with a night that a dead worker of any of the units left; one that cannot be taken now hinders no other."""
    return _any_done([partial(_resume_of, unit, look, database) for unit in look.units])


def _any_done(nights_to_do: Sequence[Callable[[], bool]]) -> bool:
    """Do the first that can be done. What one unit's data or settings spoil hinders no other unit.

    Raises:
        Refusal: none could be done, and this stood against the last one.
        StoreUnavailable, DiskFull: as for one, so for all.
    """
    spoilt: Refusal | None = None
    for night in nights_to_do:
        try:
            if night():
                return True
        except (StoreUnavailable, DiskFull):
            raise
        except Refusal as error:
            log("night_spoilt", reason=type(error).__name__, at_line=where_raised(error))
            spoilt = error
    if spoilt is not None:
        raise spoilt
    return False


def _resume_of(settings: Settings, look: Look, database: Database) -> bool:
    with database.read() as connection:
        left = nights.left_behind(connection, settings.unit, owner=owner_here(), now=look.now)
    if left is None:
        return False
    if left.attempts >= MOST_TRIES:
        _give_up(database, left, look.now)
        return True
    log("night_resumed", unit=left.unit, night=left.id, attempts=left.attempts + 1)
    return _run_night(settings, NightRequestedBy("schedule", look.now, left.slot))


def _run_due_night(look: Look, database: Database) -> bool:
    """Run the oldest slot that is due; of several units the one first that the list names first."""
    due = _due(database, look)
    return _any_done([partial(_run_slot, unit, slot, look.now, len(due)) for slot, unit in due])


def _run_slot(settings: Settings, slot: datetime, now: datetime, waiting: int) -> bool:
    log("night_due", unit=settings.unit, slot=slot.isoformat(), waiting=waiting)
    return _run_night(settings, NightRequestedBy("schedule", now, slot))


def _due(database: Database, look: Look) -> list[tuple[datetime, Settings]]:
    """Slots that are this worker's to run, oldest first; of units that nobody works on."""
    units = [unit.unit for unit in look.units]
    since = watched_since(database, units, look.now)
    with database.read() as connection:
        busy = busy_units(connection, owner=owner_here(), now=look.now)
        filled = nights.slots_filled(connection, units, made_up_from(look.settings, look.now))
    return sorted(
        (
            (slot, unit)
            for unit in look.units
            if unit.unit not in busy
            for slot in _own_slots(look, due_nights(unit, filled[unit.unit], since[unit.unit], look.now), unit)
        ),
        key=lambda due: due[0],
    )


def _own_slots(look: Look, due: list[datetime], unit: Settings) -> list[datetime]:
    """A fresh slot is left for a while to Prefect, which shows every unit's night."""
    shown = unit.prefect == "on" and not due[:-1]
    return [slot for slot in due if look.now - slot >= (PREFECT_GRACE if shown else timedelta(0))]


def _run_night(settings: Settings, asked: NightRequestedBy) -> bool:
    try:
        summary = run_scheduled(settings, asked)
        log("night_ended", unit=settings.unit, night=summary["night"], state=summary["state"])
    except (NightRunning, SlotDone, LeaseLost) as error:
        log("night_elsewhere", unit=settings.unit, reason=type(error).__name__)
        return False
    except StorageError as error:
        log("night_failed", unit=settings.unit, reason=type(error).__name__)
        raise
    return True


def _give_up(database: Database, left: nights.Night, now: datetime) -> None:
    """A night that ended its worker every time is left to a person; the next slot is a new night."""
    log("night_given_up", unit=left.unit, night=left.id, attempts=left.attempts)
    reason = {"reason": f"Đêm {left.id} đã dở dang {left.attempts} lần; xem nhật ký dịch vụ rồi chạy parindex nightly."}
    with database.write() as connection:
        if nights.left_behind(connection, left.unit, owner=owner_here(), now=now) == left:
            nights.end_night(connection, left.id, nights.Ending(nights.FAILED, None, reason, now))


def _run_request(look: Look, database: Database) -> bool:
    with database.read() as connection:
        if not request_rows(connection, states=OPEN):
            return False
    told = requests.run_next(look.settings, now=look.now)
    if told is not None:
        log("request_ended", unit=told["unit"], request=told["request"], state=told["state"])
    return told is not None


def _do_chore(look: Look, database: Database, aside: Aside | None) -> bool:
    settings_by_unit = {unit.unit: unit for unit in look.units}
    for chore in due_now(database, look.units, look.now):
        if aside is not None and kind_of(chore.name).aside:
            aside.begin(chore)
        elif do_chore(settings_by_unit[chore.unit], chore, now=look.now):
            return True
    return False


def _leave(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    main()
