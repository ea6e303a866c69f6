"""Letters of a text layer that nobody sees: invisible ones, and those that a picture painted later covers.

A searchable scan carries such letters. They are what some program once read of the paper, not what stands on it. What
else may hide letters is only hinted at here (`Hints`); ocr/pdf/unseen_text.py then looks at the page.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

from ocr.words import Box

_UNPAINTED = (3, 7)
"""Text render modes that paint nothing (ISO 32000-1, table 106)."""
_STROKED = (1, 5)
"""Text render modes that paint outlines alone."""
_OPAQUE = 250
_NEARLY_CLEAR = 100
"""Opacity, of 255, under which letters may not be seen."""
_NEAR = 60
"""Levels, of 255, by which letters must differ from the ground in some colour to be surely seen."""
_LARGE = 0.01
"""Share of the page from which a filled shape may be the ground of letters, or cover some."""
_MOST_SHAPES = 200
_TRIMMED = 0.02
_LOOKED_AT = 5
"""Letters whose clipping is looked at: programs clip all of a page's text alike."""
_WHITE = (255, 255, 255)

Colour = tuple[int, int, int]


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
    return _colour(handle)[3] == 0 or raw.FPDFTextObj_GetTextRenderMode(handle) in _UNPAINTED


@dataclass(slots=True)
class Hints:
    """Fed with a page's objects as they are painted: may some of its letters be seen by nobody? Microseconds each.

    `area` of the page in square points. `told`: letters of their ground's colour or nearly clear, or covered later.
    """

    area: float
    told: bool = False
    _texts: list[Any] = field(default_factory=list)
    _grounds: list[Colour] = field(default_factory=lambda: [_WHITE])
    _shapes: int = 0

    def letters(self, handle: Any) -> None:
        self._texts.append(handle)
        if not self.told:
            *colour, alpha = _colour_of_letters(handle)
            self.told = alpha < _NEARLY_CLEAR or any(_near(colour, ground) for ground in self._grounds)

    def shape(self, handle: Any, kind: int) -> None:
        self._shapes += 1
        if self.told or self._shapes > _MOST_SHAPES or not _fills(handle, kind):
            return
        left, bottom, right, top = _bounds(handle)
        if (right - left) * (top - bottom) >= _LARGE * self.area:
            self._grounds.append(_colour(handle)[:3])
            middles = map(_middle, self._texts)
            self.told = any(left < across < right and bottom < up < top for across, up in middles)

    def clip(self) -> bool:
        """Some letters stand where they are clipped away."""
        return any(_is_clipped(one) for one in self._texts[:: max(1, len(self._texts) // _LOOKED_AT)])


def _colour(handle: Any, get: Callable[..., int] = raw.FPDFPageObj_GetFillColor) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity as pdfium's `get` says; black where it says nothing."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = get(handle, red, green, blue, alpha)
    return (red.value, green.value, blue.value, alpha.value) if known else (0, 0, 0, 255)


def _colour_of_letters(handle: Any) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity; without opacity where the render mode paints nothing."""
    mode = raw.FPDFTextObj_GetTextRenderMode(handle)
    if mode in _UNPAINTED:
        return 0, 0, 0, 0
    return _colour(handle, raw.FPDFPageObj_GetStrokeColor if mode in _STROKED else raw.FPDFPageObj_GetFillColor)


def _near(colour: Sequence[int], ground: Colour) -> bool:
    return all(abs(one - other) < _NEAR for one, other in zip(colour, ground, strict=True))


def _fills(handle: Any, kind: int) -> bool:
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(handle, mode, stroke)) and mode.value != raw.FPDF_FILLMODE_NONE


def _bounds(handle: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _middle(handle: Any) -> tuple[float, float]:
    left, bottom, right, top = _bounds(handle)
    return (left + right) / 2, (bottom + top) / 2


def _is_clipped(handle: Any) -> bool:
    """The middle of the letters lies outside the frame of one of their clipping paths."""
    across, up = _middle(handle)
    return any(not (x0 <= across <= x1 and y0 <= up <= y1) for x0, y0, x1, y1 in _clips(handle))


def is_cut(handle: Any) -> bool:
    """A clipping path takes more than `_TRIMMED` of the object's width or height away."""
    left, bottom, right, top = _bounds(handle)
    wide, high = _TRIMMED * (right - left), _TRIMMED * (top - bottom)
    return any(
        x0 > left + wide or x1 < right - wide or y0 > bottom + high or y1 < top - high
        for x0, y0, x1, y1 in _clips(handle)
    )


def _clips(handle: Any) -> Iterator[tuple[float, float, float, float]]:
    """Frames of the object's clipping paths: left, bottom, right, top."""
    clip = raw.FPDFPageObj_GetClipPath(handle)
    for path in range(min(raw.FPDFClipPath_CountPaths(clip), 20) if clip else 0):
        points = [_point(clip, path, n) for n in range(min(raw.FPDFClipPath_CountPathSegments(clip, path), 100))]
        if points:
            xs, ys = zip(*points, strict=True)
            yield min(xs), min(ys), max(xs), max(ys)


def _point(clip: Any, path: int, number: int) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, number), x, y)
    return x.value, y.value


def _lets_through(image: Any) -> bool:
    """A watermark or a stamp over the text: blended, or with a mask."""
    if raw.FPDFPageObj_HasTransparency(image.raw):
        return True
    try:
        drawn = image.get_bitmap(render=True).to_pil()
    except Exception:  # noqa: BLE001 - a picture that cannot be drawn covers nothing
        return True
    return "A" in drawn.getbands() and bool(drawn.getchannel("A").getextrema()[0] < _OPAQUE)
