"""`parindex serve`: web, worker and Prefect as children of one process, restarted when they end, stopped with it.

The pages and the worker wait for nobody; Prefect comes up in its own time. Each child leads a process group, so that
stopping leaves nothing behind, and gets SIGTERM from the kernel if this process is killed.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from config.refusals import WrongUse
from config.settings import Settings
from config.units_here import settings_of_units
from flows.logs import log
from flows.on_prefect.server import end_with_parent, free_port
from flows.serving.environment import export_settings
from flows.watching.probe import STALE_SECONDS, answers, silent_seconds

READY_SECONDS = 60.0
"""After which pages that do not answer yet are told in the log."""
PORT_SECONDS = 15.0
"""How long the pages of a service that was killed a moment ago may still hold their port."""
STOP_SECONDS = 20.0
GROWN_SECONDS, HUNG_LOOK_SECONDS, HUNG_LOOKS = 120.0, 30.0, 3
"""A part that was begun so long ago and does no work at so many looks, so far apart, hangs."""
_LONGEST_PAUSE = 60.0
_SOUND_SECONDS = 60.0


class PortTaken(WrongUse):
    """The pages cannot be served at the address that the settings name."""


@dataclass(slots=True)
class Child:
    """One part of the service; a part that ends is started again, after a pause that doubles up to a minute."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    next_start: float = 0.0
    pause: float = field(default=1.0)
    lives: Callable[[], bool] | None = None
    """Whether it still does its work; None: nobody can tell from outside."""
    looked: float = 0.0
    silent: int = 0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),  # stdout belongs to the one line that tells that the service is ready
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one prctl call
        )
        self.begun = time.monotonic()
        log("part_started", part=self.name, pid=self.process.pid)

    def keep_alive(self) -> None:
        """Start it again if it ended and its pause is over."""
        if self.process is not None and (code := self.process.poll()) is not None:
            self.process = None
            self.pause = 1.0 if time.monotonic() - self.begun > _SOUND_SECONDS else min(self.pause * 2, _LONGEST_PAUSE)
            self.next_start = time.monotonic() + self.pause
            log("part_ended", part=self.name, code=code, again_in_seconds=self.pause)
        if self.process is None and time.monotonic() >= self.next_start:
            self.start()

    def end_if_hung(self) -> None:
        """End it if it did not do its work at HUNG_LOOKS looks in a row; it is then begun again like one that ended."""
        now = time.monotonic()
        grown = now - self.begun > GROWN_SECONDS and now - self.looked > HUNG_LOOK_SECONDS
        if self.process is None or self.lives is None or not grown:
            return
        self.looked, self.silent = now, 0 if self.lives() else self.silent + 1
        if self.silent >= HUNG_LOOKS:
            self.silent = 0
            log("part_hangs", part=self.name, pid=self.process.pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def see_off(self, until: float) -> None:
        """Wait until it ended, then end whatever its group left."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(until - time.monotonic(), 0.1))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def serve(settings: Settings, *, ready: Callable[[dict[str, str]], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called with the addresses as soon as the pages answer.

    Raises:
        BadUnits: the list of units cannot be used.
        PortTaken: somebody else answers at the address of the pages; nothing was started.
    """
    settings_of_units(settings)
    _require_port(settings)
    export_settings(settings)
    port = free_port()
    parts = children(settings, port)
    stopping = threading.Event()
    kept = {number: signal.signal(number, _setting(stopping)) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        for part in parts:
            part.start()
        threading.Thread(target=_tell_when_ready, args=(settings, port, stopping, ready), daemon=True).start()
        while not stopping.wait(0.5):
            for part in parts:
                part.keep_alive()
                part.end_if_hung()
    finally:
        stop(parts)
        for number, action in kept.items():
            signal.signal(number, action)


def children(settings: Settings, prefect_port: int) -> list[Child]:
    """The parts of the service, in the order of starting."""
    python = [sys.executable, "-m"]
    pages = f"{pages_address(settings)}/healthz"
    parts = [
        Child("web", [*python, "flows.serving.web_process"], lives=lambda: answers(pages)),
        Child(
            "worker", [*python, "flows.serving.worker"], lives=lambda: (silent_seconds(settings) or 0.0) < STALE_SECONDS
        ),
    ]
    if settings.prefect == "on":
        quiet = ["-W", "ignore::RuntimeWarning"]  # the runner forgets to await its own stop
        parts.append(
            Child("prefect", [sys.executable, *quiet, "-m", "flows.serving.prefect_serving", str(prefect_port)])
        )
    return parts


def stop(parts: list[Child]) -> None:
    """Ask all to stop, wait, and end what is left."""
    log("service_stops")
    for part in parts:
        part.ask_to_stop()
    until = time.monotonic() + STOP_SECONDS
    for part in parts:
        part.see_off(until)


def _require_port(settings: Settings) -> None:
    """A second service would otherwise seem to run: the pages of the first answer for it."""
    until = time.monotonic() + PORT_SECONDS
    while (fault := _port_fault(settings)) is not None:
        if fault.errno != errno.EADDRINUSE or time.monotonic() > until:
            raise PortTaken(
                f"{settings.web_host}:{settings.web_port}: không mở được cổng của trang web ({fault.strerror}). "
                "Có thể parindex serve đang chạy rồi (systemctl status parindex); nếu không, đổi PAR_WEB_HOST hoặc "
                "PAR_WEB_PORT."
            )
        time.sleep(0.5)


def _port_fault(settings: Settings) -> OSError | None:
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    try:
        socket.create_server((settings.web_host, settings.web_port), family=family).close()
    except OSError as error:
        return error
    return None


def pages_address(settings: Settings) -> str:
    """Where the pages answer on this machine."""
    host = "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host
    return f"http://{host}:{settings.web_port}"


def _tell_when_ready(
    settings: Settings, port: int, stopping: threading.Event, ready: Callable[[dict[str, str]], None]
) -> None:
    pages = pages_address(settings)
    until = time.monotonic() + READY_SECONDS
    while not answers(f"{pages}/healthz"):
        if time.monotonic() > until:
            log("pages_do_not_answer", address=pages)
            until = math.inf
        if stopping.wait(0.1):
            return
    ready(_addresses(settings, pages, port))


def _addresses(settings: Settings, pages: str, port: int) -> dict[str, str]:
    own = f"http://127.0.0.1:{port}/api" if settings.prefect == "on" else ""
    return {
        "pages": pages,
        "schedule": settings.schedule,
        "timezone": settings.timezone,
        "prefect_api_url": settings.prefect_api_url or own,
    }


def _setting(stopping: threading.Event) -> Callable[[int, FrameType | None], None]:
    def stop_soon(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    return stop_soon
