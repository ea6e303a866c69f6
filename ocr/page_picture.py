"""A page as a picture for people: drawn in a sandbox, with signatures marked, never wider than a screen needs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from ocr.errors import OcrError
from ocr.intake import IMAGES, take_in
from sandbox import Failure, Limits, run_one

_DPI, _WIDEST, _SECONDS = 110.0, 1400, 20.0
_MARK = (0, 70, 160)


class NoPicture(OcrError):
    """The page cannot be drawn. The message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page (from 1) of which file; `marks` are boxes in points, origin bottom left, drawn as frames."""

    path: Path
    page: int
    marks: tuple[tuple[float, float, float, float], ...] = ()


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
    drawn.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def _image_page(asked: PageAsked) -> Image.Image:
    with Image.open(asked.path) as opened:
        opened.seek(asked.page - 1)
        opened.draft("RGB", (_WIDEST, _WIDEST * 2))
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((_WIDEST, _WIDEST * 2))
    return upright


def _pdf_page(data: bytes, asked: PageAsked) -> Image.Image:
    import pypdfium2 as pdfium

    from ocr.pdf import open_document, page_of, picture_of

    try:
        document = open_document(data)
    except pdfium.PdfiumError as error:
        raise NoPicture("tệp bị khóa hoặc bị hỏng.") from error
    if asked.page > len(document):
        raise NoPicture(f"tệp chỉ có {len(document)} trang.")
    page = page_of(document, asked.page)
    drawn = picture_of(page, min(_DPI, _WIDEST * 72 / max(page.width, 1.0)), _SECONDS)
    scale = drawn.width / max(page.width, 1.0)
    pen = ImageDraw.Draw(drawn)
    for left, bottom, right, top in asked.marks:
        box = [left * scale, (page.height - top) * scale, right * scale, (page.height - bottom) * scale]
        pen.rectangle(
            [min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])], outline=_MARK, width=3
        )
    return drawn
