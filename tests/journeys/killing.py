"""A night that kills itself: `python -m tests.journeys.killing MODULE:FUNCTION WHEN NTH [PID]`, with PAR_... set.

WHEN is before or after the NTH call of FUNCTION. Nothing of the product knows of this; SIGKILL cannot be caught.
With PID not this night is killed but that process: a server on which the night depends.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

NOW = "2026-01-05T01:00:00+07:00"


def main() -> None:
    if len(sys.argv) > 1:
        place, when, nth = sys.argv[1:4]
        arm(place, when, int(nth), int(sys.argv[4]) if len(sys.argv) > 4 else os.getpid())
    from config.settings import load_settings
    from flows.night import NightRequestedBy, run_night

    now = datetime.fromisoformat(NOW)
    run_night(load_settings(), NightRequestedBy("schedule", now, slot=now))


def arm(place: str, when: str, nth: int, victim: int) -> None:
    """Replace the function, wherever it lies, by one that kills a process at its nth call."""
    module_name, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module_name)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, _deadly(getattr(owner, name), when, nth, victim))


def _deadly(function: Callable[..., Any], when: str, nth: int, victim: int) -> Callable[..., Any]:
    calls = 0

    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(victim, signal.SIGKILL)
        result = function(*arguments, **named)
        if calls == nth and when == "after":
            os.kill(victim, signal.SIGKILL)
        return result

    return called


if __name__ == "__main__":
    main()
