"""A seal as black as print is taken out of a picture, its print is not."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.pictures.black_seal import without_black_seal
from tests.ocr.faces import FACES, font_file

DPI = 200.0
SCALE = DPI / 72


def block(*, seal: bool) -> Image.Image:
    """200 points wide: a title, and under it a seal of 38 mm with rings and a star whose edge a name crosses."""
    picture = Image.new("L", (round(230 * SCALE), round(190 * SCALE)), 255)
    draw = ImageDraw.Draw(picture)
    face = ImageFont.truetype(font_file(FACES[0], "Bold"), 13.5 * SCALE)
    for text, at in (("CHỦ TỊCH", (125, 14)), ("Phan Thanh Dũng", (135, 150))):
        draw.text((at[0] * SCALE, at[1] * SCALE), text, fill=0, font=face, anchor="mm")
    for share, width in ((1.0, 2.2), (0.93, 0.8), (0.62, 0.9)) if seal else ():
        edge = 54 * share
        frame = [(v * SCALE) for v in (80 - edge, 100 - edge, 80 + edge, 100 + edge)]
        draw.ellipse(frame, outline=0, width=round(width * SCALE))
    if seal:
        draw.regular_polygon((80 * SCALE, 100 * SCALE, 20 * SCALE), 5, fill=0)
    return picture


def ink(picture: Image.Image) -> int:
    return int((np.asarray(picture) < 128).sum())


def test_most_of_a_black_seals_rings_and_star_is_taken_out_and_print_that_crosses_them_stays() -> None:
    print_alone, sealed = block(seal=False), block(seal=True)

    freed = without_black_seal(sealed, DPI)

    of_print = np.asarray(print_alone) < 128
    assert int((of_print & (np.asarray(freed) < 128)).sum()) > 0.93 * of_print.sum()
    assert ink(freed) - ink(print_alone) < 0.3 * (ink(sealed) - ink(print_alone))


def test_a_picture_without_a_seal_is_left_as_it_is() -> None:
    picture = block(seal=False)

    assert without_black_seal(picture, DPI) is picture


def test_an_arc_that_is_no_whole_ring_is_no_seal() -> None:
    picture = block(seal=False)
    ImageDraw.Draw(picture).arc([26 * SCALE, 46 * SCALE, 134 * SCALE, 154 * SCALE], 200, 330, fill=0, width=6)

    assert without_black_seal(picture, DPI) is picture
