"""A night that kills itself: `python -m tests.journeys.killing MODULE:FUNCTION WHEN NTH`, with PAR_... set.

WHEN is before or after the NTH call of FUNCTION. Nothing of the product knows of this; SIGKILL cannot be caught.
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
        arm(place, when, int(nth))
    from config.settings import load_settings
    from flows.night import NightRequestedBy, run_night

    run_night(load_settings(), NightRequestedBy("test", datetime.fromisoformat(NOW)))


def arm(place: str, when: str, nth: int) -> None:
    """Replace the function, wherever it lies, by one that kills this process at its nth call."""
    module_name, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module_name)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, _deadly(getattr(owner, name), when, nth))


def _deadly(function: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = 0

    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if calls == nth and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return called


if __name__ == "__main__":
    main()
