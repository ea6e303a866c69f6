"""The run ledger of nights: who works on which, since when, and how it ended. It is the truth; Prefect only shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, select, update

from storage.database.tables import nights
from storage.errors import StorageError
from storage.ledger.document_leases import free_those_of
from storage.ledger.leases import LEASE, held_by_another, owner_here
from storage.ledger.requests import LeaseLost, busy_units

__all__ = ["LEASE", "owner_here"]  # names that nights' callers know; they live in storage.ledger.leases

RUNNING, DONE, GAPS, FAILED = "running", "done", "gaps", "failed"


class NightRunning(StorageError):
    """Another living process works on this unit: on its night or on an ad-hoc run."""


class SlotDone(StorageError):
    """The scheduled night of this slot was there already; nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Night:
    """One night; `started_at` is the moment all its facts are dated with, also after it was resumed."""

    id: str
    unit: str
    period: str
    started_at: datetime
    attempts: int
    slot: datetime | None = None
    """The moment at which the schedule wanted it; None for a night that somebody started."""


@dataclass(frozen=True, slots=True)
class NightRequest:
    """What is asked for: the unit, the period, by whom; `slot` is the moment of the schedule that it fills."""

    unit: str
    period: str
    asked_by: str
    zone: str
    slot: datetime | None = None


def begin_night(connection: Connection, request: NightRequest, *, owner: str, now: datetime) -> Night:
    """Take the lease of a new night, or of one that its worker left behind, or of a slot's night that failed.

    Raises:
        NightRunning: a living worker works on this unit.
        SlotDone: the slot that is asked for has its night already.
    """
    left = connection.execute(
        select(nights).where(nights.c.unit == request.unit, nights.c.state == RUNNING).order_by(nights.c.started_at)
    ).first()
    busy = busy_units(connection, owner=owner, now=now).get(request.unit)
    if busy is not None:
        raise NightRunning(
            f"{busy} của {request.unit} đang chạy{_told(left, busy)}. "
            "Chờ xong rồi chạy lại; nếu tiến trình đó đã chết, hệ thống tự nhận lại sau 2 phút."
        )
    again = left or _failed_in_slot(connection, request)
    return _taken_again(connection, again, owner, now) if again else _new_night(connection, request, owner, now)


def beat(
    connection: Connection, night_id: str, *, owner: str, now: datetime, progress: Mapping[str, Any] | None = None
) -> None:
    """Renew the lease and tell how far the night is.

    Raises:
        LeaseLost: another worker holds it now.
    """
    values: dict[str, Any] = {"heartbeat_at": now} | ({"progress": dict(progress)} if progress else {})
    mine = (nights.c.id == night_id, nights.c.owner == owner, nights.c.state == RUNNING)
    if connection.execute(update(nights).where(*mine).values(**values)).rowcount == 0:
        raise LeaseLost(f"Đêm {night_id} đã được tiến trình khác nhận chạy tiếp; tiến trình này dừng lại.")


def left_behind(connection: Connection, unit: str, *, owner: str, now: datetime) -> Night | None:
    """The unit's unfinished night that no living process but `owner` holds, if there is one."""
    rows = select(nights).where(nights.c.unit == unit, nights.c.state == RUNNING).order_by(nights.c.started_at)
    row = connection.execute(rows).first()
    if row is None or held_by_another(row.owner, row.heartbeat_at, me=owner, now=now):
        return None
    return _night(row, row.attempts)


def slots_filled(
    connection: Connection, units: Sequence[str], since: datetime
) -> dict[str, dict[datetime, Mapping[str, Any]]]:
    """Nights of the schedule from a moment on, by unit and slot: {state, attempts, ended_at}, letters left out."""
    known = (nights.c.unit, nights.c.slot, nights.c.state, nights.c.attempts, nights.c.ended_at)
    rows = select(*known).where(nights.c.unit.in_(units), nights.c.slot >= since)
    found: dict[str, dict[datetime, Mapping[str, Any]]] = {unit: {} for unit in units}
    for row in connection.execute(rows):
        found[row.unit][row.slot] = dict(row._mapping)
    return found


@dataclass(frozen=True, slots=True)
class Ending:
    """How a night ended: done | gaps (done, but something needs a person) | failed; the run that stands after it."""

    state: str
    run_id: str | None
    summary: Mapping[str, Any]
    at: datetime


def end_night(connection: Connection, night_id: str, ending: Ending, *, owner: str | None = None) -> None:
    """Close a night for good; with `owner` only as long as that one holds it.

    Raises:
        LeaseLost: another worker holds it now, or ended it.
    """
    ended = {"state": ending.state, "run_id": ending.run_id, "summary": dict(ending.summary), "ended_at": ending.at}
    ended["progress"] = None
    mine = (nights.c.owner == owner, nights.c.state == RUNNING) if owner is not None else ()
    closed = connection.execute(update(nights).where(nights.c.id == night_id, *mine).values(**ended))
    if owner is not None and closed.rowcount == 0:
        raise LeaseLost(f"Đêm {night_id} đã được tiến trình khác nhận chạy tiếp; tiến trình này dừng lại.")


def run_before(connection: Connection, night: Night) -> str | None:
    """The score run that stood after the last night before this one, of the same unit and period."""
    earlier = (nights.c.unit == night.unit, nights.c.period == night.period, nights.c.started_at < night.started_at)
    found = select(nights.c.run_id).where(*earlier, nights.c.run_id.is_not(None)).order_by(nights.c.started_at.desc())
    return connection.execute(found.limit(1)).scalar()


def nights_of(connection: Connection, unit: str, limit: int | None = None) -> list[Mapping[str, Any]]:
    """The nights of a unit, newest first; all, or so many."""
    rows = select(nights).where(nights.c.unit == unit).order_by(nights.c.started_at.desc(), nights.c.id.desc())
    return [dict(row._mapping) for row in connection.execute(rows.limit(limit))]


def night_ids(connection: Connection, unit: str) -> list[str]:
    """The ids of a unit's nights, newest first, without what each of them told."""
    mine = select(nights.c.id).where(nights.c.unit == unit).order_by(nights.c.started_at.desc(), nights.c.id.desc())
    return list(connection.execute(mine).scalars())


def last_good_night(connection: Connection, unit: str) -> Mapping[str, Any] | None:
    """The night that ended well last, with its letter."""
    good = (nights.c.unit == unit, nights.c.state.in_((DONE, GAPS)))
    row = connection.execute(select(nights).where(*good).order_by(nights.c.ended_at.desc()).limit(1)).first()
    return dict(row._mapping) if row else None


def last_good_ends(connection: Connection) -> dict[str, datetime]:
    """When the last night of each unit that ended well ended, by unit."""
    good = nights.c.state.in_((DONE, GAPS))
    rows = select(nights.c.unit, func.max(nights.c.ended_at)).where(good).group_by(nights.c.unit)
    return {str(unit): ended for unit, ended in connection.execute(rows)}


def nights_by_state(connection: Connection, unit: str) -> dict[str, int]:
    """How many nights of a unit stand in each state."""
    counted = select(nights.c.state, func.count()).where(nights.c.unit == unit).group_by(nights.c.state)
    return {str(state): int(count) for state, count in connection.execute(counted)}


def _new_night(connection: Connection, request: NightRequest, owner: str, now: datetime) -> Night:
    night_id = _free_id(connection, now.astimezone(ZoneInfo(request.zone)))
    connection.execute(
        insert(nights).values(
            id=night_id,
            unit=request.unit,
            period=request.period,
            state=RUNNING,
            asked_by=request.asked_by,
            slot=request.slot,
            started_at=now,
            owner=owner,
            heartbeat_at=now,
            attempts=1,
            summary={},
        )
    )
    return Night(night_id, request.unit, request.period, now.astimezone(UTC), 1, request.slot)


def _failed_in_slot(connection: Connection, request: NightRequest) -> Row[Any] | None:
    """The failed night of the slot asked for, to be tried again under its own id and start.

    Raises:
        SlotDone: the slot's night ended well.
    """
    if request.slot is None:
        return None
    found = (nights.c.unit == request.unit, nights.c.slot == request.slot)
    row = connection.execute(select(nights).where(*found)).first()
    if row is not None and row.state != FAILED:
        raise SlotDone(f"Đêm theo lịch {request.slot:%Y-%m-%d %H:%M} UTC của {request.unit} đã chạy: {row.id}.")
    return row


def _taken_again(connection: Connection, row: Row[Any], owner: str, now: datetime) -> Night:
    free_those_of(connection, row.unit, row.owner)
    taken = {"state": RUNNING, "owner": owner, "heartbeat_at": now, "attempts": row.attempts + 1, "ended_at": None}
    connection.execute(update(nights).where(nights.c.id == row.id).values(**taken, summary={}))
    return _night(row, row.attempts + 1)


def _night(row: Row[Any], attempts: int) -> Night:
    return Night(row.id, row.unit, row.period, row.started_at, attempts, row.slot)


def _told(left: Row[Any] | None, busy: str) -> str:
    """Who works on a night and when it was last heard of."""
    if left is None or left.id != busy:
        return " (chấm theo yêu cầu)"
    return f" ({left.owner}, báo gần nhất {left.heartbeat_at:%H:%M} UTC)"


def _free_id(connection: Connection, local: datetime) -> str:
    stem = f"{local:%Y%m%d-%H%M%S}"
    taken = set(connection.execute(select(nights.c.id).where(nights.c.id.startswith(stem))).scalars())
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)
