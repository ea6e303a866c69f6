"""Log lines of the service: an event and ids, never contents or names of people. PAR_LOG_FORMAT=json for programs."""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path


def log(event: str, **ids: object) -> None:
    """One line on stderr: when, which event, which ids."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    if in_json():
        line = json.dumps({"at": at, "event": event, **ids}, ensure_ascii=False, default=str)
    else:
        line = " ".join([at, event, *(f"{name}={value}" for name, value in ids.items())])
    print(line, file=sys.stderr, flush=True)


def where_raised(error: BaseException) -> str:
    """File and line of a fault, and nothing of its message, which may hold names of people or files."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[::-1][:3])


def in_json() -> bool:
    """Whether log lines are JSON."""
    return os.environ.get("PAR_LOG_FORMAT") == "json"
