"""One page read: its kind, its facts as a scan, its words.

The text layer is used where it is sound. Otherwise the page's picture goes to the engine: the embedded image itself
where the page is one image, else the page drawn with its annotations. Skew and orientation are repaired only then
and only when needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal

from PIL import Image

from ocr import page_image
from ocr.engine import PAGE, Engine
from ocr.errors import EngineFailed, PageUnreadable
from ocr.fields.spelling import with_set_phrases
from ocr.pdf import Colour, PdfPage, PlacedImage, embedded_picture, picture_of
from ocr.second_look import with_signature_block
from ocr.signatures.paper_marks import PaperMark, marks_on_paper
from ocr.skew import REPAIR_SKEW_FROM, level_cut, skew_of, turned_upright
from ocr.text_layer import soundness
from ocr.words import Box, Word, mean_confidence, text_of

Kind = Literal["text", "scan", "mixed", "blank"]

BLANK_INK = 0.0006
"""Share of ink under which a scanned page is blank (dust, a scanner's edge, a seal bleeding through)."""
_TRIAL_DPI = 120
"""Resolution at which a page is tried in four directions."""
_MOST_DRAWING_SECONDS = 12.0
"""A large town map takes 2 to 4 seconds."""
_FULL_IMAGE = 0.6
"""Share of the page under images from which it is a scan."""
_WHOLE_IMAGE = 0.99
"""Share of the page from which an image's places are the page's."""


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

    @property
    def confidence(self) -> float | None:
        return round(mean_confidence(self.words), 3) if self.words else None


@dataclass(frozen=True, slots=True)
class Reader:
    """How pictures are read: the engine is asked for only when a picture needs it.

    `engine` may raise EngineMissing. `seconds` bounds one call of the engine.
    """

    engine: Callable[[], Engine]
    seconds: float


@dataclass(frozen=True, slots=True)
class Layer:
    """What pypdf knows of a page's text layer, asked only where pdfium's text leaves a doubt: fonts, and text."""

    fonts: Callable[[], tuple[str, ...]] = tuple
    text: Callable[[], str] = str


def read_pdf_page(page: PdfPage, layer: Layer, reader: Reader) -> PageReading:
    """Read one page of a PDF.

    Raises:
        EngineMissing: the page needs OCR and this machine has no engine.
    """
    own = [word for word in page.words if word.source == "layer"]
    fault = soundness(" ".join(word.text for word in own), layer.fonts) if own else "empty"
    covered = page.image_share() >= _FULL_IMAGE
    base = PageReading(page.number, "text", page.width, page.height)
    if fault == "unmapped" and soundness(other := layer.text(), layer.fonts) is None:
        return replace(base, words=page.words, source="layer", text=other)
    if fault is None and not covered:
        return _from_layer(base, page)
    if not own and not page.images and not page.drawn:
        return replace(base, kind="blank", words=page.words, text=text_of(page.words))
    try:
        taken = _picture(page, reader.seconds)
    except PageUnreadable as error:
        return replace(base, kind="scan" if covered else "text", notes=(Note("page_unread", page.number, str(error)),))
    facts = _scan_facts(base, page, taken, mixed=bool(own))
    if fault is None:
        return replace(_from_layer(facts, page), kind="mixed")
    notes = _layer_note(fault, page.number)
    read = read_picture(replace(facts, notes=notes), taken.picture, taken.dpi, reader)
    return _with_stamps(read, taken.offset, page)


def _from_layer(base: PageReading, page: PdfPage) -> PageReading:
    return replace(base, words=page.words, source="layer", text=text_of(page.words), rotation=page.lying)


def _layer_note(fault: str, number: int) -> tuple[Note, ...]:
    why = {
        "unmapped": "Lớp chữ của trang không theo Unicode; đã đọc lại bằng nhận dạng.",
        "legacy_font": "Lớp chữ của trang dùng phông chữ cũ (TCVN3/VNI); đã đọc lại bằng nhận dạng.",
        "no_diacritics": "Lớp chữ của trang mất dấu tiếng Việt; đã đọc lại bằng nhận dạng.",
    }
    return (Note("text_layer_unsound", number, why[fault]),) if fault in why else ()


@dataclass(frozen=True, slots=True)
class _Taken:
    """The picture to read, its dpi, where its left top corner lies on the page; `paper`: nothing is drawn over it."""

    picture: Image.Image
    dpi: float
    offset: tuple[float, float] = (0.0, 0.0)
    paper: bool = False


def _picture(page: PdfPage, seconds: float) -> _Taken:
    image = _only_image(page)
    if image is not None and (picture := embedded_picture(image)) is not None:
        whole = image.box.width * image.box.height >= _WHOLE_IMAGE * page.area
        return _Taken(picture, image.dpi, (image.box.left, image.box.top), paper=whole)
    dpi = min(max(_dpi_of(page) or page_image.READING_DPI, 150.0), 300.0)
    picture = picture_of(page, dpi, min(seconds, _MOST_DRAWING_SECONDS))
    return _Taken(picture, picture.width / (page.width / 72))


def _only_image(page: PdfPage) -> PlacedImage | None:
    """The image that is the whole page, upright and undistorted, with no stamp that must be drawn to be read."""
    large = [i for i in page.images if i.box.width * i.box.height >= 0.3 * page.area]
    if len(large) != 1 or page.rotation:
        return None
    image = large[0]
    if image.box.width * image.box.height < 0.9 * page.area:
        return None
    a, b, c, d, _, _ = image.handle.get_matrix().get()
    level = a > 0 and d > 0 and abs(b) < 0.01 * a and abs(c) < 0.01 * d
    even = abs(image.width * image.box.height / (image.height * image.box.width) - 1) < 0.03
    return image if level and even and not any(_pictured(stamp, page) for stamp in page.stamped) else None


def _pictured(stamp: Box, page: PdfPage) -> bool:
    """A stamp in the page's head, below the top margin, that says nothing as text: it may be a pictured number."""
    in_head = 0.08 * page.height < stamp.middle < 0.35 * page.height
    worded = any(w.source == "appearance" and stamp.holds(w.box.left + 1, w.box.middle) for w in page.words)
    return in_head and not worded


def _dpi_of(page: PdfPage) -> float | None:
    """Effective dpi of the scan on the page: of its finest large layer, else the mean over its strips by area."""
    sizes = [(i.box.width * i.box.height, i.dpi) for i in page.images if i.box.width * i.box.height > 0.02 * page.area]
    if not sizes:
        return None
    whole = [dpi for area, dpi in sizes if area >= 0.5 * page.area]
    return max(whole) if whole else sum(a * d for a, d in sizes) / sum(a for a, _ in sizes)


def _scan_facts(base: PageReading, page: PdfPage, taken: _Taken, *, mixed: bool) -> PageReading:
    if page.image_share() < _FULL_IMAGE:
        return replace(base, kind="text" if mixed else "scan")
    dpi = _dpi_of(page)
    declared = [i.colour for i in page.images if i.box.width * i.box.height > 0.3 * page.area]
    colour: Colour = "bilevel" if declared and set(declared) == {"bilevel"} else page_image.colour_seen(taken.picture)
    marks = marks_on_paper(taken.picture, dpi=taken.dpi) if taken.paper else None
    return replace(
        base,
        kind="mixed" if mixed else "scan",
        dpi=round(dpi) if dpi else None,
        colour=colour,
        marks=marks,
        cut=page_image.strokes_over_edges(taken.picture, taken.dpi),
    )


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


def _with_stamps(reading: PageReading, offset: tuple[float, float], page: PdfPage) -> PageReading:
    stamps = tuple(word for word in page.words if word.source == "appearance")
    right, down = offset
    moved = tuple(_moved(word, right, down) for word in reading.words) if right or down else reading.words
    if not stamps and not (right or down):
        return reading
    words = moved + stamps
    return replace(reading, words=words, text=text_of(words))


def _moved(word: Word, right: float, down: float) -> Word:
    box = word.box
    return replace(word, box=Box(box.left + right, box.top + down, box.right + right, box.bottom + down))


def read_picture(base: PageReading, picture: Image.Image, dpi: float, reader: Reader) -> PageReading:
    """Read a page that is a picture: blank, or its words by the engine.

    Raises:
        EngineMissing: this machine has no engine.
    """
    grey = page_image.without_seal(picture)
    seen = replace(base, fingerprint=page_image.fingerprint(grey))
    if page_image.ink_share(grey) < BLANK_INK:
        return replace(seen, kind="blank")
    try:
        turn, read = _read_any_way_up(picture, grey, dpi, reader)
    except EngineFailed as error:
        return replace(seen, notes=(*seen.notes, Note("page_unread", base.number, str(error))))
    if turn in (90, 270):
        seen = replace(seen, width=base.height, height=base.width)
    return replace(
        seen,
        skew=read.skew,
        rotation=turn,
        words=tuple(read.words),
        source="ocr",
        text=text_of(read.words),
        picture=read.ready,
        picture_dpi=read.dpi,
    )


@dataclass(frozen=True, slots=True)
class _Upright:
    """What an upright picture says: words, the picture they were read from, by how many degrees lines were off."""

    words: list[Word]
    ready: Image.Image
    dpi: float
    skew: float


def _read_any_way_up(picture: Image.Image, grey: Image.Image, dpi: float, reader: Reader) -> tuple[int, _Upright]:
    """The clockwise turn that makes the picture upright, and what it says then."""
    turn = _turn_needed(grey, dpi, reader, lying=True) if page_image.lines_run_down(grey) else 0
    if turn:
        return turn, _turned_and_read(picture, turn, dpi, reader)
    read = _read_upright(picture, grey, dpi, reader)
    turn = _turn_needed(read.ready, read.dpi, reader, lying=False) if _doubtful(read.words) else 0
    return (turn, _turned_and_read(picture, turn, dpi, reader)) if turn else (0, read)


def _turned_and_read(picture: Image.Image, turn: int, dpi: float, reader: Reader) -> _Upright:
    upright = picture.rotate(-turn, expand=True)
    return _read_upright(upright, page_image.without_seal(upright), dpi, reader)


def _read_upright(picture: Image.Image, grey: Image.Image, dpi: float, reader: Reader) -> _Upright:
    skew = skew_of(grey)
    sheet = _Sheet(picture, dpi, skew if abs(skew) >= REPAIR_SKEW_FROM else 0.0)
    ready, ready_dpi = sheet.ready(grey)
    engine = reader.engine()
    words = engine.read(ready, dpi=ready_dpi, layout=PAGE, seconds=reader.seconds)

    def read_again(region: Box, layout: int) -> list[Word]:
        return engine.read(_cut(sheet, ready, region, ready_dpi), dpi=ready_dpi, layout=layout, seconds=reader.seconds)

    size = ready.width * 72 / ready_dpi, ready.height * 72 / ready_dpi
    return _Upright(with_set_phrases(with_signature_block(words, size, read_again)), ready, ready_dpi, skew)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The picture as scanned, and by how much its lines are off level."""

    picture: Image.Image
    dpi: float
    skew: float

    def ready(self, grey: Image.Image) -> tuple[Image.Image, float]:
        """A grey rendering of it, made level and brought to the reading resolution."""
        level = turned_upright(grey, self.skew) if self.skew else grey
        return page_image.ready_for_reading(level, self.dpi)


def _cut(sheet: _Sheet, ready: Image.Image, region: Box, dpi: float) -> Image.Image:
    """The region at the reading resolution, red seals and blue ink faded where the sheet has colours."""
    frame = tuple(round(edge * dpi / 72) for edge in (region.left, region.top, region.right, region.bottom))
    if sheet.picture.mode not in ("RGB", "RGBA"):
        return page_image.darkest_ink(ready.crop(frame))  # type: ignore[arg-type]
    scale = sheet.dpi / 72
    own = Box(region.left * scale, region.top * scale, region.right * scale, region.bottom * scale)
    faded = page_image.without_coloured_ink(level_cut(sheet.picture, sheet.skew, own))
    return faded.resize((frame[2] - frame[0], frame[3] - frame[1]), Image.Resampling.BOX)


def _doubtful(words: list[Word]) -> bool:
    """The page may stand on its side or head: little was read, with low confidence, or words taller than wide."""
    long = [word for word in words if len(word.text) >= 4]
    tall = len(long) >= 5 and median(w.box.width / max(w.box.height, 0.1) for w in long) < 0.9
    return tall or len(long) < 5 or mean_confidence(words) < 0.6


def _turn_needed(grey: Image.Image, dpi: float, reader: Reader, *, lying: bool) -> int:
    """The clockwise turn that reads best, 0 where none is clearly better than leaving the picture as it is.

    Judged on the page's inner part at low resolution: a fifth of the cost of whole pages. A page whose lines run down
    (`lying`) says nothing as it is, and takes the engine seconds to say so.
    """
    wide, high = grey.size
    inner = grey.crop((wide // 8, high // 8, wide - wide // 8, high - high // 8))
    factor = min(1.0, _TRIAL_DPI / dpi)
    small = inner.resize((max(1, round(inner.width * factor)), max(1, round(inner.height * factor))))

    def letters(turn: int) -> float:
        trial = small.rotate(-turn, expand=True)
        return _read_letters(reader.engine().read(trial, dpi=dpi * factor, layout=PAGE, seconds=reader.seconds))

    as_it_is = 0.0 if lying else letters(0)
    scores: dict[int, float] = {}
    for turn in (90, 270) if lying else (180, 90, 270):
        scores[turn] = letters(turn)
        if scores[turn] > 150 and scores[turn] > 3 * as_it_is + 40:
            return turn
    best = max(scores, key=lambda turn: scores[turn])
    return best if scores[best] > 1.5 * as_it_is + 40 else 0


def _read_letters(words: list[Word]) -> float:
    """Letters in upright words read with confidence."""
    upright = (w for w in words if w.confidence > 0.7 and w.box.width > 0.8 * w.box.height)
    return float(sum(len(word.text) for word in upright if len(word.text) > 2))
