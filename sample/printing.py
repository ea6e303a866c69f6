"""Composed pages to a PDF with a text layer, the same bytes every time."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from sample.canvases import new_canvas
from sample.composing import Composed
from sample.ink import seal_png, signature_png
from sample.paper import Page, Text, font_name


def pdf_of(laid: Composed, *, title: str, version: tuple[int, int], stamped: bool = False) -> bytes:
    """The pages as a PDF; `stamped` puts pictures of signature and seal on the last page."""
    stream = BytesIO()
    canvas = new_canvas(stream, version)
    canvas.setTitle(title)
    for number, page in enumerate(laid.pages, start=1):
        _print(canvas, page)
        if stamped and number == len(laid.pages):
            _stamp(canvas, laid)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _print(canvas: Canvas, page: Page) -> None:
    writing = canvas.beginText()
    for mark in page.marks:
        if isinstance(mark, Text):
            if mark.ink == "print":
                writing.setFont(font_name(mark.face), mark.size)
                writing.setTextOrigin(mark.x, mark.y)
                writing.textOut(mark.text)
        else:
            canvas.setLineWidth(mark.width)
            canvas.line(mark.x0, mark.y0, mark.x1, mark.y1)
    canvas.drawText(writing)


def _stamp(canvas: Canvas, laid: Composed) -> None:
    for png, box in ((signature_png(laid.signer), laid.signature), (seal_png(laid.organ), laid.seal)):
        picture = ImageReader(BytesIO(png))
        canvas.drawImage(picture, box[0], box[1], box[2] - box[0], box[3] - box[1], mask="auto")
