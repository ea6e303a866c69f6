"""PDF pages through pdfium: what lies on a page, its words with places, its picture.

Annotation appearances belong to the page: registries stamp number and day of issue into signature appearances.
They are merged into the page in memory (`flatten`), so that both words and picture show them; the file is untouched.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from ocr.errors import PageUnreadable
from ocr.words import Box, Word

MOST_PIXELS = 40_000_000
"""Largest picture that is decoded or drawn (A4 at 600 dpi has 35 million pixels)."""
MOST_CHARACTERS = 60_000
"""Characters read of one page's text layer."""
_MOST_OBJECTS = 20_000
_SPAN = 5000

Colour = Literal["colour", "grey", "bilevel"]


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A raster image on a page: its pixels, its place, how many pixels an inch it has there."""

    width: int
    height: int
    box: Box
    dpi: float
    colour: Colour
    handle: Any


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page as displayed; sizes in points. `rotation` is the page's own /Rotate in degrees."""

    number: int
    width: float
    height: float
    rotation: int
    images: tuple[PlacedImage, ...]
    words: tuple[Word, ...]
    stamped: tuple[Box, ...]
    """Places of annotations with an appearance, signature fields among them."""
    drawn: bool
    """Something else than text and images is painted (lines, shapes)."""
    handle: Any

    @property
    def area(self) -> float:
        return self.width * self.height

    def image_share(self) -> float:
        """Share of the page, from 0 to 1, under images (overlaps counted once at most)."""
        return min(1.0, sum(image.box.width * image.box.height for image in self.images) / max(self.area, 1.0))


def open_document(data: bytes) -> pdfium.PdfDocument:
    """Open with pdfium.

    Raises:
        pdfium.PdfiumError: not a PDF, broken beyond repair, or locked by a password.
    """
    document = pdfium.PdfDocument(data)
    document.init_forms()
    return document


def page_of(document: pdfium.PdfDocument, number: int) -> PdfPage:
    """Everything about page `number` (from 1).

    Raises:
        PageUnreadable: pdfium cannot load the page.
    """
    try:
        page = document[number - 1]
        own = _count_characters(page)
        frame = _Frame.of(page)
        stamped = tuple(_stamps(page, frame))
        if stamped and page.flatten() == raw.FLATTEN_SUCCESS:
            page.close()
            page = document[number - 1]
        images, drawn = _painted(page, frame)
        return PdfPage(
            number=number,
            width=page.get_width(),
            height=page.get_height(),
            rotation=page.get_rotation(),
            images=images,
            words=tuple(_words(page, frame, own)),
            stamped=stamped,
            drawn=drawn,
            handle=page,
        )
    except pdfium.PdfiumError as error:
        raise PageUnreadable(f"Không mở được trang {number}: {error}") from error


def _count_characters(page: Any) -> int:
    text = page.get_textpage()
    try:
        return int(text.count_chars())
    finally:
        text.close()


def _stamps(page: Any, frame: _Frame) -> Iterator[Box]:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 500)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            corners = raw.FS_RECTF()
            if raw.FPDFAnnot_HasKey(annotation, b"AP") and raw.FPDFAnnot_GetRect(annotation, corners):
                yield frame.box(corners.left, corners.bottom, corners.right, corners.top)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How user space lies on the displayed page: x = left + a * x + b * y, y = top + c * x + d * y, in points."""

    left: float
    top: float
    a: float
    b: float
    c: float
    d: float

    @classmethod
    def of(cls, page: Any) -> _Frame:
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
        x0, y0 = self.left + self.a * left + self.b * bottom, self.top + self.c * left + self.d * bottom
        x1, y1 = self.left + self.a * right + self.b * top, self.top + self.c * right + self.d * top
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _painted(page: Any, frame: _Frame) -> tuple[tuple[PlacedImage, ...], bool]:
    images: list[PlacedImage] = []
    drawn = False
    for count, item in enumerate(page.get_objects(max_depth=6)):
        if count >= _MOST_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            image = _placed(frame, item)
            if image is not None:
                images.append(image)
        elif item.type != raw.FPDF_PAGEOBJ_TEXT:
            drawn = True
    return tuple(images), drawn


def _placed(frame: _Frame, item: Any) -> PlacedImage | None:
    try:
        width, height = item.get_px_size()
        box = frame.box(*item.get_bounds())
        if min(width, height) < 1 or min(box.width, box.height) < 0.5:
            return None
        # sides are compared sorted: an image may be turned on the page
        dpi = max(width, height) / (max(box.width, box.height) / 72)
        across = min(width, height) / (min(box.width, box.height) / 72)
        colour = _colour_of(item) if width * height <= MOST_PIXELS else "colour"
        return PlacedImage(width, height, box, min(dpi, across), colour, item)
    except (pdfium.PdfiumError, RuntimeError):
        return None


def _colour_of(item: Any) -> Colour:
    facts = item.get_metadata()
    if facts.bits_per_pixel == 1:
        return "bilevel"
    return "grey" if facts.colorspace in (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY) else "colour"


def _words(page: Any, frame: _Frame, own_characters: int) -> Iterator[Word]:
    """Words of the text layer; those past `own_characters` came from appearances."""
    text = page.get_textpage()
    try:
        letters: list[str] = []
        boxes: list[Box] = []
        source: Literal["layer", "appearance"] = "layer"
        for index in range(min(text.count_chars(), MOST_CHARACTERS)):
            letter = _letter(text, index)
            box = _letter_box(frame, text, index) if letter.strip() else None
            if box is None or (boxes and _apart(boxes[-1], box)):
                yield from _joined(letters, boxes, source)
                letters, boxes = [], []
            if box is not None:
                source = "layer" if index < own_characters else "appearance"
                letters.append(letter)
                boxes.append(box)
        yield from _joined(letters, boxes, source)
    finally:
        text.close()


def _letter(text: Any, index: int) -> str:
    code = raw.FPDFText_GetUnicode(text, index)
    return chr(code) if 0x20 < code < 0xD800 or 0xDFFF < code < 0x110000 else " "


def _letter_box(frame: _Frame, text: Any, index: int) -> Box | None:
    corners = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, index, corners):
        return None
    return frame.box(corners.left, corners.bottom, corners.right, corners.top)


def _apart(before: Box, after: Box) -> bool:
    """Two letters belong to different words: another line, or a gap that no space character fills."""
    gap = max(after.left - before.right, before.left - after.right)
    return abs(after.middle - before.middle) > 0.6 * before.height or gap > 0.6 * max(before.height, after.height)


def _joined(letters: list[str], boxes: list[Box], source: Literal["layer", "appearance"]) -> Iterator[Word]:
    if letters:
        import unicodedata

        from ocr.words import around

        yield Word(unicodedata.normalize("NFC", "".join(letters)), around(boxes), 1.0, source)


def picture_of(page: PdfPage, dpi: float) -> Image.Image:
    """The page drawn in colour at `dpi`, reduced where it would pass `MOST_PIXELS`.

    Raises:
        PageUnreadable: it holds an image larger than our limits, or pdfium cannot draw it.
    """
    if any(image.width * image.height > MOST_PIXELS for image in page.images):
        raise PageUnreadable(f"Trang {page.number} có hình quá lớn, không mở để tránh quá tải.")
    scale = min(dpi / 72, (MOST_PIXELS / 2 / max(page.area, 1.0)) ** 0.5)
    try:
        return page.handle.render(scale=scale).to_pil()  # type: ignore[no-any-return]
    except (pdfium.PdfiumError, ValueError) as error:
        raise PageUnreadable(f"Không vẽ được trang {page.number}: {error}") from error


def embedded_picture(image: PlacedImage) -> Image.Image | None:
    """The image's own pixels, or None where pdfium does not give them (then the page is drawn instead)."""
    if image.width * image.height > MOST_PIXELS:
        return None
    try:
        return image.handle.get_bitmap(render=False).to_pil()  # type: ignore[no-any-return]
    except (pdfium.PdfiumError, ValueError, RuntimeError):
        return None
