"""Slots of a machine: how many documents are read at a time, over all processes of this machine.

A slot is a lock of the kernel on a file, so a process that is killed gives its slots back at once, whatever killed it:
nothing has to notice, and no lease has to run out. Who waits stands in line at a turnstile, so a page's single document
waits for one slot, not for a night.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_LOOK_SECONDS = 0.02
_BOOT = Path("/proc/sys/kernel/random/boot_id")

Release = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Slots:
    """`count` slots under `folder`, for all processes that use this folder on this machine.

    On a folder that several machines share, each machine (kernel) has slots of its own.
    """

    folder: Path
    count: int
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def take(self) -> Release:
        """Wait in line for a free slot; what gives it back (calling it twice does no harm).

        Raises:
            OSError: the folder cannot be written.
        """
        place = self.folder / _this_machine()
        place.mkdir(parents=True, exist_ok=True)
        with self._turn, _opened(place / "turnstile") as turnstile:
            fcntl.flock(turnstile, fcntl.LOCK_EX)
            while True:
                for number in range(self.count):
                    taken = _locked(place / f"slot-{number:03}")
                    if taken is not None:
                        return taken
                time.sleep(_LOOK_SECONDS)


def _this_machine() -> str:
    """The same in all containers of a machine, another one on each machine and after each start."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return os.uname().nodename


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(path: Path) -> Release | None:
    """What gives the slot back, or None while somebody holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    held = [descriptor]

    def release() -> None:
        with contextlib.suppress(IndexError):
            os.close(held.pop())

    return release
