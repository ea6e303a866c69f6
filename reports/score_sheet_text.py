"""The score sheet for reading and signing: docx (to be corrected by hand) and pdf, from one table of rows.

The same columns, words and sums as the workbook of `score_sheet.py`; heads and feet of Decree 30/2020.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_number
from reports.printed import Column, Line, Part, Printed
from reports.score_sheet import COLUMNS, appraised_text, evidence_text, facts_of, final_points, note_of, points_text

Plain = Mapping[str, Any]
_WIDTHS_MM = (13, 62, 16, 17, 17, 62, 78)
"""A4 landscape, 297 mm wide, margins 16 mm."""
_NUMBERS = (2, 3, 4)


def printed_score_sheet(score: Plain, criteria: Plain, heading: Heading) -> Printed:
    """The sheet of a score (JSON value) by its criteria set."""
    columns = tuple(
        Column(name, width, at in _NUMBERS) for at, (name, width) in enumerate(zip(COLUMNS, _WIDTHS_MM, strict=True))
    )
    title = f"PHIẾU TỰ CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH KỲ {heading.period}"
    return Printed(
        heading=heading,
        title=(title, f"{heading.unit_name}, {heading.parent_name}"),
        under=tuple(_under_title(score, criteria, heading)),
        parts=(Part(columns=columns, lines=tuple(sheet_rows(score, criteria))),),
        notes=tuple(f"Lưu ý: {warning}" for warning in score.get("warnings", ())),
    )


def sheet_rows(score: Plain, criteria: Plain) -> Iterator[Line]:
    """Every domain with its sums, its criteria, its components; then the total."""
    scored = {item["id"]: item for item in score["components"]}
    for domain in criteria["domains"]:
        inside = [part for criterion in domain["criteria"] for part in items_of(criterion, scored)]
        yield _sum_row("domain", domain["id"], f"Lĩnh vực {domain['id']}. {domain['name']}", inside)
        for criterion in domain["criteria"]:
            own = items_of(criterion, scored)
            yield _sum_row("criterion", criterion["id"], criterion["name"], own)
            for entry in criterion["components"]:
                if entry["id"] in scored:
                    yield _component_row(entry, scored[entry["id"]])
    yield _sum_row("total", "", "Tổng cộng", list(score["components"]))


def items_of(criterion: Plain, scored: Mapping[str, Plain]) -> list[Plain]:
    """The components of a criterion that the score has."""
    return [scored[entry["id"]] for entry in criterion["components"] if entry["id"] in scored]


def _sum_row(level: str, number: str, name: str, items: list[Plain]) -> Line:
    most = sum((Decimal(item["max_points"]) for item in items), Decimal(0))
    own, appraised = _sum([item["points"] for item in items]), _sum([final_points(item) for item in items])
    return Line((number, name, vn_number(f"{most:.2f}"), own, appraised, "", ""), level)


def _sum(points: list[str | None]) -> str:
    known = [Decimal(text) for text in points if text is not None]
    return vn_number(f"{sum(known, Decimal(0)):.2f}") if known else ""


def _component_row(entry: Plain, item: Plain) -> Line:
    points = (vn_number(item["max_points"]), points_text(item), appraised_text(item))
    return Line((item["id"], item["name"], *points, evidence_text(entry, item), note_of(item)))


def _under_title(score: Plain, criteria: Plain, heading: Heading) -> Iterator[str]:
    if criteria.get("provenance") == "proposal":
        yield "BỘ TIÊU CHÍ ĐỀ XUẤT, KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC"
    yield from facts_of(score, criteria, heading)
