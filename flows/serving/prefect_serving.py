"""Prefect inside `parindex serve`, by `python -m flows.serving.prefect_serving PORT`: server and schedules."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from config.settings import load_settings
from flows.logs import log
from flows.on_prefect.server import PrefectDown
from flows.serving.start import serve_schedule


def main() -> None:
    """Serve the schedule until stopped; if Prefect does not come up, end: the service tries again, the worker works.

    Stopped, the whole group ends at once: the server, its flows and what reads documents for them. The run ledger
    resumes what ran. Prefect's own way (its runner leaves from within its event loop, flows go on beside a server that
    is gone) takes twenty seconds and prints stacks.
    """
    if os.getpgrp() != os.getpid():
        os.setpgrp()
    signal.signal(signal.SIGTERM, end_group)
    try:
        serve_schedule(load_settings(), port=int(sys.argv[1]), end=end_group)
    except PrefectDown as error:
        log("prefect_down", told=str(error))
        sys.exit(1)


def end_group(*_signal: object) -> NoReturn:
    """End this process and all of its group."""
    try:
        log("prefect_stops")
    finally:  # also where it was called in the middle of another line
        os.killpg(os.getpgrp(), signal.SIGKILL)
    raise SystemExit  # nobody comes here


if __name__ == "__main__":
    main()
