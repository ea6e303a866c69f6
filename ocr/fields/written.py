"""Is a place in a printed line blank, printed, or written by hand?

Registries write number and day by hand on paper (32 of 33 real scans). tesseract reads such digits wrongly, mostly
with low confidence, so a reading is believed only where it is confident and the ink sits in the printed line's band:
handwriting rises above or falls below it.
"""

from __future__ import annotations

import re
from typing import Literal

from PIL import Image

from ocr.page_reading import PageReading
from ocr.words import Box

Gap = Literal["blank", "printed", "handwritten"]

BELIEVED_FROM = 0.80
"""Confidence from which digits of the engine are believed (handwritten digits of the real scans: 0.00 to 0.71)."""
_INK_FROM = 0.012
"""Share of dark pixels in the gap from which something stands there."""
_BAND_OVERSHOOT = 0.22
"""Share of the line's height by which handwriting passes the printed band."""
_LEADER = re.compile(r"^[.…,_\-–—·\s:]*$")


def gap_state(page: PageReading, gap: Box, text: str, confidence: float, band: Box) -> Gap:
    """State of `gap`, read as `text`, in a line whose printed letters reach from `band.top` to `band.bottom`."""
    if page.source == "layer":
        return "blank" if _LEADER.match(text) else "printed"
    ink = _Ink.of(page, gap, band)
    if ink is None:
        return "blank" if _LEADER.match(text) else _by_reading(text, confidence)
    if _LEADER.match(text) and (ink.share < _INK_FROM or ink.only_low):
        return "blank"
    if _by_reading(text, confidence) == "printed" and ink.overshoot <= _BAND_OVERSHOOT:
        return "printed"
    return "handwritten"


def _by_reading(text: str, confidence: float) -> Gap:
    digits = re.fullmatch(r"[0-9OoIl]{1,6}[a-z]?", text.replace(" ", ""))
    return "printed" if digits and confidence >= BELIEVED_FROM else "handwritten"


class _Ink:
    """Dark pixels in and around the gap."""

    __slots__ = ("only_low", "overshoot", "share")

    def __init__(self, share: float, overshoot: float, *, only_low: bool) -> None:
        self.share, self.overshoot, self.only_low = share, overshoot, only_low

    @classmethod
    def of(cls, page: PageReading, gap: Box, band: Box) -> _Ink | None:
        """None where the page kept no picture or the gap has no width."""
        if page.picture is None or gap.width < 1 or band.height < 1:
            return None
        scale = page.picture_dpi / 72
        reach = 0.55 * band.height
        frame = tuple(round(v * scale) for v in (gap.left, band.top - reach, gap.right, band.bottom + reach))
        cut = page.picture.crop(_inside(frame, page.picture.size))
        if min(cut.size) < 3:
            return None
        rows = _dark_rows(cut)
        top, bottom = reach * scale, (reach + band.height) * scale
        inked = [y for y, count in enumerate(rows) if count >= 2]
        if not inked:
            return cls(0.0, 0.0, only_low=True)
        height = band.height * scale
        over = max(top - min(inked), max(inked) - bottom, 0.0) / height
        share = sum(rows[int(top) : int(bottom) + 1]) / max(1.0, cut.width * height)
        return cls(share, over, only_low=min(inked) > top + 0.6 * height)


def _inside(frame: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = frame
    return max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)


def _dark_rows(cut: Image.Image) -> list[int]:
    """Dark pixels of each row."""
    mask = cut.point([1 if level < 140 else 0 for level in range(256)])
    pixels = mask.tobytes()
    return [sum(pixels[y * cut.width : (y + 1) * cut.width]) for y in range(cut.height)]
