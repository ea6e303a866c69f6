"""The heartbeat of a run: a thread that renews its lease, tells how far it is, and learns that it must stop."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from config.settings import Settings
from flows.resources import open_ledger
from flows.watching.probe import pulse_file
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.ledger.leases import BEAT_SECONDS
from storage.ledger.requests import LeaseLost, RunCancelled

_LOOK_SECONDS = 1.0
"""How soon progress is seen and a cancelled run stops."""


class Beat(Protocol):
    """Renew one lease; raises RunCancelled or LeaseLost."""

    def __call__(self, connection: Connection, *, now: datetime, progress: Mapping[str, Any] | None) -> None: ...


Heard = Callable[[Mapping[str, Any]], None]
"""Told each step, for whoever watches in this process."""


class Heart:
    """How far a run is, and whether it may go on."""

    def __init__(self, heard: Heard | None = None) -> None:
        self.progress: Mapping[str, Any] | None = None
        self.heard = heard
        self.stopped: StorageError | None = None

    def tell(self, step: str, done: int = 0, of: int = 0) -> None:
        """Tell where the run is: documents `done` of how many, zero where nothing is counted.

        Raises:
            RunCancelled, LeaseLost: the run must stop here.
        """
        self.progress = {"step": step, "done": done, "of": of}
        if self.heard is not None:
            self.heard(self.progress)
        if self.stopped is not None:
            raise self.stopped


@contextlib.contextmanager
def beating(settings: Settings, beat: Beat, heard: Heard | None = None) -> Iterator[Heart]:
    """Keep a lease for as long as the context lasts. A ledger that does not answer is asked again."""
    heart, end = Heart(heard), threading.Event()
    thread = threading.Thread(target=_beat_until, args=(settings, beat, heart, end), name="heart", daemon=True)
    thread.start()
    try:
        yield heart
    finally:
        end.set()
        thread.join()


def _beat_until(settings: Settings, beat: Beat, heart: Heart, end: threading.Event) -> None:
    while not end.is_set() and heart.stopped is None:
        with contextlib.suppress(StorageError, OSError), open_ledger(settings) as database:
            _beat_on(database, beat, heart, end, pulse_file(settings))
        end.wait(_LOOK_SECONDS)


def _beat_on(database: Database, beat: Beat, heart: Heart, end: threading.Event, pulse: Path) -> None:
    """Beat whenever something moved, and at least every BEAT_SECONDS."""
    told, beaten = heart.progress, -BEAT_SECONDS
    while not end.wait(_LOOK_SECONDS):
        pulse.touch()
        moved = heart.progress != told
        if not moved and time.monotonic() - beaten < BEAT_SECONDS:
            continue
        told, beaten = heart.progress, time.monotonic()
        try:
            with database.write() as connection:
                beat(connection, now=datetime.now(UTC), progress=told)
        except (RunCancelled, LeaseLost) as error:
            heart.stopped = error
            return
