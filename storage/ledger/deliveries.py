"""What was sent out: a subject goes through a channel once; a failed try is remembered and tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.tables import deliveries

WAITING, SENT, FAILED = "waiting", "sent", "failed"
MOST_TRIES = 30
"""With the pauses below: more than a day, after which the next letter is there."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=50)
"""Doubled after each try; the longest is shorter than the hour between two looks at what waits."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One subject (letter:<night>, alarm:<name>:<day>, reminder:<office>:<day>) through one channel (mail, webhook)."""

    unit: str
    subject: str
    channel: str


def to_be_sent(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Whether it was neither sent nor given up, and the pause since the last try is over."""
    row = connection.execute(select(deliveries).where(*_here(delivery))).first()
    if row is None:
        return True
    pause = min(_FIRST_PAUSE * 2 ** (row.attempts - 1), _LONGEST_PAUSE)
    return bool(row.state == WAITING and abs(now - row.tried_at) >= pause)


def record_try(connection: Connection, delivery: Delivery, *, reason: str | None, at: datetime) -> str:
    """Record a try: sent if `reason` is None; otherwise it waits, or is given up after MOST_TRIES. The new state."""
    tries = (connection.execute(select(deliveries.c.attempts).where(*_here(delivery))).scalar() or 0) + 1
    state = SENT if reason is None else FAILED if tries >= MOST_TRIES else WAITING
    values = {"state": state, "attempts": tries, "reason": reason, "tried_at": at}
    if tries == 1:
        names = {"unit": delivery.unit, "subject": delivery.subject, "channel": delivery.channel}
        connection.execute(insert(deliveries).values(**names, **values))
    else:
        connection.execute(update(deliveries).where(*_here(delivery)).values(**values))
    return state


def delivery_rows(connection: Connection, unit: str, since: datetime | None = None) -> list[Mapping[str, Any]]:
    """Deliveries of a unit, newest try first; all, or those tried from a moment on."""
    here = (deliveries.c.unit == unit, *([deliveries.c.tried_at >= since] if since else []))
    rows = select(deliveries).where(*here).order_by(deliveries.c.tried_at.desc())
    return [dict(row._mapping) for row in connection.execute(rows)]


def _here(delivery: Delivery) -> tuple[Any, ...]:
    return (
        deliveries.c.unit == delivery.unit,
        deliveries.c.subject == delivery.subject,
        deliveries.c.channel == delivery.channel,
    )
