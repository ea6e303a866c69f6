"""PDFs in which pictures and text lie upon each other: searchable scans, scans pasted into a page, letterheads."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.ocr.faces import FACES, font_file


def searchable(scan: bytes, text: bytes, *, under: bool = False, visible: bool = False) -> bytes:
    """The pages of a scan with the words of `text`, page by page, laid over them so that nobody sees them.

    `under`: drawn as usual, but before the picture, which covers them. `visible`: drawn as usual, over the picture.
    """
    writer = PdfWriter()
    for pictured, worded in zip(PdfReader(io.BytesIO(scan)).pages, PdfReader(io.BytesIO(text)).pages, strict=True):
        if not (under or visible):
            content = DecodedStreamObject()
            content.set_data(worded.get_contents().get_data().replace(b"BT", b"BT 3 Tr"))
            worded[NameObject("/Contents")] = content
        below, above = (worded, pictured) if under else (pictured, worded)
        page = writer.add_page(below)
        page.merge_page(above)
    return written(writer)


@dataclass(frozen=True, slots=True)
class Pasting:
    """A picture on an A4 page: its width and where its upper left corner lies, in points, and a typed line over it."""

    width: float = 16 / 2.54 * 72
    left: float = 70.0
    top: float = 70.0
    caption: str = ""
    quality: int = 85


def pasted(picture: Image.Image, at: Pasting) -> bytes:
    """A page as a word processor saves it, with the picture pasted in."""
    target, coded = io.BytesIO(), io.BytesIO()
    picture.save(coded, "JPEG", quality=at.quality)
    canvas = Canvas(target, pagesize=A4, pdfVersion=(1, 7), invariant=1)
    high = at.width * picture.height / picture.width
    canvas.drawImage(ImageReader(coded), at.left, A4[1] - at.top - high, at.width, high)
    if at.caption:
        canvas.setFont(_face("Regular"), 12)
        canvas.drawString(70, A4[1] - at.top + 20, at.caption)
    canvas.save()
    return target.getvalue()


def on_background(text: bytes, background: Image.Image, *, above: bool = False) -> bytes:
    """The one page of `text` over a picture that fills the page, as letterheads and watermarks do.

    `above`: the picture, which lets through, is painted over the text.
    """
    writer = PdfWriter()
    coded = io.BytesIO()
    background.save(coded, "PNG")
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, pdfVersion=(1, 7), invariant=1)
    canvas.drawImage(ImageReader(coded), 0, 0, *A4, mask="auto" if above else None)
    canvas.save()
    both = [PdfReader(target).pages[0], PdfReader(io.BytesIO(text)).pages[0]]
    page = writer.add_page(both[above])
    page.merge_page(both[not above])
    return written(writer)


def joined(*files: bytes) -> bytes:
    """The pages of several PDFs in one."""
    writer = PdfWriter()
    for file in files:
        writer.append(io.BytesIO(file))
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.pdf_header = "%PDF-1.7"
    writer.write(target)
    return target.getvalue()


def _face(style: str) -> str:
    name = f"layered-{style}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, font_file(FACES[0], style)))
    return name
