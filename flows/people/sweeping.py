"""What is left behind and nobody comes back for: ordered bundles, those of earlier nights, broken uploads, forms kept
for signing in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from flows.people.kept_forms import forget_forms
from flows.resources import open_resources, outbox
from storage.ledger import uploads
from storage.ledger.nights import night_ids


def sweep_leftovers(settings: Settings, now: datetime) -> dict[str, Any]:
    """The chore of every night: remove what is older than PAR_LEFTOVER_DAYS; how much of each kind.

    A bundle can be ordered again (of a night: `parindex bundle --run`) and a broken upload begun anew; nothing of the
    evidence itself lies in these folders. The newest night's bundle of each year stays, and every sheet and letter.
    """
    until = now - timedelta(days=settings.leftover_days)
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            ended = uploads.give_up_uploads(connection, begun_before=until)
            nights = night_ids(connection, settings.unit)
        return {
            "bundles": _removed((settings.home / "orders").glob("*"), until),
            "parts": _removed((settings.home / "uploads").glob("*"), until),
            "nights": _removed(_earlier_bundles([outbox(settings) / night for night in nights]), until),
            "uploads": ended,
            "forms": forget_forms(resources, now),
        }


def _earlier_bundles(nights: Sequence[Path]) -> Iterator[Path]:
    """Bundles in the folders of nights, newest first, after the first of each place in them (each year has one)."""
    seen = set[Path]()
    for night in nights:
        for bundle in sorted(night.glob("**/*.zip")):
            place = bundle.relative_to(night)
            if place in seen:
                yield bundle
            seen.add(place)


def _removed(files: Iterable[Path], until: datetime) -> int:
    old = [file for file in files if file.is_file() and file.stat().st_mtime < until.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
