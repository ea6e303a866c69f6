"""A Prefect server of our own on this machine, as a child that ends with us.

Prefect's ephemeral server missed its start limit under load and the flow then never ran, so we start a real one,
on loopback, and wait for it as long as PAR_PREFECT_START_SECONDS says.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings
from flows.watching import probe

_LOGGING = Path(__file__).parents[2] / "config" / "prefect_logging.yaml"


class PrefectDown(RuntimeError):
    """Prefect's server did not answer in time; the night can run without it."""


@contextlib.contextmanager
def prefect_api(settings: Settings, *, services: bool, port: int = 0) -> Iterator[str]:
    """The address of a Prefect API: the configured one, or a child server's for as long as the context lasts.

    The environment is set before anything imports Prefect. `services` adds the scheduler and the late-run marker;
    `port` 0 takes a free one.

    Raises:
        PrefectDown: the server did not answer in time.
    """
    _quiet_environment(settings)
    if settings.prefect_api_url:
        os.environ["PREFECT_API_URL"] = settings.prefect_api_url
        yield settings.prefect_api_url
        return
    with _door(port) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/api"
        os.environ["PREFECT_API_URL"] = url
        server = _start(settings, door, services=services)
    try:
        _wait_until_ready(server, url, settings.prefect_start_seconds)
        yield url
    finally:
        _stop(server)


def _quiet_environment(settings: Settings) -> None:
    """Offline, no analytics, state under PAR_HOME; log lines go to stderr alone: Prefect's database grows by them."""
    os.environ |= {
        "PREFECT_HOME": str((settings.home / "prefect").resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_LOGGING_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "WARNING"),
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_SETTINGS_PATH": str(_LOGGING),
        "PREFECT_LOGGING_TO_API_ENABLED": os.environ.get("PREFECT_LOGGING_TO_API_ENABLED", "false"),
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # flows/on_prefect/setup.py waits for it
        "PREFECT_CLIENT_MAX_RETRIES": "2",  # a server that died costs seconds; the night goes on without it
    }


def _door(port: int) -> socket.socket:
    """A port that is ours from now on, 0: any; it refuses who comes until the server to which it is handed listens.

    A port that was only looked for could be somebody else's by the time Prefect has come up.
    """
    door = socket.socket()
    try:
        if port:  # connections to the server before this one may linger
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
    except OSError as error:
        door.close()
        raise PrefectDown(f"không mở được cổng {port} của máy chủ Prefect ({error.strerror})") from error
    return door


def _start(settings: Settings, door: socket.socket, *, services: bool) -> subprocess.Popen[bytes]:
    folder = settings.home / "prefect"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PrefectDown(f"không dùng được thư mục {folder} của Prefect ({error.strerror})") from error
    command = [sys.executable, "-m", "flows.on_prefect.process", f"--door={door.fileno()}"]
    command += ["--services"] if services else []
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(door.fileno(),),
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one prctl call, before any thread of ours runs
        )


def end_with_parent() -> None:
    """Between fork and exec: the kernel sends this process SIGTERM when the one that started it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise PrefectDown(
                f"máy chủ Prefect dừng ngay khi khởi động (mã {server.returncode}); xem PAR_HOME/prefect/server.log"
            )
        if answers(url):
            return
        time.sleep(0.2)
    raise PrefectDown(f"máy chủ Prefect không trả lời sau {seconds:.0f} giây (PAR_PREFECT_START_SECONDS)")


def answers(url: str, seconds: float = probe.PATIENCE_SECONDS) -> bool:
    """Whether a Prefect API answers at this address within so many seconds."""
    return probe.answers(f"{url}/health", seconds)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
