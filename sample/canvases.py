"""PDF canvases that write the same bytes every time."""

from __future__ import annotations

from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from sample.paper import HEIGHT, WIDTH

rl_config.useA85 = 0  # streams as office programs write them; the text form costs half a second a scan


def new_canvas(stream: BytesIO, version: tuple[int, int]) -> Canvas:
    """An A4 canvas without clock or chance; `version` like (1, 7)."""
    size = (WIDTH, HEIGHT)
    return Canvas(stream, pagesize=size, pageCompression=1, invariant=1, pdfVersion=version, lang="vi-VN")
