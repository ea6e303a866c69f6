"""Log lines of the service: an event and ids, never contents or names of people. PAR_LOG_FORMAT=json for programs."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

_MOST_DETAILS = 1 << 20
"""Bytes of a file of stacks before another one is begun."""


def log(event: str, **ids: object) -> None:
    """One line on stderr: when, which event, which ids."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    if in_json():
        line = json.dumps({"at": at, "event": event, **ids}, ensure_ascii=False, default=str)
    else:
        line = " ".join([at, event, *(f"{name}={value}" for name, value in ids.items())])
    print(line, file=sys.stderr, flush=True)


def where_raised(error: BaseException) -> str:
    """File and line of a fault, in our own rooms where it passed them, and nothing of its message.

    A message may hold names of people or files; a database's even holds the values that were asked for.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in (own or frames)[::-1][:3])


def take_over_logging() -> None:
    """From now on what libraries log or warn of in this process becomes our lines; of a fault its kind and place."""
    logging.basicConfig(handlers=[AsEvents()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


class AsEvents(logging.Handler):
    """Records of libraries as events: one line each, whatever the format. `details`: a file that takes whole stacks."""

    def __init__(self, details: str = "") -> None:
        super().__init__()
        self._details = Path(details) if details else None

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            log("fault", logger=record.name, reason=type(error).__name__, at_line=where_raised(error))
            self._keep(record)
        else:
            log("told", logger=record.name, level=record.levelname, text=" ".join(record.getMessage().split()))

    def _keep(self, record: logging.LogRecord) -> None:
        """Add a stack to the details, of which the file before is kept too; a full disk costs only them."""
        if self._details is None:
            return
        with contextlib.suppress(OSError):
            if self._details.exists() and self._details.stat().st_size > _MOST_DETAILS:
                self._details.replace(self._details.with_suffix(".before.log"))
            with self._details.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now(UTC).isoformat()} {record.name} {self.format(record)}\n")


def in_json() -> bool:
    """Whether log lines are JSON."""
    return os.environ.get("PAR_LOG_FORMAT") == "json"
