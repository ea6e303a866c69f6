"""The pages of one long scan on several cores: this process forks, each child reads its share of the pages.

A child lives no longer than its parent and hands its pages over in a file without a name; what a child does not finish
stays unread. Only sandbox workers are asked to do so, where no thread holds a lock.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from ocr.budget import Budget
from ocr.page import PageReading

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_LOOK_EVERY = 0.02  # seconds


def read_in_shares(
    numbers: Sequence[int], read: Callable[[int], PageReading | None], processes: int, budget: Budget
) -> Iterator[PageReading]:
    """The pages that `read` gives (None: no time left), in no order; pictures stay behind in the children."""
    shares = [numbers[place::processes] for place in range(processes)]
    helpers = [_Helper(share, read) for share in shares[1:] if share]
    try:
        for number in shares[0]:
            reading = read(number)
            if reading is not None:
                yield reading
        for helper in helpers:
            yield from helper.pages(budget)
    finally:
        for helper in helpers:
            helper.end()


class _Helper:
    """A forked child that reads its share."""

    def __init__(self, share: Sequence[int], read: Callable[[int], PageReading | None]) -> None:
        self._kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`, in another process
        self._child = os.fork()
        if self._child == 0:
            _read_and_leave(share, read, self._kept)

    def pages(self, budget: Budget) -> Iterator[PageReading]:
        """Wait for the child as long as there is time, then give what it has finished."""
        while self._child and not self._ended() and budget.left() > 0:
            time.sleep(_LOOK_EVERY)
        self.end(close=False)
        self._kept.seek(0)
        while True:
            try:
                yield pickle.load(self._kept)
            except (EOFError, pickle.UnpicklingError):
                return

    def _ended(self) -> bool:
        if os.waitpid(self._child, os.WNOHANG)[0]:
            self._child = 0
        return self._child == 0

    def end(self, *, close: bool = True) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = 0
        if close:
            self._kept.close()


def _read_and_leave(share: Sequence[int], read: Callable[[int], PageReading | None], kept: IO[bytes]) -> None:
    """In the child; never returns."""
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        for number in share:
            reading = read(number)
            if reading is None:
                break
            pickle.dump(reading, kept)
            kept.flush()
    finally:
        os._exit(0)
