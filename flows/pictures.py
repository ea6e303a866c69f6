"""Pictures of pages, drawn once and kept as sidecars in PAR_HOME/pictures: losing them costs time, never evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.resources import Resources
from ocr import CHECKER_VERSION
from ocr.page_picture import PageAsked, page_picture


def picture_of_page(resources: Resources, sha256: str, page: int, said: Mapping[str, Any] | None) -> Path:
    """The PNG of one page (from 1) of a kept document; `said` is its examination, for the places of signatures.

    Raises:
        NoPicture: the page cannot be drawn.
        Missing: the store has no such object.
    """
    folder = resources.settings.home / "pictures" / sha256[:2]
    kept = folder / f"{sha256}-{page}-{CHECKER_VERSION}.png"
    if not kept.exists():
        with resources.store.local(sha256) as path:
            drawn = page_picture(PageAsked(path, page, signature_places(said, page)))
        folder.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_bytes(drawn)
        part.replace(kept)
    return kept


def signature_places(said: Mapping[str, Any] | None, page: int) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes of the signatures seen on a page, in points from the lower left corner."""
    signature = ((said or {}).get("result") or {}).get("signature") or {}
    return tuple(
        (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        for found in signature.get("signatures") or ()
        if found.get("page") == page and (box := found.get("box")) and len(box) == 4
    )
