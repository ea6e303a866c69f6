"""Pictures of pages and places: upright, levelled, and in the place that the examination names."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ocr.page_picture import PageAsked, page_picture
from ocr.pictures.shown_places import Share, as_scanned, turned

PLACE: Share = (0.2, 0.1, 0.3, 0.12)
"""On the upright page: where a black bar stands."""


def _upright() -> Image.Image:
    page = Image.new("RGB", (1000, 1414), "white")
    ImageDraw.Draw(page).rectangle((200, 141, 300, 170), fill="black")
    return page


def _seen(asked: PageAsked) -> Image.Image:
    return Image.open(io.BytesIO(page_picture(asked))).convert("L")


def _middle_of_ink(picture: Image.Image) -> tuple[float, float]:
    left, top, right, bottom = picture.point(lambda level: 255 if level < 128 else 0).getbbox() or (0, 0, 0, 0)
    return (left + right) / 2 / picture.width, (top + bottom) / 2 / picture.height


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_scan_that_lies_on_its_side_is_shown_upright_and_its_place_found(tmp_path: Path, clockwise: int) -> None:
    path = tmp_path / "quet.png"
    _upright().rotate(clockwise, expand=True).save(path)

    whole = _seen(PageAsked(path, 1, turn=clockwise))
    cut = _seen(PageAsked(path, 1, turn=clockwise, cut=PLACE))

    assert _middle_of_ink(whole) == pytest.approx((0.25, 0.11), abs=0.01)
    assert _middle_of_ink(cut) == pytest.approx((0.5, 0.5), abs=0.05)


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_box_turns_with_its_page(clockwise: int) -> None:
    lying = _upright().rotate(clockwise, expand=True).convert("L")
    ink = lying.point(lambda level: 255 if level < 128 else 0).getbbox() or (0, 0, 0, 0)
    box = (ink[0] / lying.width, ink[1] / lying.height, ink[2] / lying.width, ink[3] / lying.height)

    assert turned(box, clockwise) == pytest.approx((0.2, 0.0997, 0.301, 0.1209), abs=0.002)


def test_a_box_of_a_levelled_page_lies_where_the_skewed_scan_has_it() -> None:
    skewed = _upright().rotate(1.5, Image.Resampling.BILINEAR, fillcolor="white").convert("L")

    box = as_scanned(PLACE, 1.5)

    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx(_middle_of_ink(skewed), abs=0.003)
    assert as_scanned(PLACE, 0.2) == as_scanned(PLACE, None) == PLACE


@pytest.mark.parametrize("rotated", [0, 90])
def test_a_signature_is_framed_where_it_stands_also_on_a_rotated_page(tmp_path: Path, rotated: int) -> None:
    path = tmp_path / "ky.pdf"
    canvas = Canvas(str(path), pagesize=(500, 700))
    canvas.setPageRotation(rotated)
    canvas.rect(100, 350, 200, 50, fill=1)
    canvas.save()

    plain, framed = (_seen(PageAsked(path, 1, marks)) for marks in ((), ((1, (100, 350, 300, 400)),)))

    assert _middle_of_ink(framed) == pytest.approx(_middle_of_ink(plain), abs=0.01)
    assert framed.tobytes() != plain.tobytes()
