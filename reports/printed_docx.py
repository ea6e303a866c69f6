"""A printed document as Word file, to be corrected by hand; the same content gives the same text."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from reports.printed import FILLS, Column, Line, Part, Printed, feet, groups_of, heads, shown

_PORTRAIT, _LANDSCAPE = (210, 297, 30, 15, 20), (297, 210, 16, 16, 15)
"""Millimetres: width, height, left, right, top and bottom margin."""


def docx_of(printed: Printed) -> bytes:
    """The document as docx."""
    document = Document()
    _set_up(document, printed)
    _head(document, printed)
    for at, text in enumerate(printed.title):
        _centred(document.add_paragraph(), text, bold=True, size=14 if at == 0 or printed.portrait else 11)
    for text in printed.under:
        _centred(document.add_paragraph(), text, italic=True)
    for part in printed.parts:
        _part(document, part, size=11 if printed.portrait else 10)
    for text in printed.notes:
        document.add_paragraph().add_run(text).italic = True
    _foot(document, printed)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: Any, printed: Printed) -> None:
    section, heading = document.sections[0], printed.heading
    width, height, left, right, edge = _PORTRAIT if printed.portrait else _LANDSCAPE
    section.orientation = WD_ORIENT.PORTRAIT if printed.portrait else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.top_margin = section.bottom_margin = Mm(edge)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(13 if printed.portrait else 11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    normal.paragraph_format.space_after = Pt(6 if printed.portrait else 0)
    document.core_properties.created = datetime.combine(heading.made_on, time())
    document.core_properties.title = " ".join(printed.title)
    document.core_properties.author = heading.unit_name


def _centred(paragraph: Any, text: str, *, size: int = 11, bold: bool = False, italic: bool = False) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic


def _head(document: Any, printed: Printed) -> None:
    section = document.sections[0]
    wide = section.page_width - section.left_margin - section.right_margin
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    widths = (wide * 40 // 100, wide * 60 // 100)
    for number, texts in enumerate(heads(printed)):
        for cell, width, text in zip(table.add_row().cells, widths, texts, strict=True):
            cell.width = width
            numbered = number == 3
            _centred(cell.paragraphs[0], text, bold=not numbered, italic=numbered and text != texts[0])
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _part(document: Any, part: Part, size: int) -> None:
    if part.title:
        document.add_paragraph().add_run(part.title).bold = True
    for text in part.paragraphs:
        document.add_paragraph(text)
    if part.columns and (part.lines or not part.empty):
        _table(document, part, size)
        document.add_paragraph().paragraph_format.space_after = Pt(0)
    elif part.columns:
        document.add_paragraph().add_run(part.empty).italic = True


def _table(document: Any, part: Part, size: int) -> None:
    columns = part.columns
    table = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    table.autofit = False
    _column_heads(table, columns, size)
    for line in part.lines:
        _line(table.add_row(), line, columns, size)
    for column, wanted in zip(table.columns, columns, strict=True):
        column.width = Mm(wanted.width)


def _column_heads(table: Any, columns: tuple[Column, ...], size: int) -> None:
    grouped = any(column.group for column in columns)
    rows = [table.add_row() for _ in range(1 + grouped)]
    for row in rows:
        _repeat(row)
    for cell, column in zip(rows[-1].cells, columns, strict=True):
        _fill_cell(cell, column.name, column, Look(size, bold=True, fill=FILLS["total"], centred=True))
    for name, first, last in groups_of(columns) if grouped else ():
        above = rows[0].cells[first]
        if name:
            _fill_cell(above, name, columns[first], Look(size, bold=True, fill=FILLS["total"], centred=True))
            above.merge(rows[0].cells[last])
        else:
            rows[0].cells[first].merge(rows[1].cells[first]).paragraphs[0].text = ""
            _strip_and_fill(rows[0].cells[first], columns[first], size)


def _strip_and_fill(cell: Any, column: Column, size: int) -> None:
    """A merged cell holds the paragraphs of both; one is left."""
    for paragraph in cell.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    _fill_cell(cell, column.name, column, Look(size, bold=True, fill=FILLS["total"], centred=True))


class Look:
    """How a cell looks: letters in points, bold, background, centred."""

    def __init__(self, size: int, *, bold: bool = False, fill: str = "", centred: bool = False) -> None:
        self.size, self.bold, self.fill, self.centred = size, bold, fill, centred


def _line(row: Any, line: Line, columns: tuple[Column, ...], size: int) -> None:
    look = Look(size, bold=line.level in FILLS, fill=FILLS.get(line.level, ""))
    _keep_together(row)
    for cell, text, column in zip(row.cells, line.cells, columns, strict=True):
        _fill_cell(cell, shown(text), column, look)


def _fill_cell(cell: Any, text: str, column: Column, look: Look) -> None:
    cell.width = Mm(column.width)
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if look.centred or column.number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if look.centred else WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold, run.font.size = look.bold, Pt(look.size)
    if look.fill:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), look.fill)
        cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """The row stands again at the top of each page."""
    _mark(row, "w:tblHeader")


def _keep_together(row: Any) -> None:
    _mark(row, "w:cantSplit")


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _foot(document: Any, printed: Printed) -> None:
    document.add_paragraph()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    receivers, signers = feet(printed)
    for at, text in enumerate(receivers):
        paragraph = left.paragraphs[0] if at == 0 else left.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.font.size, run.bold, run.italic = Pt(12 if at == 0 else 11), at == 0, at == 0
    for at, text in enumerate(signers):
        paragraph = right.paragraphs[0] if at == 0 else right.add_paragraph()
        _centred(paragraph, text, bold=text in printed.foot.signer, italic=text not in printed.foot.signer)
