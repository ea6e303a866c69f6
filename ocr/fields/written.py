"""Is a place in a printed line blank, printed, or written by hand?

Registries write number and day by hand on paper (32 of 33 real scans). tesseract reads such digits wrongly, mostly
with low confidence but not always, so a reading is believed only where it is confident and the ink has the measures
of print: as high as the printed letters beside it, on their line, as wide as so many digits are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from ocr.page_image import otsu
from ocr.page_reading import PageReading
from ocr.words import Box

Gap = Literal["blank", "printed", "handwritten"]

BELIEVED_FROM = 0.75
"""Confidence from which digits of the engine are believed (handwritten digits of the real scans: 0.00 to 0.71)."""
_INK_FROM = 0.010
"""Share of dark pixels in the gap from which something stands there."""
_OFF_LINE = 0.20
"""Share of the reference's height by which print may differ at top or bottom."""
_DIGIT_ADVANCE, _DIGIT_WIDTH = 0.74, 0.62
"""Advance and width of a digit of Times in heights of a digit."""
_LEADER = re.compile(r"^[.…,_\-–—·\s:]*$")


def gap_state(page: PageReading, gap: Box, text: str, confidence: float, reference: Box) -> Gap:
    """State of `gap`, read as `text`; `reference` holds printed capitals or digits of the same line."""
    if page.source == "layer":
        return "blank" if _LEADER.match(text) else "printed"
    ink = _ink(page, gap, reference)
    if ink is None:
        return "blank" if _LEADER.match(text) else _by_reading(text, confidence)
    if _LEADER.match(text) and (ink.share < _INK_FROM or ink.only_low or ink.scrap):
        return "blank"
    if _by_reading(text, confidence) == "printed" and ink.like_print(len(text.replace(" ", ""))):
        return "printed"
    return "handwritten"


def _by_reading(text: str, confidence: float) -> Gap:
    digits = re.fullmatch(r"[0-9OoIl]{1,6}[a-z]?", text.replace(" ", ""))
    return "printed" if digits and confidence >= BELIEVED_FROM else "handwritten"


@dataclass(frozen=True, slots=True)
class _Ink:
    """Dark pixels of the gap. `above` and `below` are how far they pass the reference, in its heights.

    `width` is the ink's width in heights of the reference; `share` its share of the gap's band.
    """

    share: float
    above: float
    below: float
    width: float
    only_low: bool

    @property
    def scrap(self) -> bool:
        """The edge of a colon or slash that reaches into the gap: narrow, and within the line."""
        return self.width < 0.45 and self.above <= _OFF_LINE and self.below <= _OFF_LINE

    def like_print(self, digits: int) -> bool:
        expected = (digits - 1) * _DIGIT_ADVANCE + _DIGIT_WIDTH
        upright = abs(self.above) <= _OFF_LINE and abs(self.below) <= _OFF_LINE
        return upright and 0.5 * expected <= self.width <= 1.4 * expected


def _ink(page: PageReading, gap: Box, reference: Box) -> _Ink | None:
    """None where the page kept no picture or there is nothing to compare with."""
    if page.picture is None or gap.width < 1 or reference.height < 1:
        return None
    scale = page.picture_dpi / 72
    beside = _Band.of(page.picture, reference, scale, reach=0.25)
    within = _Band.of(page.picture, Box(gap.left, reference.top, gap.right, reference.bottom), scale, reach=0.6)
    if beside is None or within is None or beside.extent is None:
        return None
    top, bottom = beside.extent
    height = max(1, bottom - top + 1)
    if within.extent is None:
        return _Ink(0.0, 0.0, 0.0, 0.0, only_low=True)
    first, last = within.extent
    left, right = within.columns
    share = within.dark / max(1, within.wide * height)
    low = first > top + 0.6 * height
    return _Ink(share, (top - first) / height, (last - bottom) / height, (right - left + 1) / height, only_low=low)


@dataclass(frozen=True, slots=True)
class _Band:
    """Ink in a cut-out of the picture; rows are counted from the picture's top.

    `extent` are the first and last row of the ink that is joined, row by row, with the band's middle part.
    """

    extent: tuple[int, int] | None
    columns: tuple[int, int]
    dark: int
    wide: int

    @classmethod
    def of(cls, picture: Image.Image, box: Box, scale: float, *, reach: float) -> _Band | None:
        margin = reach * box.height
        frame = [round(v * scale) for v in (box.left, box.top - margin, box.right, box.bottom + margin)]
        left, top = max(0, frame[0]), max(0, frame[1])
        cut = picture.crop((left, top, min(picture.width, frame[2]), min(picture.height, frame[3])))
        if min(cut.size) < 3:
            return None
        edge = min(170, max(90, otsu(cut)))
        mask = cut.point([1 if level < edge else 0 for level in range(256)])
        pixels, wide = mask.tobytes(), cut.width
        rows = [sum(pixels[y * wide : (y + 1) * wide]) for y in range(cut.height)]
        inner = range(round(margin * scale), min(cut.height, round((margin + box.height) * scale) + 1))
        extent = _joined(rows, inner)
        if extent is None:
            return cls(None, (0, 0), 0, wide)
        first, last = extent
        used = [x for x in range(wide) if any(pixels[y * wide + x] for y in range(first, last + 1))]
        return cls((first + top, last + top), (used[0], used[-1]), sum(rows[first : last + 1]), wide)


def _joined(rows: list[int], inner: range) -> tuple[int, int] | None:
    """Ink of the inner rows, followed outwards as long as rows hold ink: rules and other lines stay outside."""
    inked = [y for y in inner if rows[y] >= 2]
    if not inked:
        return None
    first, last = inked[0], inked[-1]
    while first > 0 and rows[first - 1] >= 1:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1] >= 1:
        last += 1
    return first, last
