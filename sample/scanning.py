"""Composed pages printed, signed, sealed and scanned: page images in a PDF without a text layer."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader

from sample.canvases import new_canvas
from sample.composing import Composed
from sample.ink import seal, signature, written_number
from sample.paper import HEIGHT, WIDTH, Box, Page, Text, font_file

_PRINT = (28, 28, 30)
_PAPER = (252, 251, 247)
_TILE = 397
"""Side of the grain tile in pixels: a prime, so that the pattern meets the lines of text differently each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How a page was scanned. `skew` in degrees, `noise` as the standard deviation of a channel (0 to 255)."""

    dpi: int = 200
    colour: bool = True
    skew: float = 0.4
    noise: float = 4.0
    quality: int = 72
    sealed: bool = True
    signed: bool = True
    seed: int = 1


def scan_pdf(laid: Composed, scan: Scan, *, version: tuple[int, int] = (1, 7)) -> bytes:
    """The pages as JPEG images that fill A4 pages."""
    stream = BytesIO()
    canvas = new_canvas(stream, version)
    for number, page in enumerate(laid.pages):
        picture = _on_paper(page, scan)
        if number == len(laid.pages) - 1:
            _sign_and_seal(picture, laid, scan)
        canvas.drawImage(
            ImageReader(BytesIO(_jpeg(_through_scanner(picture, scan, number), scan))), 0, 0, WIDTH, HEIGHT
        )
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def page_image(laid: Composed, scan: Scan, *, page: int = 0) -> Image.Image:
    """One scanned page as a picture; `page` counts from 0."""
    picture = _on_paper(laid.pages[page], scan)
    if page == len(laid.pages) - 1:
        _sign_and_seal(picture, laid, scan)
    return _through_scanner(picture, scan, page)


def _on_paper(page: Page, scan: Scan) -> Image.Image:
    scale = scan.dpi / 72
    picture = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), _PAPER)
    pen = ImageDraw.Draw(picture)
    for mark in page.marks:
        if not isinstance(mark, Text):
            ends = (mark.x0 * scale, (HEIGHT - mark.y0) * scale, mark.x1 * scale, (HEIGHT - mark.y1) * scale)
            pen.line(ends, fill=_PRINT, width=max(1, round(mark.width * scale)))
        elif mark.ink == "print":
            at = (mark.x * scale, (HEIGHT - mark.y) * scale)
            pen.text(at, mark.text, font=_font(mark.face, mark.size * scale), fill=_PRINT, anchor="ls")
        else:
            _write(picture, mark, scan)
    return picture


@functools.cache
def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(face), size, layout_engine=ImageFont.Layout.BASIC)


def _write(picture: Image.Image, mark: Text, scan: Scan) -> None:
    scale = scan.dpi / 72
    digits = written_number(mark.text, round(mark.size * scale * 1.15), f"{scan.seed}")
    picture.paste(digits, (round(mark.x * scale), round((HEIGHT - mark.y - mark.size * 0.95) * scale)), digits)


def _sign_and_seal(picture: Image.Image, laid: Composed, scan: Scan) -> None:
    """Ink darkens what it covers: the seal lies over the signature and lets the print shine through."""
    if scan.signed:
        height = round((laid.signature[3] - laid.signature[1]) * scan.dpi / 72)
        _multiply(picture, signature(laid.signer, height), laid.signature, scan.dpi)
    if scan.sealed:
        diameter = round((laid.seal[2] - laid.seal[0]) * scan.dpi / 72)
        turned = seal(laid.organ, diameter).rotate((scan.seed * 37) % 17 - 8, resample=Image.Resampling.BICUBIC)
        _multiply(picture, turned, laid.seal, scan.dpi)


def _multiply(picture: Image.Image, ink: Image.Image, box: Box, dpi: int) -> None:
    left, top = round(box[0] * dpi / 72), round((HEIGHT - box[3]) * dpi / 72)
    sheet = Image.new("RGB", ink.size, (255, 255, 255))
    sheet.paste(ink, (0, 0), ink)
    area = (left, top, left + ink.width, top + ink.height)
    picture.paste(ImageChops.multiply(picture.crop(area), sheet), (left, top))


def _through_scanner(picture: Image.Image, scan: Scan, page: int) -> Image.Image:
    """Turned by the skew, which softens the edges as a lens does; a straight page is softened by a small blur."""
    if scan.skew:
        soft = picture.rotate(scan.skew, resample=Image.Resampling.BILINEAR, fillcolor=_PAPER)
    else:
        soft = picture.filter(ImageFilter.BoxBlur(scan.dpi / 500))
    seen = soft if scan.colour else soft.convert("L")
    return _with_noise(seen, scan, page) if scan.noise else seen


def _with_noise(picture: Image.Image, scan: Scan, page: int) -> Image.Image:
    """Grain of the sensor, the same for all channels: a tile repeated over the page, mirrored every other time."""
    random = np.random.default_rng([scan.seed, page])
    grain = random.normal(0, scan.noise, (_TILE, _TILE)).astype(np.int16)
    quad = np.block([[grain, grain[:, ::-1]], [grain[::-1], grain[::-1, ::-1]]])
    pixels = np.asarray(picture).astype(np.int16)
    tiles = np.tile(quad, (pixels.shape[0] // len(quad) + 1, pixels.shape[1] // len(quad) + 1))
    cut = tiles[: pixels.shape[0], : pixels.shape[1]]
    pixels += cut[:, :, None] if pixels.ndim == 3 else cut
    return Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8))


def _jpeg(picture: Image.Image, scan: Scan) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=scan.quality, dpi=(scan.dpi, scan.dpi))
    return stream.getvalue()
