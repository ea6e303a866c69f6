"""The detailed sheet of an appraisal: own points, the appraisers', what they took off, what stands.

Columns as in the exports of appraisal software (domain notes, section 1.4); survey points stand under the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.printed import Cell, Column, Line, Part, Printed
from reports.score_sheet import points_text
from reports.score_sheet_text import items_of

Plain = Mapping[str, Any]
COLUMNS = (
    Column("Tiêu chí", 18),
    Column("Nội dung", 112),
    Column("Điểm tối đa", 25, number=True),
    Column("Điểm tự chấm", 25, number=True),
    Column("Điểm thẩm định", 27, number=True),
    Column("Điểm bị trừ", 25, number=True),
    Column("Điểm thẩm định sau khi trừ", 32, number=True),
)
_POINTS = ("max_points", "points", "appraised", "deducted", "final")


def printed_appraisal(score: Plain, criteria: Plain, heading: Heading) -> Printed:
    """The sheet of a score as it stands in its cycle (`scoring.cycle_sheet.with_cycle`)."""
    proposal = criteria.get("provenance") == "proposal"
    return Printed(
        heading=heading,
        title=(
            f"KẾT QUẢ THẨM ĐỊNH CHI TIẾT CHỈ SỐ CẢI CÁCH HÀNH CHÍNH KỲ {heading.period}",
            f"{heading.unit_name}, {heading.parent_name}",
        ),
        under=(
            *(("BỘ TIÊU CHÍ ĐỀ XUẤT, KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC",) if proposal else ()),
            f"Bộ tiêu chí: {criteria['title']}. Số liệu tự chấm tính đến ngày {vn_day(score['as_of'])}.",
        ),
        parts=(Part(columns=COLUMNS, lines=tuple(detail_lines(score, criteria))),),
        notes=tuple(_notes(score)),
    )


def detail_lines(score: Plain, criteria: Plain) -> list[Line]:
    """Domains, criteria and components, then the total; each sum names the lines that it adds up."""
    scored = {item["id"]: item for item in score["components"]}
    lines: list[Line] = []
    domains = [_domain(lines, domain, scored) for domain in criteria["domains"]]
    lines.append(_sum_line("total", ("", "Tổng cộng"), list(score["components"]), domains))
    return lines


def _domain(lines: list[Line], domain: Plain, scored: Mapping[str, Plain]) -> int:
    """Append a domain with what it holds; its own position."""
    place = len(lines)
    lines.append(Line(()))
    criteria, inside = [], []
    for criterion in domain["criteria"]:
        items = items_of(criterion, scored)
        criteria.append(len(lines))
        below = tuple(range(len(lines) + 1, len(lines) + 1 + len(items)))
        lines.append(_sum_line("criterion", (criterion["id"], criterion["name"]), items, below))
        lines.extend(_component(item) for item in items)
        inside += items
    name = (domain["id"], f"Lĩnh vực {domain['id']}. {domain['name']}")
    lines[place] = _sum_line("domain", name, inside, criteria)
    return place


def _sum_line(level: str, name: tuple[str, str], items: Sequence[Plain], adds: Sequence[int]) -> Line:
    sums: list[Cell] = [_sum([item.get(part) for item in items]) for part in _POINTS]
    return Line((*name, *sums), level, tuple(adds))


def _sum(points: Sequence[str | None]) -> Cell:
    known = [Decimal(text) for text in points if text is not None]
    return sum(known, Decimal("0.00")) if known else ""


def _component(item: Plain) -> Line:
    own: Cell = points_text(item) if item["points"] is None else Decimal(item["points"])
    theirs: list[Cell] = [Decimal(item[part]) if item.get(part) else "" for part in ("appraised", "deducted", "final")]
    return Line((item["id"], item["name"], Decimal(item["max_points"]), own, *theirs))


def _notes(score: Plain) -> list[str]:
    surveys = [item for item in score["components"] if item.get("survey_points")]
    told = [f"Điểm điều tra xã hội học {item['id']}: {vn_number(item['survey_points'])}." for item in surveys]
    parts = [Decimal(item.get("survey_points") or item.get("final") or 0) for item in score["components"]]
    if surveys:
        most = vn_number(score["totals"]["maximum"])
        told.append(f"Tổng điểm đạt được: {vn_number(f'{sum(parts):.2f}')} trên {most} điểm.")
    if not any(item.get("final") for item in score["components"]):
        told.append("Chưa có điểm thẩm định.")
    return told
