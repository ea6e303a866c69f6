"""By how much a page's lines are off level, and the picture made level."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image

from ocr.pictures.page_image import ink_mask
from ocr.words import Box

REPAIR_SKEW_FROM = 0.35
"""Degrees; under this the engine reads as well without turning the picture, and rows still hold together."""
_MOST_SKEW = 8.0
"""Degrees that are searched to both sides."""
_LEAST_INK = 0.003
"""Share of the thumbnail that is ink under which nothing is told."""
_SHORT_PAGE_INK = 0.012
"""The same, under which a page holds some ten short lines: each quarter of a degree is tried, in its halves apart."""
_SHEARED_UP_TO = 3.0
"""Degrees up to which a picture is sheared, rows then columns, rather than turned: a third of the cost."""
_COARSE = 0.6
"""Part of the thumbnail's resolution at which whole degrees are compared."""
_COMPARED = 3
"""Of so many points of ink, in the order of a row, one is enough to compare whole degrees."""

Pixels = npt.NDArray[np.uint8]


def skew_of(grey: Image.Image) -> float:
    """Degrees by which the lines of text rise to the right (positive) or fall; 0 where there is too little text."""
    mask = np.asarray(ink_mask(grey))
    down, across = np.nonzero(mask)
    if len(down) < _LEAST_INK * mask.size:
        return 0.0
    places = down.astype(np.float32), across.astype(np.float32)
    reach, short = round(_MOST_SKEW), len(down) < _SHORT_PAGE_INK * mask.size
    apart = mask.shape[1] / 2 if short else math.inf
    sharpness = _sharpness_of(*places, mask.shape[0], apart)
    if short:
        fine = max((step / 4 for step in range(-4 * reach, 4 * reach + 1)), key=lambda angle: sharpness(angle, 1.0))
    else:
        roughly = _sharpness_of(places[0][::_COMPARED], places[1][::_COMPARED], mask.shape[0], apart)
        coarse = max(range(-reach, reach + 1), key=lambda angle: roughly(angle, _COARSE))
        fine = max((coarse + step / 4 for step in range(-3, 4)), key=lambda angle: sharpness(angle, 1.0))
    best = max((fine + step / 10 for step in (-1, 0, 1)), key=lambda angle: sharpness(angle, 1.0))
    clear = sharpness(best, 1.0) > (1.015 if short else 1.03) * sharpness(0.0, 1.0)
    return round(best, 2) if clear and abs(best) < _MOST_SKEW else 0.0


def _sharpness_of(
    down: npt.NDArray[np.float32], across: npt.NDArray[np.float32], height: int, apart: float
) -> Callable[[float, float], float]:
    """How strongly rows of ink and rows of paper alternate for lines that rise by an angle, at a resolution.

    What lies right of `apart` has rows of its own: the lines of a signature block are set otherwise than those of the
    recipients, and would meet them at a wrong angle.
    """
    own = (across >= apart) * np.float32(3 * height)

    def sharpness(angle: float, scale: float) -> float:
        slope = math.radians(angle)
        level = down * (math.cos(slope) * scale) + across * (math.sin(slope) * scale) + own
        rows = np.bincount((level - level.min()).astype(np.intp)).astype(np.float64)
        count = height * scale
        return float((rows * rows).sum() / count - (rows.sum() / count) ** 2)

    return sharpness


def turned_upright(picture: Image.Image, skew: float) -> Image.Image:
    """The picture with its lines made level; what opens at the edges is filled with paper."""
    if abs(skew) <= _SHEARED_UP_TO and picture.mode in ("L", "RGB"):
        slope = math.tan(math.radians(skew))
        level = _columns_moved(_rows_moved(np.asarray(picture), -slope), slope)
        return Image.fromarray(level)
    paper = 255 if picture.mode in ("L", "1") else (255, 255, 255)
    return picture.rotate(-skew, Image.Resampling.BILINEAR, fillcolor=paper)


def _rows_moved(pixels: Pixels, slope: float) -> Pixels:
    """Each row moved right by whole pixels, the more the lower it lies: none in the middle."""
    moved = np.full_like(pixels, 255)
    for move, rows in _runs(pixels.shape[0], slope):
        _lay(pixels[rows].swapaxes(0, 1), moved[rows].swapaxes(0, 1), move)
    return moved


def _columns_moved(pixels: Pixels, slope: float) -> Pixels:
    """Each column moved down, the more the further right it lies, between two pixels by their weights."""
    moved = np.empty_like(pixels)
    high, wide = pixels.shape[:2]
    for move, columns in _runs(wide, slope):
        level = np.full((high + 1, *pixels[0, columns].shape), 255, dtype=np.uint16)
        _lay(pixels[:, columns], level[1:], move)
        _lay(pixels[:, columns], level[:1], move + 1)
        part = (np.arange(columns.start, columns.stop) - wide / 2) * slope - move
        weight = np.rint(256 * part).astype(np.uint16).reshape(-1, *[1] * (pixels.ndim - 2))
        mixed = level[1:] * (256 - weight)
        mixed += level[:-1] * weight
        mixed >>= 8
        moved[:, columns] = mixed
    return moved


def _runs(count: int, slope: float) -> Iterator[tuple[int, slice]]:
    """Neighbouring places that move by the same whole number of pixels."""
    moves = np.floor((np.arange(count) - count / 2) * slope).astype(int)
    cuts = [0, *(np.flatnonzero(np.diff(moves)) + 1), count]
    return ((int(moves[start]), slice(int(start), int(end))) for start, end in pairwise(cuts))


def _lay(source: Pixels, target: Pixels, move: int) -> None:
    """`source` laid over `target`, moved along the first axis."""
    start, end = max(move, 0), min(len(target), len(source) + move)
    if start < end:
        target[start:end] = source[start - move : end - move]


def level_cut(picture: Image.Image, skew: float, cut: Box, faded: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """What `turned_upright(picture, skew)` shows inside `cut` (pixels), turning no more of the picture than that.

    `faded` makes the piece grey before it is turned: one channel to move instead of three.
    """
    wide, high = round(cut.width), round(cut.height)
    if not skew:
        return faded(picture.crop((round(cut.left), round(cut.top), round(cut.left) + wide, round(cut.top) + high)))
    angle = math.radians(skew)
    right, down = (cut.left + cut.right - picture.width) / 2, (cut.top + cut.bottom - picture.height) / 2
    x = picture.width / 2 + math.cos(angle) * right + math.sin(angle) * down
    y = picture.height / 2 - math.sin(angle) * right + math.cos(angle) * down
    margin = math.ceil(abs(math.sin(angle)) * max(wide, high) / 2) + 2
    left, top = round(x - wide / 2) - margin, round(y - high / 2) - margin
    piece = picture.crop((left, top, left + wide + 2 * margin, top + high + 2 * margin))
    return turned_upright(faded(piece), skew).crop((margin, margin, margin + wide, margin + high))
