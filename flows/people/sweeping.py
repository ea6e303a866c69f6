"""What pages leave behind and nobody comes back for: ordered bundles, broken uploads, forms kept for signing in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from flows.people.kept_forms import forget_forms
from flows.resources import open_resources
from storage.ledger import uploads


def sweep_leftovers(settings: Settings, now: datetime) -> dict[str, Any]:
    """The chore of every night: remove what is older than PAR_LEFTOVER_DAYS; how much of each kind.

    A bundle can be ordered again and a broken upload begun anew; nothing of the evidence itself lies in these folders.
    """
    until = now - timedelta(days=settings.leftover_days)
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            ended = uploads.give_up_uploads(connection, begun_before=until)
        return {
            "bundles": _removed(settings.home / "orders", until),
            "parts": _removed(settings.home / "uploads", until),
            "uploads": ended,
            "forms": forget_forms(resources, now),
        }


def _removed(folder: Path, until: datetime) -> int:
    old = [file for file in folder.glob("*") if file.is_file() and file.stat().st_mtime < until.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
