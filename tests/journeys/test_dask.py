"""A night whose documents are examined on a Dask cluster of two workers, one of which is killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.journeys.commands import NIGHT, night
from tests.journeys.serving import wait_for
from tests.journeys.snapshot import snapshot


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_night_on_dask_survives_the_death_of_a_worker_and_gives_the_same_result(
    small_ward: Path, tmp_path: Path
) -> None:
    here, there = (Path(shutil.copytree(small_ward, tmp_path / name)) for name in ("here", "there"))
    night(here)

    flow = _night_on_dask(there)
    try:
        wait_for(lambda: _reading(flow.pid) or flow.poll() is not None, seconds=240)
        victim = _reading(flow.pid)[0]
        victim.send_signal(signal.SIGKILL)
        assert flow.wait(timeout=300) in (0, 1), (there / "flow.log").read_text()[-3000:]
    finally:
        flow.kill()

    assert snapshot(there) == snapshot(here)


def _night_on_dask(home: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAR_", "PYTHON"))}
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment |= {"PAR_TASK_RUNNER": "dask", "PAR_WORKERS": "2", "PAR_PREFECT_START_SECONDS": "240"}
    program = str(Path(sys.executable).parent / "parindex")
    with (home / "flow.log").open("wb") as log:
        return subprocess.Popen(
            [program, "nightly", "--at", NIGHT], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )


def _reading(flow: int) -> list[psutil.Process]:
    """Dask workers that have started readers of documents: spawned children of the flow with children of their own."""
    return [child for child in psutil.Process(flow).children() if _reads(child)]


def _reads(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline()) and bool(child.children())
    except psutil.Error:
        return False
