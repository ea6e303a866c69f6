"""Pictures of pages and of places on them, drawn once and kept as sidecars in PAR_HOME/pictures.

Losing them costs time, never evidence.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.resources import Resources
from ocr import CHECKER_VERSION
from ocr.page_picture import DRAWING, NoPicture, PageAsked, page_picture
from ocr.pictures.shown_places import Share


def picture_of_page(resources: Resources, sha256: str, page: int, said: Mapping[str, Any] | None) -> Path:
    """The PNG of one page (from 1) of a kept document, upright; `said` is its examination.

    Raises:
        NoPicture: the page cannot be drawn.
        Missing: the store has no such object.
    """
    turn, _ = lie_of(said, page)
    return _kept(resources, sha256, f"{page}", PageAsked(Path(), page, signature_places(said, page), turn))


def picture_of_field(resources: Resources, sha256: str, name: str, said: Mapping[str, Any] | None) -> Path:
    """The PNG of the place where a field stands, or should stand, on its page.

    Raises:
        NoPicture: the examination names no place of this field, or it cannot be drawn.
        Missing: the store has no such object.
    """
    field = (((said or {}).get("result") or {}).get("fields") or {}).get(name)
    if not field or not field.get("box") or not field.get("page"):
        raise NoPicture("Không biết trường thông tin này nằm ở đâu trên văn bản.")
    page, box = int(field["page"]), [float(edge) for edge in field["box"]]
    turn, skew = lie_of(said, page)
    cut = (box[0], box[1], box[2], box[3])
    return _kept(resources, sha256, f"{page}-{name}", PageAsked(Path(), page, (), turn, skew, cut))


def _kept(resources: Resources, sha256: str, what: str, asked: PageAsked) -> Path:
    folder = resources.settings.home / "pictures" / sha256[:2]
    kept = folder / f"{sha256}-{what}-{CHECKER_VERSION}-{DRAWING}.png"
    if not kept.exists():
        with resources.store.local(sha256) as path:
            drawn = page_picture(replace(asked, path=path))
        folder.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        part.write_bytes(drawn)
        part.replace(kept)
    return kept


def lie_of(said: Mapping[str, Any] | None, page: int) -> tuple[int | None, float]:
    """How a page lies: degrees clockwise to upright (None: nobody looked), and by how many its lines are off level.

    Pages with a sound text layer have no skew, and their picture is drawn as their text stands.
    """
    for seen in ((said or {}).get("result") or {}).get("pages") or ():
        if seen["number"] == page:
            skew = seen.get("skew")
            return (0, 0.0) if skew is None else (int(seen.get("rotation") or 0), float(skew))
    return None, 0.0


def signature_places(said: Mapping[str, Any] | None, page: int) -> tuple[tuple[int, Share], ...]:
    """Signatures seen on a page by their number (from 1), with boxes in points from the lower left corner."""
    signature = ((said or {}).get("result") or {}).get("signature") or {}
    return tuple(
        (number, (float(box[0]), float(box[1]), float(box[2]), float(box[3])))
        for number, found in enumerate(signature.get("signatures") or (), 1)
        if found.get("page") == page and (box := found.get("box")) and len(box) == 4
    )
