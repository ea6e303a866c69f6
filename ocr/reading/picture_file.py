"""Picture files: their pages as upright pictures on white paper, whatever a camera, a phone or a program stored."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageOps

from ocr.budget import OutOfTime, at_most
from ocr.errors import OcrError, UnreadableFile
from ocr.page import Note, PageReading
from ocr.pdf.objects import MOST_PIXELS
from ocr.pictures import page_image
from ocr.reading.pictured_page import Reader, read_picture
from ocr.signatures.paper_marks import marks_on_paper

Image.MAX_IMAGE_PIXELS = 4 * MOST_PIXELS
warnings.filterwarnings("ignore", module=r"PIL\.")  # its remarks about strangers' files are not ours to print
_WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "F")
_LEVELS = (255, 4095, 65535)
"""Brightest level of pictures of 8, 12 and 16 bits."""
_BROKEN = "Ảnh hỏng hoặc tải lên chưa trọn vẹn, không đọc được. Đề nghị tải lại tệp gốc, hoặc quét lại."
_TOO_LARGE = "Ảnh quá lớn, không mở để tránh quá tải. Đề nghị quét lại ở 200-300 dpi."


def opened_picture(data: bytes) -> Image.Image:
    """The file, not yet decoded.

    Raises:
        UnreadableFile: broken, or too large.
    """
    try:
        return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF"))
    except Image.DecompressionBombError as error:
        raise UnreadableFile("limit", _TOO_LARGE) from error
    except Exception as error:
        raise UnreadableFile("unreadable", "Tệp ảnh hỏng, không mở được. Đề nghị quét lại.") from error


def frames_of(file: Image.Image) -> Iterator[Image.Image | str]:
    """The pages of a picture file in order; for a broken one what is wrong with it. One object, moved on, each time.

    Only TIFF has pages: the second picture of a phone's JPEG is a preview, those of a PNG are an animation.
    """
    if file.format != "TIFF":
        yield file
        return
    number = broken = 0
    while broken < 2:
        try:
            file.seek(number)
        except EOFError:
            return
        except Exception:  # noqa: BLE001 - as opened_picture
            broken += 1
            yield _BROKEN
        else:
            broken = 0
            yield file
        number += 1


def on_white_paper(frame: Image.Image) -> Image.Image:
    """The frame as a person sees it: turned as its camera says, without transparency, in 8 bits ("L", "1" or "RGB").

    Raises:
        OSError, ValueError, SyntaxError: the pixels are broken.
    """
    upright = ImageOps.exif_transpose(frame)
    if upright.mode in _WIDE_MODES:
        return _in_eight_bits(upright)
    return upright if upright.mode == "1" else page_image.on_white(upright)


def _in_eight_bits(wide: Image.Image) -> Image.Image:
    pixels = np.nan_to_num(np.asarray(wide, dtype=np.float64))
    brightest = float(pixels.max(initial=0))
    white = next((level for level in _LEVELS if brightest <= level), brightest)
    return Image.fromarray((np.clip(pixels, 0, white) * (255 / white)).round().astype(np.uint8))


def read_frame(frame: Image.Image | str, number: int, reader: Reader) -> PageReading:
    """One page of a picture file; what is broken becomes a note.

    Raises:
        EngineMissing: this machine has no engine.
    """
    if isinstance(frame, str):
        return _unread(PageReading(number, "scan", 595.0, 842.0), frame)
    dpi = _dpi_of(frame)
    base = PageReading(number, "scan", frame.width * 72 / dpi, frame.height * 72 / dpi, dpi=round(dpi))
    if frame.width * frame.height > MOST_PIXELS:
        return _unread(base, _TOO_LARGE)
    try:
        with at_most(reader.seconds + 1):
            return _read(base, on_white_paper(frame), dpi, reader)
    except OcrError:
        raise
    except OutOfTime as error:
        return _unread(base, f"Ảnh đọc quá lâu ({error}) nên dừng lại. Đề nghị quét lại ở 200-300 dpi.")
    except (Exception, MemoryError):  # noqa: BLE001 - as opened_picture
        return _unread(base, _BROKEN)


def _read(base: PageReading, seen: Image.Image, dpi: float, reader: Reader) -> PageReading:
    picture = seen.convert("L") if seen.mode == "1" else seen
    facts = replace(
        base,
        width=picture.width * 72 / dpi,
        height=picture.height * 72 / dpi,
        colour=page_image.colour_seen(seen),
        cut=page_image.strokes_over_edges(picture, dpi),
        marks=marks_on_paper(picture, dpi=dpi),
    )
    return read_picture(facts, picture, dpi, reader)


def _unread(base: PageReading, why: str) -> PageReading:
    return replace(base, notes=(Note("page_unread", base.number, why),))


def _dpi_of(frame: Image.Image) -> float:
    """The file's own dpi where it is believable, else that of an A4 page of this width."""
    said = frame.info.get("dpi", (0, 0))
    dpi = float(said[0]) if isinstance(said, tuple) and said and said[0] else 0.0
    return dpi if 50 <= dpi <= 2400 else min(frame.size) / (210 / 25.4)
