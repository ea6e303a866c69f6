"""Leases: which living process works on something, and when that may be taken from it.

A worker of this machine is alive as long as its process exists, so what a dead one left is free at once. Of another
machine (another container) only its heartbeats are known: it is alive until it was silent for `LEASE`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from storage.processes import start_of

LOST = "lost"

LEASE = timedelta(seconds=90)
"""Silence after which a worker of another machine counts as dead: with the scheduler's look every few seconds, what it
left is resumed within two minutes."""

BEAT_SECONDS = 15.0
"""How often a worker renews its lease: five beats may be lost before anybody takes it."""


def owner_here() -> str:
    """This process as the holder of a lease: host, process id, and the start of that process (pids are reused)."""
    return f"{os.uname().nodename}:{os.getpid()}:{start_of(os.getpid())}"


def alive(owner: str, heartbeat_at: datetime, now: datetime) -> bool:
    """Whether the holder of a lease still works. A heartbeat from the future (a clock was set back) ages as well."""
    host, pid, started = owner.rsplit(":", 2)
    if host == os.uname().nodename:
        return start_of(int(pid)) == started
    return abs(now - heartbeat_at) < LEASE


def state_seen(row: Mapping[str, Any], now: datetime) -> str:
    """The state of a night or a request as people see it: `lost` while nobody has taken up what a dead worker left."""
    lost = row["state"] == "running" and not alive(row["owner"], row["heartbeat_at"], now)
    return LOST if lost else str(row["state"])


def held_by_another(owner: str, heartbeat_at: datetime, *, me: str, now: datetime) -> bool:
    """Whether a living process other than `me` holds this lease."""
    return owner != me and alive(owner, heartbeat_at, now)
