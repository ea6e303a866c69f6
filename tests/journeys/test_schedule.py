"""`parindex serve`: the scheduler alone, with Prefect's real schedule."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest


def test_the_schedule_is_the_wards_night_in_its_own_time_zone(tmp_path: Path) -> None:
    with _serving(tmp_path) as ready:
        assert (ready["schedule"], ready["timezone"]) == ("0 1 * * *", "Asia/Ho_Chi_Minh")
        (deployment,) = _ask(ready, "deployments/filter")
        (schedule,) = deployment["schedules"]

    assert deployment["name"] == "hoi-an-dong" and schedule["active"]
    assert schedule["schedule"]["cron"] == "0 1 * * *"
    assert schedule["schedule"]["timezone"] == "Asia/Ho_Chi_Minh"


@pytest.mark.timeout(400)
def test_a_scheduled_night_really_runs_and_stopping_leaves_nothing_behind(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)

    with _serving(home, PAR_SCHEDULE="* * * * *", PAR_PERIOD="2025") as ready:
        _wait_for(lambda: list(home.glob("outbox/*/thu-buoi-sang.md")), seconds=300)
        assert ready["prefect_api_url"].startswith("http://127.0.0.1:")

    assert not _processes_naming(ready["prefect_api_url"].split(":")[2].split("/")[0])


@contextmanager
def _serving(home: Path, **environment: str) -> Iterator[dict[str, Any]]:
    """A running `parindex serve`, stopped as systemd does it; what it says when it is ready."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAR_", "PYTHON"))}
    command = [str(Path(sys.executable).parent / "parindex"), "serve", "--json"]
    server = subprocess.Popen(
        command,
        env=kept | {"PAR_HOME": str(home)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        yield ready
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _ask(ready: dict[str, Any], what: str) -> list[dict[str, Any]]:
    """What Prefect's API answers; the deployment is registered a moment after the server is ready."""
    found: list[dict[str, Any]] = []

    def asked() -> bool:
        found[:] = httpx.post(f"{ready['prefect_api_url']}/{what}", json={}, timeout=10).json()
        return bool(found)

    _wait_for(asked, seconds=60)
    return found


def _wait_for(met: Any, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.5)


def _processes_naming(port: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if "prefect_process" in line and port in line.split()]
