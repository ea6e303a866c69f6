"""The run ledger of what is due beside the night: each slot of the schedule is done once, whoever starts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.database.tables import chores
from storage.leases import held_by_another

RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class Chore:
    """One slot of one chore of a unit."""

    unit: str
    name: str
    slot: datetime


def take_chore(connection: Connection, chore: Chore, *, owner: str, now: datetime) -> bool:
    """Take a slot that nobody did or that its worker left; False if it is done or a living worker is at it."""
    here = _here(chore)
    row = connection.execute(select(chores).where(*here)).first()
    if row is None:
        values = {"unit": chore.unit, "chore": chore.name, "slot": chore.slot, "state": RUNNING, "attempts": 1}
        connection.execute(insert(chores).values(**values, owner=owner, heartbeat_at=now, outcome={}))
        return True
    if row.state == DONE:
        return False
    if row.state == RUNNING and held_by_another(row.owner, row.heartbeat_at, me=owner, now=now):
        return False
    taken = {"state": RUNNING, "owner": owner, "heartbeat_at": now, "attempts": row.attempts + 1}
    connection.execute(update(chores).where(*here).values(**taken))
    return True


def beat_chore(connection: Connection, chore: Chore, *, now: datetime) -> None:
    """Renew the lease."""
    connection.execute(update(chores).where(*_here(chore)).values(heartbeat_at=now))


def end_chore(connection: Connection, chore: Chore, *, state: str, outcome: Mapping[str, Any], at: datetime) -> None:
    """Close a slot: done for good, or failed and to be tried again."""
    connection.execute(
        update(chores).where(*_here(chore)).values(state=state, outcome=dict(outcome), ended_at=at, heartbeat_at=at)
    )


def last_slot(connection: Connection, unit: str, name: str, *, until: datetime) -> datetime | None:
    """The newest slot up to a moment of which the ledger knows (a clock that ran ahead may have left later ones)."""
    mine = (chores.c.unit == unit, chores.c.chore == name, chores.c.slot <= until)
    found: datetime | None = connection.execute(select(func.max(chores.c.slot)).where(*mine)).scalar()
    return found


def chore_rows(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """All slots of a unit, oldest first."""
    rows = select(chores).where(chores.c.unit == unit).order_by(chores.c.slot, chores.c.chore)
    return [dict(row._mapping) for row in connection.execute(rows)]


def _here(chore: Chore) -> tuple[Any, ...]:
    return chores.c.unit == chore.unit, chores.c.chore == chore.name, chores.c.slot == chore.slot
