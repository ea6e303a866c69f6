"""Where a place of an examination lies on the picture that people see. Boxes are shares (0 to 1) of the page."""

from __future__ import annotations

import math

from ocr.pictures.skew import REPAIR_SKEW_FROM

Share = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_HEIGHT_OF_A4 = math.sqrt(2)
"""In widths of an upright page; examinations do not keep the size of pages, and skew moves a box little."""


def turned(box: Share, clockwise: int) -> Share:
    """A box on the page as it lies in the file, on the same page turned clockwise by 0, 90, 180 or 270 degrees."""
    left, top, right, bottom = box
    if clockwise % 360 == 90:
        return 1 - bottom, left, 1 - top, right
    if clockwise % 360 == 180:
        return 1 - right, 1 - bottom, 1 - left, 1 - top
    if clockwise % 360 == 270:
        return top, 1 - right, bottom, 1 - left
    return box


def as_scanned(box: Share, skew: float | None) -> Share:
    """A box on the levelled page, moved to where its middle lies on the page as it was scanned.

    `skew`: degrees by which lines are off level; pages that were read as they lie are left as they are.
    """
    if skew is None or abs(skew) < REPAIR_SKEW_FROM:
        return box
    left, top, right, bottom = box
    angle, high = math.radians(skew), _HEIGHT_OF_A4
    across, down = (left + right) / 2 - 0.5, ((top + bottom) / 2 - 0.5) * high
    x = math.cos(angle) * across + math.sin(angle) * down - across
    y = (math.cos(angle) * down - math.sin(angle) * across - down) / high
    return left + x, top + y, right + x, bottom + y
