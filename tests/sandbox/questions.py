"""Questions that misbehave in one way each."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sandbox import workers


def ask(asked: tuple[Callable[[Any], Any], Any]) -> Any:
    question, argument = asked
    return question(argument)


def square(number: int) -> int:
    return number * number


def sleep_long(_: object) -> None:
    time.sleep(60)


def leave(_: object) -> None:
    os._exit(3)


def eat_memory(_: object) -> int:
    return len(bytearray(64 << 30))


def fail(_: object) -> None:
    raise ValueError("no answer")


def sleep_then_name(delay: float) -> float:
    time.sleep(delay)
    return delay


def write_megabytes(path: str) -> int:
    return Path(path).write_bytes(bytes(4 << 20))


def connect(host: str) -> None:
    socket.create_connection((host, 9), timeout=2)


def note_pid_and_sleep(folder: str) -> None:
    (Path(folder) / f"pid-{os.getpid()}").touch()
    time.sleep(600)


def count_those_at_it(_number: int, folder: str) -> int:
    """How many are asked at this moment, this one with them, over all processes."""
    mine = Path(folder) / f"at-it-{os.getpid()}"
    mine.touch()
    time.sleep(0.1)
    seen = len(list(Path(folder).glob("at-it-*")))
    time.sleep(0.05)
    mine.unlink()
    return seen


def slots_held(_: int, *, folder: str) -> int:
    """How many slots the kernel shows as locked, a moment after this question began."""
    time.sleep(0.2)
    locks = Path("/proc/locks").read_text()
    return sum(f":{slot.stat().st_ino} " in locks for slot in Path(folder).glob("*/slot-*"))


def pid(_: object) -> int:
    return os.getpid()


def await_answers(wanted: int, *, folder: str) -> int:
    """Leave word that this question came and wait, 100 s at most, until `wanted` others have; how many have."""
    mine = Path(folder) / f"answered-{os.urandom(8).hex()}"
    mine.touch()
    until = time.monotonic() + 100
    while (seen := len(list(Path(folder).glob("answered-*"))) - 1) < wanted and time.monotonic() < until:
        time.sleep(0.02)
    return seen


def keep_a_worker(tells: Connection) -> None:
    """Ask in this process, tell who answered, and keep him for an hour."""
    workers._IDLE_SECONDS = 3600
    tells.send(next(iter(list(workers.run_each(pid, [0], workers=1, limits=workers.Limits(kept_for="an hour"))))))
