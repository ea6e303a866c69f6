"""The run ledger of nights: who works on which, since when, and how it ended. It is the truth; Prefect only shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from storage.database.tables import nights
from storage.errors import StorageError
from storage.processes import start_of

LEASE = timedelta(seconds=120)
RUNNING, DONE, GAPS, FAILED = "running", "done", "gaps", "failed"


class NightRunning(StorageError):
    """Another living process works on this unit's night."""


@dataclass(frozen=True, slots=True)
class Night:
    """One night; `started_at` is the moment all its facts are dated with, also after it was resumed."""

    id: str
    unit: str
    period: str
    started_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class NightRequest:
    """What is asked for: the unit, the period, by whom."""

    unit: str
    period: str
    asked_by: str
    zone: str


def owner_here() -> str:
    """This process as the holder of a lease: host, process id, and the start of that process (pids are reused)."""
    return f"{os.uname().nodename}:{os.getpid()}:{start_of(os.getpid())}"


def begin_night(connection: Connection, request: NightRequest, *, owner: str, now: datetime) -> Night:
    """Take the lease of a new night, or of one that its worker left behind.

    Raises:
        NightRunning: a living worker holds the lease.
    """
    left = connection.execute(
        select(nights).where(nights.c.unit == request.unit, nights.c.state == RUNNING).order_by(nights.c.started_at)
    ).first()
    if left is None:
        return _new_night(connection, request, owner, now)
    if left.owner != owner and _alive(left.owner, left.heartbeat_at, now):
        raise NightRunning(
            f"Đêm {left.id} của {request.unit} đang chạy ({left.owner}, báo gần nhất {left.heartbeat_at:%H:%M} UTC). "
            "Chờ xong rồi chạy lại; nếu tiến trình đó đã chết, hệ thống tự nhận lại sau 2 phút."
        )
    taken = {"owner": owner, "heartbeat_at": now, "attempts": left.attempts + 1}
    connection.execute(update(nights).where(nights.c.id == left.id).values(**taken))
    return Night(left.id, left.unit, left.period, left.started_at, left.attempts + 1)


def beat(connection: Connection, night_id: str, *, now: datetime) -> None:
    """Renew the lease."""
    connection.execute(update(nights).where(nights.c.id == night_id).values(heartbeat_at=now))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a night ended: done | gaps (done, but something needs a person) | failed; the run that stands after it."""

    state: str
    run_id: str | None
    summary: Mapping[str, Any]
    at: datetime


def end_night(connection: Connection, night_id: str, ending: Ending) -> None:
    """Close a night for good."""
    ended = {"state": ending.state, "run_id": ending.run_id, "summary": dict(ending.summary), "ended_at": ending.at}
    connection.execute(update(nights).where(nights.c.id == night_id).values(**ended))


def night_of(connection: Connection, night_id: str) -> Night:
    """One night by id."""
    row = connection.execute(select(nights).where(nights.c.id == night_id)).one()
    return Night(row.id, row.unit, row.period, row.started_at, row.attempts)


def run_before(connection: Connection, night: Night) -> str | None:
    """The score run that stood after the last night before this one, of the same unit and period."""
    earlier = (nights.c.unit == night.unit, nights.c.period == night.period, nights.c.started_at < night.started_at)
    found = select(nights.c.run_id).where(*earlier, nights.c.run_id.is_not(None)).order_by(nights.c.started_at.desc())
    return connection.execute(found.limit(1)).scalar()


def nights_of(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """All nights of a unit, newest first."""
    rows = select(nights).where(nights.c.unit == unit).order_by(nights.c.started_at.desc(), nights.c.id.desc())
    return [dict(row._mapping) for row in connection.execute(rows)]


def _new_night(connection: Connection, request: NightRequest, owner: str, now: datetime) -> Night:
    night_id = _free_id(connection, now.astimezone(ZoneInfo(request.zone)))
    connection.execute(
        insert(nights).values(
            id=night_id,
            unit=request.unit,
            period=request.period,
            state=RUNNING,
            asked_by=request.asked_by,
            started_at=now,
            owner=owner,
            heartbeat_at=now,
            attempts=1,
            summary={},
        )
    )
    return Night(night_id, request.unit, request.period, now.astimezone(UTC), 1)


def _free_id(connection: Connection, local: datetime) -> str:
    stem = f"{local:%Y%m%d-%H%M%S}"
    taken = set(connection.execute(select(nights.c.id).where(nights.c.id.startswith(stem))).scalars())
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _alive(owner: str, heartbeat_at: datetime, now: datetime) -> bool:
    host, pid, started = owner.rsplit(":", 2)
    if host == os.uname().nodename:
        return start_of(int(pid)) == started
    return now - heartbeat_at < LEASE
