"""What is due beside the night, as data (config/chores.yaml): which deed, when. The ledger does each slot once."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.strict_yaml import read_strict_yaml
from flows.logs import log
from flows.resources import open_ledger
from flows.schedule import MOST_TRIES, newest_slot
from storage.chores import DONE, FAILED, Chore, chore_rows, end_chore, last_slot, take_chore
from storage.database import Connection
from storage.leases import owner_here

_FILE = Path(__file__).parent.parent / "config" / "chores.yaml"
_RETRY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ChoreKind:
    """One line of config/chores.yaml: id, name for people, cron in PAR_TIMEZONE, deed `module:function`."""

    id: str
    name: str
    cron: str
    deed: str

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


def due_chores(connection: Connection, settings: Settings, *, since: datetime, now: datetime) -> list[Chore]:
    """The newest slot of each chore that has come and is not done; slots missed before it are made up by it."""
    rows = {(row["chore"], row["slot"]): row for row in chore_rows(connection, settings.unit)}
    due = []
    for kind in chore_kinds():
        slot = newest_slot(kind.schedule(settings), settings.timezone, now)
        known = last_slot(connection, settings.unit, kind.id, until=now) or since
        row = rows.get((kind.id, slot))
        if slot > known or (row is not None and _may_go_on(row, now)):
            due.append(Chore(settings.unit, kind.id, slot))
    return due


def do_chore(settings: Settings, chore: Chore, *, now: datetime) -> bool:
    """Do one slot of a chore, unless it is done or somebody is at it; whether it was this call that did it."""
    with open_ledger(settings) as database, database.write() as connection:
        if not take_chore(connection, chore, owner=owner_here(), now=now):
            return False
    state, outcome = _outcome(settings, chore, now)
    with open_ledger(settings) as database, database.write() as connection:
        end_chore(connection, chore, state=state, outcome=outcome, at=datetime.now(UTC))
    log("chore_ended", unit=chore.unit, chore=chore.name, slot=chore.slot.isoformat(), state=state)
    return True


def _outcome(settings: Settings, chore: Chore, now: datetime) -> tuple[str, dict[str, Any]]:
    kind = next(kind for kind in chore_kinds() if kind.id == chore.name)
    try:
        return DONE, _deed(kind.deed)(settings, now)
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
