"""Prefect's server killed with SIGKILL in the middle of a night, alone or with the night: the result is the same."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.commands import NIGHT, inherited, parindex
from tests.journeys.snapshot import snapshot

READING = ("flows.examining.examination:record_examination", "after", "2")
"""Two documents have been read and are recorded; three are not."""


@pytest.mark.parametrize("victims", [("prefect",), ("prefect", "itself")], ids=["server", "server and night"])
def test_a_prefect_killed_in_the_middle_costs_time_and_nothing_else(
    victims: tuple[str, ...], small_ward: Path, small_night: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(small_ward, tmp_path / "ward"))

    ended = _night_through_prefect(home, *READING, *victims)

    if "itself" in victims:
        assert ended.returncode == -signal.SIGKILL, ended.stderr[-3000:]
        again = parindex(home, "nightly", "--direct", "--at", NIGHT)
        assert again.returncode in (0, 1), again.stderr
    else:
        assert ended.returncode in (0, 1) and "Prefect mất giữa chừng" in ended.stderr, ended.stderr[-3000:]
    assert snapshot(home) == snapshot(small_night)


def _night_through_prefect(home: Path, *killing: str) -> subprocess.CompletedProcess[str]:
    environment = inherited()
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment |= {"PAR_PREFECT_START_SECONDS": "240"}
    command = [sys.executable, "-m", "tests.journeys.killing", *killing, "--", "nightly", "--at", NIGHT]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=500)
