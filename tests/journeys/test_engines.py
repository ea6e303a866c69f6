"""A night as the worker runs it, on a cluster of two workers of each engine, one of which is killed in the middle."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.journeys.commands import NIGHT, inherited
from tests.journeys.serving import hold_reading, wait_for
from tests.journeys.snapshot import snapshot


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_night_on_an_engine_survives_the_death_of_a_worker_and_gives_the_same_result(
    engine: str, small_ward: Path, small_night: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(small_ward, tmp_path / "ward"))

    go_on = hold_reading(home)
    flow = _night_on(engine, home)
    try:
        wait_for(lambda: _killed_a_worker_at_its_documents(flow), seconds=450)
        go_on()
        assert flow.wait(timeout=300) in (0, 1), (home / "flow.log").read_text()[-3000:]
    finally:
        flow.kill()

    assert snapshot(home) == snapshot(small_night)


def _night_on(engine: str, home: Path) -> subprocess.Popen[bytes]:
    environment = inherited()
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment |= {"PAR_TASK_RUNNER": engine, "PAR_WORKERS": "2", "PAR_SLOTS": "1", "PAR_PREFECT_START_SECONDS": "240"}
    script = (
        "import sys; from flows.serving.start import run_scheduled; from config.settings import load_settings; "
        "from flows.running.night import NightRequestedBy; from datetime import datetime; "
        "run_scheduled(load_settings(), NightRequestedBy('parindex nightly', datetime.fromisoformat(sys.argv[1])))"
    )
    with (home / "flow.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", script, NIGHT], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )


def _killed_a_worker_at_its_documents(flow: subprocess.Popen[bytes]) -> bool:
    """Kill a worker that has come to its first document, for which it waits: the test holds the one slot."""
    assert flow.poll() is None, "the night ended before a worker came to its documents"
    return any(_killed(process) for process in _below(flow.pid) if _stands_in_line(process))


def _killed(worker: psutil.Process) -> bool:
    try:
        worker.send_signal(signal.SIGKILL)
    except psutil.Error:
        return False
    return True


def _below(flow: int) -> list[psutil.Process]:
    """All processes below the one that the worker has a night on an engine done by."""
    try:
        return [below for night in psutil.Process(flow).children() for below in night.children(recursive=True)]
    except psutil.Error:
        return []


def _stands_in_line(process: psutil.Process) -> bool:
    try:
        return any(file.path.endswith("/turnstile") for file in process.open_files())
    except psutil.Error:
        return False
