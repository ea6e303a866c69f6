"""One page of a PDF read: from its text layer where a person sees those letters, else from the picture of the paper.

A page is a picture of paper where hidden letters lie over a picture (a searchable scan), where the picture itself holds
more letters than are typed around it, or where there is nothing but the picture, wherever it lies on the page. Its
resolution, colour, skew, edges and legibility are then those of the picture, and fields are read from the ink: a layer
over it may give the page's text, if it says what the paper says. A letterhead, a watermark or a photograph is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from ocr.errors import EngineFailed, PageUnreadable
from ocr.page import Colour, Note, PageReading
from ocr.pdf.letters_in_picture import LETTERS_DPI, Places, inside, letter_places, looks_like_paper
from ocr.pdf.objects import PdfPage, embedded_picture, picture_of, pictures_alone
from ocr.pdf.pictures_of_page import large_images, only_image, told_of_pictures
from ocr.pdf.text_layer import soundness
from ocr.pdf.unseen_text import seen_alone, told_of_unseen
from ocr.pictures import page_image
from ocr.reading.pasted_sheet import as_own_page, laid_on_page, sheet_under_caption
from ocr.reading.pictured_page import Reader, read_picture, sampled_line_band
from ocr.reading.second_look import signature_region
from ocr.signatures.paper_marks import marks_on_paper
from ocr.words import Box, Word, around, mean_confidence, plain, text_of

_MOST_DRAWING_SECONDS = 12.0
"""A large town map takes 2 to 4 seconds."""
_MOST_LOOKING_SECONDS = 2.0
"""For each of the two drawings by which unseen letters are found."""
_FULL_IMAGE = 0.6
"""Share of the page under images from which, with no text seen, it is a scan whatever it holds."""
_LEAST_IMAGE = 0.12
"""Share of the page under images from which they may hold a document: A4 pasted in at a third of its width."""
_WHOLE_IMAGE = 0.99
"""Share of the page from which an image's places are the page's."""
_ALL_PAPER = 0.96
"""Share of a picture's width from which dark ground beside the paper is a scanner's rim."""
_FEW_LETTERS = 40
"""Letters in a picture under which it is no document."""
_LITTLE_TYPED = 160
"""Typed letters under which a page whose picture looks like paper is read from its picture: captions."""
_READ_WORDS = 20
"""Words surely read in a picture from which it is one of paper."""
_SURE = 0.7
_AGREEING = 0.5
"""Share of surely read words that a layer must hold too; foreign layers share 0.1 to 0.3 with the paper."""
_COMPARED_FROM = 8
"""Surely read words from which a layer is compared with them."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What pypdf knows of a page's text layer, asked only where pdfium's text leaves a doubt: fonts, and text.

    `holds_fields`: the page may hold fields (the first and the last do), so that a searchable scan is read whole.
    `may_be_off`: the file has layers of the other kind, which a reader shows or hides.
    """

    fonts: Callable[[], tuple[str, ...]] = tuple
    text: Callable[[], str] = str
    holds_fields: bool = True
    may_be_off: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """What the page's own letters say: seen and hidden words, the text, and why that cannot be used (None: it can)."""

    seen: tuple[Word, ...]
    hidden: tuple[Word, ...]
    text: str
    fault: str | None

    @property
    def is_hidden(self) -> bool:
        """Most of the letters are seen by nobody."""
        return _letters(self.hidden) > _letters(self.seen)

    @property
    def is_typed(self) -> bool:
        return self.fault is None and not self.is_hidden


def read_pdf_page(page: PdfPage, layer: Layer, reader: Reader) -> PageReading:
    """Read one page of a PDF.

    Raises:
        EngineMissing: the page needs OCR and this machine has no engine.
    """
    seen = seen_alone(page, min(reader.seconds, _MOST_LOOKING_SECONDS), doubted=layer.may_be_off)
    read = told_of_pictures(_read_seen(seen, layer, reader), page)
    return replace(read, notes=(*read.notes, *told_of_unseen(page, seen)))


def _read_seen(page: PdfPage, layer: Layer, reader: Reader) -> PageReading:
    said = _said(page, layer)
    base = PageReading(page.number, "text", page.width, page.height)
    pictured = page.image_share() >= _LEAST_IMAGE
    pictures = _Pictures.of(page, reader.seconds) if pictured and said.seen and said.fault is None else _NO_PICTURES
    if said.is_typed and not pictures.hold_document(said.seen):
        return _from_layer(base, page, said)
    if said.fault == "empty" and not page.images and not page.drawn:
        return replace(base, kind="blank", words=page.words, text=text_of(page.words))
    try:
        taken = _picture(page, said, pictures, reader.seconds)
    except PageUnreadable as error:
        kind = base.kind if page.image_share() < _FULL_IMAGE else "scan"
        return replace(base, kind=kind, notes=(Note("page_unread", page.number, str(error)),))
    if pictured and said.fault is None and (said.is_hidden or pictures.repeat(said.seen)):
        return _searchable(_scan_facts(base, page, taken, mixed=True), page, taken, said, layer, reader)
    read = _read_paper(replace(base, notes=_layer_note(said.fault, page.number)), page, taken, said, reader)
    return read if read is not None else _beside_picture(base, page, said, pictures)


def _said(page: PdfPage, layer: Layer) -> _Said:
    seen = tuple(word for word in page.words if word.source == "layer")
    hidden = tuple(word for word in page.words if word.source == "hidden")
    own = " ".join(word.text for word in (*seen, *hidden))
    fault = soundness(own, layer.fonts) if own else "empty"
    if fault == "unmapped" and soundness(other := layer.text(), layer.fonts) is None:
        return _Said(seen, hidden, other, None)
    return _Said(seen, hidden, text_of(page.words), fault)


def _letters(words: Sequence[Word]) -> int:
    return sum(len(word.text) for word in words)


def _from_layer(base: PageReading, page: PdfPage, said: _Said) -> PageReading:
    return replace(base, words=page.words, source="layer", text=said.text, rotation=page.lying)


def _beside_picture(base: PageReading, page: PdfPage, said: _Said, pictures: _Pictures) -> PageReading:
    """Typed text beside a picture in which no document was read; where nearly all of it is picture, that is told."""
    note = Note("picture_unread", page.number, "Trang chủ yếu là hình, không đọc được chữ trong hình.")
    doubt = (note,) if _letters(said.seen) < _LITTLE_TYPED and pictures.paper else ()
    return replace(_from_layer(base, page, said), notes=doubt)


def _layer_note(fault: str | None, number: int) -> tuple[Note, ...]:
    why = {
        "unmapped": "Lớp chữ của trang không theo Unicode; đã đọc lại bằng nhận dạng.",
        "legacy_font": "Lớp chữ của trang dùng phông chữ cũ (TCVN3/VNI); đã đọc lại bằng nhận dạng.",
        "no_diacritics": "Lớp chữ của trang mất dấu tiếng Việt; đã đọc lại bằng nhận dạng.",
    }
    return (Note("text_layer_unsound", number, why[fault]),) if fault in why else ()


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What the page's pictures alone show: where something has a letter's size, and whether they look like paper."""

    letters: Places
    paper: bool

    @classmethod
    def of(cls, page: PdfPage, seconds: float) -> _Pictures:
        """What cannot be drawn alone is taken for paper without letters: it is then read with the whole page."""
        box = around(image.box for image in large_images(page)) if large_images(page) else None
        try:
            drawn = pictures_alone(page, LETTERS_DPI, min(seconds, _MOST_DRAWING_SECONDS))
        except PageUnreadable:
            return cls(np.zeros((0, 2)), paper=True)
        dpi = drawn.width / (page.width / 72)
        seen = drawn.crop(_frame(box, dpi / 72, drawn)) if box else drawn
        return cls(letter_places(drawn, dpi), looks_like_paper(seen))

    def repeat(self, seen: Sequence[Word]) -> bool:
        """The words that are seen lie upon the same letters in the picture."""
        under = inside(self.letters, [word.box for word in seen])
        return under >= _FEW_LETTERS and under > 0.5 * len(self.letters) and under > 0.4 * _letters(seen)

    def hold_document(self, seen: Sequence[Word]) -> bool:
        """More letters than are typed, or the typed ones once more, or paper that says what a few typed ones do not."""
        few = _letters(seen) < _LITTLE_TYPED
        count = len(self.letters)
        return (few and self.paper) or (count >= _FEW_LETTERS and (count > _letters(seen) or self.repeat(seen)))


def _frame(box: Box, scale: float, picture: Image.Image) -> tuple[int, int, int, int]:
    """The box in pixels, inside the picture and not empty."""
    left, top = max(0, round(box.left * scale)), max(0, round(box.top * scale))
    left, top = min(left, picture.width - 1), min(top, picture.height - 1)
    right, bottom = min(picture.width, round(box.right * scale)), min(picture.height, round(box.bottom * scale))
    return left, top, max(right, left + 1), max(bottom, top + 1)


_NO_PICTURES = _Pictures(np.zeros((0, 2)), paper=False)


@dataclass(frozen=True, slots=True)
class _Taken:
    """The picture to read, its dpi, where its left top corner lies on the page; `paper`: nothing is drawn over it."""

    picture: Image.Image
    dpi: float
    offset: tuple[float, float] = (0.0, 0.0)
    paper: bool = False


def _picture(page: PdfPage, said: _Said, pictures: _Pictures, seconds: float) -> _Taken:
    repeated = pictures.repeat(said.seen)
    image = None if said.seen and not repeated else only_image(page)
    if image is not None and (picture := embedded_picture(image)) is not None:
        whole = image.box.width * image.box.height >= _WHOLE_IMAGE * page.area
        return _Taken(picture, image.dpi, (image.box.left, image.box.top), paper=whole)
    dpi = min(max(_dpi_of(page) or page_image.READING_DPI, 150.0), 300.0)
    drawn = pictures_alone if repeated else picture_of  # what is printed over the paper must not speak for it
    picture = drawn(page, dpi, min(seconds, _MOST_DRAWING_SECONDS))
    return _Taken(picture, picture.width / (page.width / 72))


def _dpi_of(page: PdfPage) -> float | None:
    """Effective dpi of the scan on the page: of its finest large layer, else the mean over its strips by area."""
    sizes = [(i.box.width * i.box.height, i.dpi) for i in large_images(page)]
    if not sizes:
        return None
    whole = [dpi for area, dpi in sizes if area >= 0.5 * page.area]
    return max(whole) if whole else sum(a * d for a, d in sizes) / sum(a for a, _ in sizes)


def _scan_facts(base: PageReading, page: PdfPage, taken: _Taken, *, mixed: bool) -> PageReading:
    dpi = _dpi_of(page)
    declared = [i.colour for i in large_images(page)]
    seen = _part_with_images(page, taken)
    colour: Colour = "bilevel" if declared and set(declared) == {"bilevel"} else page_image.colour_seen(seen)
    marks = marks_on_paper(taken.picture, dpi=taken.dpi) if taken.paper else None
    return replace(
        base,
        kind="mixed" if mixed else "scan",
        dpi=round(dpi) if dpi else None,
        colour=colour,
        marks=marks,
        cut=page_image.strokes_over_edges(seen, taken.dpi),
        notes=(*base.notes, *_ground_note(seen, page.number)),
    )


def _ground_note(seen: Image.Image, number: int) -> tuple[Note, ...]:
    """A photograph of paper on a desk, a sheet scanned under an open lid."""
    share = page_image.share_of_paper(seen)
    if share > _ALL_PAPER:
        return ()
    taken = f"tờ giấy chỉ chiếm {share * 100:.0f} % bề rộng hình"
    return (Note("scale", number, f"Bốn phía tờ giấy là nền tối, {taken} (ảnh chụp?); cần xem tỷ lệ 100 %."),)


def _part_with_images(page: PdfPage, taken: _Taken) -> Image.Image:
    """Of a drawn page the part that its images take."""
    if taken.paper or taken.offset != (0.0, 0.0) or not large_images(page):
        return taken.picture
    box = around(image.box for image in large_images(page))
    return taken.picture.crop(_frame(box, taken.dpi / 72, taken.picture))


def _read_paper(base: PageReading, page: PdfPage, taken: _Taken, said: _Said, reader: Reader) -> PageReading | None:
    """The page read from its picture; None where typed text is better: its pictures hold no document.

    A document's last page may hold little more than its recipients and who signed.
    """
    mixed = bool(said.seen or said.hidden)
    share = page.image_share()
    facts = (
        _scan_facts(base, page, taken, mixed=mixed)
        if share >= _LEAST_IMAGE
        else replace(base, kind="text" if mixed else "scan")
    )
    read = _read_sheet(facts, page, taken, said, reader) or _with_stamps(
        read_picture(facts, taken.picture, taken.dpi, reader), taken.offset, page
    )
    if share >= _FULL_IMAGE and not said.is_typed:
        return read
    pictured = _words_in_images(read, page, said.seen)
    own = as_own_page(read)
    said_there = pictured if read.sheet is None else own.words
    last = _letters(said.seen) < _LITTLE_TYPED and signature_region(said_there, own.width, own.height) is not None
    if share < _LEAST_IMAGE or len(pictured) >= _READ_WORDS or last:
        return read
    return None if said.is_typed else _beside_drawing(read, page)


def _read_sheet(facts: PageReading, page: PdfPage, taken: _Taken, said: _Said, reader: Reader) -> PageReading | None:
    """A sheet pasted under a caption, read alone; None where there is none, or stamps lie over the page."""
    stamped = any(word.source == "appearance" for word in page.words)
    if not large_images(page) or taken.offset != (0.0, 0.0) or said.hidden or stamped:
        return None
    pictures = around(image.box for image in large_images(page))
    sheet = sheet_under_caption(Box(0.0, 0.0, page.width, page.height), pictures, said.seen)
    if sheet is None:
        return None
    cut = taken.picture.crop(_frame(sheet, taken.dpi / 72, taken.picture))
    read = read_picture(replace(facts, width=sheet.width, height=sheet.height), cut, taken.dpi, reader)
    return laid_on_page(read, sheet, facts, said.seen)


def _beside_drawing(read: PageReading, page: PdfPage) -> PageReading:
    """A page without typed text whose picture is small and says little: no scan that could be measured."""
    note = Note("picture_unread", page.number, "Trang chủ yếu là hình, không đọc được chữ trong hình.")
    doubt = (note,) if any(looks_like_paper(one) for one in map(embedded_picture, large_images(page)) if one) else ()
    return replace(read, dpi=None, colour=None, marks=None, cut=(0, 0, 0, 0), notes=(*read.notes, *doubt))


def _words_in_images(read: PageReading, page: PdfPage, seen: Sequence[Word]) -> list[Word]:
    """Words surely read where a picture lies and nothing is typed."""
    images = [image.box for image in large_images(page)]
    found = []
    for word in read.words:
        across, down = _as_it_lies(read, (word.box.left + word.box.right) / 2, word.box.middle)
        long = word.source == "ocr" and len(word.text) > 1 and word.confidence >= _SURE
        if long and any(box.holds(across, down) for box in images):
            found += [] if any(typed.box.holds(across, down) for typed in seen) else [word]
    return found


def _as_it_lies(read: PageReading, across: float, down: float) -> tuple[float, float]:
    """A place of the upright page on the page as its file shows it, where pictures and typed words have theirs."""
    lies = {
        90: (down, read.width - across),
        180: (read.width - across, read.height - down),
        270: (read.height - down, across),
    }
    return lies.get(read.rotation, (across, down))


def _searchable(
    facts: PageReading, page: PdfPage, taken: _Taken, said: _Said, layer: Layer, reader: Reader
) -> PageReading:
    """A scan under hidden words: measured on the paper, which is read whole where fields may stand, else in a part."""
    words = said.hidden if said.is_hidden else said.seen
    if not layer.holds_fields:
        return _sampled(facts, page, taken, said, words, reader)
    read = _with_stamps(read_picture(facts, taken.picture, taken.dpi, reader), taken.offset, page)
    if read.kind == "blank" or any(note.code == "page_unread" for note in read.notes):
        return read
    if _agree(read.words, words):
        return replace(read, kind="mixed", text=said.text, text_from="layer")
    return replace(read, kind="mixed", notes=(*read.notes, _differing(page.number)))


def _sampled(
    facts: PageReading, page: PdfPage, taken: _Taken, said: _Said, words: Sequence[Word], reader: Reader
) -> PageReading:
    """The layer's words, with skew and confidence from one band of lines on the paper."""
    base = replace(_from_layer(facts, page, said), kind="mixed")
    try:
        skew, read = sampled_line_band(taken.picture, taken.dpi, reader)
    except EngineFailed as error:
        return replace(base, notes=(Note("page_unread", page.number, str(error)),))
    doubt = () if _agree(read, words) else (_differing(page.number),)
    return replace(base, skew=skew, sampled=round(mean_confidence(read), 3), notes=doubt)


def _agree(read: Sequence[Word], layer: Sequence[Word]) -> bool:
    """Most of what was surely read on the paper stands in the layer too."""
    sure = Counter(plain(word.text) for word in read if word.confidence >= _SURE and len(word.text) > 2)
    if sure.total() < _COMPARED_FROM:
        return True
    there = Counter(plain(word.text) for word in layer)
    return (sure & there).total() >= _AGREEING * sure.total()


def _differing(number: int) -> Note:
    return Note("text_layer_differs", number, "Lớp chữ đặt trên ảnh quét không khớp với chữ trên giấy; cần xem lại.")


def _with_stamps(reading: PageReading, offset: tuple[float, float], page: PdfPage) -> PageReading:
    stamps = tuple(word for word in page.words if word.source == "appearance")
    right, down = offset
    moved = tuple(word.moved(right, down) for word in reading.words) if right or down else reading.words
    if not stamps and not (right or down):
        return reading
    words = moved + stamps
    return replace(reading, words=words, text=text_of(words) if stamps else reading.text)
