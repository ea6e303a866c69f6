"""Random documents of Decree 30 with what is true of them: wording, face, layout, seal, pen and scanner by a seed.

`case_of(seed)` decides everything; `case_of(seed, faces=..., layouts=...)` with faces and layouts of one's own. What is
typeset is known row by row, so that errors can be counted strictly. Names and numbers are invented.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.ocr.papers import Scanner, handwrite, noisy

_FOLDER = Path("/usr/share/fonts/truetype")
_STYLES = {
    "Tinos": "croscore/Tinos{}.ttf",
    "Liberation Serif": "liberation2/LiberationSerif{}.ttf",
    "Arimo": "croscore/Arimo{}.ttf",
    "DejaVu Serif": "dejavu/DejaVuSerif{}.ttf",
}
FACES = tuple(name for name, file in _STYLES.items() if (_FOLDER / file.format("-Bold")).exists())
"""Faces with all Vietnamese letters that this machine has: the prescribed one, its twin, and two that stray."""


def font_file(face: str, style: str) -> str:
    """File of a face in the style Regular, Bold or Italic."""
    plain = style == "Regular" and "DejaVu" in face
    return str(_FOLDER / _STYLES[face].format("" if plain else f"-{style}"))


@dataclass(frozen=True, slots=True)
class Layout:
    """Measures of a page in points; `wide` is how much the head's lines are apart."""

    head_size: float = 12.5
    body_size: float = 13.5
    left_axis: float = 155.0
    right_axis: float = 402.0
    top: float = 70.0
    wide: float = 15.0
    left_margin: float = 85.0
    right_margin: float = 540.0
    sign_axis: float = 420.0
    leading: float = 1.32


LAYOUTS = (
    Layout(),
    Layout(head_size=12, body_size=13, left_axis=150, right_axis=410, top=62, wide=14.5, sign_axis=432),
    Layout(head_size=13, body_size=14, left_axis=160, right_axis=408, top=76, wide=16.5, left_margin=92, sign_axis=414),
    Layout(head_size=12, body_size=14, left_axis=168, right_axis=405, leading=1.22, right_margin=530, sign_axis=405),
    Layout(head_size=11.5, body_size=12.5, left_axis=145, right_axis=400, leading=1.5, sign_axis=440),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What one document says."""

    organ: tuple[str, ...]
    number: str
    symbol: str
    place: str
    day: str
    month: str
    year: str
    kind: str
    subject: tuple[str, ...]
    body: tuple[str, ...]
    stack: tuple[str, ...]
    signer: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One document, how it is set and how it is scanned; `scanner` None: born digital."""

    seed: int
    wording: Wording
    face: str
    layout: Layout
    scanner: Scanner | None
    by_hand: bool
    grade: str
    """clean | fair | poor | fax | photo: the classes whose accuracy is reported apart."""
    flaw: str = ""
    """grey | bilevel | low_dpi | turned: what keeps it from the standard."""

    @property
    def verdict(self) -> str:
        """What the digitisation verdict must be; "" where the grade leaves it open."""
        if self.flaw:
            return "không đạt"
        return "đạt" if self.grade in ("clean", "fair") or self.scanner is None else ""


@dataclass(slots=True)
class Sheet:
    """A typeset page: its PDF, its rows of text, where pen and seal go (points from the top left)."""

    pdf: bytes = b""
    pieces: list[tuple[float, float, str]] = field(default_factory=list)
    number_at: tuple[float, float] = (0, 0)
    day_at: tuple[float, float] = (0, 0)
    name_at: tuple[float, float] = (0, 0)
    stack_bottom: float = 0.0

    @property
    def rows(self) -> list[str]:
        """Rows of the page from top to bottom, pieces of a row from left to right."""
        rows: list[list[tuple[float, float, str]]] = []
        for piece in sorted(self.pieces, key=lambda one: (one[1], one[0])):
            if rows and abs(rows[-1][0][1] - piece[1]) < 4.5:
                rows[-1].append(piece)
            else:
                rows.append([piece])
        return [" ".join(text for _, _, text in sorted(row)) for row in rows]


_WARDS = ("HỘI AN ĐÔNG", "CẨM THANH", "TRÀ BỒNG", "ĐIỆN BÀN BẮC", "THU BỒN", "NÚI THÀNH", "SƠN TỊNH", "BÌNH MINH")
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Trương", "Phan", "Đinh")
_MIDDLES = ("Văn", "Thị", "Hữu", "Đình", "Thanh", "Ngọc", "Minh", "Thị Mỹ", "Quốc", "Xuân")
_GIVEN = (
    "Hồng",
    "Dũng",
    "Tuấn",
    "Hiền",
    "Đức",
    "Phượng",
    "Ánh",
    "Quỳnh",
    "Khởi",
    "Lượng",
    "Thủy",
    "Nghĩa",
    "Ước",
    "Sỹ",
)
_RECIPIENTS = ("Như trên;", "CT, các PCT UBND phường;", "Trang TTĐT phường;")
_KINDS = (
    ("QUYẾT ĐỊNH", "QĐ"),
    ("THÔNG BÁO", "TB"),
    ("KẾ HOẠCH", "KH"),
    ("BÁO CÁO", "BC"),
    ("TỜ TRÌNH", "TTr"),
    ("CHƯƠNG TRÌNH", "CTr"),
    ("HƯỚNG DẪN", "HD"),
    ("", ""),
)
_SUBJECTS = (
    "Về việc công khai kết quả giải quyết thủ tục hành chính",
    "Về việc kiện toàn Ban Chỉ đạo chuyển đổi số của phường",
    "Kiểm tra công tác cải cách hành chính năm 2025",
    "Tuyên truyền, phổ biến Luật Đất đai và các văn bản hướng dẫn thi hành",
    "Triển khai thực hiện Nghị quyết số 57-NQ/TW về đột phá phát triển khoa học, công nghệ",
    "Về việc phân công nhiệm vụ Chủ tịch, các Phó Chủ tịch và Ủy viên Ủy ban nhân dân phường nhiệm kỳ 2021 - 2026",
    "Kết quả rà soát, đơn giản hóa thủ tục hành chính thuộc phạm vi, chức năng quản lý",
)
_SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ về thực hiện thủ tục hành chính theo "
    "cơ chế một cửa, một cửa liên thông tại Bộ phận Một cửa và Cổng Dịch vụ công quốc gia;",
    "Xét đề nghị của Trưởng phòng Văn hóa - Xã hội tại Tờ trình số 45/TTr-VHXH ngày 03 tháng 10 năm 2025,",
    "1. Giao Phòng Kinh tế, Hạ tầng và Đô thị phối hợp với Trung tâm Phục vụ hành chính công rà soát, cập nhật hồ sơ.",
    "2. Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,7% (1.254/1.271 hồ sơ), tăng 2,3% so với cùng kỳ năm trước.",
    "3. Kinh phí thực hiện: 125.000.000 đồng (một trăm hai mươi lăm triệu đồng) từ nguồn ngân sách phường năm 2025.",
    "Yêu cầu các phòng, ban, đơn vị nghiêm túc triển khai thực hiện, báo cáo kết quả trước ngày 25 hằng tháng./.",
    "Trong quá trình thực hiện nếu có khó khăn, vướng mắc, các đơn vị kịp thời phản ánh về Ủy ban nhân dân phường.",
)


def case_of(seed: int, *, faces: Sequence[str] = FACES, layouts: Sequence[Layout] = LAYOUTS, grade: str = "") -> Case:
    """Everything about document number `seed`."""
    chance = random.Random(f"parindex-{seed}")
    chosen = grade or chance.choices(("clean", "fair", "poor", "fax", "photo", "digital"), (5, 5, 2, 1, 1, 1))[0]
    scanned = chosen != "digital"
    by_hand = scanned and chance.random() < 0.45
    flaw = chance.choice(("grey", "bilevel", "low_dpi", "turned")) if scanned and chance.random() < 0.25 else ""
    scanner = _scanner(chance, chosen, flaw) if scanned else None
    face = chance.choices(faces, [6, 6, 2, 1][: len(faces)] if len(faces) > 1 else [1])[0]
    wording = _wording(chance, blank=not by_hand and chance.random() < 0.08)
    return Case(
        seed, wording, face, chance.choice(layouts), scanner, by_hand, chosen, "bilevel" if chosen == "fax" else flaw
    )


def _scanner(chance: random.Random, grade: str, flaw: str) -> Scanner:
    dpi = chance.choice((100, 120, 150)) if flaw == "low_dpi" else chance.choice((200, 200, 240, 300))
    worse = {"clean": 0, "fair": 1, "poor": 2, "fax": 2, "photo": 1}[grade]
    colour = "L" if flaw == "grey" else "1" if flaw == "bilevel" or grade == "fax" else "RGB"
    return Scanner(
        dpi=dpi,
        seed=chance.randrange(1 << 30),
        colour=colour,
        skew=round(chance.uniform(-0.25, 0.25) if worse == 0 else chance.uniform(-1.8, 1.8), 2),
        turn=chance.choice((90, 180, 270)) if flaw == "turned" else 0,
        noise=(3.0, 7.0, 14.0)[worse],
        blur=(0.0, 0.35, 0.8)[worse],
        contrast=(1.0, 0.85, 0.55)[worse],
        quality=(88, 75, 55)[worse],
        seal=chance.random() < 0.95,
        signature=chance.random() < 0.95,
    )


def _wording(chance: random.Random, *, blank: bool) -> Wording:
    ward = chance.choice(_WARDS)
    kind, symbol = chance.choice(_KINDS)
    organ: tuple[str, ...] = ("ỦY BAN NHÂN DÂN", f"PHƯỜNG {ward}")
    unit, titles = (
        "UBND",
        (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    )
    if chance.random() < 0.25:
        organ = (f"UBND PHƯỜNG {ward}", "TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG")
        unit, titles = "TTPVHCC", (("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"))
    if not kind or (unit == "UBND" and chance.random() < 0.1):
        titles = (*titles, ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), ("CHỦ TỊCH",))
    subject = _split(chance.choice(_SUBJECTS), 46 if kind else 30)
    number = "" if blank else f"{chance.choice((chance.randint(1, 99), chance.randint(100, 2500))):02d}"
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    return Wording(
        organ=organ,
        number=number,
        symbol=f"{symbol}-{unit}" if kind else f"{unit}-{chance.choice(('VHXH', 'KTHT', 'VP', 'NC'))}",
        place=" ".join(word.capitalize() for word in ward.split()),
        day="" if blank else f"{day:02d}",
        month="" if blank else f"{month:02d}" if month < 3 else str(month),
        year=str(chance.choice((2024, 2025, 2026))),
        kind=kind,
        subject=subject,
        body=tuple(chance.sample(_SENTENCES, chance.randint(3, 6))),
        stack=chance.choice(titles),
        signer=f"{chance.choice(_FAMILIES)} {chance.choice(_MIDDLES)} {chance.choice(_GIVEN)}",
        recipients=(*_RECIPIENTS[: chance.randint(1, 3)], f"Lưu: VT, {chance.choice(('VHXH', 'KTHT', 'TTPVHCC'))}."),
    )


def _split(text: str, most: int) -> tuple[str, ...]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)


def typeset(case: Case) -> Sheet:
    """One page of the case, before any scanner sees it."""
    target, sheet = io.BytesIO(), Sheet()
    pen = _Pen(Canvas(target, pagesize=A4, pdfVersion=(1, 7), invariant=1), sheet, case.face)
    shown = replace(case.wording, number="", day="") if case.by_hand else case.wording
    y = _set_head(pen, shown, case.layout, 5 + 2 * len(case.wording.number))
    y = _set_title(pen, shown, case.layout, y)
    y = _set_body(pen, shown, case.layout, y)
    _set_foot(pen, shown, case.layout, y)
    pen.canvas.save()
    sheet.pdf = target.getvalue()
    return sheet


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sets text and remembers what it set."""

    canvas: Canvas
    sheet: Sheet
    face: str

    def width(self, text: str, style: str, size: float) -> float:
        return pdfmetrics.stringWidth(text, self._font(style), size)

    def line(self, text: str, at: tuple[float, float], style: str, size: float, *, centred: bool = True) -> float:
        """Set a line; `at` is its axis (or its left end) and baseline. Returns its left end."""
        x = at[0] - self.width(text, style, size) / 2 if centred else at[0]
        self.canvas.setFont(self._font(style), size)
        self.canvas.drawString(x, A4[1] - at[1], text)
        self.sheet.pieces.append((x, at[1], " ".join(text.split())))
        return x

    def _font(self, style: str) -> str:
        name = f"{self.face}-{style}"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, font_file(self.face, style)))
        return name


def _set_head(pen: _Pen, said: Wording, at: Layout, room: int) -> float:
    """`room`: spaces left where the number is missing."""
    for place, text in enumerate(said.organ):
        style = "Regular" if place == 0 and len(said.organ) > 2 else "Bold"
        pen.line(text, (at.left_axis, at.top + at.wide * place), style, at.head_size)
    pen.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (at.right_axis, at.top), "Bold", min(12.5, at.head_size))
    pen.line("Độc lập - Tự do - Hạnh phúc", (at.right_axis, at.top + at.wide), "Bold", at.head_size + 0.5)
    y = at.top + at.wide * len(said.organ) + 19
    pen.canvas.line(at.left_axis - 32, A4[1] - y + 13, at.left_axis + 32, A4[1] - y + 13)
    under = A4[1] - at.top - at.wide - 5
    pen.canvas.line(at.right_axis - 80, under, at.right_axis + 80, under)
    text = f"Số: {said.number or ' ' * room}/{said.symbol}"
    start = pen.line(text, (at.left_axis, y), "Regular", 13)
    pen.sheet.number_at = (start + pen.width("Số: ", "Regular", 13), y)
    before = f"{said.place}, ngày "
    text = f"{before}{said.day or '       '} tháng {said.month or '     '} năm {said.year}"
    start = pen.line(text, (at.right_axis, y), "Italic", 13)
    pen.sheet.day_at = (start + pen.width(before, "Italic", 13), y)
    return y


def _set_title(pen: _Pen, said: Wording, at: Layout, y: float) -> float:
    if not said.kind:
        for place, text in enumerate(said.subject):
            pen.line(f"V/v {text}" if place == 0 else text, (at.left_axis, y + 18 + 14 * place), "Regular", 12)
        pen.line(
            "Kính gửi: Các phòng, ban, đơn vị thuộc phường", (310, y + 46 + 14 * len(said.subject)), "Regular", 13.5
        )
        return y + 76 + 14 * len(said.subject)
    y += 36
    pen.line(said.kind, (310, y), "Bold", 14)
    for place, text in enumerate(said.subject, 1):
        pen.line(text, (310, y + 17 * place), "Bold", 13.5)
    return y + 17 * len(said.subject) + 34


def _set_body(pen: _Pen, said: Wording, at: Layout, y: float) -> float:
    for paragraph in said.body:
        line, indent = "", 28.0
        for word in [*paragraph.split(), None]:
            longer = f"{line} {word}".strip()
            full = at.right_margin - at.left_margin - indent
            if word is None or pen.width(longer, "Regular", at.body_size) > full:
                pen.line(line, (at.left_margin + indent, y), "Regular", at.body_size, centred=False)
                y, indent, line = y + at.leading * at.body_size, 0.0, word or ""
            else:
                line = longer
        y += 5
    return y


def _set_foot(pen: _Pen, said: Wording, at: Layout, y: float) -> None:
    y += 16
    pen.line("Nơi nhận:", (at.left_margin, y), "Italic", 12, centred=False)
    for place, text in enumerate(said.recipients, 1):
        pen.line(f"- {text}", (at.left_margin, y + 13 * place), "Regular", 11, centred=False)
    for place, text in enumerate(said.stack):
        pen.line(text, (at.sign_axis, y + 15.5 * place), "Bold", 13)
    pen.sheet.stack_bottom = y + 15.5 * (len(said.stack) - 1)
    bottom = pen.sheet.stack_bottom + 68
    pen.sheet.name_at = (at.sign_axis, bottom)
    pen.line(said.signer, (at.sign_axis, bottom), "Bold", 13.5)


def picture_of(case: Case) -> Image.Image:
    """The case as its scanner sees it."""
    scanner = case.scanner
    assert scanner is not None
    sheet, scale = typeset(case), scanner.dpi / 72
    picture = pdfium.PdfDocument(sheet.pdf)[0].render(scale=scale).to_pil().convert("RGB")
    chance = random.Random(scanner.seed)
    if case.by_hand:
        draw = ImageDraw.Draw(picture)
        for text, (x, y) in ((case.wording.number, sheet.number_at), (case.wording.day, sheet.day_at)):
            handwrite(draw, text, (x * scale, y * scale), scale, chance)
    if scanner.signature:
        _sign(picture, sheet, scale, chance)
    if scanner.seal:
        picture = _sealed(picture, sheet, " ".join(case.wording.organ), scale, chance)
    if case.grade == "photo":
        picture = _photographed(picture, chance)
    return _scanned(picture, scanner, chance)


def file_of(case: Case) -> bytes:
    """The case as the file that is handed in: its PDF, or its scan as a PDF that holds one picture."""
    if case.scanner is None:
        return typeset(case).pdf
    picture, target = picture_of(case), io.BytesIO()
    quality = {} if picture.mode == "1" else {"quality": case.scanner.quality}
    picture.save(target, "PDF", resolution=case.scanner.dpi, **quality)
    return target.getvalue()


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
