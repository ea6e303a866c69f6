"""Letters of a text layer that nobody sees: invisible ones, and those that a picture painted later covers.

A searchable scan carries such letters. They are what some program once read of the paper, not what stands on it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

from ocr.words import Box

_UNPAINTED = (3, 7)
"""Text render modes that paint nothing (ISO 32000-1, table 106)."""
_OPAQUE = 250


@dataclass(frozen=True, slots=True)
class Painting:
    """In which order a page is painted: text objects by their address, and the large pictures."""

    texts: Mapping[int, int]
    pictures: Sequence[tuple[int, Box, Any]]
    _unpainted: dict[int, bool] = field(default_factory=dict)

    def hides(self, text: Any, index: int, letter: Box) -> bool:
        """Nobody sees the letter number `index` of pdfium's text page."""
        handle = raw.FPDFText_GetTextObject(text, index)
        if not handle:
            return False
        address = address_of(handle)
        if address not in self._unpainted:
            self._unpainted[address] = paints_nothing(handle)
        return self._unpainted[address] or self._is_covered(self.texts.get(address), letter)

    def _is_covered(self, place: int | None, letter: Box) -> bool:
        middle = (letter.left + letter.right) / 2
        return place is not None and any(
            later > place and box.holds(middle, letter.middle) for later, box, _ in self.pictures
        )


def painting_of(texts: Mapping[int, int], pictures: Sequence[tuple[int, Box, Any]]) -> Painting:
    """`pictures`: place in the order, box, pdfium's image. Those that let through what lies below cover nothing."""
    first = min(texts.values(), default=None)
    return Painting(
        texts, [one for one in pictures if first is not None and one[0] > first and not _lets_through(one[2])]
    )


def address_of(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def paints_nothing(handle: Any) -> bool:
    """The text object is invisible: by its render mode, or by a colour that lets everything through."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    clear = raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha) and alpha.value == 0
    return bool(clear) or raw.FPDFTextObj_GetTextRenderMode(handle) in _UNPAINTED


def _lets_through(image: Any) -> bool:
    """A watermark or a stamp over the text: blended, or with a mask."""
    if raw.FPDFPageObj_HasTransparency(image.raw):
        return True
    try:
        drawn = image.get_bitmap(render=True).to_pil()
    except Exception:  # noqa: BLE001 - a picture that cannot be drawn covers nothing
        return True
    return "A" in drawn.getbands() and bool(drawn.getchannel("A").getextrema()[0] < _OPAQUE)
