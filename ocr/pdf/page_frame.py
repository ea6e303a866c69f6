"""Where user space lies on a page as it is displayed."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw

from ocr.pdf.letter_pieces import Edges
from ocr.words import Box

_SPAN = 5000


@dataclass(frozen=True, slots=True)
class Frame:
    """How user space lies on the displayed page: x = left + a * x + b * y, y = top + c * x + d * y, in points."""

    left: float
    top: float
    a: float
    b: float
    c: float
    d: float

    @classmethod
    def of(cls, page: Any) -> Frame:
        """From three points that pdfium maps (rotation and crop box included)."""
        width, height = page.get_size()
        x, y = ctypes.c_int(), ctypes.c_int()
        found = []
        for user_x, user_y in ((0, 0), (_SPAN, 0), (0, _SPAN)):
            raw.FPDF_PageToDevice(page, 0, 0, int(width * 100), int(height * 100), 0, user_x, user_y, x, y)
            found.append((x.value / 100, y.value / 100))
        (left, top), (ax, ay), (bx, by) = found
        return cls(left, top, (ax - left) / _SPAN, (bx - left) / _SPAN, (ay - top) / _SPAN, (by - top) / _SPAN)

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        return Box(*self.edges(left, bottom, right, top))

    def edges(self, left: float, bottom: float, right: float, top: float) -> Edges:
        x0, y0 = self.left + self.a * left + self.b * bottom, self.top + self.c * left + self.d * bottom
        x1, y1 = self.left + self.a * right + self.b * top, self.top + self.c * right + self.d * top
        if x1 < x0:
            x0, x1 = x1, x0
        return (x0, y0, x1, y1) if y0 <= y1 else (x0, y1, x1, y0)
