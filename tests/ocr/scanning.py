"""A document of tests/ocr/ground_truth.py as its scanner or camera gives it: pen, seal, skew, noise, compression."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tests.ocr.faces import FACES, font_file
from tests.ocr.ground_truth import Case
from tests.ocr.layered import Pasting, joined, pasted, searchable
from tests.ocr.papers import Scanner, handwrite, noisy, pages_pdf
from tests.ocr.typesetting import Sheet, typeset


def picture_of(case: Case) -> Image.Image:
    """The case's first page as its scanner sees it."""
    return pictures_of(case)[0]


def pictures_of(case: Case) -> list[Image.Image]:
    """The case's pages as its scanner sees them."""
    scanner = case.scanner
    assert scanner is not None
    sheet, scale, chance = typeset(case), scanner.dpi / 72, random.Random(scanner.seed)
    pages = [page.render(scale=scale).to_pil().convert("RGB") for page in pdfium.PdfDocument(sheet.pdf)]
    if case.by_hand:
        draw = ImageDraw.Draw(pages[0])
        for text, (x, y) in ((case.wording.number, sheet.number_at), (case.wording.day, sheet.day_at)):
            handwrite(draw, text, (x * scale, y * scale), scale, chance)
    if scanner.signature:
        _sign(pages[-1], sheet, scale, chance)
    if scanner.seal:
        pages[-1] = _sealed(pages[-1], sheet, " ".join(case.wording.organ), scale, chance)
    if case.grade == "photo":
        pages = [_photographed(page, chance) for page in pages]
    return [_scanned(page, scanner, chance) for page in pages]


def file_of(case: Case) -> bytes:
    """The case as the file that is handed in: its PDF, or its scan as the PDF that `carrier` says."""
    if case.scanner is None:
        return typeset(case).pdf
    pictures = pictures_of(case)
    if case.carrier == "pasted":
        place = Pasting(595 * case.shown, 595 * (1 - case.shown) / 2, 60.0, _CAPTION, case.scanner.quality)
        return joined(*(pasted(picture, place) for picture in pictures))
    scan = pages_pdf(pictures, case.scanner)
    return searchable(scan, typeset(_as_a_program_reads_it(case)).pdf) if case.carrier == "searchable" else scan


_CAPTION = "Bản quét kèm theo hồ sơ"


def _as_a_program_reads_it(case: Case) -> Case:
    """What a scanner's program lays over the page: of handwriting it makes other digits."""
    said = case.wording
    if not case.by_hand:
        return case
    wrong = replace(said, number=f"{int(said.number) + 3:02d}", day=f"{int(said.day) % 28 + 1:02d}")
    return replace(case, wording=wrong, by_hand=False)


def _sign(picture: Image.Image, sheet: Sheet, scale: float, chance: random.Random) -> None:
    """Strokes between title and name, which often reach into both."""
    x, y = (
        sheet.name_at[0] - chance.uniform(35, 60),
        (sheet.name_at[1] + sheet.stack_bottom) / 2 + chance.uniform(-4, 6),
    )
    points, phase = [], chance.uniform(0, 6)
    for step in range(90):
        x += chance.uniform(0.4, 1.9)
        high = chance.uniform(9, 22) * math.sin(step / chance.uniform(2.6, 3.6) + phase)
        points.append((x * scale, (y + high) * scale))
    ink = chance.choice(((25, 35, 130), (20, 20, 30), (30, 60, 170)))
    ImageDraw.Draw(picture).line(points, fill=ink, width=max(2, round(scale * chance.uniform(0.7, 1.3))), joint="curve")


def _sealed(picture: Image.Image, sheet: Sheet, words: str, scale: float, chance: random.Random) -> Image.Image:
    """A round seal of 36 to 40 mm over the left third of the signature, with its words around a star."""
    red = (chance.randint(195, 235), chance.randint(15, 70), chance.randint(25, 80))
    radius = chance.uniform(51, 57) * scale
    side = round(radius * 2.1)
    layer = Image.new("RGB", (side, side), "white")
    draw, middle = ImageDraw.Draw(layer), side / 2
    for share, width in ((1.0, 2.2), (0.93, 0.8), (0.62, 0.9)):
        r = radius * share
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=red, width=max(1, round(width * scale)))
    points = [
        (middle + radius * far * math.sin(k * math.pi / 5), middle - radius * far * math.cos(k * math.pi / 5))
        for k, far in enumerate((0.4, 0.16) * 5)
    ]
    draw.polygon(points, fill=red)
    _ring(layer, f"{words} • ", red, radius * 0.78)
    turned = layer.rotate(chance.uniform(-12, 12), fillcolor="white")
    x = (sheet.name_at[0] - chance.uniform(38, 62)) * scale - middle
    y = ((sheet.name_at[1] + sheet.stack_bottom) / 2 + chance.uniform(-6, 8)) * scale - middle
    whole = Image.new("RGB", picture.size, "white")
    whole.paste(turned, (round(x), round(y)))
    return ImageChops.multiply(picture, whole)


def _ring(layer: Image.Image, text: str, ink: tuple[int, int, int], radius: float) -> None:
    """Letters around the middle."""
    face = ImageFont.truetype(font_file(FACES[0], "Bold"), radius * 0.2)
    box = round(radius * 0.42)
    for place, letter in enumerate(text):
        angle = 360 * place / len(text)
        piece = Image.new("RGB", (box, box), "white")
        ImageDraw.Draw(piece).text((box / 2, box / 2), letter, fill=ink, font=face, anchor="mm")
        piece = piece.rotate(-angle, fillcolor="white")
        x = layer.width / 2 + radius * math.sin(math.radians(angle)) - box / 2
        y = layer.height / 2 - radius * math.cos(math.radians(angle)) - box / 2
        spot = (round(x), round(y), round(x) + box, round(y) + box)
        layer.paste(ImageChops.multiply(layer.crop(spot), piece), spot[:2])


def _photographed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """A phone's view: a little keystone, and a shadow from one side."""
    wide, high = picture.size
    lean = [chance.uniform(0, 0.012) * wide for _ in range(8)]
    corners = (-lean[0], -lean[1], -lean[2], high + lean[3], wide + lean[4], high + lean[5], wide + lean[6], -lean[7])
    seen = picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="white")
    shade = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(picture.size)
    dark = shade.point([round(150 + 105 * level / 255) for level in range(256)])
    return ImageChops.multiply(seen, Image.merge("RGB", (dark, dark, dark)))


def _scanned(picture: Image.Image, scanner: Scanner, chance: random.Random) -> Image.Image:
    if scanner.contrast < 1:
        picture = picture.point([round(255 - (255 - level) * scanner.contrast) for level in range(256)] * 3)
    if scanner.skew:
        picture = picture.rotate(scanner.skew, Image.Resampling.BICUBIC, fillcolor="white")
    if scanner.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scanner.blur * scanner.dpi / 200))
    picture = noisy(picture, scanner.noise, chance)
    if scanner.turn:
        picture = picture.rotate(-scanner.turn, expand=True)
    if scanner.colour == "1":
        level = 150 if scanner.contrast > 0.7 else 190
        return picture.convert("L").point([255 * (value > level) for value in range(256)]).convert("1", dither=0)
    return picture.convert(scanner.colour) if scanner.colour != "RGB" else picture
