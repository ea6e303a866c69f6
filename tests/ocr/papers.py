"""Builders of Decree-30 pages for the tests of `ocr/`: typeset, then "scanned" with seal, strokes, skew and noise.

Deterministic by seed. Names and numbers are invented.
"""

from __future__ import annotations

import io
import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = next(
    folder
    for folder in ("liberation2/LiberationSerif", "croscore/Tinos", "liberation/LiberationSerif")
    if Path(f"/usr/share/fonts/truetype/{folder}-Regular.ttf").exists()
)
"""A Times-like family with Vietnamese; Debian's older `liberation` has none, hence the order."""
BODY = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025; thực hiện Công văn số 2003/UBND-NC ngày "
    "01/11/2025 của Ủy ban nhân dân thành phố về việc rà soát thủ tục hành chính, Ủy ban nhân dân phường thông báo:",
    "1. Giao Phòng Văn hóa - Xã hội theo dõi, đôn đốc việc thực hiện Thông báo này; kịp thời báo cáo Ủy ban nhân dân "
    "phường các khó khăn, vướng mắc phát sinh./.",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What one document says. `number` or `day` empty: the place is left blank."""

    organ: tuple[str, ...] = ("ỦY BAN NHÂN DÂN", "PHƯỜNG HỘI AN ĐÔNG")
    number: str = "12"
    symbol: str = "TB-UBND"
    place: str = "Hội An Đông"
    day: str = "05"
    month: str = "11"
    year: str = "2025"
    kind: str = "THÔNG BÁO"
    subject: tuple[str, ...] = ("Về việc rà soát, công khai kết quả giải quyết", "thủ tục hành chính tháng 10 năm 2025")
    body: tuple[str, ...] = BODY
    stack: tuple[str, ...] = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    signer: str = "Nguyễn Thị Hồng"
    recipients: tuple[str, ...] = ("Như trên;", "CT, các PCT UBND phường;", "Lưu: VT, VHXH.")
    last_line: str = ""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a page was scanned. `hand_number`, `hand_day` are written by pen into the blank places."""

    dpi: int = 200
    seed: int = 1
    colour: str = "RGB"
    skew: float = 0.0
    turn: int = 0
    noise: float = 6.0
    blur: float = 0.0
    contrast: float = 1.0
    seal: bool = True
    signature: bool = True
    hand_number: str = ""
    hand_day: str = ""
    quality: int = 80


@dataclass(slots=True)
class Typeset:
    """A typeset page: its PDF, and where (points from the top left) hand and seal go."""

    pdf: bytes
    number_at: tuple[float, float] = (0, 0)
    day_at: tuple[float, float] = (0, 0)
    seal_at: tuple[float, float] = (0, 0)
    lines: list[str] = field(default_factory=list)


def typeset(paper: Paper, *, version: tuple[int, int] = (1, 7)) -> Typeset:
    """One page set in a Times-like face with the margins of Decree 30."""
    for style in ("Regular", "Bold", "Italic"):
        if f"S-{style}" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(f"S-{style}", f"/usr/share/fonts/truetype/{_FONTS}-{style}.ttf"))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, pdfVersion=version, invariant=1)
    page = Typeset(b"")
    _head(canvas, paper, page)
    _foot(canvas, paper, page, _body(canvas, paper, page))
    canvas.save()
    page.pdf = target.getvalue()
    return page


def _line(  # noqa: PLR0917 - one short call a line of print
    canvas: Canvas, page: Typeset, text: str, x: float, y: float, face: str, size: float, *, centred: bool = True
) -> None:
    canvas.setFont(f"S-{face}", size)
    (canvas.drawCentredString if centred else canvas.drawString)(x, A4[1] - y, text)
    page.lines.append(text)


def _head(canvas: Canvas, paper: Paper, page: Typeset) -> None:
    left, right = 155.0, 400.0
    for place, text in enumerate(paper.organ):
        _line(canvas, page, text, left, 72 + 15 * place, "Bold", 12.5)
    _line(canvas, page, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right, 72, "Bold", 12.5)
    _line(canvas, page, "Độc lập - Tự do - Hạnh phúc", right, 87, "Bold", 13)
    y = 72 + 15 * len(paper.organ) + 18
    canvas.line(left - 35, A4[1] - y + 12, left + 35, A4[1] - y + 12)
    gap = paper.number or "       "
    said = f"Số: {gap}/{paper.symbol}"
    _line(canvas, page, said, left, y, "Regular", 13)
    start = left - pdfmetrics.stringWidth(said, "S-Regular", 13) / 2
    page.number_at = (start + pdfmetrics.stringWidth("Số: ", "S-Regular", 13), y)
    before = f"{paper.place}, ngày "
    said = f"{before}{paper.day or '      '} tháng {paper.month or '     '} năm {paper.year}"
    _line(canvas, page, said, right, y, "Italic", 13)
    start = right - pdfmetrics.stringWidth(said, "S-Italic", 13) / 2
    page.day_at = (start + pdfmetrics.stringWidth(before, "S-Italic", 13), y)
    y += 36
    if paper.kind:
        _line(canvas, page, paper.kind, 310, y, "Bold", 14)
    else:
        for place, text in enumerate(paper.subject):
            _line(canvas, page, f"V/v {text}" if place == 0 else text, left, y - 18 + 14 * place, "Regular", 12)
    for place, text in enumerate(paper.subject if paper.kind else ()):
        _line(canvas, page, text, 310, y + 17 * (place + 1), "Bold", 13.5)


def _body(canvas: Canvas, paper: Paper, page: Typeset) -> float:
    y = 238.0
    for paragraph in paper.body:
        words, line, indent = paragraph.split(), "", 28.0
        for word in [*words, None]:
            longer = f"{line} {word}".strip()
            if word is None or pdfmetrics.stringWidth(longer, "S-Regular", 13.5) > 454 - indent:
                _line(canvas, page, line, 85 + indent, y, "Regular", 13.5, centred=False)
                y, indent, line = y + 18, 0.0, word or ""
            else:
                line = longer
        y += 6
    return y


def _foot(canvas: Canvas, paper: Paper, page: Typeset, y: float) -> None:
    y += 14
    _line(canvas, page, "Nơi nhận:", 85, y, "Italic", 12, centred=False)
    for place, text in enumerate(paper.recipients):
        _line(canvas, page, f"- {text}", 85, y + 13 * (place + 1), "Regular", 11, centred=False)
    for place, text in enumerate(paper.stack):
        _line(canvas, page, text, 420, y + 15 * place, "Bold", 13)
    bottom = y + 15 * len(paper.stack) + 62
    page.seal_at = (375, bottom - 32)
    _line(canvas, page, paper.signer, 420, bottom, "Bold", 13.5)
    if paper.last_line:
        _line(canvas, page, paper.last_line, 60, 825, "Regular", 8, centred=False)


def born_digital(paper: Paper, **options: tuple[int, int]) -> bytes:
    """The typeset PDF as it is."""
    return typeset(paper, **options).pdf


def scan(paper: Paper, scanner: Scanner) -> Image.Image:
    """The page as a scanner's picture."""
    page = typeset(paper)
    scale = scanner.dpi / 72
    picture = pdfium.PdfDocument(page.pdf)[0].render(scale=scale).to_pil().convert("RGB")
    chance = random.Random(scanner.seed)
    draw = ImageDraw.Draw(picture)
    for text, (x, y) in ((scanner.hand_number, page.number_at), (scanner.hand_day, page.day_at)):
        handwrite(draw, text, (x * scale, y * scale), scale, chance)
    if scanner.signature:
        _stroke(draw, page.seal_at, scale, chance)
    if scanner.seal:
        picture = _sealed(picture, page.seal_at, scale, chance)
    return _aged(picture, scanner, chance)


def scanned(paper: Paper, scanner: Scanner) -> bytes:
    """The scan as a one-page PDF (version 1.4) that holds one JPEG."""
    return pages_pdf([scan(paper, scanner)], scanner)


def pages_pdf(pictures: list[Image.Image], scanner: Scanner) -> bytes:
    """Pictures as the pages of one PDF."""
    target = io.BytesIO()
    quality = {} if pictures[0].mode == "1" else {"quality": scanner.quality}
    made = dict.fromkeys(("creationDate", "modDate"), time.gmtime(1_750_000_000))  # the same bytes whenever made
    pictures[0].save(
        target, "PDF", resolution=scanner.dpi, save_all=True, append_images=pictures[1:], **quality, **made
    )
    return target.getvalue()


_DIGITS: dict[str, tuple[tuple[float, float], ...]] = {
    "0": ((0.5, 0), (0.1, 0.3), (0.1, 0.8), (0.5, 1), (0.9, 0.7), (0.9, 0.2), (0.45, 0.02)),
    "1": ((0.25, 0.3), (0.6, 0), (0.5, 1.1)),
    "2": ((0.1, 0.25), (0.4, 0), (0.85, 0.2), (0.6, 0.6), (0.05, 1), (1, 0.95)),
    "3": ((0.1, 0.1), (0.7, 0), (0.8, 0.3), (0.35, 0.48), (0.95, 0.7), (0.6, 1.05), (0, 0.95)),
    "4": ((0.6, 0), (0, 0.65), (1, 0.6), (0.7, 0.3), (0.65, 1.15)),
    "5": ((0.9, 0), (0.2, 0.05), (0.15, 0.45), (0.8, 0.5), (0.8, 0.95), (0.05, 1.05)),
    "6": ((0.75, 0), (0.15, 0.5), (0.2, 0.95), (0.7, 1), (0.8, 0.6), (0.2, 0.65)),
    "7": ((0, 0.08), (0.95, 0), (0.4, 1.15)),
    "8": ((0.7, 0.1), (0.2, 0.2), (0.8, 0.75), (0.4, 1.05), (0.15, 0.75), (0.85, 0.1)),
    "9": ((0.8, 0.25), (0.3, 0.05), (0.15, 0.45), (0.75, 0.4), (0.8, 0.1), (0.6, 1.15)),
}


def handwrite(
    draw: ImageDraw.ImageDraw, text: str, at: tuple[float, float], scale: float, chance: random.Random
) -> None:
    """Digits as shaky pen strokes, larger than print and off the line; `at` is the printed baseline's start."""
    high = scale * chance.uniform(11.5, 15)
    x, base = at[0], at[1] + scale * chance.uniform(0.5, 3.0)
    ink = (chance.randint(10, 40), chance.randint(20, 50), chance.randint(60, 160))
    for digit in text:
        points = [
            (
                x + (px * 0.5 + 0.12 * (1 - py)) * high + chance.gauss(0, 0.02) * high,
                base - high + py * high + chance.gauss(0, 0.025) * high,
            )
            for px, py in _DIGITS[digit]
        ]
        draw.line(points, fill=ink, width=max(2, round(scale * 1.1)), joint="curve")
        x += high * chance.uniform(0.55, 0.68)


def _stroke(draw: ImageDraw.ImageDraw, at: tuple[float, float], scale: float, chance: random.Random) -> None:
    x, y = at[0] + 20, at[1]
    points = []
    for step in range(60):
        x += 1.6
        points.append((x * scale, (y + 11 * math.sin(step / 3.1) * chance.uniform(0.6, 1.3)) * scale))
    draw.line(points, fill=(20, 30, 120), width=max(2, round(scale * 0.9)), joint="curve")


def _sealed(picture: Image.Image, at: tuple[float, float], scale: float, chance: random.Random) -> Image.Image:
    red = (chance.randint(200, 235), chance.randint(20, 60), chance.randint(30, 70))
    layer = Image.new("RGB", picture.size, "white")
    draw = ImageDraw.Draw(layer)
    x, y, radius = at[0] * scale, at[1] * scale, 51 * scale
    for share, width in ((1.0, 2.2), (0.93, 0.8), (0.62, 0.9)):
        r = radius * share
        draw.ellipse((x - r, y - r, x + r, y + r), outline=red, width=max(1, round(width * scale)))
    star = [
        (
            x + radius * (0.4 if k % 2 else 0.15) * math.sin(k * math.pi / 5),
            y - radius * (0.4 if k % 2 else 0.15) * math.cos(k * math.pi / 5),
        )
        for k in range(10)
    ]
    draw.polygon(star, fill=red)
    from PIL import ImageChops

    return ImageChops.multiply(picture, layer)


def _aged(picture: Image.Image, scanner: Scanner, chance: random.Random) -> Image.Image:
    if scanner.contrast < 1:
        picture = picture.point([round(255 - (255 - level) * scanner.contrast) for level in range(256)] * 3)
    if scanner.skew:
        picture = picture.rotate(scanner.skew, Image.Resampling.BICUBIC, fillcolor="white")
    if scanner.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scanner.blur * scanner.dpi / 200))
    if scanner.noise:
        picture = noisy(picture, scanner.noise, chance)
    if scanner.turn:
        picture = picture.rotate(-scanner.turn, expand=True)
    return picture.convert(scanner.colour) if scanner.colour != "RGB" else picture


def noisy(picture: Image.Image, sigma: float, chance: random.Random) -> Image.Image:
    """Paper grain: one tile of noise, laid over the page with random shifts, tinted a little."""
    side = 256
    tile = Image.frombytes(
        "L", (side, side), bytes(max(0, min(255, round(chance.gauss(128, sigma)))) for _ in range(side**2))
    )
    grain = Image.new("L", picture.size)
    for x in range(0, picture.width, side):
        for y in range(0, picture.height, side):
            grain.paste(tile.transpose(chance.choice(list(Image.Transpose)[:5])), (x, y))
    from PIL import ImageChops

    bands = [ImageChops.add(band, grain, 1, -128 - tint) for band, tint in zip(picture.split(), (4, 5, 9), strict=True)]
    return Image.merge("RGB", bands)
