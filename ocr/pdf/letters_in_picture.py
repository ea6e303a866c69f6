"""Letters in a picture, counted by their size and shape, before any engine is asked to read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from ocr.pictures import page_image
from ocr.signatures.paper_marks import parts_of
from ocr.words import Box

LETTERS_DPI = 110.0
"""Resolution at which letters are counted."""
_HIGH, _WIDE = (2.2, 18.0), (0.8, 22.0)
"""Points: the dot of a small letter to a capital of a heading with its mark."""
_LIGHT = 150
"""Level from which a pixel is paper."""
_PAPER_SHARE, _INK_SHARE = 0.55, 0.004

Places = npt.NDArray[np.float64]


def letter_places(picture: Image.Image, dpi: float) -> Places:
    """Middles (across, down; points from the picture's corner) of what has the size of a letter: one row each."""
    small = page_image.on_white(picture).reduce(max(1, int(dpi / LETTERS_DPI)))
    point = picture.width / max(1, small.width) * 72 / dpi
    grey = page_image.without_seal(page_image.positive(small))
    edge = min(200, max(60, page_image.otsu(grey)))
    boxes = np.array([part.box for part in parts_of(np.asarray(grey) < edge)], dtype=np.float64).reshape(-1, 4) * point
    high, wide = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    fits = (high >= _HIGH[0]) & (high <= _HIGH[1]) & (wide >= _WIDE[0]) & (wide <= _WIDE[1])
    kept = boxes[fits]
    return np.stack([(kept[:, 1] + kept[:, 3]) / 2, (kept[:, 0] + kept[:, 2]) / 2], axis=1)


def inside(places: Places, boxes: Sequence[Box]) -> int:
    """How many of the places lie in one of the boxes."""
    within = np.zeros(len(places), dtype=bool)
    for box in boxes:
        across = (places[:, 0] >= box.left) & (places[:, 0] <= box.right)
        within |= across & (places[:, 1] >= box.top) & (places[:, 1] <= box.bottom)
    return int(within.sum())


def looks_like_paper(picture: Image.Image) -> bool:
    """Mostly light, with some ink: a page of paper or a drawing, not a photograph."""
    grey = page_image.without_seal(page_image.positive(page_image.on_white(picture)))
    levels = grey.resize((200, 280), Image.Resampling.BOX).histogram()
    light = sum(levels[_LIGHT:]) / max(1, sum(levels))
    return light >= _PAPER_SHARE and page_image.ink_share(grey) >= _INK_SHARE
