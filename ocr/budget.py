"""How much time is left for one document, and how a slow step in pure Python is cut short."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

_AGAIN_AFTER = 0.1  # seconds


class OutOfTime(Exception):
    """The step took longer than it was given."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A monotonic deadline: `seconds` from the moment it is made."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds left, never under zero."""
        return max(0.0, self.seconds - self.spent())

    def spent(self) -> float:
        return time.monotonic() - self.started


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` inside the block once `seconds` passed.

    Works in the main thread alone (that of a sandbox worker); elsewhere the block runs without this bound.
    A long call into C is interrupted only when it returns; the sandbox's wall clock is the bound behind it.
    It rings again until the block ends: Python swallows what is raised in a finaliser or a collector's callback.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTime(f"hơn {seconds:.0f} giây")

    earlier = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01), _AGAIN_AFTER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
