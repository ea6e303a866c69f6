"""A health check for containers: `python -m flows.watching.probe ADDRESS|worker`. Ends with 0 if it is well, 1 if not.

An address is well if it answers 2xx; the worker is well if its last look into the ledger is a few minutes old at most,
told by the time of a file it touches.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

from config.settings import Settings, load_settings

PATIENCE_SECONDS = 8.0
STALE_SECONDS = 300.0
"""A night beats every few seconds; the loop looks twice a second."""


def main() -> None:
    """Leave with the answer."""
    what = sys.argv[1]
    sys.exit(0 if (worker_looked() if what == "worker" else answers(what)) else 1)


def answers(address: str, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether an address answers with success, each part of its answer within so many seconds."""
    try:
        with urllib.request.urlopen(address, timeout=seconds) as response:
            return bool(200 <= response.status < 300)
    except (OSError, HTTPException):
        return False


def worker_looked() -> bool:
    """Whether the worker of this installation looked into the ledger lately."""
    silent = silent_seconds(load_settings())
    return silent is not None and silent < STALE_SECONDS


def silent_seconds(settings: Settings) -> float | None:
    """For how long this machine's worker has not looked into the ledger; None: it never did."""
    try:
        return max(time.time() - pulse_file(settings).stat().st_mtime, 0.0)
    except OSError:
        return None


def show_life(settings: Settings) -> None:
    """The worker's loop goes round; also where the ledger does not answer, which is told otherwise and no hanging."""
    with contextlib.suppress(OSError):
        pulse_file(settings).touch()


def pulse_file(settings: Settings) -> Path:
    """What the worker of this machine touches while it looks into the ledger or works."""
    return settings.home / f"worker-{os.uname().nodename}.pulse"


if __name__ == "__main__":
    main()
