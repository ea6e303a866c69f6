"""What is due beside the night, as data (config/chores.yaml): which deed, when. The ledger does each slot once."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cronsim import CronSimError

from config.settings import Settings
from config.strict_yaml import read_strict_yaml
from flows.logs import log
from flows.resources import open_ledger
from flows.watching.heart import beating
from flows.watching.schedule import MOST_TRIES, newest_slot
from storage.database import Connection, Database
from storage.ledger.chores import DONE, FAILED, Chore, ChoreEnding, beat_chore, end_chore, slots_known, take_chore
from storage.ledger.leases import owner_here
from storage.ledger.watched import watched_since

_FILE = Path(__file__).parents[2] / "config" / "chores.yaml"
_RETRY = timedelta(minutes=2)
_GUARD = threading.Lock()
_AT_WORK: set[Chore] = set()
"""What threads of this process do now: the ledger knows processes alone."""


@dataclass(frozen=True, slots=True)
class ChoreKind:
    """One line of config/chores.yaml: id, name for people, cron in PAR_TIMEZONE, deed `module:function`."""

    id: str
    name: str
    cron: str
    deed: str
    once: bool = False
    """For the installation, not for each of its units."""
    aside: bool = False
    """It may take long: the worker has it done by a process of its own and goes on."""
    beside: bool = False
    """It is due also while the worker is busy with a night: flows/serving/beside.py does it then."""

    def schedule(self, settings: Settings) -> str:
        """The cron; `letter_at` in the file stands for PAR_LETTER_AT."""
        if self.cron != "letter_at":
            return self.cron
        hour, minute = settings.letter_at.split(":")[:2]
        return f"{int(minute)} {int(hour)} * * *"


@functools.cache
def chore_kinds() -> tuple[ChoreKind, ...]:
    """All chores, in the order of the file."""
    return tuple(ChoreKind(**entry) for entry in read_strict_yaml(_FILE.read_text(encoding="utf-8")).value["chores"])


def kind_of(name: str) -> ChoreKind:
    """The chore of this id."""
    return next(kind for kind in chore_kinds() if kind.id == name)


def due_chores(
    connection: Connection, units: Sequence[Settings], *, since: Mapping[str, datetime], now: datetime
) -> list[Chore]:
    """The newest slot of each chore of each unit that has come and is not done; it makes up for those missed before it.

    `since` says when each unit was first looked at.
    """
    slots = [(kind, slot) for kind in chore_kinds() if (slot := _newest(kind, units[0], now)) is not None]
    wanted = [Chore(unit.unit, kind.id, slot) for kind, slot in slots for unit in (units[:1] if kind.once else units)]
    known = slots_known(connection, wanted)
    return [chore for chore in wanted if _is_due(chore, known.get(chore), since[chore.unit], now)]


def due_now(database: Database, units: Sequence[Settings], now: datetime) -> list[Chore]:
    """What is due of these units, in the order of the file."""
    since = watched_since(database, [unit.unit for unit in units], now)
    with database.read() as connection:
        return due_chores(connection, units, since=since, now=now)


def do_chore(settings: Settings, chore: Chore, *, now: datetime) -> bool:
    """Do one slot of a chore, unless it is done or somebody is at it; whether it was this call that did it."""
    with _GUARD:
        if chore in _AT_WORK:
            return False
        _AT_WORK.add(chore)
    try:
        return _do_as_owner(settings, chore, now)
    finally:
        _AT_WORK.discard(chore)


def _do_as_owner(settings: Settings, chore: Chore, now: datetime) -> bool:
    owner = owner_here()
    with open_ledger(settings) as database, database.write() as connection:
        if not take_chore(connection, chore, owner=owner, now=now):
            return False

    def beat(connection: Connection, *, now: datetime, progress: Mapping[str, Any] | None) -> None:  # noqa: ARG001
        beat_chore(connection, chore, owner=owner, now=now)

    with beating(settings, beat):
        state, outcome = _outcome(settings, chore, now)
    with open_ledger(settings) as database, database.write() as connection:
        end_chore(connection, chore, ChoreEnding(state, outcome, datetime.now(UTC)), owner=owner)
    log("chore_ended", unit=chore.unit, chore=chore.name, slot=chore.slot.isoformat(), state=state)
    return True


def _newest(kind: ChoreKind, settings: Settings, now: datetime) -> datetime | None:
    """None for a chore whose schedule cannot be read: it is told once, and the others go on."""
    try:
        return newest_slot(kind.schedule(settings), settings.timezone, now)
    except (ValueError, CronSimError, StopIteration):
        _tell_bad_schedule(kind.id)
        return None


@functools.cache
def _tell_bad_schedule(name: str) -> None:
    log("chore_has_no_schedule", chore=name)


def _is_due(chore: Chore, row: Mapping[str, Any] | None, since: datetime, now: datetime) -> bool:
    return chore.slot > since if row is None else _may_go_on(row, now)


def _outcome(settings: Settings, chore: Chore, now: datetime) -> tuple[str, dict[str, Any]]:
    try:
        return DONE, _deed(kind_of(chore.name).deed)(settings, now)
    except Exception as error:  # noqa: BLE001 - a chore that fails is told and tried again; it stops nothing else
        return FAILED, {"reason": f"{type(error).__name__}: {error}"}


def _deed(path: str) -> Callable[[Settings, datetime], dict[str, Any]]:
    module, _, name = path.partition(":")
    deed: Callable[[Settings, datetime], dict[str, Any]] = getattr(importlib.import_module(module), name)
    return deed


def _may_go_on(row: Any, now: datetime) -> bool:
    """A failed slot after a pause; a running one may have been left behind, which taking it finds out."""
    if row["state"] == DONE or row["attempts"] >= MOST_TRIES:
        return False
    return bool(row["state"] != FAILED or abs(now - row["heartbeat_at"]) >= _RETRY * row["attempts"])
