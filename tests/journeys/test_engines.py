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
from tests.journeys.serving import wait_for
from tests.journeys.snapshot import snapshot


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_night_on_an_engine_survives_the_death_of_a_worker_and_gives_the_same_result(
    engine: str, small_ward: Path, small_night: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(small_ward, tmp_path / "ward"))

    flow = _night_on(engine, home)
    try:
        wait_for(lambda: _killed_a_reading_worker(flow), seconds=450)
        assert flow.wait(timeout=300) in (0, 1), (home / "flow.log").read_text()[-3000:]
    finally:
        flow.kill()

    assert snapshot(home) == snapshot(small_night)


def _night_on(engine: str, home: Path) -> subprocess.Popen[bytes]:
    environment = inherited()
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment |= {"PAR_TASK_RUNNER": engine, "PAR_WORKERS": "2", "PAR_PREFECT_START_SECONDS": "240"}
    script = (
        "import sys; from flows.serving.start import run_scheduled; from config.settings import load_settings; "
        "from flows.running.night import NightRequestedBy; from datetime import datetime; "
        "run_scheduled(load_settings(), NightRequestedBy('parindex nightly', datetime.fromisoformat(sys.argv[1])))"
    )
    with (home / "flow.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", script, NIGHT], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )


def _killed_a_reading_worker(flow: subprocess.Popen[bytes]) -> bool:
    """Kill a worker that has started a reader of documents: a process below the night with a child of its own.

    Found and killed in one look: it may be gone at the next.
    """
    assert flow.poll() is None, "the night ended before a worker was seen reading"
    return any(_killed(worker) for worker in _below(flow.pid) if _reads(worker))


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


def _reads(child: psutil.Process) -> bool:
    try:
        words = " ".join(child.cmdline())
        is_worker = "spawn_main" in words or words.startswith("ray::look_at_batch")
        return is_worker and bool(child.children())
    except psutil.Error:
        return False
