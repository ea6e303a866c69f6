"""The report that goes with the self-score, as docx: results by domain, what lacks proof or data, tasks by office."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.score_sheet import points_text
from reports.score_sheet_text import docx_centred, docx_head, docx_signature

Plain = Mapping[str, Any]


def explanation_report(score: Plain, criteria: Plain, heading: Heading) -> bytes:
    """The report of a score (JSON value) by its criteria set."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    paper = document.sections[0]
    paper.page_width, paper.page_height, paper.left_margin, paper.right_margin = Mm(210), Mm(297), Mm(30), Mm(15)
    paper.top_margin = paper.bottom_margin = Mm(20)
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Times New Roman", Pt(13)
    document.core_properties.created = datetime.combine(heading.made_on, time())
    document.core_properties.author = heading.unit_name
    docx_head(document, heading)
    docx_centred(document.add_paragraph(), "BÁO CÁO", bold=True, size=14)
    title = f"Giải trình kết quả tự chấm điểm Chỉ số cải cách hành chính kỳ {heading.period}"
    docx_centred(document.add_paragraph(), title, bold=True, size=14)
    _part(document, "I. KẾT QUẢ TỰ CHẤM", _summary(score))
    _table(document, {"Lĩnh vực": 105, "Điểm tối đa": 30, "Điểm tự chấm": 30}, domain_rows(score, criteria))
    _part(document, "II. NỘI DUNG CHƯA CÓ TÀI LIỆU KIỂM CHỨNG HOẶC CHƯA CÓ SỐ LIỆU", "")
    _table(document, {"Mục": 15, "Nội dung": 50, "Điểm": 22, "Giải trình": 78}, unproven_rows(score))
    _part(document, "III. VIỆC CÒN PHẢI LÀM, THEO ĐƠN VỊ", "")
    tasks = {"Đơn vị": 35, "Mục": 50, "Việc, tài liệu cần có": 55, "Hạn": 25}
    _table(document, tasks, task_rows(score, criteria))
    _part(document, "IV. KHÓ KHĂN, KIẾN NGHỊ", "................................................................")
    docx_signature(document, heading)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def domain_rows(score: Plain, criteria: Plain) -> list[tuple[str, ...]]:
    """Name, maximum and own points of each domain."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for item in score["components"]:
        sums[item["domain"]][0] += Decimal(item["max_points"])
        sums[item["domain"]][1] += Decimal(item["points"] or 0)
    return [
        (f"{domain['id']}. {domain['name']}", *(vn_number(f"{value:.2f}") for value in sums[domain["id"]]))
        for domain in criteria["domains"]
    ]


def unproven_rows(score: Plain) -> list[tuple[str, ...]]:
    """Components without evidence or data, with the reason."""
    lacking = (item for item in score["components"] if item["state"] in ("no_evidence", "no_data"))
    return [(item["id"], item["name"], points_text(item), item["because"]) for item in lacking]


def task_rows(score: Plain, criteria: Plain) -> list[tuple[str, ...]]:
    """Office, component, what it lacks and by when; by office, then deadline."""
    wanted = {
        component["id"]: "; ".join(entry["label"] for entry in component.get("evidence") or ())
        for domain in criteria["domains"]
        for criterion in domain["criteria"]
        for component in criterion["components"]
    }
    lacking = [item for item in score["components"] if item["state"] in ("no_evidence", "no_data")]
    ordered = sorted(lacking, key=lambda item: (item["responsible"], str(item["deadline"]), item["id"]))
    return [
        (item["responsible"], f"{item['id']} {item['name']}", wanted.get(item["id"], ""), vn_day(str(item["deadline"])))
        for item in ordered
    ]


def _summary(score: Plain) -> str:
    own, expected, most = (vn_number(score["totals"][name]) for name in ("conservative", "expected", "self_scorable"))
    return (
        f"Tự chấm {own} điểm trên {most} điểm được tự chấm; bổ sung đủ tài liệu kiểm chứng thì được {expected} điểm. "
        f"Số liệu tính đến ngày {vn_day(score['as_of'])}."
    )


def _part(document: Any, title: str, text: str) -> None:
    document.add_paragraph().add_run(title).bold = True
    if text:
        document.add_paragraph(text)


def _table(document: Any, columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> None:
    """A table with a line of names; `columns` are name and width in millimetres."""
    from docx.shared import Mm, Pt

    table = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, columns.values(), strict=True):
        column.width = Mm(width)
    for number, texts in enumerate((tuple(columns), *rows)):
        for cell, text, width in zip(table.add_row().cells, texts, columns.values(), strict=True):
            cell.width = Mm(width)
            run = cell.paragraphs[0].add_run(text)
            run.bold, run.font.size = number == 0, Pt(11)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    document.add_paragraph()
