"""The command line as a clerk runs it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NIGHT = "2026-01-05T01:00:00+07:00"


def inherited() -> dict[str, str]:
    """The environment without settings of ours; PYTHONPATH stays, so that the tests of a worktree run its own code."""
    said = os.environ.items()
    return {name: value for name, value in said if name == "PYTHONPATH" or not name.startswith(("PAR_", "PYTHON"))}


def parindex(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a clerk would, with PAR_HOME set."""
    settings = _settings(home) | environment
    program = Path(sys.executable).parent / "parindex"
    return subprocess.run(
        [program, *words], env=inherited() | settings, capture_output=True, text=True, check=False, timeout=600
    )


def parindex_here(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same in this process: for what a command says, where a new one would spend seconds on its imports."""
    from flows.cli import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as here, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name, value in (_settings(home) | environment).items():
            here.setenv(name, value)
        here.setattr(sys, "argv", ["parindex", *words])
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _settings(home: Path) -> dict[str, str]:
    return {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}


def night(home: Path, *words: str, at: str = NIGHT, **environment: str) -> dict[str, Any]:
    """Run a night directly and return its summary."""
    done = parindex(home, "nightly", "--direct", "--json", "--at", at, *words, **environment)
    assert done.returncode in (0, 1), done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary
