"""Prefect's server killed with SIGKILL in the middle of a night, alone or with the night: the result is the same."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.journeys.commands import NIGHT, inherited, night, parindex
from tests.journeys.serving import wait_for
from tests.journeys.snapshot import snapshot


@pytest.fixture(scope="module")
def undisturbed(small_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Path(shutil.copytree(small_ward, tmp_path_factory.mktemp("undisturbed") / "ward"))
    night(home)
    return home


@pytest.mark.timeout(600)
@pytest.mark.parametrize("with_the_night", [False, True], ids=["server", "server and night"])
def test_a_prefect_killed_in_the_middle_costs_time_and_nothing_else(
    with_the_night: bool, small_ward: Path, undisturbed: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(small_ward, tmp_path / "ward"))

    flow = _night_through_prefect(home)
    try:
        wait_for(lambda: (_server(flow) and _reads(flow)) or flow.poll() is not None, seconds=240)
        server = _server(flow)
        assert server is not None, (home / "flow.log").read_text()[-3000:]
        server.send_signal(signal.SIGKILL)
        if with_the_night:
            flow.kill()
        ended = flow.wait(timeout=300)
    finally:
        flow.kill()

    told = (home / "flow.log").read_text()
    if with_the_night:
        again = parindex(home, "nightly", "--direct", "--at", NIGHT)
        assert again.returncode in (0, 1), again.stderr
    else:
        assert ended in (0, 1) and "Prefect mất giữa chừng" in told, told[-3000:]
    assert snapshot(home) == snapshot(undisturbed)


def _night_through_prefect(home: Path) -> subprocess.Popen[bytes]:
    environment = inherited()
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment |= {"PAR_PREFECT_START_SECONDS": "240"}
    program = str(Path(sys.executable).parent / "parindex")
    with (home / "flow.log").open("wb") as log:
        return subprocess.Popen(
            [program, "nightly", "--at", NIGHT], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )


def _server(flow: subprocess.Popen[bytes]) -> psutil.Process | None:
    return next((child for child in _children(flow) if "flows.prefect_process" in _words(child)), None)


def _reads(flow: subprocess.Popen[bytes]) -> bool:
    """Whether the night has begun to read documents: its fork server is there."""
    return any("forkserver" in " ".join(_words(child)) for child in _children(flow))


def _children(flow: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(flow.pid).children()
    except psutil.Error:
        return []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
