"""The skew of a page is found, and repaired as turning would."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from ocr.pictures.skew import skew_of, turned_upright


def _lines() -> Image.Image:
    page = Image.new("L", (1654, 2339), 250)
    pen = ImageDraw.Draw(page)
    for row in range(200, 2100, 47):
        for column in range(200, 1450, 30):
            pen.rectangle([column, row, column + 18, row + 20], fill=30)
    return page


@pytest.mark.parametrize("angle", [-5.3, -2.4, -0.6, 0.0, 0.6, 1.5, 2.9, 4.1])
def test_the_skew_of_a_page_is_found_within_a_fifth_of_a_degree(angle: float) -> None:
    turned = _lines().rotate(angle, Image.Resampling.BILINEAR, fillcolor=250)

    assert skew_of(turned) == pytest.approx(angle, abs=0.2)


def test_a_page_without_text_has_no_skew() -> None:
    assert skew_of(Image.new("L", (800, 1100), 255)) == 0.0


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_shearing_a_little_equals_turning(mode: str) -> None:
    page = _lines().convert(mode)

    sheared, turned = turned_upright(page, 1.2), page.rotate(-1.2, Image.Resampling.BILINEAR, fillcolor="white")

    difference = ImageChops.difference(sheared, turned).convert("L").crop((150, 150, 1500, 2150)).reduce(4)
    assert ImageStat.Stat(difference).mean[0] < 12
    assert skew_of(sheared.convert("L")) == pytest.approx(-1.2, abs=0.2)


@pytest.mark.parametrize("angle", [-1.6, 0.0, 1.7])
def test_the_skew_of_a_last_page_is_found_though_its_two_columns_are_set_otherwise(angle: float) -> None:
    page = Image.new("L", (1654, 2339), 250)
    pen = ImageDraw.Draw(page)
    for left, right, rows in ((210, 500, range(200, 360, 38)), (1010, 1330, (170, 216, 390))):
        for top in rows:
            for column in range(left, right, 21):
                pen.rectangle([column, top, column + 13, top + 18], fill=30)

    turned = page.rotate(angle, Image.Resampling.BILINEAR, fillcolor=250)

    assert skew_of(turned) == pytest.approx(angle, abs=0.2)
