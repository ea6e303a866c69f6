"""Deeds killed with SIGKILL at random moments: one of each kind here, a hundred in tests/bench/kills.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_killed_deeds_leave_nothing_torn_dangling_or_unaccounted_for(repository: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.kills", "6"]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "every log proved" in done.stdout
