"""The run ledger of ad-hoc runs: what was asked for, who works on it, how far it is, how it ended.

A request is waiting → running → done | gaps | failed | cancelled. The same question asked again while it waits or runs
is the same request. Of one unit only one thing runs at a time, a request or a night; the next waits in this table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, select, update

from storage.database.tables import nights, run_requests
from storage.database.types import canonical
from storage.errors import NoSuch, StorageError
from storage.ledger.document_leases import free_those_of
from storage.ledger.leases import alive, held_by_another
from storage.proof.custody import Happening, append

WAITING, RUNNING, DONE, GAPS, FAILED, CANCELLED = "waiting", "running", "done", "gaps", "failed", "cancelled"
OPEN = (WAITING, RUNNING)
MOST_TRIES = 5


class NoSuchRequest(NoSuch):
    """No request of this id."""


class RunCancelled(StorageError):
    """Somebody asked to stop this run."""


class LeaseLost(StorageError):
    """Another worker took this work over, because this one seemed dead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `as_of` None means the day on which it runs."""

    unit: str
    period: str
    criteria: str
    on_time_rule: str
    as_of: date | None = None
    dry_run: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self) | {"as_of": self.as_of.isoformat() if self.as_of else None}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical question: the same question has the same digest, whoever asks."""
        return hashlib.sha256(canonical(self.plain()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when; `zone` names the id after the local time."""

    who: str
    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request that this worker holds. `started_at` is the moment its facts are dated with, also when resumed."""

    id: str
    wanted: Wanted
    asked_by: str
    started_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class RequestEnding:
    """How a request ended: done | gaps | failed | cancelled, the recorded run if any, and what to tell."""

    state: str
    run_id: str | None
    outcome: Mapping[str, Any]
    at: datetime


def ask(connection: Connection, wanted: Wanted, asker: Asker) -> tuple[str, bool]:
    """Put a request in the queue, or join the open one with the same question: its id, and whether it is new."""
    same = (run_requests.c.digest == wanted.digest, run_requests.c.state.in_(OPEN))
    found = connection.execute(select(run_requests.c.id).where(*same, run_requests.c.cancelled_by.is_(None))).scalar()
    if found is not None:
        return str(found), False
    request_id = _free_id(connection, asker.at.astimezone(ZoneInfo(asker.zone)))
    connection.execute(
        insert(run_requests).values(
            id=request_id,
            unit=wanted.unit,
            question=wanted.plain(),
            digest=wanted.digest,
            state=WAITING,
            asked_by=asker.who,
            asked_at=asker.at,
            attempts=0,
        )
    )
    _tell(connection, "run_asked", request_id, asker.who, wanted.plain(), asker.at)
    return request_id, True


def claim_next(connection: Connection, *, owner: str, now: datetime, only: str | None = None) -> Claimed | None:
    """Take the oldest request that may run: one that its dead worker left, or a waiting one of a unit at rest.

    None: nothing may run now. `only` takes none but this request.
    """
    busy = set(busy_units(connection, owner=owner, now=now))
    rows = connection.execute(
        select(run_requests).where(run_requests.c.state.in_(OPEN)).order_by(run_requests.c.asked_at, run_requests.c.id)
    ).all()
    for row in rows:
        if row.unit in busy:
            continue
        if row.cancelled_by is not None:
            end(connection, row.id, RequestEnding(CANCELLED, None, {}, now))
            continue
        if row.attempts >= MOST_TRIES:
            reason = {
                "reason": f"Đã thử {row.attempts} lần, lần nào cũng dở dang; xem nhật ký dịch vụ rồi yêu cầu lại."
            }
            end(connection, row.id, RequestEnding(FAILED, None, reason, now))
            continue
        if only is None or row.id == only:
            return _claim(connection, row, owner, now)
        busy.add(row.unit)
    return None


def busy_units(connection: Connection, *, owner: str, now: datetime) -> dict[str, str]:
    """Units on which a living process other than `owner` works, with what it works on (a night or a request)."""
    found: dict[str, str] = {}
    for table in (nights, run_requests):
        for row in connection.execute(select(table).where(table.c.state == RUNNING)):
            if held_by_another(row.owner, row.heartbeat_at, me=owner, now=now):
                found[row.unit] = row.id
    return found


def beat(
    connection: Connection, request_id: str, *, owner: str, now: datetime, progress: Mapping[str, Any] | None = None
) -> None:
    """Renew the lease and tell how far the run is.

    Raises:
        RunCancelled: somebody asked to stop it.
        LeaseLost: another worker holds it now.
    """
    values: dict[str, Any] = {"heartbeat_at": now} | ({"progress": dict(progress)} if progress else {})
    mine = (run_requests.c.id == request_id, run_requests.c.owner == owner, run_requests.c.state == RUNNING)
    if connection.execute(update(run_requests).where(*mine).values(**values)).rowcount == 0:
        raise LeaseLost(f"Yêu cầu {request_id} đã được tiến trình khác nhận chạy tiếp; tiến trình này dừng lại.")
    by = connection.execute(select(run_requests.c.cancelled_by).where(run_requests.c.id == request_id)).scalar()
    if by is not None:
        raise RunCancelled(f"Yêu cầu {request_id} đã được {by} hủy.")


def cancel(connection: Connection, request_id: str, *, who: str, now: datetime) -> None:
    """Stop a request: a waiting one at once, a running one at its next step or document. One that ended stays.

    Raises:
        NoSuchRequest: there is none of this id.
    """
    row = request_row(connection, request_id)
    if row["state"] not in OPEN or row["cancelled_by"] is not None:
        return
    connection.execute(update(run_requests).where(run_requests.c.id == request_id).values(cancelled_by=who))
    _tell(connection, "run_cancelled", request_id, who, {}, now)
    if row["state"] == WAITING or not alive(row["owner"], row["heartbeat_at"], now):
        end(connection, request_id, RequestEnding(CANCELLED, None, {}, now))


def end(connection: Connection, request_id: str, ending: RequestEnding, *, owner: str | None = None) -> None:
    """Close a request for good; with `owner` only as long as that one holds it.

    Raises:
        LeaseLost: another worker holds it now, or ended it.
    """
    values = {"state": ending.state, "run_id": ending.run_id, "outcome": dict(ending.outcome), "ended_at": ending.at}
    mine = (run_requests.c.owner == owner, run_requests.c.state == RUNNING) if owner is not None else ()
    closed = connection.execute(update(run_requests).where(run_requests.c.id == request_id, *mine).values(**values))
    if owner is not None and closed.rowcount == 0:
        raise LeaseLost(f"Yêu cầu {request_id} đã được tiến trình khác nhận chạy tiếp; tiến trình này dừng lại.")


def request_row(connection: Connection, request_id: str) -> Mapping[str, Any]:
    """One request by id.

    Raises:
        NoSuchRequest: there is none.
    """
    row = connection.execute(select(run_requests).where(run_requests.c.id == request_id)).first()
    if row is None:
        raise NoSuchRequest(f"Không có yêu cầu chấm {request_id!r}. Xem danh sách: parindex runs.")
    return dict(row._mapping)


def request_rows(connection: Connection, unit: str = "", *, states: tuple[str, ...] = ()) -> list[Mapping[str, Any]]:
    """Requests, oldest first; of one unit and of some states, if given."""
    rows = select(run_requests).order_by(run_requests.c.asked_at, run_requests.c.id)
    if unit:
        rows = rows.where(run_requests.c.unit == unit)
    if states:
        rows = rows.where(run_requests.c.state.in_(states))
    return [dict(row._mapping) for row in connection.execute(rows)]


def wanted_of(question: Mapping[str, Any]) -> Wanted:
    """What `Wanted.plain` wrote."""
    as_of = question["as_of"]
    return Wanted(**{**question, "as_of": date.fromisoformat(as_of) if as_of else None})


def _claim(connection: Connection, row: Row[Any], owner: str, now: datetime) -> Claimed:
    started = row.started_at or now
    if row.owner is not None:
        free_those_of(connection, row.unit, row.owner)
    taken = {"state": RUNNING, "owner": owner, "heartbeat_at": now, "started_at": started, "attempts": row.attempts + 1}
    connection.execute(update(run_requests).where(run_requests.c.id == row.id).values(**taken))
    return Claimed(row.id, wanted_of(row.question), row.asked_by, started, row.attempts + 1)


def _free_id(connection: Connection, local: datetime) -> str:
    stem = f"yc-{local:%Y%m%d-%H%M%S}"
    taken = set(connection.execute(select(run_requests.c.id).where(run_requests.c.id.startswith(stem))).scalars())
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _tell(connection: Connection, event: str, subject: str, who: str, detail: dict[str, Any], at: datetime) -> None:
    append(connection, [Happening(event, subject, who, "requests", detail)], at=at)
