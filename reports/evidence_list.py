"""The list of evidence (bảng kê tài liệu kiểm chứng) as xlsx: one row for each file and component it proves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from reports.heading import Heading
from reports.workbook import Paper, new_paper, write_head, write_signature

COLUMNS = (
    "STT",
    "Mã TCTP",
    "Tên tài liệu",
    "Số/ký hiệu",
    "Ngày",
    "Cơ quan ban hành",
    "Người ký",
    "Mục/trang",
    "SHA-256",
    "Chữ ký số hợp lệ?",
    "Đơn vị phụ trách",
)
_WIDTHS = (5.0, 8.0, 38.0, 16.0, 11.0, 24.0, 20.0, 14.0, 34.0, 34.0, 24.0)
_NOT_CHECKED = "Chưa kiểm tra"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One document as proof of one component; None where the document does not say it."""

    component: str
    """Empty: linked to no component (result of a dossier, outgoing document)."""
    name: str
    number: str | None = None
    issued_on: str | None = None
    """ISO date."""
    issuer: str | None = None
    signer: str | None = None
    section: str | None = None
    pages: str | None = None
    sha256: str
    signature: str | None = None
    """What the signature check said, in one Vietnamese sentence; None where nothing was checked."""
    office: str | None = None
    """Who answers for the component."""


def evidence_list(rows: Iterable[EvidenceRow], heading: Heading) -> bytes:
    """The list, sorted by component, then name."""
    paper = new_paper("Bảng kê TLKC", heading, _WIDTHS, "Bảng kê tài liệu kiểm chứng")
    write_head(paper, heading, split=5)
    paper.row += 1
    title = f"BẢNG KÊ TÀI LIỆU KIỂM CHỨNG KỲ {heading.period}"
    paper.line(title, bold=True, font_size=14, align="center", valign="vcenter")
    paper.line(f"{heading.unit_name}, {heading.parent_name}", bold=True, align="center")
    paper.row += 1
    first = paper.row
    _write_columns(paper)
    for number, row in enumerate(sorted(rows, key=_order), start=1):
        _write_row(paper, number, row)
    paper.sheet.autofilter(first, 0, max(first, paper.row - 1), len(COLUMNS) - 1)
    write_signature(paper, heading, first=7)
    return paper.close()


def component_order(component: str) -> tuple[bool, tuple[int, ...], str]:
    """Sorts 1.10.1 after 1.9.1, and what has no component last."""
    parts = component.split(".")
    numbers = tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()
    return not numbers, numbers, component


def _order(row: EvidenceRow) -> tuple[object, ...]:
    return component_order(row.component), row.name, row.sha256, row.section or "", row.pages or ""


def _write_columns(paper: Paper) -> None:
    for column, name in enumerate(COLUMNS):
        paper.text(column, name, bold=True, border=1, bg_color="#BFCDE6", align="center", valign="vcenter")
    paper.sheet.repeat_rows(paper.row)
    paper.row += 1
    paper.sheet.freeze_panes(paper.row, 3)


def _write_row(paper: Paper, number: int, row: EvidenceRow) -> None:
    place = ", ".join(part for part in (row.section, f"trang {row.pages}" if row.pages else None) if part)
    texts = {1: row.component, 2: row.name, 3: row.number, 5: row.issuer, 6: row.signer, 7: place}
    paper.sheet.write_number(paper.row, 0, number, paper.style(border=1, align="center"))
    for column, text in texts.items():
        paper.text(column, text or "", border=1)
    _write_day(paper, row.issued_on)
    paper.text(8, row.sha256, border=1, font_size=8)
    paper.text(9, row.signature or _NOT_CHECKED, border=1)
    paper.text(10, row.office or "", border=1)
    paper.row += 1


def _write_day(paper: Paper, issued_on: str | None) -> None:
    try:
        day = date.fromisoformat(issued_on or "")
    except ValueError:
        paper.text(4, issued_on or "", border=1)
        return
    style = paper.style(border=1, num_format="dd/mm/yyyy", align="center")
    paper.sheet.write_datetime(paper.row, 4, datetime.combine(day, time()), style)
