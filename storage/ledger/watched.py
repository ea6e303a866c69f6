"""Since when the service works for a unit: slots of the schedule before that moment were never anybody's to fill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from storage.database import Database
from storage.database.tables import nights, watched_units


def watched_since(database: Database, units: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Since when each unit is watched: the moment of the first look, which stays; before it the first night, if any.

    A first look in the future (the clock ran ahead then) is forgotten: it would hide what is missed until it comes.
    """
    with database.read() as connection:
        known = _known(connection, units, now)
    if len(known) == len(set(units)):
        return known
    with database.write() as connection:
        known = _known(connection, units, now)
        for unit in sorted(set(units) - set(known)):
            connection.execute(delete(watched_units).where(watched_units.c.unit == unit))
            since = min(first_heard_of(connection, unit) or now, now)
            connection.execute(insert(watched_units).values(unit=unit, since=since))
        return _known(connection, units, now)


def first_heard_of(connection: Connection, unit: str) -> datetime | None:
    """When the service or a night first looked at a unit; None: never."""
    watched: datetime | None = connection.execute(
        select(watched_units.c.since).where(watched_units.c.unit == unit)
    ).scalar()
    ran: datetime | None = connection.execute(
        select(func.min(nights.c.started_at)).where(nights.c.unit == unit)
    ).scalar()
    return min((moment for moment in (watched, ran) if moment is not None), default=None)


def _known(connection: Connection, units: Sequence[str], now: datetime) -> dict[str, datetime]:
    here = (watched_units.c.unit.in_(units), watched_units.c.since <= now)
    return {row.unit: row.since for row in connection.execute(select(watched_units).where(*here))}
