"""Marks on scanned paper: a red seal and handwriting, where they are and how surely.

Always separate from the cryptographic verdict: a picture of a signature or a seal is not a digital signature, and on a
bilevel scan a seal is black and cannot be told by colour. Sizes follow the seals of public bodies (36 to 42 mm,
Circular 21/2012/TT-BCA) and pen strokes as they cross them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]
Share = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the page, from 0 to 1."""

_SEAL_DPI = 50.0
_STROKE_DPI = 100.0
"""Coarser, printed letters of two lines run together and look like a tangle of ink; beside a seal that is taken in."""
_NEARLY = 0.02
"""Share by which a resolution may miss: of a page scanned at 200 dpi, files say 199.98."""
_SEAL_MM = (24.0, 50.0)
_STROKE_MM = (12.0, 110.0)
_LEAST_STROKE_MM = 7.0
"""Printed letters of 13 to 14 points are at most 5 mm high."""
_SECTORS = 36
_LEAST_SCORE = 0.4
_LEAST_SEAL_SCORE = 0.6
"""The red that bleeds through from the other side scored 0.53 on a real back page; real seals 0.96 to 1."""


@dataclass(frozen=True, slots=True)
class PaperMark:
    """`kind` is seal | handwriting; `score` from 0 to 1 says how surely; `box` is for the viewer."""

    kind: str
    score: float
    box: Share


@dataclass(frozen=True, slots=True)
class Part:
    """Points that hang together: frame (top, left, bottom, right; the last two lie one beyond), and how many."""

    box: tuple[int, int, int, int]
    points: int


def marks_on_paper(page: Image.Image, *, dpi: float) -> tuple[PaperMark, ...]:
    """Seals and handwriting on the picture of one page drawn at `dpi`, surest first.

    A grey or bilevel picture has no red: only handwriting is looked for there.
    """
    plain = page if page.mode in ("L", "RGB") else page.convert("RGB")
    colours = _reduced(plain, int(dpi * (1 + _NEARLY) / _STROKE_DPI)).convert("RGB")
    dpi *= colours.width / max(1, page.width)
    fine = _scaled(colours, _STROKE_DPI / dpi)
    coarse = _scaled(fine, _SEAL_DPI / _STROKE_DPI)
    seals = list(_seals(_red(coarse)))
    strokes = list(_strokes(_ink(fine), _STROKE_DPI))
    tangles = _strokes(_ink(coarse), _SEAL_DPI) if seals else ()
    beside = [mark for mark in tangles if any(_is_beside(mark, seal) for seal in seals)]
    new = [mark for mark in beside if not any(_overlap(mark, other) for other in strokes)]
    return tuple(sorted((*seals, *strokes, *new), key=lambda mark: -mark.score))


def _is_beside(mark: PaperMark, seal: PaperMark) -> bool:
    """In the signature block around the seal: signatures cross its right side or stand to the right of it."""
    left, top, right, bottom = seal.box
    across, down = (mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2
    return left - 0.05 <= across <= right + 0.3 and top - 0.03 <= down <= bottom + 0.03


def _overlap(one: PaperMark, other: PaperMark) -> bool:
    (a, b, c, d), (e, f, g, h) = one.box, other.box
    return a < g and e < c and b < h and f < d


def _scaled(page: Image.Image, scale: float) -> Image.Image:
    """The page at about this share of its size: whole pixels are put together where that gives it, at a quarter of the
    cost."""
    whole = round(1 / scale)
    if abs(whole * scale - 1) < _NEARLY:
        return _reduced(page, whole)
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    return page.resize(size, Image.Resampling.BOX)


def _reduced(page: Image.Image, factor: int) -> Image.Image:
    return page.reduce(factor) if factor > 1 else page


def _red(page: Image.Image) -> Mask:
    """Seal ink: clearly more red than green and blue."""
    red, green, blue = page.split()
    over_green, over_blue = ImageChops.subtract(red, green), ImageChops.subtract(red, blue)
    found: Mask = (np.asarray(over_green) > 35) & (np.asarray(over_blue) > 20) & (np.asarray(red) > 90)
    return found


def _ink(page: Image.Image) -> Mask:
    """Pen and print, but not the seal's red."""
    red, green, blue = page.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    found: Mask = (np.asarray(darkest) < 170) & ~_red(page)
    return found


def _seals(mask: Mask) -> Iterator[PaperMark]:
    """Round red things of the size of a seal."""
    for part in parts_of(_thickened(mask, 2), _points(_SEAL_MM[0], _SEAL_DPI)):
        box = part.box
        height, width = _millimetres(box, _SEAL_DPI)
        if not all(_SEAL_MM[0] <= side <= _SEAL_MM[1] for side in (height, width)):
            continue
        score = _ring(mask, box) * min(height, width) / max(height, width)
        if score >= _LEAST_SEAL_SCORE:
            yield PaperMark("seal", round(score, 2), _share(box, mask.shape))


def _ring(mask: Mask, box: tuple[int, int, int, int]) -> float:
    """Share of directions in which red lies near the rim of the circle around the box."""
    top, left, bottom, right = box
    middle = ((top + bottom) / 2, (left + right) / 2)
    rows, columns = np.nonzero(mask[top:bottom, left:right])
    down, across = rows + top - middle[0], columns + left - middle[1]
    distance = np.hypot(down, across) / (max(bottom - top, right - left) / 2)
    near = (distance > 0.7) & (distance < 1.1)
    sectors = ((np.arctan2(down[near], across[near]) + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
    return len(np.unique(sectors)) / _SECTORS


def _strokes(mask: Mask, dpi: float) -> Iterator[PaperMark]:
    """Large thin tangles of ink: bigger than any letter, looser than any picture, no straight line."""
    for part in parts_of(mask, _points(_LEAST_STROKE_MM, dpi)):
        box = part.box
        height, width = _millimetres(box, dpi)
        if not (_STROKE_MM[0] <= max(height, width) <= _STROKE_MM[1] and min(height, width) >= _LEAST_STROKE_MM):
            continue
        filled = part.points / ((box[2] - box[0]) * (box[3] - box[1]))
        looseness = 1 - min(1.0, abs(filled - 0.2) / 0.25)
        score = looseness * min(1.0, 3 * min(height, width) / max(height, width))
        if score >= _LEAST_SCORE and not _at_edge(box, mask.shape, dpi):
            yield PaperMark("handwriting", round(score, 2), _share(box, mask.shape))


def _thickened(mask: Mask, steps: int) -> Mask:
    """Every true point with its neighbours, so that a broken ring hangs together."""
    grown = mask.copy()
    for _ in range(steps):
        wider = grown.copy()
        wider[1:] |= grown[:-1]
        wider[:-1] |= grown[1:]
        wider[:, 1:] |= grown[:, :-1]
        wider[:, :-1] |= grown[:, 1:]
        grown = wider
    return grown


def parts_of(mask: Mask, least: int = 1) -> list[Part]:
    """Connected groups of true points (corners count), of both sides at least `least` points.

    Runs of a row are joined with those of the next, all at once.
    """
    width = mask.shape[1] + 2
    padded = np.zeros((mask.shape[0], width), dtype=np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded.ravel())
    starts, ends = np.flatnonzero(steps == 1) + 1, np.flatnonzero(steps == -1)
    first = np.searchsorted(ends, starts + width - 1, "left")
    last = np.searchsorted(starts, ends + width + 1, "right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(starts)), counts)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return _boxed(_labels(len(starts), upper, lower), starts, ends, width, least)


def _labels(count: int, upper: Numbers, lower: Numbers) -> Numbers:
    """The least number of each group: of each pair the higher root hangs on the lower, until all pairs share one."""
    label = np.arange(count)
    while True:
        one, other = label[upper], label[lower]
        apart = one != other
        if not apart.any():
            return label
        upper, lower, one, other = upper[apart], lower[apart], one[apart], other[apart]
        np.minimum.at(label, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(label, label[label]):
            label = label[label]


def _boxed(label: Numbers, starts: Numbers, ends: Numbers, width: int, least: int) -> list[Part]:
    """Frame and size of each group of runs."""
    order = np.argsort(label, kind="stable")
    if not len(order):
        return []
    cuts = np.flatnonzero(np.diff(label[order], prepend=-1))
    rows, lefts, rights = starts[order] // width, starts[order] % width - 1, ends[order] % width
    frames = np.stack(
        [
            np.minimum.reduceat(rows, cuts),
            np.minimum.reduceat(lefts, cuts),
            np.maximum.reduceat(rows, cuts) + 1,
            np.maximum.reduceat(rights, cuts),
        ],
        axis=1,
    )
    sizes = np.add.reduceat(rights - lefts, cuts)
    large = (frames[:, 2:] - frames[:, :2]).min(axis=1) >= least
    found = zip(frames[large].tolist(), sizes[large].tolist(), strict=True)
    return [Part((top, left, bottom, right), count) for (top, left, bottom, right), count in found]


def _points(millimetres: float, dpi: float) -> int:
    """Points that anything of this size has at least."""
    return int(millimetres * dpi / 25.4)


def _millimetres(box: tuple[int, int, int, int], dpi: float) -> tuple[float, float]:
    inch = 25.4 / dpi
    return (box[2] - box[0]) * inch, (box[3] - box[1]) * inch


def _at_edge(box: tuple[int, int, int, int], shape: tuple[int, ...], dpi: float) -> bool:
    margin = round(dpi * 0.2)
    return min(box[0], box[1]) < margin or box[2] > shape[0] - margin or box[3] > shape[1] - margin


def _share(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> Share:
    top, left, bottom, right = box
    return (
        round(left / shape[1], 4),
        round(top / shape[0], 4),
        round(right / shape[1], 4),
        round(bottom / shape[0], 4),
    )
