"""A night that kills: `python -m tests.journeys.killing [MODULE:FUNCTION WHEN NTH [VICTIM ...]] [-- WORDS]`.

WHEN is before or after the NTH call of FUNCTION; PAR_... are set. Nothing of the product knows of this; SIGKILL cannot
be caught. A VICTIM is the night itself (`itself`; where none is named), `prefect`, the server that it has started, or a
process id: a server on which the night depends. With WORDS the night is the command line's, `parindex WORDS`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import takewhile
from typing import Any

import psutil

NOW = "2026-01-05T01:00:00+07:00"


def main() -> None:
    moment = list(takewhile(lambda word: word != "--", sys.argv[1:]))
    words = sys.argv[len(moment) + 2 :]
    if moment:
        place, when, nth, *victims = moment
        arm(place, when, int(nth), victims or ["itself"])
    if words:
        from flows.cli import main as command_line

        sys.argv = ["parindex", *words]
        command_line()
        return
    from config.settings import load_settings
    from flows.running.night import NightRequestedBy, run_night

    now = datetime.fromisoformat(NOW)
    run_night(load_settings(), NightRequestedBy("schedule", now, slot=now))


def arm(place: str, when: str, nth: int, victims: list[str]) -> None:
    """Replace the function, wherever it lies, by one that kills at its nth call."""
    module_name, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module_name)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, _deadly(getattr(owner, name), when, nth, victims))


def _deadly(function: Callable[..., Any], when: str, nth: int, victims: list[str]) -> Callable[..., Any]:
    calls = 0

    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls == nth
        if mine and when == "before":
            _kill(victims)
        result = function(*arguments, **named)
        if mine and when == "after":
            _kill(victims)
        return result

    return called


def _kill(victims: list[str]) -> None:
    for victim in victims:
        os.kill(_process_of(victim), signal.SIGKILL)


def _process_of(victim: str) -> int:
    if victim == "itself":
        return os.getpid()
    if victim == "prefect":
        return next(child.pid for child in psutil.Process().children() if "flows.on_prefect.process" in child.cmdline())
    return int(victim)


if __name__ == "__main__":
    main()
