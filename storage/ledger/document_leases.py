"""Who reads which document. Each is leased to one reading, so that two readers at once read it once.

A lease is renewed while its holder reads (LEASE of leases.py is its time). It is free at once where the holder's
process of this machine is gone, where it was silent for LEASE by either side of the clock, or where its night was taken
over. A document marked EXAMINING by a holder that is gone tells what ended that holder.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from storage.database.tables import documents, examinations
from storage.documents.evidence import EXAMINING, QUARANTINED, RECEIVED
from storage.ledger.leases import LEASE, alive, owner_here


@dataclass(frozen=True, slots=True)
class Reader:
    """One reading of some documents of a unit, with one version of the checks; `holder` is its name in the leases."""

    unit: str
    checker: str
    holder: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a reader holds now, in the order asked, and what somebody else reads: tries so far by hash.

    Documents in neither need no reading: they were examined or put aside meanwhile.
    """

    mine: tuple[str, ...]
    elsewhere: Mapping[str, int]


def new_holder() -> str:
    """A name that no other reading has: this process, and a word of chance for each of its readings."""
    return f"{owner_here()} {secrets.token_hex(4)}"


def take(
    connection: Connection,
    reader: Reader,
    sha256s: Sequence[str],
    *,
    now: datetime,
    marked: bool,
    tried: Mapping[str, int] | None = None,
) -> Taken:
    """Lease what nobody else reads, in this transaction, which must be a writing one.

    `marked`: as EXAMINING, so that what ends the holder is known. `tried`: tries when somebody else was last seen
    reading; a document tried once more since then has its answer.
    """
    here = (documents.c.unit == reader.unit, documents.c.sha256.in_(sha256s))
    seen = select(examinations.c.sha256).where(examinations.c.checker == reader.checker)
    waiting = select(documents).where(*here, documents.c.state != QUARANTINED, documents.c.sha256.not_in(seen))
    rows = [row for row in connection.execute(waiting) if (tried or {}).get(row.sha256, row.attempts) == row.attempts]
    elsewhere = {row.sha256: row.attempts for row in rows if _held(row, now, me=reader.holder)}
    free = {row.sha256 for row in rows} - elsewhere.keys()
    values = {"owner": reader.holder, "held_at": now, "state": EXAMINING if marked else RECEIVED}
    connection.execute(
        update(documents).where(documents.c.unit == reader.unit, documents.c.sha256.in_(free)).values(**values)
    )
    return Taken(tuple(sha256 for sha256 in sha256s if sha256 in free), elsewhere)


def holds(connection: Connection, reader: Reader, sha256: str) -> bool:
    """Whether this reading still holds the document: what it found may be recorded."""
    mine = (documents.c.unit == reader.unit, documents.c.sha256 == sha256, documents.c.owner == reader.holder)
    return connection.execute(select(documents.c.sha256).where(*mine)).first() is not None


def renew(connection: Connection, reader: Reader, now: datetime) -> None:
    """Say that this reading goes on."""
    mine = (documents.c.unit == reader.unit, documents.c.owner == reader.holder)
    connection.execute(update(documents).where(*mine).values(held_at=now))


def give_back(connection: Connection, reader: Reader, sha256s: Sequence[str] | None = None) -> None:
    """Leave to others, unblamed, these documents, or whatever this reading still holds."""
    mine = [documents.c.unit == reader.unit, documents.c.owner == reader.holder]
    if sha256s is not None:
        mine.append(documents.c.sha256.in_(sha256s))
    unmarked = case((documents.c.state == EXAMINING, RECEIVED), else_=documents.c.state)
    connection.execute(update(documents).where(*mine).values(owner=None, held_at=None, state=unmarked))


def free_those_of(connection: Connection, unit: str, process: str) -> None:
    """Free at once what the readings of a worker hold whose night or run was taken over; its marks stay."""
    his = (documents.c.unit == unit, documents.c.owner.startswith(f"{process} ", autoescape=True))
    connection.execute(update(documents).where(*his).values(held_at=None))


def abandoned(connection: Connection, unit: str, now: datetime) -> list[Mapping[str, Any]]:
    """Documents whose holder is gone, by hash."""
    rows = select(documents).where(documents.c.unit == unit, documents.c.owner.is_not(None))
    found = connection.execute(rows.order_by(documents.c.sha256))
    return [dict(row._mapping) for row in found if not _held(row, now)]


def forget_holders(connection: Connection, unit: str, sha256s: Iterable[str]) -> None:
    """Once it is known who was gone: the marks alone stay, so that these documents are read alone."""
    here = (documents.c.unit == unit, documents.c.sha256.in_(list(sha256s)))
    connection.execute(update(documents).where(*here).values(owner=None, held_at=None))


def is_held(document: Mapping[str, Any], now: datetime, *, me: str = "") -> bool:
    """Whether a living reading other than `me` holds the document."""
    owner, held_at = document["owner"], document["held_at"]
    if owner is None or held_at is None or owner == me:
        return False
    return abs(now - held_at) < LEASE and alive(owner.partition(" ")[0], held_at, now)


def _held(row: Row[Any], now: datetime, *, me: str = "") -> bool:
    return is_held(dict(row._mapping), now, me=me)
