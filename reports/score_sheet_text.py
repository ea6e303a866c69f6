"""The score sheet for reading and signing: docx (to be corrected by hand) and pdf, from one table of rows.

The same columns, words and sums as the workbook of `score_sheet.py`; heads and feet of Decree 30/2020.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.refusals import Lacking
from reports.heading import Heading, vn_number
from reports.score_sheet import COLUMNS, evidence_text, facts_of, note_of, points_text

Plain = Mapping[str, Any]
_WIDTHS_MM = (13, 62, 16, 17, 17, 62, 78)
"""A4 landscape, 297 mm wide, margins 16 mm."""
_FONTS = Path("/usr/share/fonts/truetype")
_FAMILIES = (("croscore", "Tinos"), ("liberation2", "LiberationSerif"))
_GREY = {"domain": "D9E2F3", "criterion": "F2F2F2", "total": "D9E2F3"}


class NoFont(Lacking):
    """This machine has no serif font with Vietnamese letters; the message says which package has one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet; `level` is domain | criterion | component | total."""

    level: str
    cells: tuple[str, ...]


def sheet_rows(score: Plain, criteria: Plain) -> Iterator[Row]:
    """Every domain with its sums, its criteria, its components; then the total."""
    scored = {item["id"]: item for item in score["components"]}
    for domain in criteria["domains"]:
        inside = [part for criterion in domain["criteria"] for part in _items(criterion, scored)]
        yield _sum_row("domain", domain["id"], f"Lĩnh vực {domain['id']}. {domain['name']}", inside)
        for criterion in domain["criteria"]:
            own = _items(criterion, scored)
            yield _sum_row("criterion", criterion["id"], criterion["name"], own)
            for entry in criterion["components"]:
                if entry["id"] in scored:
                    yield _component_row(entry, scored[entry["id"]])
    yield _sum_row("total", "", "Tổng cộng", list(score["components"]))


def _items(criterion: Plain, scored: Mapping[str, Plain]) -> list[Plain]:
    return [scored[entry["id"]] for entry in criterion["components"] if entry["id"] in scored]


def _sum_row(level: str, number: str, name: str, items: list[Plain]) -> Row:
    most = sum((Decimal(item["max_points"]) for item in items), Decimal(0))
    points = [Decimal(item["points"]) for item in items if item["points"] is not None]
    own = vn_number(f"{sum(points, Decimal(0)):.2f}") if points else ""
    return Row(level, (number, name, vn_number(f"{most:.2f}"), own, "", "", ""))


def _component_row(entry: Plain, item: Plain) -> Row:
    cells = (item["id"], item["name"], vn_number(item["max_points"]), points_text(item), "")
    return Row("component", (*cells, evidence_text(entry, item), note_of(item)))


def score_sheet_docx(score: Plain, criteria: Plain, heading: Heading) -> bytes:
    """The sheet as a Word document; the same content gives the same text."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(16)
    section.top_margin = section.bottom_margin = Mm(15)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.paragraph_format.space_after = Pt(0)
    document.core_properties.created = datetime.combine(heading.made_on, time())
    document.core_properties.title = _title(heading)
    document.core_properties.author = heading.unit_name
    docx_head(document, heading)
    for text in (_title(heading), f"{heading.unit_name}, {heading.parent_name}"):
        docx_centred(document.add_paragraph(), text, bold=True, size=14 if text == _title(heading) else 11)
    for text in _under_title(score, criteria, heading):
        docx_centred(document.add_paragraph(), text, italic=True)
    _docx_table(document, score, criteria)
    docx_signature(document, heading)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _title(heading: Heading) -> str:
    return f"PHIẾU TỰ CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH KỲ {heading.period}"


def _under_title(score: Plain, criteria: Plain, heading: Heading) -> Iterator[str]:
    if criteria.get("provenance") == "proposal":
        yield "BỘ TIÊU CHÍ ĐỀ XUẤT, KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC"
    yield from facts_of(score, criteria, heading)


def _heads(heading: Heading) -> tuple[tuple[str, str], ...]:
    return (
        ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (heading.unit_name.upper(), "Độc lập - Tự do - Hạnh phúc"),
    )


def _feet(heading: Heading) -> tuple[str, str, str]:
    return (
        f"{heading.place}, ngày ...... tháng ...... năm ......",
        "LÃNH ĐẠO ĐƠN VỊ",
        "(Ký và ghi rõ họ tên)",
    )


def docx_centred(paragraph: Any, text: str, *, size: int = 11, **style: bool) -> None:
    """Centred text; `style` is bold or italic."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.bold, run.italic = style.get("bold", False), style.get("italic", False)


def docx_head(document: Any, heading: Heading) -> None:
    """The unit's name beside the national name and motto."""
    section = document.sections[0]
    wide = section.page_width - section.left_margin - section.right_margin
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    table.columns[0].width, table.columns[1].width = wide * 36 // 100, wide * 64 // 100
    for texts in _heads(heading):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            docx_centred(cell.paragraphs[0], text, bold=True)
    document.add_paragraph()


def _docx_table(document: Any, score: Plain, criteria: Plain) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    for row in (Row("total", COLUMNS), *sheet_rows(score, criteria)):
        _docx_row(table.add_row(), row)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)


def _docx_row(into: Any, row: Row) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    for column, (cell, text) in enumerate(zip(into.cells, row.cells, strict=True)):
        cell.width = Mm(_WIDTHS_MM[column])
        run = cell.paragraphs[0].add_run(text)
        run.bold, run.font.size = row.level != "component", Pt(10)
        if 2 <= column <= 4:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if row.level in _GREY:
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), _GREY[row.level])
            cell._tc.get_or_add_tcPr().append(shade)


def docx_signature(document: Any, heading: Heading) -> None:
    """Place, date by hand, room for the leader's signature."""
    document.add_paragraph()
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    place, who, how = _feet(heading)
    docx_centred(cells[1].paragraphs[0], place, italic=True)
    docx_centred(cells[1].add_paragraph(), who, bold=True)
    docx_centred(cells[1].add_paragraph(), how, italic=True)


def score_sheet_pdf(score: Plain, criteria: Plain, heading: Heading) -> bytes:
    """The sheet as PDF, font embedded; the same content gives the same bytes.

    Raises:
        NoFont: no serif font with Vietnamese letters is installed.
    """
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    _register_fonts()
    stream = io.BytesIO()
    margins: dict[str, Any] = {
        "leftMargin": 16 * mm,
        "rightMargin": 16 * mm,
        "topMargin": 14 * mm,
        "bottomMargin": 14 * mm,
    }
    about: dict[str, Any] = {"title": _title(heading), "author": heading.unit_name, "invariant": 1, "lang": "vi"}
    paper = SimpleDocTemplate(stream, pagesize=landscape(A4), **margins, **about)

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Sheet", 9)
        canvas.drawString(16 * mm, 8 * mm, f"{heading.unit_name} - kỳ {heading.period}")
        canvas.drawRightString(281 * mm, 8 * mm, f"Trang {canvas.getPageNumber()}")

    paper.build(list(_pdf_parts(score, criteria, heading)), onFirstPage=foot, onLaterPages=foot)
    return stream.getvalue()


def _register_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for folder, family in _FAMILIES:
        if not (_FONTS / folder / f"{family}-Regular.ttf").exists():
            continue
        for name, face in (("", "Regular"), ("B", "Bold"), ("I", "Italic")):
            pdfmetrics.registerFont(TTFont(f"Sheet{name}", str(_FONTS / folder / f"{family}-{face}.ttf")))
        return
    raise NoFont("Chưa có phông chữ tiếng Việt để lập PDF; cài bằng: sudo apt install fonts-croscore")


def _pdf_parts(score: Plain, criteria: Plain, heading: Heading) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Spacer, Table

    centre: dict[str, Any] = {"alignment": 1, "leading": 14}
    bold = ParagraphStyle("bold", fontName="SheetB", fontSize=11, **centre)
    large = ParagraphStyle("large", fontName="SheetB", fontSize=14, alignment=1, leading=18)
    italic = ParagraphStyle("italic", fontName="SheetI", fontSize=10.5, **centre)
    yield Table([[Paragraph(text, bold) for text in pair] for pair in _heads(heading)], colWidths=[110 * mm, 155 * mm])
    yield Spacer(1, 4 * mm)
    yield Paragraph(_title(heading), large)
    yield Paragraph(_escaped(f"{heading.unit_name}, {heading.parent_name}"), bold)
    yield from (Paragraph(_escaped(text), italic) for text in _under_title(score, criteria, heading))
    yield Spacer(1, 3 * mm)
    yield _pdf_table(score, criteria)
    yield Spacer(1, 6 * mm)
    place, who, how = _feet(heading)
    signed = [[Paragraph("", bold), Paragraph(_escaped(text), style)] for text, style in
              ((place, italic), (who, bold), (how, italic))]  # fmt: skip
    yield Table(signed, colWidths=[150 * mm, 115 * mm])


def _pdf_table(score: Plain, criteria: Plain) -> Any:
    from reportlab.lib.colors import HexColor, grey
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import LongTable, Paragraph

    faces = {"component": "Sheet", "criterion": "SheetB", "domain": "SheetB", "total": "SheetB"}
    lines = [Row("total", COLUMNS), *sheet_rows(score, criteria)]
    cells = [
        [
            Paragraph(
                _escaped(text),
                ParagraphStyle(
                    "cell", fontName=faces[row.level], fontSize=9, leading=11, alignment=2 if 2 <= column <= 4 else 0
                ),
            )
            for column, text in enumerate(row.cells)
        ]
        for row in lines
    ]
    fills: list[Any] = [
        ("BACKGROUND", (0, at), (-1, at), HexColor(f"#{_GREY[row.level]}"))
        for at, row in enumerate(lines)
        if row.level in _GREY
    ]
    frame: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return LongTable(
        cells, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1, splitInRow=1, style=[*frame, *fills]
    )


def _escaped(text: str) -> str:
    """Text as reportlab's paragraphs take it: nothing is a tag, line breaks stay."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br/>")
