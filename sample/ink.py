"""Ink: the red seal, the blue signature, digits written by pen. Pictures with transparent ground.

The seal says MẪU (sample) where a real one bears the national emblem.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw, ImageFont

from sample.paper import font_file

RED = (206, 26, 34)
BLUE = (24, 52, 148)
_FINER = 3
Point = tuple[float, float]

# Strokes of handwritten digits in a box of 1 by 1.6, y downwards.
_DIGITS: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((0.55, 0.05), (0.15, 0.3), (0.08, 1.0), (0.4, 1.55), (0.8, 1.3), (0.9, 0.6), (0.6, 0.05)),),
    "1": (((0.2, 0.45), (0.55, 0.05), (0.5, 0.8), (0.45, 1.55)),),
    "2": (((0.12, 0.4), (0.4, 0.05), (0.8, 0.25), (0.65, 0.8), (0.1, 1.5), (0.5, 1.4), (0.95, 1.5)),),
    "3": (((0.15, 0.2), (0.55, 0.05), (0.75, 0.4), (0.4, 0.7), (0.85, 1.05), (0.55, 1.55), (0.1, 1.4)),),
    "4": (((0.5, 0.05), (0.1, 0.95), (0.95, 0.9)), ((0.7, 0.6), (0.6, 1.6))),
    "5": (((0.85, 0.1), (0.3, 0.1), (0.22, 0.65), (0.75, 0.7), (0.8, 1.3), (0.4, 1.58), (0.05, 1.4)),),
    "6": (((0.75, 0.05), (0.25, 0.6), (0.1, 1.2), (0.45, 1.58), (0.8, 1.2), (0.5, 0.85), (0.15, 1.1)),),
    "7": (((0.08, 0.15), (0.9, 0.1), (0.5, 0.8), (0.35, 1.58)), ((0.25, 0.8), (0.75, 0.75))),
    "8": (((0.7, 0.25), (0.4, 0.05), (0.2, 0.4), (0.75, 1.0), (0.5, 1.55), (0.15, 1.2), (0.75, 0.4), (0.65, 0.1)),),
    "9": (((0.75, 0.5), (0.4, 0.75), (0.15, 0.4), (0.5, 0.05), (0.8, 0.35), (0.7, 1.0), (0.45, 1.58)),),
}


@functools.cache
def seal_png(organ: str, *, pixels: int = 300) -> bytes:
    """The round seal of an organ as a PNG."""
    return _png(seal(organ, pixels))


@functools.cache
def signature_png(signer: str, *, height: int = 160) -> bytes:
    """A signature by pen as a PNG, twice as wide as high; the same signer always signs alike."""
    return _png(signature(signer, height))


@functools.cache
def seal(organ: str, pixels: int) -> Image.Image:
    """The round seal, `pixels` wide."""
    size = pixels * _FINER
    picture = Image.new("RGBA", (size, size), (*RED, 0))
    pen = ImageDraw.Draw(picture)
    for share, width in ((0.485, 0.022), (0.462, 0.006), (0.315, 0.006)):
        _circle(pen, size, share, round(width * size))
    _round_text(picture, organ, size * 0.388, 0.062 * size, middle=-90.0)
    _star(pen, _on_circle(size, 0.0, 0, lift=0.05), 0.13 * size)
    _star(pen, _on_circle(size, 0.388, 90), 0.03 * size)
    font = ImageFont.truetype(font_file("bold"), size * 0.085)
    pen.text((size / 2, size * 0.66), "MẪU", font=font, fill=(*RED, 255), anchor="ms")
    return picture.resize((pixels, pixels), Image.Resampling.LANCZOS)


def _circle(pen: ImageDraw.ImageDraw, size: int, share: float, width: int) -> None:
    low, high = size * (0.5 - share), size * (0.5 + share)
    pen.ellipse((low, low, high, high), outline=(*RED, 255), width=width)


def _star(pen: ImageDraw.ImageDraw, centre: Point, radius: float) -> None:
    angles = ((math.radians(turn * 36 - 90), radius * (1.0 if turn % 2 == 0 else 0.42)) for turn in range(10))
    pen.polygon([(centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)) for a, r in angles], fill=(*RED, 255))


def _on_circle(size: int, share: float, degrees: float, *, lift: float = 0.0) -> Point:
    angle = math.radians(degrees)
    return size * (0.5 + share * math.cos(angle)), size * (0.5 - lift + share * math.sin(angle))


def _round_text(picture: Image.Image, text: str, radius: float, size: float, *, middle: float) -> None:
    """Letters around the centre, upright when read from outside the top."""
    font = ImageFont.truetype(font_file("bold"), size)
    advances = [font.getlength(letter) for letter in text]
    spread = min(1.25, math.radians(285) * radius / sum(advances))
    angle = math.radians(middle) - sum(advances) * spread / radius / 2
    for letter, advance in zip(text, advances, strict=True):
        angle += advance * spread / radius / 2
        _paste_letter(picture, letter, font, radius, angle)
        angle += advance * spread / radius / 2


def _paste_letter(picture: Image.Image, letter: str, font: ImageFont.FreeTypeFont, radius: float, angle: float) -> None:
    side = round(font.size * 2)
    tile = Image.new("L", (side, side))
    ImageDraw.Draw(tile).text((side / 2, side * 0.66), letter, font=font, fill=255, anchor="ms")
    turned = tile.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
    centre = picture.width / 2
    place = (round(centre + radius * math.cos(angle) - side / 2), round(centre + radius * math.sin(angle) - side / 2))
    picture.paste(Image.new("RGBA", (side, side), (*RED, 255)), place, turned)


@functools.cache
def signature(signer: str, height: int) -> Image.Image:
    """A flowing signature, `height` pixels high and twice as wide."""
    size = (2 * height * _FINER, height * _FINER)
    picture = Image.new("RGBA", size, (*BLUE, 0))
    pen = ImageDraw.Draw(picture)
    for stroke in _signature_strokes(Random(f"{signer}/signature")):
        points = [(x * size[0], y * size[1]) for x, y in _smooth(stroke)]
        _draw_stroke(pen, points, 0.016 * size[1], BLUE)
    return picture.resize((2 * height, height), Image.Resampling.LANCZOS)


def _signature_strokes(random: Random) -> Iterator[list[Point]]:
    """A big first letter, a running wave that gets flatter, a flourish back under it."""
    loop = [(0.10, 0.62), (0.17, 0.12), (0.26, 0.10), (0.22, 0.55), (0.14, 0.86), (0.09, 0.62), (0.30, 0.42)]
    wave, x = [], 0.30
    for turn in range(random.randint(5, 8)):
        high = 0.20 / (1 + turn * 0.35) * random.uniform(0.7, 1.3)
        wave += [(x, 0.60 - high), (x + 0.025, 0.62 + high * 0.4)]
        x += random.uniform(0.05, 0.075)
    flourish = [
        (x, 0.55),
        (0.95, 0.42),
        (0.90, 0.60),
        (0.55, 0.78),
        (0.16, 0.90),
        (0.60, 0.80),
        (0.97, random.uniform(0.66, 0.8)),
    ]
    yield [(a + random.uniform(-0.015, 0.015), b + random.uniform(-0.04, 0.04)) for a, b in loop + wave + flourish]
    yield [(0.33, 0.28), (0.36, 0.22), (0.41, 0.25)]


def _smooth(points: Sequence[Point], steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for index in range(len(points) - 1):
        corners = padded[index : index + 4]
        curve += [_between(corners, step / steps) for step in range(steps)]
    return [*curve, points[-1]]


def _between(corners: Sequence[Point], t: float) -> Point:
    weights = (
        -0.5 * t**3 + t**2 - 0.5 * t,
        1.5 * t**3 - 2.5 * t**2 + 1,
        -1.5 * t**3 + 2 * t**2 + 0.5 * t,
        0.5 * t**3 - 0.5 * t**2,
    )
    pairs = list(zip(weights, corners, strict=True))
    return sum(weight * x for weight, (x, _) in pairs), sum(weight * y for weight, (_, y) in pairs)


def _draw_stroke(pen: ImageDraw.ImageDraw, points: Sequence[Point], width: float, colour: tuple[int, int, int]) -> None:
    """A pen line that swells a little where it goes down."""
    for (x0, y0), (x1, y1) in pairwise(points):
        swollen = width * (1.25 if y1 > y0 else 0.85)
        pen.line((x0, y0, x1, y1), fill=(*colour, 255), width=max(1, round(swollen)))
        half = swollen / 2
        pen.ellipse((x1 - half, y1 - half, x1 + half, y1 + half), fill=(*colour, 255))


def written_number(text: str, height: int, seed: str) -> Image.Image:
    """Digits written by pen, `height` pixels high, on transparent ground; other characters leave a gap."""
    random = Random(f"{seed}/{text}/pen")
    scale = height * _FINER / 1.9
    picture = Image.new("RGBA", (round(scale * 1.05 * (len(text) + 0.5)), height * _FINER), (*BLUE, 0))
    pen = ImageDraw.Draw(picture)
    for place, digit in enumerate(text):
        for stroke in _DIGITS.get(digit, ()):
            shaken = [(x + random.uniform(-0.06, 0.06), y + random.uniform(-0.06, 0.06)) for x, y in stroke]
            points = [((x * 0.8 + place + 0.15) * scale, (y + 0.15) * scale) for x, y in _smooth(shaken)]
            _draw_stroke(pen, points, 0.11 * scale, BLUE)
    return picture.resize((picture.width // _FINER, height), Image.Resampling.LANCZOS)


def note_png(lines: Sequence[str], *, width: int = 540, height: int = 96) -> bytes:
    """Lines of upright black text, right-aligned, as a signature on a scan shows them (three pixels a point)."""
    picture = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(font_file("regular"), height / len(lines) * 0.86, layout_engine=ImageFont.Layout.BASIC)
    for place, line in enumerate(lines):
        pen.text((width, (place + 0.8) * height / len(lines)), line, font=font, fill=(0, 0, 0, 255), anchor="rs")
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
