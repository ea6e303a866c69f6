"""Prefect inside `parindex serve`, by `python -m flows.serving.prefect_serving PORT`: server and schedules."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from config.settings import load_settings
from flows.logs import log
from flows.on_prefect.server import PrefectDown
from flows.serving.start import serve_schedule


def main() -> None:
    """Serve the schedule until stopped; if Prefect does not come up, end: the service tries again, the worker works."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        serve_schedule(load_settings(), port=int(sys.argv[1]))
    except PrefectDown as error:
        log("prefect_down", told=str(error))
        sys.exit(1)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
