"""A page, or a place on it, as a picture for people: drawn in a sandbox, upright, signatures marked and numbered."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from ocr.errors import OcrError
from ocr.intake import IMAGES, take_in
from ocr.pictures.shown_places import Share
from ocr.pictures.skew import REPAIR_SKEW_FROM, turned_upright
from ocr.reading.picture_file import on_white_paper
from ocr.words import Box
from sandbox import Failure, Limits, run_one

DRAWING = "2"
"""Version of the drawing: pictures kept by another one are drawn anew."""
_DPI, _WIDEST, _SECONDS = 110.0, 1400, 20.0
_CUT_DPI, _WIDEST_CUT = 200.0, 2600
_AROUND = (0.09, 0.012)
"""Margin around a place, as shares of the page: its printed neighbours say what it is."""
_MARK = (0, 70, 160)


class NoPicture(OcrError):
    """The page cannot be drawn. The message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page (from 1) of which file, and how it is shown.

    `marks`: signatures by number, boxes in points, origin bottom left, drawn as frames. `turn`: degrees clockwise to
    the upright page; None: as the file says. `cut`: only this place of the upright, levelled page; `skew` in degrees.
    """

    path: Path
    page: int
    marks: tuple[tuple[int, Share], ...] = ()
    turn: int | None = None
    skew: float = 0.0
    cut: Share | None = None

    @property
    def resolution(self) -> tuple[float, int]:
        """Dots an inch, and the most dots across."""
        return (_CUT_DPI, _WIDEST_CUT) if self.cut else (_DPI, _WIDEST)


def page_picture(asked: PageAsked) -> bytes:
    """The page as PNG, drawn in a child process with limits.

    Raises:
        NoPicture: it cannot be drawn; the message says why.
    """
    limits = Limits(memory_bytes=1 << 30, wall_seconds=_SECONDS + 10)
    answer = run_one(_asked, asked, limits=limits, preload=("ocr.page_picture",))
    if isinstance(answer, Failure):
        raise NoPicture("Không vẽ được trang này: tệp quá nặng hoặc bị hỏng. Có thể tải tệp về để xem.")
    if isinstance(answer, str):
        raise NoPicture(answer)
    return answer


def _asked(asked: PageAsked) -> bytes | str:
    """In the worker: what went wrong travels as text."""
    try:
        intake = take_in(asked.path)
        if intake.refusal:
            return intake.refusal[1]
        drawn = _image_page(asked) if intake.media_type in IMAGES else _pdf_page(intake.data, asked)
    except (OcrError, OSError, ValueError) as error:
        return f"Không vẽ được trang này: {error}"
    out = io.BytesIO()
    _shown(drawn, asked).save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def _shown(drawn: Image.Image, asked: PageAsked) -> Image.Image:
    """The page turned upright; with `cut`, the place on it, levelled."""
    upright = drawn.rotate(-asked.turn, expand=True) if asked.turn else drawn
    if asked.cut is None:
        return upright
    level = turned_upright(upright, asked.skew) if abs(asked.skew) >= REPAIR_SKEW_FROM else upright
    (wide, high), (across, down) = level.size, _AROUND
    left, top, right, bottom = asked.cut
    start = max(0, int((left - across) * wide)), max(0, int((top - down) * high))
    end = min(wide, int((right + across) * wide)), min(high, int((bottom + down) * high))
    return level.crop((*start, max(end[0], start[0] + 1), max(end[1], start[1] + 1)))


def _image_page(asked: PageAsked) -> Image.Image:
    _, widest = asked.resolution
    with Image.open(asked.path) as opened:
        opened.seek(asked.page - 1)
        opened.draft("RGB", (widest, widest * 2))
        page = on_white_paper(opened).convert("RGB")
    page.thumbnail((widest, widest * 2))
    return page


def _pdf_page(data: bytes, asked: PageAsked) -> Image.Image:
    import pypdfium2 as pdfium

    from ocr.pdf.objects import open_document, page_of, picture_of, place_on

    try:
        document = open_document(data)
    except pdfium.PdfiumError as error:
        raise NoPicture("tệp bị khóa hoặc bị hỏng.") from error
    if asked.page > len(document):
        raise NoPicture(f"tệp chỉ có {len(document)} trang.")
    page = page_of(document, asked.page)
    dpi, widest = asked.resolution
    drawn = picture_of(page, min(dpi, widest * 72 / max(page.width, 1.0)), _SECONDS)
    frames = [(number, place_on(page, *box)) for number, box in asked.marks]
    _frame_signatures(drawn, frames, drawn.width / max(page.width, 1.0))
    return drawn


def _frame_signatures(drawn: Image.Image, frames: Sequence[tuple[int, Box]], scale: float) -> None:
    """A frame around each signature, with its number in a corner; `scale`: dots a point."""
    pen = ImageDraw.Draw(drawn)
    for number, box in frames:
        left, top, right, bottom = (edge * scale for edge in (box.left, box.top, box.right, box.bottom))
        pen.rectangle((left, top, right, bottom), outline=_MARK, width=3)
        pen.rectangle((left, top, left + 20, top + 22), fill=_MARK)
        pen.text((left + 6, top + 1), str(number), fill="white", font_size=18)
