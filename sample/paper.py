"""Where everything stands on the pages of an administrative document (Decree 30/2020/NĐ-CP, Annex I), in points.

The same marks are drawn into a born-digital PDF and onto a scan. Coordinates count from the lower left corner of A4.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

WIDTH, HEIGHT = 595.28, 841.89
_FONTS = Path("/usr/share/fonts/truetype")
_FAMILIES = (("croscore", "Tinos"), ("liberation2", "LiberationSerif"), ("liberation", "LiberationSerif"))
"""Fonts with the measures of Times New Roman, best first. Liberation 1.07 (Debian 12) lacks Vietnamese letters."""
_ENDINGS = {"regular": "Regular", "bold": "Bold", "italic": "Italic", "bolditalic": "BoldItalic"}
_MUST_HAVE = "ỦƯỜỘẾặỹ"
_TAGS = re.compile(r"(</?[bi]>)")


class NoFont(RuntimeError):
    """No font with Vietnamese letters and the measures of Times New Roman; the message says how to install one."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text at its baseline. `ink` is print | pen (written by hand: drawn on scans only)."""

    x: float
    y: float
    text: str
    face: str
    size: float
    ink: str = "print"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7


Mark = Text | Rule
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(slots=True)
class Page:
    """Marks of one page."""

    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Margins:
    """Points. Decree 30: top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm."""

    left: float = 85.0
    right: float = 48.0
    top: float = 57.0
    bottom: float = 57.0


@functools.cache
def font_file(face: str) -> Path:
    """The file of a face (regular | bold | italic | bolditalic).

    Raises:
        NoFont: none is installed.
    """
    for folder, family in _FAMILIES:
        path = _FONTS / folder / f"{family}-{_ENDINGS[face]}.ttf"
        if path.is_file() and _has_vietnamese(path):
            return path
    raise NoFont(
        f"máy chưa có phông chữ tiếng Việt kiểu Times New Roman (đã tìm trong {_FONTS}); "
        "cài bằng: sudo apt-get install -y fonts-croscore"
    )


def _has_vietnamese(path: Path) -> bool:
    glyphs = TTFont("probe", str(path)).face.charToGlyph
    return all(ord(letter) in glyphs for letter in _MUST_HAVE)


@functools.cache
def font_name(face: str) -> str:
    """The face's name inside PDFs; the font is registered on first use."""
    path = font_file(face)
    pdfmetrics.registerFont(TTFont(path.stem, str(path)))
    return path.stem


def width_of(text: str, face: str, size: float) -> float:
    """Points."""
    return float(pdfmetrics.stringWidth(text, font_name(face), size))


Word = tuple[str, str]
"""Text and face."""


def words_of(text: str) -> Iterator[Word]:
    """Words with their faces; `<b>` and `<i>` mark bold and italic."""
    bold = italic = False
    for part in _TAGS.split(text):
        if part in ("<b>", "</b>"):
            bold = part == "<b>"
        elif part in ("<i>", "</i>"):
            italic = part == "<i>"
        else:
            face = ("bold" if bold else "") + ("italic" if italic else "") or "regular"
            yield from ((word, face) for word in part.split())


@dataclass(frozen=True, slots=True)
class Measure:
    """How body text runs: size in points, leading as a factor, first-line indent, space after a paragraph."""

    size: float = 14.0
    leading: float = 1.18
    indent: float = 36.0
    after: float = 6.0

    @property
    def line(self) -> float:
        """Height of a line in points."""
        return self.size * self.leading


def broken(words: Sequence[Word], width: float, size: float, indent: float = 0.0) -> list[list[Word]]:
    """Lines of words, greedily."""
    lines: list[list[Word]] = [[]]
    room = width - indent
    for text, face in words:
        need = width_of(text, face, size)
        gap = width_of(" ", face, size) if lines[-1] else 0.0
        if lines[-1] and need + gap > room:
            lines.append([])
            room, gap = width, 0.0
        lines[-1].append((text, face))
        room -= need + gap
    return lines


def balanced(words: Sequence[Word], width: float, size: float) -> list[list[Word]]:
    """As few lines as `broken`, about equally long: headings do not leave a word alone."""
    lines = broken(words, width, size)
    narrower = width
    while len(tighter := broken(words, narrower - 8, size)) == len(lines) and narrower > width * 0.5:
        lines, narrower = tighter, narrower - 8
    return lines


def set_line(words: Sequence[Word], x: float, y: float, size: float, *, fill: float | None = None) -> Iterator[Text]:
    """One line of words from `x`; with `fill` the gaps are stretched so that it is that wide."""
    natural = sum(width_of(text, face, size) for text, face in words)
    gaps = max(len(words) - 1, 1)
    gap = (fill - natural) / gaps if fill is not None else width_of(" ", "regular", size)
    for place, (text, face) in enumerate(words):
        last = place == len(words) - 1
        yield Text(x, y, text if last else text + " ", face, size)
        x += width_of(text, face, size) + gap


def centred(text: str, x: float, y: float, face: str, size: float) -> Text:
    """Text around `x`."""
    return Text(x - width_of(text, face, size) / 2, y, text, face, size)
