"""A document of tests/ocr/ground_truth.py set on its pages: known row by row, so that errors are counted strictly."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.ocr.faces import font_file
from tests.ocr.ground_truth import Case, Layout, Wording

_LOWEST = 775.0
"""Baseline, in points from the top, under which nothing more is set on a page."""


@dataclass(slots=True)
class Sheet:
    """A typeset document: its PDF, its rows of text, where pen and seal go (points from the top left).

    Number and day stand on the first page, title and name on the last.
    """

    pdf: bytes = b""
    pieces: list[tuple[int, float, float, str]] = field(default_factory=list)
    number_at: tuple[float, float] = (0, 0)
    day_at: tuple[float, float] = (0, 0)
    name_at: tuple[float, float] = (0, 0)
    stack_bottom: float = 0.0
    pages: int = 1

    @property
    def rows(self) -> list[str]:
        """Rows of the pages from top to bottom, pieces of a row from left to right."""
        rows: list[list[tuple[int, float, float, str]]] = []
        for piece in sorted(self.pieces, key=lambda one: (one[0], one[2], one[1])):
            if rows and rows[-1][0][0] == piece[0] and abs(rows[-1][0][2] - piece[2]) < 4.5:
                rows[-1].append(piece)
            else:
                rows.append([piece])
        return [" ".join(text for _, _, _, text in sorted(row)) for row in rows]


def typeset(case: Case) -> Sheet:
    """The case's pages before any scanner sees them."""
    target, sheet = io.BytesIO(), Sheet()
    pen = _Pen(Canvas(target, pagesize=A4, pdfVersion=(1, 7), invariant=1), sheet, case.face, case.wording.mark)
    shown = replace(case.wording, number="", day="") if case.by_hand else case.wording
    y = _set_head(pen, shown, case.layout, 5 + 2 * len(case.wording.number))
    y = _set_title(pen, shown, case.layout, y)
    y = _set_body(pen, shown, case.layout, y)
    _set_foot(pen, shown, case.layout, y)
    pen.mark_page()
    pen.canvas.save()
    sheet.pdf = target.getvalue()
    return sheet


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sets text and remembers what it set."""

    canvas: Canvas
    sheet: Sheet
    face: str
    mark: str

    def width(self, text: str, style: str, size: float) -> float:
        return pdfmetrics.stringWidth(text, self._font(style), size)

    def line(self, text: str, at: tuple[float, float], style: str, size: float, *, centred: bool = True) -> float:
        """Set a line; `at` is its axis (or its left end) and baseline. Returns its left end."""
        x = at[0] - self.width(text, style, size) / 2 if centred else at[0]
        self.canvas.setFont(self._font(style), size)
        self.canvas.drawString(x, A4[1] - at[1], text)
        self.sheet.pieces.append((self.sheet.pages, x, at[1], " ".join(text.split())))
        return x

    def turn_page(self, at: Layout) -> float:
        """A new page with its number on top, as Decree 30 puts it; where its text begins."""
        self.mark_page()
        self.canvas.showPage()
        self.sheet.pages += 1
        self.line(str(self.sheet.pages), (A4[0] / 2, 45), "Regular", 13)
        return max(at.top, 68.0)

    def mark_page(self) -> None:
        if self.mark:
            self.line(self.mark, (60, 825), "Regular", 8, centred=False)

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
    number = f"Số: {said.number or ' ' * room}/{said.symbol}"
    before = f"{said.place}, ngày "
    day = f"{before}{said.day or '       '} tháng {said.month or '     '} năm {said.year}"
    size = _fitting_size(pen, (number, day), at)
    start = pen.line(number, (at.left_axis, y), "Regular", size)
    pen.sheet.number_at = (start + pen.width("Số: ", "Regular", size), y)
    start = pen.line(day, (at.right_axis, y), "Italic", size)
    pen.sheet.day_at = (start + pen.width(before, "Italic", size), y)
    return y


def _fitting_size(pen: _Pen, line: tuple[str, str], at: Layout) -> float:
    """13 points, less where a wide face would run number and day into each other."""
    wide = (pen.width(line[0], "Regular", 13) + pen.width(line[1], "Italic", 13)) / 2 + 8
    return 13 * min(1.0, (at.right_axis - at.left_axis) / wide)


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
                y = y if y < _LOWEST else pen.turn_page(at)
                pen.line(line, (at.left_margin + indent, y), "Regular", at.body_size, centred=False)
                y, indent, line = y + at.leading * at.body_size, 0.0, word or ""
            else:
                line = longer
        y += 5
    return y


def _set_foot(pen: _Pen, said: Wording, at: Layout, y: float) -> None:
    y += 16
    if y + 15.5 * len(said.stack) + 55 > _LOWEST:
        y = pen.turn_page(at)
    pen.line("Nơi nhận:", (at.left_margin, y), "Italic", 12, centred=False)
    for place, text in enumerate(said.recipients, 1):
        pen.line(f"- {text}", (at.left_margin, y + 13 * place), "Regular", 11, centred=False)
    for place, text in enumerate(said.stack):
        pen.line(text, (at.sign_axis, y + 15.5 * place), "Bold", 13)
    pen.sheet.stack_bottom = y + 15.5 * (len(said.stack) - 1)
    bottom = pen.sheet.stack_bottom + 68
    pen.sheet.name_at = (at.sign_axis, bottom)
    pen.line(said.signer, (at.sign_axis, bottom), "Bold", 13.5)
