"""A printed document as PDF, font embedded; the same content gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

from reportlab.lib.colors import HexColor, grey
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table

from reports.printed import FILLS, Line, NoFont, Part, Printed, feet, groups_of, heads, shown

_FONTS = Path("/usr/share/fonts/truetype")
_FAMILIES = (("croscore", "Tinos"), ("liberation2", "LiberationSerif"))
_POINTS_PER_LETTER, _LINES_OF_A_PAGE = 4.5, 30
"""A letter of the tables' 9 points in width; lines of them that surely fit a page in either direction."""
_ROOM_UNDER_A_TITLE = 45 * mm
"""A title never stands alone at the bottom of a page."""
_BOLD, _ITALIC, _PLAIN = "SheetB", "SheetI", "Sheet"


def pdf_of(printed: Printed) -> bytes:
    """The document as PDF.

    Raises:
        NoFont: no serif font with Vietnamese letters is installed.
    """
    _register_fonts()
    stream = io.BytesIO()
    left, right = (30 * mm, 15 * mm) if printed.portrait else (16 * mm, 16 * mm)
    about: dict[str, Any] = {
        "title": " ".join(printed.title),
        "author": printed.heading.unit_name,
        "invariant": 1,
        "lang": "vi",
        "leftMargin": left,
        "rightMargin": right,
        "topMargin": 14 * mm,
        "bottomMargin": 14 * mm,
    }
    paper = SimpleDocTemplate(stream, pagesize=A4 if printed.portrait else landscape(A4), **about)
    below = partial(_page_foot, printed)
    paper.build(list(_flowables(printed, paper.width)), onFirstPage=below, onLaterPages=below)
    return stream.getvalue()


def _page_foot(printed: Printed, canvas: Any, paper: Any) -> None:
    canvas.setFont(_PLAIN, 9)
    canvas.drawString(paper.leftMargin, 8 * mm, f"{printed.heading.unit_name} - kỳ {printed.heading.period}")
    canvas.drawRightString(paper.leftMargin + paper.width, 8 * mm, f"Trang {canvas.getPageNumber()}")


def _register_fonts() -> None:
    for folder, family in _FAMILIES:
        if not (_FONTS / folder / f"{family}-Regular.ttf").exists():
            continue
        for name, face in ((_PLAIN, "Regular"), (_BOLD, "Bold"), (_ITALIC, "Italic")):
            pdfmetrics.registerFont(TTFont(name, str(_FONTS / folder / f"{family}-{face}.ttf")))
        return
    raise NoFont("Chưa có phông chữ tiếng Việt để lập PDF; cài bằng: sudo apt install fonts-croscore")


def _style(font: str, size: float, alignment: Literal[0, 1, 2] = 0) -> ParagraphStyle:
    """Alignment: 0 left, 1 centred, 2 right."""
    return ParagraphStyle("text", fontName=font, fontSize=size, leading=size * 1.25, alignment=alignment)


def _flowables(printed: Printed, wide: float) -> Iterator[Any]:
    size = 12 if printed.portrait else 10.5
    yield _head(printed, wide)
    yield Spacer(1, 4 * mm)
    for at, text in enumerate(printed.title):
        large = at == 0 or printed.portrait
        yield Paragraph(_escaped(text), _style(_BOLD, 14 if large else 11, 1))
    yield from (Paragraph(_escaped(text), _style(_ITALIC, 10.5, 1)) for text in printed.under)
    yield Spacer(1, 3 * mm)
    for part in printed.parts:
        yield from _part(part, size, wide)
    yield from (Paragraph(_escaped(text), _style(_ITALIC, 10)) for text in printed.notes)
    yield Spacer(1, 6 * mm)
    yield _foot(printed, wide)


def _head(printed: Printed, wide: float) -> Table:
    rows = []
    for number, (left, right) in enumerate(heads(printed)):
        numbered = number == 3
        faces = (_PLAIN, _ITALIC) if numbered else (_BOLD, _BOLD)
        rows.append([Paragraph(_escaped(text), _style(face, 11, 1)) for text, face in zip((left, right), faces)])  # noqa: B905
    return Table(rows, colWidths=[wide * 0.4, wide * 0.6], style=[("TOPPADDING", (0, 0), (-1, -1), 0)])


def _part(part: Part, size: float, wide: float) -> Iterator[Any]:
    if part.title:
        yield CondPageBreak(_ROOM_UNDER_A_TITLE)
        yield Spacer(1, 2 * mm)
        yield Paragraph(_escaped(part.title), _style(_BOLD, size))
        yield Spacer(1, 1 * mm)
    yield from (Paragraph(_escaped(text), _style(_PLAIN, size)) for text in part.paragraphs)
    if part.columns and (part.lines or not part.empty):
        yield Spacer(1, 2 * mm)
        yield _table(part, wide)
    elif part.columns:
        yield Paragraph(_escaped(part.empty), _style(_ITALIC, size))


def _table(part: Part, wide: float) -> LongTable:
    top = _column_heads(part)
    cells = [*top, *(_cells(part, line) for line in part.lines)]
    scale = min(1.0, wide / (sum(column.width for column in part.columns) * mm))
    style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    style += [("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)]
    style.append(("BACKGROUND", (0, 0), (-1, len(top) - 1), HexColor(f"#{FILLS['total']}")))
    style += [
        ("BACKGROUND", (0, at), (-1, at), HexColor(f"#{FILLS[line.level]}"))
        for at, line in enumerate(part.lines, start=len(top))
        if line.level in FILLS
    ]
    widths = [column.width * mm * scale for column in part.columns]
    tall = int(any(_is_tall(line, widths) for line in part.lines))
    return LongTable(cells, colWidths=widths, repeatRows=len(top), splitInRow=tall, style=[*style, *_spans(part)])


def _is_tall(line: Line, widths: list[float]) -> bool:
    """Whether a line may not fit a page: only then are rows torn apart, with the column heads above each piece."""
    letters = (max(1.0, width / _POINTS_PER_LETTER) for width in widths)
    pairs = zip(line.cells, letters, strict=True)
    return any(sum(1 + len(text) / most for text in shown(cell).split("\n")) > _LINES_OF_A_PAGE for cell, most in pairs)


def _column_heads(part: Part) -> list[list[Any]]:
    names = [Paragraph(_escaped(column.name), _style(_BOLD, 9, 1)) for column in part.columns]
    if not any(column.group for column in part.columns):
        return [names]
    above: list[Any] = [""] * len(names)
    below: list[Any] = list(names)
    for name, first, _ in groups_of(part.columns):
        above[first] = Paragraph(_escaped(name), _style(_BOLD, 9, 1)) if name else names[first]
        below[first] = names[first] if name else ""
    return [above, below]


def _spans(part: Part) -> list[Any]:
    if not any(column.group for column in part.columns):
        return []
    return [("SPAN", (first, 0), (last, 0) if name else (first, 1)) for name, first, last in groups_of(part.columns)]


def _cells(part: Part, line: Line) -> list[Paragraph]:
    face = _BOLD if line.level in FILLS else _PLAIN
    pairs = zip(line.cells, part.columns, strict=True)
    return [Paragraph(_escaped(shown(cell)), _style(face, 9, 2 if column.number else 0)) for cell, column in pairs]


def _foot(printed: Printed, wide: float) -> Table:
    left, right = feet(printed)
    receivers = [Paragraph(_escaped(text), _style(_PLAIN if at else _BOLD, 10)) for at, text in enumerate(left)]
    signers = [
        Paragraph(_escaped(text), _style(_BOLD if text in printed.foot.signer else _ITALIC, 11, 1)) for text in right
    ]
    return Table([[receivers, signers]], colWidths=[wide * 0.5] * 2, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _escaped(text: str) -> str:
    """Text as reportlab's paragraphs take it: nothing is a tag, line breaks stay."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br/>")
