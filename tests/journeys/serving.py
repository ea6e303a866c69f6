"""A running `parindex serve`, as systemd starts and stops it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from sandbox import Slots
from sandbox.slots import Release
from tests.journeys.commands import inherited
from tests.servers import free_ports


@dataclass(frozen=True, slots=True)
class Service:
    """The running service: its process, and the addresses it told when it was ready."""

    process: psutil.Process
    ready: dict[str, Any]

    @property
    def pages(self) -> str:
        return str(self.ready["pages"])

    def part(self, name: str) -> psutil.Process | None:
        """The living process of one part: web_process, worker, prefect_serving."""
        return next((child for child in self.tree() if f"flows.serving.{name}" in _words(child)), None)

    def ask(self, path: str) -> httpx.Response:
        """What the pages answer, however busy the machine is."""
        return httpx.get(f"{self.pages}{path}", timeout=180)

    def tree(self) -> list[psutil.Process]:
        """All processes below the service."""
        return self.process.children(recursive=True)


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[Service]:
    """Start the service and wait until it says that it is ready; SIGTERM at the end.

    Unless a test says when, its night has no hour: one that begins by itself would come between.
    """
    kept = inherited()
    own = {"PAR_HOME": str(home), "PAR_WEB_PORT": str(free_ports(1)[0]), "OMP_THREAD_LIMIT": "1"}
    own["PAR_SCHEDULE"] = "0 1 29 2 *"
    with (home / "service.log").open("ab") as log:
        server = subprocess.Popen(
            [str(Path(sys.executable).parent / "parindex"), "serve", "--json"],
            env=kept | own | environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert line, (home / "service.log").read_text()
        yield Service(psutil.Process(server.pid), json.loads(line))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=180)


def wait_for(met: Callable[[], object], *, seconds: float = 180) -> None:
    """Wait until something has happened; generous, because the machine may be busy.

    Never for what passes by itself, such as a step of a run: the machine may be too busy to look while it lasts.
    """
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)


def hold_reading(home: Path) -> Release:
    """Take the one slot of the machine: who has come to the documents waits at them until it is given back."""
    return Slots(home / "slots", 1).take()


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that has ended may stay listed until somebody asks how."""
    return [process for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
