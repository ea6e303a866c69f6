"""The run ledger of what is due beside the night: each slot of the schedule is done once, whoever starts it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.tables import chores
from storage.ledger.leases import held_by_another
from storage.ledger.requests import LeaseLost

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


def beat_chore(connection: Connection, chore: Chore, *, owner: str, now: datetime) -> None:
    """Renew the lease.

    Raises:
        LeaseLost: another worker holds it now.
    """
    mine = (*_here(chore), chores.c.owner == owner, chores.c.state == RUNNING)
    if connection.execute(update(chores).where(*mine).values(heartbeat_at=now)).rowcount == 0:
        raise LeaseLost(f"Việc {chore.name} đã được tiến trình khác nhận làm; tiến trình này dừng lại.")


@dataclass(frozen=True, slots=True)
class ChoreEnding:
    """How a slot ended: done for good, or failed and to be tried again; what it told."""

    state: str
    outcome: Mapping[str, Any]
    at: datetime


def end_chore(connection: Connection, chore: Chore, ending: ChoreEnding, *, owner: str) -> None:
    """Close a slot, unless another worker took it meanwhile."""
    mine = (*_here(chore), chores.c.owner == owner)
    ended = {"state": ending.state, "outcome": dict(ending.outcome), "ended_at": ending.at, "heartbeat_at": ending.at}
    connection.execute(update(chores).where(*mine).values(**ended))


def slots_known(connection: Connection, wanted: Collection[Chore]) -> dict[Chore, Mapping[str, Any]]:
    """What the ledger holds of these slots: {state, attempts, heartbeat_at}; more may come than was asked for."""
    units, names, slots = ({getattr(chore, part) for chore in wanted} for part in ("unit", "name", "slot"))
    known = (chores.c.unit, chores.c.chore, chores.c.slot, chores.c.state, chores.c.attempts, chores.c.heartbeat_at)
    rows = select(*known).where(chores.c.unit.in_(units), chores.c.chore.in_(names), chores.c.slot.in_(slots))
    return {Chore(row.unit, row.chore, row.slot): dict(row._mapping) for row in connection.execute(rows)}


def newest_of(connection: Connection, unit: str, name: str, *states: str) -> Mapping[str, Any] | None:
    """The newest slot of a chore, of some states if given."""
    wanted = (chores.c.unit == unit, chores.c.chore == name, *([chores.c.state.in_(states)] if states else []))
    row = connection.execute(select(chores).where(*wanted).order_by(chores.c.slot.desc()).limit(1)).first()
    return dict(row._mapping) if row else None


def _here(chore: Chore) -> tuple[Any, ...]:
    return chores.c.unit == chore.unit, chores.c.chore == chore.name, chores.c.slot == chore.slot
