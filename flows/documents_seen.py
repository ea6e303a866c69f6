"""Access to evidence in the custody log."""

from __future__ import annotations

from datetime import datetime

from flows.resources import Resources
from storage.custody import Happening, append


def note_access(resources: Resources, sha256: str, event: str, *, who: str, where: str, at: datetime) -> None:
    """Somebody looked at a document or took it away."""
    with resources.database.write() as connection:
        append(connection, [Happening(event, sha256, who, where)], at=at)
