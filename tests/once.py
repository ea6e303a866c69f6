"""What is dear to make and never changed: made by one test process, used by all of a session."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of the session: the first process that asks for it makes it, the others wait.

    It lies under its own name from the start, since what is written there may remember its place; it counts as made
    when `make` has returned.
    """
    home, ready = _shared(factory) / name, _shared(factory) / f"{name}.ready"
    with (_shared(factory) / f"{name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            make(home)
            ready.touch()
    return home


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The session's temporary folder; pytest-xdist gives each of its processes one below it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
