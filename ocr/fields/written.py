"""Is a place in a printed line blank, printed, or written by hand?

Registries write number and day by hand on paper (32 of 33 real scans). tesseract reads such digits wrongly, mostly
with low confidence but not always, so a reading is believed only where it is confident and the ink has the measures
of print: as high as the printed letters beside it, on their line, as wide as so many digits are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from ocr.page import PageReading
from ocr.pictures.page_image import otsu
from ocr.words import Box, Word

Gap = Literal["blank", "printed", "handwritten"]

BELIEVED_FROM = 0.75
"""Confidence from which digits of the engine are believed (handwritten digits of the real scans: 0.00 to 0.71)."""
DOUBTED_FROM = 0.3
"""Confidence from which a second reading may confirm digits: tesseract gives long words with symbols little."""
_INK_FROM = 0.010
"""Share of dark pixels in the gap from which something stands there."""
_OFF_LINE = 0.20
"""Share of the reference's height by which print may differ at top or bottom."""
_OFF_LINE_DOUBTED = 0.13
"""The same, where the reading itself is in doubt."""
_ON_LINE = 0.06
"""The same, where the engine doubts wholly (a long word in a face it knows little) and must confirm it."""
_RULE = 1.2, 2.2
"""Heights of print from which a level stroke through a gap, and any other, is a rule; a written 7 has less than one."""
_DIGIT_ADVANCE, _DIGIT_WIDTH = 0.74, 0.62
"""Advance and width of a digit of Times in heights of a digit."""
_LEADER = re.compile(r"^[\W_ˆˇ]*$")


Reread = Callable[[PageReading, Box], list[Word]]
"""Reads a piece of a page once more, as one line; [] where that is not possible."""


@dataclass(frozen=True, slots=True)
class Place:
    """A gap in a printed line: where it is, how it was read, and printed capitals or digits of the same line."""

    gap: Box
    text: str
    confidence: float
    reference: Box


def gap_state(page: PageReading, place: Place, reread: Reread) -> Gap:
    """State of a place."""
    empty = bool(_LEADER.match(place.text))
    if page.source == "layer":
        return "blank" if empty else "printed"
    ink = _ink(page, place.gap, place.reference)
    if ink is None:
        return "blank" if empty else "printed" if _digits(place.text) and _sure(place) else "handwritten"
    if empty and (ink.share < _INK_FROM or ink.beside_line or ink.scrap):
        return "blank"
    return "printed" if _digits(place.text) and _printed(page, place, ink, reread) else "handwritten"


def _printed(page: PageReading, place: Place, ink: _Ink, reread: Reread) -> bool:
    count = len(place.text.replace(" ", ""))
    if _sure(place) and ink.like_print(count, _OFF_LINE):
        return True
    doubted = place.confidence >= DOUBTED_FROM and ink.like_print(count, _OFF_LINE_DOUBTED)
    return (doubted or ink.like_print(count, _ON_LINE)) and _confirmed(page, place, reread)


def _digits(text: str) -> bool:
    return re.fullmatch(r"[0-9OoIlÌÍ]{1,6}[a-z]?", text.replace(" ", "")) is not None


def _sure(place: Place) -> bool:
    return place.confidence >= BELIEVED_FROM


def _confirmed(page: PageReading, place: Place, reread: Reread) -> bool:
    """Cut out and read once more, the line gives the same digits, now surely.

    First without what follows: a long symbol draws down the confidence of digits joined with it.
    """
    wanted = re.compile(rf"(?<!\d){re.escape(in_digits(place.text.strip()))}(?!\d)")
    for margin, following in ((0.3, 0.1), (0.6, 1.2), (0.6, 5.0)):
        words = reread(page, _around(place, margin, following))
        if any(word.confidence >= 0.6 and wanted.search(in_digits(word.text)) for word in words):
            return True
    return False


def in_digits(text: str) -> str:
    """With the digits that print has where OCR sees letters of their shape (I1 is 11)."""
    return text.translate(_SHAPED_LIKE_DIGITS)


_SHAPED_LIKE_DIGITS = str.maketrans("OoIl|ÌÍ", "0011111")


def _around(place: Place, margin: float, following: float) -> Box:
    """The gap with what stands before it, `following` heights of what comes after, `margin` above and below."""
    gap, high = place.gap, place.reference.height
    return Box(gap.left - 4.5 * high, gap.top - margin * high, gap.right + following * high, gap.bottom + margin * high)


@dataclass(frozen=True, slots=True)
class _Ink:
    """Dark pixels of the gap. `above` and `below` are how far they pass the reference, in its heights.

    `width` is the ink's width in heights of the reference; `share` its share of the gap's band; `beside_line`: none of
    it is on the line (dots at its foot, a rule over it).
    """

    share: float
    above: float
    below: float
    width: float
    beside_line: bool

    @property
    def scrap(self) -> bool:
        """The edge of a colon or slash that reaches into the gap: narrow, and within the line."""
        return self.width < 0.45 and self.above <= _OFF_LINE and self.below <= _OFF_LINE

    def like_print(self, digits: int, off_line: float) -> bool:
        expected = (digits - 1) * _DIGIT_ADVANCE + _DIGIT_WIDTH
        upright = abs(self.above) <= off_line and abs(self.below) <= off_line
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
        return _Ink(0.0, 0.0, 0.0, 0.0, beside_line=True)
    first, last = within.extent
    left, right = within.columns
    share = within.dark / max(1, within.wide * height)
    off = first > top + 0.6 * height or last < top + 0.25 * height
    return _Ink(share, (top - first) / height, (last - bottom) / height, (right - left + 1) / height, beside_line=off)


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
        right, bottom = max(left, min(picture.width, frame[2])), max(top, min(picture.height, frame[3]))
        cut = picture.crop((left, top, right, bottom))
        if min(cut.size) < 3:
            return None
        rule = max(_RULE[0] * box.height, min(_RULE[1] * box.height, 0.9 * box.width))
        ink = _without_rules(np.asarray(cut) < min(170, max(90, otsu(cut))), round(rule * scale))
        rows = [int(count) for count in ink.sum(axis=1)]
        inner = range(round(margin * scale), min(cut.height, round((margin + box.height) * scale) + 1))
        extent = _joined(rows, inner)
        if extent is None:
            return cls(None, (0, 0), 0, cut.width)
        first, last = extent
        used = np.flatnonzero(ink[first : last + 1].any(axis=0))
        columns = int(used[0]), int(used[-1])
        return cls((first + top, last + top), columns, sum(rows[first : last + 1]), cut.width)


def _without_rules(ink: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    """The ink without thin level strokes of `least` pixels and more: the rule under the organ's name is no pen's."""
    if ink.shape[1] <= least:
        return ink
    reach = np.lib.stride_tricks.sliding_window_view(ink, least, axis=1).all(axis=2)
    rule = np.zeros_like(ink)
    for shift in range(least):
        rule[:, shift : shift + reach.shape[1]] |= reach
    thin = max(2, least // 12)
    thick = np.zeros_like(rule)
    thick[thin:] |= rule[thin:] & rule[:-thin]
    thick[:-thin] |= rule[thin:] & rule[:-thin]
    return ink & (~rule | thick)


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
