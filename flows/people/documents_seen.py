"""Access to evidence in the custody log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flows.resources import Resources
from storage.documents.links import Said
from storage.proof.custody import Happening, append

SEARCHED = "searched"


def note_access(resources: Resources, sha256: str, event: str, by: Said, **detail: Any) -> None:
    """Somebody looked at a document or took it away; `detail` says which part (page, range)."""
    with resources.database.write() as connection:
        append(connection, [Happening(event, sha256, by.who, by.where, detail)], at=by.at)


def note_search(resources: Resources, shown: Collection[str], by: Said) -> None:
    """A search showed pieces of these documents. Its words are not kept: they may name a person, and bundles carry
    the log."""
    if not shown:
        return
    happening = Happening(SEARCHED, resources.settings.unit, by.who, by.where, {"shown": sorted(set(shown))})
    with resources.database.write() as connection:
        append(connection, [happening], at=by.at)
