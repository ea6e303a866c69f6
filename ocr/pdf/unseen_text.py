"""Typed letters that change nothing on the page: white on white, clipped, under a shape, off the page, too small.

Only the page drawn with and without its letters tells. That costs half of what reading a typed page costs, so it is
done where something hints at such letters (ocr/pdf/hidden_text.py), or where the file has layers that may be off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import ImageChops

from ocr.errors import PageUnreadable
from ocr.page import Note
from ocr.pdf.objects import PdfPage, picture_of, picture_without_letters
from ocr.words import Box, Word

_DPI = 72.0
_MOST_POINTS = 4_000_000
"""Square points of a page that are drawn at `_DPI`; larger pages are drawn smaller."""
_SEEN = 16
"""Levels, of 255, by which a word must change its place."""
_FEW_LETTERS, _FEW = 40, 0.05
"""Unseen letters, and their share of the page's, under which nothing is told: marks for signing, a printer's line."""
_SMALLEST = 1.5
"""Points: half a millimetre, under which nobody reads a letter."""


def seen_alone(page: PdfPage, seconds: float, *, doubted: bool = False) -> PdfPage:
    """The page without the words that nobody sees; as it is where that cannot be told in `seconds`.

    `doubted`: it is looked at though nothing on the page itself hints at such words.
    """
    there = [word for word in page.words if _can_be_read(page, word)]
    typed = any(word.source == "layer" for word in there)
    if typed and (page.doubtful or doubted):
        there = _changing(page, there, seconds)
    return page if len(there) == len(page.words) else replace(page, words=tuple(there))


def told_of_unseen(page: PdfPage, seen: PdfPage) -> tuple[Note, ...]:
    """A note where more was left out than a mark for signing."""
    letters, left = (sum(len(word.text) for word in one.words) for one in (page, seen))
    if letters - left < max(_FEW_LETTERS, _FEW * letters):
        return ()
    why = "trùng màu nền, bị che, bị cắt, quá nhỏ hoặc nằm ngoài trang"
    said = f"Trang có {letters - left} chữ cái không ai nhìn thấy ({why}); không tính là nội dung."
    return (Note("hidden_text", page.number, said),)


def _can_be_read(page: PdfPage, word: Word) -> bool:
    """It stands on the page and is no dust."""
    box = word.box
    on = 0 <= box.left + box.right <= 2 * page.width and 0 <= box.top + box.bottom <= 2 * page.height
    return on and (box.bottom - box.top >= _SMALLEST or box.right - box.left >= _SMALLEST * len(word.text))


def _changing(page: PdfPage, words: Sequence[Word], seconds: float) -> list[Word]:
    """Words without which the page would look different, and those of a scan's layer and of stamps."""
    dpi = _DPI * min(1.0, (_MOST_POINTS / max(page.area, 1.0)) ** 0.5)
    try:
        drawn = picture_of(page, dpi, seconds)
        without = picture_without_letters(page, dpi, seconds)
    except PageUnreadable:
        return list(words)
    changed = np.asarray(ImageChops.difference(drawn, without)).max(axis=2) >= _SEEN
    return [word for word in words if word.source != "layer" or changed[_pixels(word.box, dpi / 72)].any()]


def _pixels(box: Box, scale: float) -> tuple[slice, slice]:
    top, left = int(max(0.0, box.top * scale)), int(max(0.0, box.left * scale))
    return slice(top, int(box.bottom * scale) + 1), slice(left, int(box.right * scale) + 1)
