"""One page as it was read: its kind, its facts as a scan, its words, and what a person should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from PIL import Image

from ocr.signatures.paper_marks import PaperMark
from ocr.words import Box, Word, mean_confidence

Colour = Literal["colour", "grey", "bilevel"]
Kind = Literal["text", "scan", "mixed", "blank"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know of one page. `code` is data (config/documents), `detail` Vietnamese."""

    code: str
    page: int | None
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """What one page is and says. `dpi`, `colour` and `skew` are None where the page is no picture.

    `rotation`: degrees clockwise by which the displayed page must be turned to be upright.
    `confidence`: mean of the words' confidence, 0 to 1; None without words.
    `picture`: the upright grey picture and its dpi, kept where fields need to look at it again.
    `marks`: seals and handwriting, None where the paper alone was not at hand while reading.
    `cut`: strokes of ink over the left, top, right and bottom edge of the scan as it lies in the file.
    `text_from`: where `text` is from where not from `source`. `sampled`: confidence, 0 to 1, of the part that was read
    of a scan whose words are a layer's. `sheet`: where the paper lies on the upright page into which it is pasted under
    a caption (ocr/reading/pasted_sheet.py); `picture` then shows it alone.
    """

    number: int
    kind: Kind
    width: float
    height: float
    dpi: int | None = None
    colour: Colour | None = None
    rotation: int = 0
    skew: float | None = None
    words: tuple[Word, ...] = ()
    source: Literal["layer", "ocr", "none"] = "none"
    text: str = ""
    notes: tuple[Note, ...] = ()
    fingerprint: int | None = None
    picture: Image.Image | None = field(default=None, repr=False)
    picture_dpi: float = 0.0
    marks: tuple[PaperMark, ...] | None = None
    cut: tuple[int, int, int, int] = (0, 0, 0, 0)
    text_from: Literal["layer"] | None = None
    sampled: float | None = None
    sheet: Box | None = None

    @property
    def confidence(self) -> float | None:
        if self.sampled is not None:
            return self.sampled
        return round(mean_confidence(self.words), 3) if self.words else None


def in_units(reading: PageReading, unit: float) -> PageReading:
    """The page with its places in points where its own unit is `unit` points."""
    if unit == 1.0:
        return reading
    words = tuple(replace(word, box=_times(word.box, unit)) for word in reading.words)
    return replace(
        reading,
        width=reading.width * unit,
        height=reading.height * unit,
        dpi=round(reading.dpi / unit) if reading.dpi else reading.dpi,
        picture_dpi=reading.picture_dpi / unit,
        words=words,
    )


def _times(box: Box, unit: float) -> Box:
    return Box(box.left * unit, box.top * unit, box.right * unit, box.bottom * unit)
