"""PDF pages through pdfium: what lies on a page, its words with places, its picture.

Annotation appearances belong to the page: registries stamp number and day of issue into signature appearances.
They are merged into the page in memory (`flatten`), so that both words and picture show them; the file is untouched.
"""

from __future__ import annotations

import ctypes
import logging
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.internal as pdfium_internal
from PIL import Image
from pypdfium2 import raw

from ocr.errors import MAKE_AGAIN, PageUnreadable
from ocr.page import Colour
from ocr.pdf.hidden_text import Hints, Painting, address_of, painting_of
from ocr.pdf.letter_pieces import Edges, Piece, words_of
from ocr.pdf.page_frame import Frame
from ocr.words import Box, Source, Word

logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)  # its remarks about strangers' files are not ours to print

MOST_PIXELS = 40_000_000
"""Largest picture that is decoded or drawn (A4 at 600 dpi has 35 million pixels)."""
MOST_CHARACTERS = 60_000
"""Characters read of one page's text layer."""
_MOST_OBJECTS = 20_000
_COVERING = 0.12
"""Share of the page from which a picture may be one of paper, and cover letters."""
_DRAWN_WITH_PICTURES = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
_SAMPLED_LETTERS = 60
"""Letters of a page whose direction is asked."""


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A raster image on a page: its pixels, its place, how many pixels an inch it has there.

    `masked`: a mask hides a part of it (ocr/pdf/picture_masks.py), so that it must be drawn to be seen.
    """

    width: int
    height: int
    box: Box
    dpi: float
    colour: Colour
    handle: Any
    masked: bool = False


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page as its text stands upright; sizes in points. `rotation` is the page's own /Rotate in degrees.

    `lying`: degrees clockwise by which the displayed page had to be turned for its text layer to be upright.
    """

    number: int
    width: float
    height: float
    rotation: int
    images: tuple[PlacedImage, ...]
    words: tuple[Word, ...]
    stamped: tuple[Box, ...]
    """Places of annotations with an appearance, signature fields among them."""
    lying: int
    drawn: bool
    """Something else than text and images is painted (lines); `drawn_over`: after an image, which it may cover."""
    drawn_over: bool
    doubtful: bool
    """Something hints at letters that nobody sees."""
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
        own, lying = _characters(page)
        rotation = page.get_rotation()
        if lying:
            page.set_rotation((rotation + lying) % 360)
        frame = Frame.of(page)
        stamped = tuple(_stamps(page, frame))
        if stamped and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            page.close()
            page = document[number - 1]
            page.set_rotation((rotation + lying) % 360)
        painted = _Painted.on(page, frame)
        return PdfPage(
            number=number,
            width=page.get_width(),
            height=page.get_height(),
            rotation=rotation,
            images=painted.images,
            words=tuple(_words(page, frame, own, painted.order)),
            stamped=stamped,
            lying=lying,
            drawn=painted.drawn,
            drawn_over=painted.drawn_over,
            doubtful=painted.doubtful,
            handle=page,
        )
    except pdfium.PdfiumError as error:
        raise PageUnreadable(f"Trang {number} hỏng, không mở được. {MAKE_AGAIN}") from error


def _characters(page: Any) -> tuple[int, int]:
    """How many characters the page's own text has, and the clockwise quarter turns (degrees) that make it upright."""
    text = page.get_textpage()
    try:
        count = int(text.count_chars())
        looked_at = range(0, min(count, MOST_CHARACTERS), max(1, count // _SAMPLED_LETTERS))
        angles = Counter(_quarter(raw.FPDFText_GetCharAngle(text, index)) for index in looked_at)
    finally:
        text.close()
    if not angles or angles.most_common(1)[0][1] < 0.8 * angles.total() or angles.total() < _SAMPLED_LETTERS // 2:
        return count, 0
    return count, (angles.most_common(1)[0][0] - page.get_rotation()) % 360


def _quarter(radians: float) -> int:
    """Degrees counter-clockwise to the nearest quarter turn."""
    return round(math.degrees(radians) / 90) * 90 % 360


def _stamps(page: Any, frame: Frame) -> Iterator[Box]:
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
class _Painted:
    """What a `PdfPage` tells; the order, where pictures hide letters."""

    images: tuple[PlacedImage, ...]
    drawn: bool
    drawn_over: bool
    doubtful: bool
    order: Painting | None

    @classmethod
    def on(cls, page: Any, frame: Frame) -> _Painted:
        images: list[tuple[int, PlacedImage]] = []
        texts: dict[int, int] = {}
        area = max(1.0, page.get_width() * page.get_height())
        hints, drawn, over = Hints(area), False, False
        for count, item in enumerate(page.get_objects(max_depth=6)):
            if count >= _MOST_OBJECTS:
                break
            if item.type == raw.FPDF_PAGEOBJ_TEXT:
                texts[address_of(item.raw)] = count
                hints.letters(item.raw)
                continue
            hints.shape(item.raw, item.type)
            if item.type != raw.FPDF_PAGEOBJ_IMAGE:
                drawn, over = True, over or bool(images)
            elif (image := _placed(frame, item)) is not None:
                images.append((count, image))
        large = [(place, one.box, one.handle) for place, one in images if one.box.width * one.box.height > 0.02 * area]
        hiding = sum(box.width * box.height for _, box, _ in large) >= _COVERING * area
        order = painting_of(texts, large) if hiding else None
        return cls(tuple(one for _, one in images), drawn, over, hints.told or hints.clip(), order)


def _placed(frame: Frame, item: Any) -> PlacedImage | None:
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


def _words(page: Any, frame: Frame, own_characters: int, painting: Painting | None) -> list[Word]:
    """Words of the text layer; those past `own_characters` came from appearances."""
    text = page.get_textpage()
    try:
        pieces = list(_pieces(text, frame, own_characters, painting))
        return words_of(pieces, lambda index: _base_of(text, index, frame))
    finally:
        text.close()


def _pieces(text: Any, frame: Frame, own_characters: int, painting: Painting | None) -> Iterator[Piece]:
    corners = raw.FS_RECTF()
    unicode_of, edges_of, handle = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, text.raw
    letters: list[str] = []
    places: list[Edges] = []
    source: Source = "layer"
    first = 0
    for index in range(min(text.count_chars(), MOST_CHARACTERS)):
        letter = _letter(unicode_of(handle, index))
        place = None
        if letter is not None and edges_of(handle, index, corners):
            place = frame.edges(corners.left, corners.bottom, corners.right, corners.top)
        if letters and (place is None or _apart(places, place)):
            yield Piece(letters, places, source, first)
            letters, places = [], []
        if letter is not None and place is not None:
            hidden = painting is not None and index < own_characters and painting.hides(text, index, Box(*place))
            source = "hidden" if hidden else "layer" if index < own_characters else "appearance"
            first = first if letters else index
            letters.append(letter)
            places.append(place)
    if letters:
        yield Piece(letters, places, source, first)


def _base_of(text: Any, index: int, frame: Frame) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text.raw, index, x, y)
    return frame.edges(x.value, y.value, x.value, y.value)[1]


@lru_cache(maxsize=4096)
def _letter(code: int) -> str | None:
    """None for what parts words: spaces, control characters, halves of a pair."""
    if code == _DASH_AT_LINES_END:
        return "-"
    if not (0x20 < code < 0xD800 or 0xDFFF < code < 0x110000):
        return None
    letter = chr(code)
    return None if letter.isspace() else letter


_DASH_AT_LINES_END = 0x02
"""What pdfium makes of a dash with which a line ends (318/SNV- / CCVC), taking it for a hyphen."""


def _apart(word: Sequence[Edges], after: Edges) -> bool:
    """The next letter begins another word: on another line, or behind a gap that no space character fills."""
    before = word[-1]
    high = max(before[3] - before[1], after[3] - after[1])
    if abs((after[1] + after[3]) / 2 - (before[1] + before[3]) / 2) > 0.6 * high:
        return True
    gap = max(after[0] - before[2], before[0] - after[2])
    return gap > 0.6 * high or (gap > _KERNED_SPACE * high and len(word) > 1 and _wider(gap, word, after))


_KERNED_SPACE = 0.125
"""Heights of a letter's box from which a gap may be a space that kerning has narrowed (G A: 0.13; usual: 0.22)."""


def _wider(gap: float, word: Sequence[Edges], after: Edges) -> bool:
    """The gap is none of those between the letters of spaced print; boxes are the font's, not each letter's own."""
    before = word[-1]
    alike = abs(before[1] - after[1]) + abs(before[3] - after[3]) < 0.01
    return alike and before[0] - word[-2][2] < 0.5 * gap


def place_on(page: PdfPage, left: float, bottom: float, right: float, top: float) -> Box:
    """Where a box of user space (points, origin bottom left) lies on the displayed page (origin top left)."""
    return Frame.of(page.handle).box(left, bottom, right, top)


def picture_of(page: PdfPage, dpi: float, seconds: float) -> Image.Image:
    """The page drawn in colour at `dpi`, reduced where it would pass `MOST_PIXELS`.

    Raises:
        PageUnreadable: it holds an image larger than our limits, or pdfium cannot draw it in `seconds`.
    """
    if any(image.width * image.height > MOST_PIXELS for image in page.images):
        raise PageUnreadable(
            f"Trang {page.number} có hình quá lớn, không mở để tránh quá tải. Đề nghị quét lại ở 200-300 dpi."
        )
    scale = min(dpi / 72, (MOST_PIXELS / 2 / max(page.area, 1.0)) ** 0.5)
    try:
        return _drawn(page.handle, scale, seconds)
    except TimeoutError as error:
        said = f"Trang {page.number} có quá nhiều nét vẽ, không vẽ xong để nhận dạng. {MAKE_AGAIN}"
        raise PageUnreadable(said) from error
    except (pdfium.PdfiumError, ValueError) as error:
        raise PageUnreadable(f"Trang {page.number} hỏng, không vẽ được. {MAKE_AGAIN}") from error


def pictures_alone(page: PdfPage, dpi: float, seconds: float) -> Image.Image:
    """The page drawn with its images alone, as they lie on it: turned, mirrored, masked; nothing typed or drawn.

    Raises:
        PageUnreadable: as `picture_of`.
    """
    others = (one for one in page.handle.get_objects(max_depth=6) if one.type not in _DRAWN_WITH_PICTURES)
    return _picture_without(list(others), page, dpi, seconds)


def picture_without_letters(page: PdfPage, dpi: float, seconds: float) -> Image.Image:
    """The page drawn without what is typed.

    Raises:
        PageUnreadable: as `picture_of`.
    """
    return _picture_without(list(page.handle.get_objects([raw.FPDF_PAGEOBJ_TEXT], max_depth=6)), page, dpi, seconds)


def _picture_without(left_out: Sequence[Any], page: PdfPage, dpi: float, seconds: float) -> Image.Image:
    for one in left_out:
        raw.FPDFPageObj_SetIsActive(one.raw, 0)
    try:
        return picture_of(page, dpi, seconds)
    finally:
        for one in left_out:
            raw.FPDFPageObj_SetIsActive(one.raw, 1)


def _drawn(page: Any, scale: float, seconds: float) -> Image.Image:
    """Draw step by step, so that a map of a million strokes can be given up: pdfium asks between two objects.

    Raises:
        TimeoutError: not done in `seconds`.
    """
    size = max(1, math.ceil(page.get_width() * scale)), max(1, math.ceil(page.get_height() * scale))
    bitmap = pdfium.PdfBitmap.new_native(*size, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
    ends = time.monotonic() + seconds
    pause = raw.IFSDK_PAUSE(version=1)
    pdfium_internal.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > ends)
    placed = (bitmap, page, 0, 0, *size, 0, raw.FPDF_ANNOT)
    try:
        if raw.FPDF_RenderPageBitmap_Start(*placed, pause) == raw.FPDF_RENDER_TOBECONTINUED:
            raise TimeoutError
    finally:
        raw.FPDF_RenderPage_Close(page)
    if page.formenv:
        raw.FPDF_FFLDraw(page.formenv, *placed)
    return bitmap.to_pil()  # type: ignore[no-any-return]


def embedded_picture(image: PlacedImage) -> Image.Image | None:
    """The image's own pixels, or None where pdfium does not give them (then the page is drawn instead)."""
    if image.width * image.height > MOST_PIXELS:
        return None
    try:
        return image.handle.get_bitmap(render=False).to_pil()  # type: ignore[no-any-return]
    except (pdfium.PdfiumError, ValueError, RuntimeError):
        return None
