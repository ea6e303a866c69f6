"""How the picture of a page is read: its facts as a scan, and its words by the engine.

Skew and orientation are repaired only when needed. Pages of PDFs: ocr/reading/pdf_page.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import cache
from statistics import median

from PIL import Image

from ocr.budget import Budget
from ocr.engines.port import BLOCK, PAGE, Engine
from ocr.errors import EngineFailed
from ocr.fields.spelling import with_set_phrases
from ocr.page import Note, PageReading
from ocr.pictures import page_image
from ocr.pictures.black_seal import without_black_seal
from ocr.pictures.skew import REPAIR_SKEW_FROM, level_cut, skew_of, turned_upright
from ocr.reading.number_look import with_number_line
from ocr.reading.recipients_look import with_recipients
from ocr.reading.second_look import signature_region, with_signature_block
from ocr.words import Box, Word, mean_confidence, text_of, without_doubles

BLANK_INK = 0.0006
"""Share of ink under which a scanned page is blank (dust, a scanner's edge, a seal bleeding through)."""
_TRIAL_DPI = 120
"""Resolution at which a page is tried in four directions."""
_FEW_LETTERS = 12
"""Letters of longer words read surely, such as those of a name: fewer tell nothing of a page's direction."""
_SURELY_READ = 0.5
"""Share of a trial's letters that stand in words read surely, from which no other turn is tried: of a full page on its
head 0.15, the right way up 0.8 to 0.99."""
_SHORT_PAGE = 80
"""Words up to which a page that reads badly is tried on its head as a whole (a signature block has some 25)."""
_BAND = 0.14
"""Share of a page's height that is read of a page whose text is known: some six lines."""
_LEAST_SECONDS = 0.2
_MARGINS = 28.0, 9.0
"""Points of paper left beside a page's ink, and over and under it: near the picture's left edge the engine takes a
list's dash or a line's first letter for dust (9 points: 4 of 127 pages)."""
_CUT_LINE = 2.5
"""Points from the band's edges in which a line may have been cut through."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a page's picture is read: the engine is asked for only when one needs it, and may raise EngineMissing."""

    engine: Callable[[], Engine]
    budget: Budget
    """Of the page: all calls of the engine share it."""

    @property
    def seconds(self) -> float:
        """Left for the next call of the engine."""
        return max(_LEAST_SECONDS, self.budget.left())


def read_picture(base: PageReading, picture: Image.Image, dpi: float, reader: Reader) -> PageReading:
    """Read a page that is a picture: blank, or its words by the engine.

    Raises:
        EngineMissing: this machine has no engine.
    """
    paper = _Paper.of(page_image.positive(page_image.without_idle_colour(picture)))
    seen = replace(base, fingerprint=page_image.fingerprint(paper.small))
    if page_image.ink_share(paper.small) < BLANK_INK:
        return replace(seen, kind="blank")
    try:
        turn, read = _read_any_way_up(paper, dpi, reader)
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


def sampled_line_band(picture: Image.Image, dpi: float, reader: Reader) -> tuple[float, list[Word]]:
    """By how many degrees the page's lines rise, and what the band of it with most ink says.

    Raises:
        EngineFailed, EngineMissing: as the engine says.
    """
    grey = page_image.without_seal(page_image.positive(picture))
    skew = skew_of(grey)
    level = turned_upright(grey, skew) if abs(skew) >= REPAIR_SKEW_FROM else grey
    high, top = max(1, round(_BAND * level.height)), round(page_image.inkiest_band(level, _BAND) * level.height)
    ready, ready_dpi = page_image.ready_for_reading(level.crop((0, top, level.width, top + high)), dpi)
    words = reader.engine().read(ready, dpi=ready_dpi, layout=BLOCK, seconds=reader.seconds)
    lowest = ready.height * 72 / ready_dpi - _CUT_LINE
    return skew, [word for word in words if word.box.top > _CUT_LINE and word.box.bottom < lowest]


@dataclass(frozen=True, slots=True)
class _Upright:
    """What an upright picture says: words, the picture they were read from, by how many degrees lines were off."""

    words: list[Word]
    ready: Image.Image
    dpi: float
    skew: float


@dataclass(frozen=True, slots=True)
class _Paper:
    """The picture as it came, grey without red seals, and that as a thumbnail."""

    picture: Image.Image
    grey: Image.Image
    small: Image.Image

    @classmethod
    def of(cls, picture: Image.Image) -> _Paper:
        grey = page_image.without_seal(picture)
        return cls(picture, grey, page_image.thumbnail(grey))


def _read_any_way_up(paper: _Paper, dpi: float, reader: Reader) -> tuple[int, _Upright]:
    """The clockwise turn that makes the picture upright, and what it says then."""
    turn = _turn_needed(paper.grey, dpi, reader, lying=True) if page_image.lines_run_down(paper.small) else 0
    if turn:
        return turn, _turned_and_read(paper.picture, turn, dpi, reader)
    read = _read_upright(paper, dpi, reader)
    turn = 0
    if _doubtful(read.words):
        turn = _turn_needed(read.ready, read.dpi, reader, lying=False) or _turn_of_short_page(read, reader)
    return (turn, _turned_and_read(paper.picture, turn, dpi, reader)) if turn else (0, read)


def _turned_and_read(picture: Image.Image, turn: int, dpi: float, reader: Reader) -> _Upright:
    return _read_upright(_Paper.of(picture.rotate(-turn, expand=True)), dpi, reader)


def _read_upright(paper: _Paper, dpi: float, reader: Reader) -> _Upright:
    skew = skew_of(paper.small)
    sheet = _Sheet(paper.picture, dpi, skew if abs(skew) >= REPAIR_SKEW_FROM else 0.0)
    inked = page_image.inked_part(turned_upright(paper.small, sheet.skew))
    ready, ready_dpi = sheet.ready(paper.grey, inked)
    engine = reader.engine()
    words = _read_inked(ready, ready_dpi, inked, reader)

    size = ready.width * 72 / ready_dpi, ready.height * 72 / ready_dpi
    unsealed = cache(lambda: _without_black_seal(ready, signature_region(words, *size), ready_dpi))

    def read_again(region: Box, layout: int) -> list[Word]:
        coloured = paper.picture.mode in ("RGB", "RGBA")
        frame = _frame(region, ready_dpi)
        cut = _cut(sheet, region, ready_dpi) if coloured else page_image.darkest_ink(unsealed().crop(frame))
        return engine.read(cut, dpi=ready_dpi, layout=layout, seconds=reader.seconds)

    def read_as_it_is(region: Box, layout: int) -> list[Word]:
        cut = ready.crop(_frame(region, ready_dpi))
        return engine.read(cut, dpi=ready_dpi, layout=layout, seconds=reader.seconds)

    words = with_number_line(words, size[0], read_as_it_is)
    words = with_signature_block(with_recipients(words, size, (read_again, read_as_it_is)), size, read_again)
    return _Upright(with_set_phrases(words), ready, ready_dpi, skew)


def _read_inked(ready: Image.Image, dpi: float, inked: Box, reader: Reader) -> list[Word]:
    """The words of a page, read without its empty margins: they take the engine a twentieth of its time.

    `inked` is in shares of the page.
    """
    frame = _with_margins(inked, ready.size, dpi)
    left, top, *_ = frame
    part, part_dpi = page_image.ready_as_a_page(ready.crop(frame), dpi)
    words = reader.engine().read(part, dpi=part_dpi, layout=PAGE, seconds=reader.seconds)
    return [word.moved(left * 72 / dpi, top * 72 / dpi) for word in without_doubles(words)]


def _with_margins(inked: Box, size: tuple[int, int], dpi: float) -> tuple[int, int, int, int]:
    """The inked part (shares of the page) with some paper around it, in pixels."""
    wide, high = size
    beside, over = (round(points * dpi / 72) for points in _MARGINS)
    left, top = max(0, int(inked.left * wide) - beside), max(0, int(inked.top * high) - over)
    return left, top, min(wide, int(inked.right * wide) + beside), min(high, int(inked.bottom * high) + over)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The picture as scanned, and by how much its lines are off level."""

    picture: Image.Image
    dpi: float
    skew: float

    def ready(self, grey: Image.Image, inked: Box) -> tuple[Image.Image, float]:
        """A grey rendering of it, made level and brought to the reading resolution; white around what is inked."""
        frame = _with_margins(inked, grey.size, self.dpi)
        level = level_cut(grey, self.skew, Box(*frame), lambda piece: piece)
        part, dpi = page_image.ready_for_reading(level, self.dpi)
        scale = dpi / self.dpi
        page = Image.new("L", (round(grey.width * scale), round(grey.height * scale)), "white")
        page.paste(part, (round(frame[0] * scale), round(frame[1] * scale)))
        return page, dpi


def _cut(sheet: _Sheet, region: Box, dpi: float) -> Image.Image:
    """The region of a coloured sheet at the reading resolution, red seals and blue ink faded."""
    left, top, right, bottom = _frame(region, dpi)
    scale = sheet.dpi / 72
    own = Box(region.left * scale, region.top * scale, region.right * scale, region.bottom * scale)
    piece = level_cut(sheet.picture, sheet.skew, own, page_image.without_coloured_ink)
    return piece.resize((right - left, bottom - top), Image.Resampling.BOX)


def _without_black_seal(ready: Image.Image, block: Box | None, dpi: float) -> Image.Image:
    """A grey page without the black seal in its signature block; the page itself where there is none."""
    if block is None:
        return ready
    frame = _frame(block, dpi)
    dark = page_image.darkest_ink(ready.crop(frame))
    freed = without_black_seal(dark, dpi)
    if freed is dark:
        return ready
    page = ready.copy()
    page.paste(freed, frame[:2])
    return page


def _frame(region: Box, dpi: float) -> tuple[int, int, int, int]:
    """The region in pixels."""
    left, top, right, bottom = (round(edge * dpi / 72) for edge in astuple(region))
    return left, top, right, bottom


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

    def trial(turn: int) -> list[Word]:
        turned = small.rotate(-turn, expand=True)
        return reader.engine().read(turned, dpi=dpi * factor, layout=PAGE, seconds=reader.seconds)

    as_it_is = 0.0 if lying else _read_letters(trial(0))
    scores: dict[int, float] = {}
    for turn in (90, 270) if lying else (180, 90, 270):
        words = trial(turn)
        scores[turn] = _read_letters(words)
        sure = scores[turn] > _SURELY_READ * sum(len(word.text) for word in words)
        if sure and scores[turn] > 150 and scores[turn] > 3 * as_it_is + 40:
            return turn
    best = max(scores, key=lambda turn: scores[turn])
    if scores[best] > 1.5 * as_it_is + 40:
        return best
    return _turn_of_few_words(grey, dpi, reader) if lying and scores[best] else 0


def _turn_of_few_words(grey: Image.Image, dpi: float, reader: Reader) -> int:
    """The same for a page that seems to lie on its side and holds little more than a signature block: read in full."""
    ready, ready_dpi = page_image.ready_for_reading(grey, dpi)
    engine = reader.engine()
    letters = {
        turn: _read_letters(
            engine.read(ready.rotate(-turn, expand=True), dpi=ready_dpi, layout=PAGE, seconds=reader.seconds)
        )
        for turn in (0, 90, 270)
    }
    *_, second, best = sorted(letters, key=lambda turn: letters[turn])
    return best if letters[best] > 1.5 * letters[second] + _FEW_LETTERS else 0


def _turn_of_short_page(read: _Upright, reader: Reader) -> int:
    """The turn in which a page that holds little more than a signature block is read, 0 where as it is: in full."""
    if len(read.words) > _SHORT_PAGE:
        return 0
    enough = 1.5 * _read_letters(read.words) + _FEW_LETTERS
    for turn in (180, 90, 270):
        turned = read.ready.rotate(-turn, expand=True)
        words = reader.engine().read(turned, dpi=read.dpi, layout=PAGE, seconds=reader.seconds)
        if _read_letters(words) > enough:
            return turn
    return 0


def _read_letters(words: list[Word]) -> float:
    """Letters in upright words read with confidence."""
    upright = (w for w in words if w.confidence > 0.7 and w.box.width > 0.8 * w.box.height)
    return float(sum(len(word.text) for word in upright if len(word.text) > 2))
