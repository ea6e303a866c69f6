"""The second page of the score sheet: the numbers of each component and the formula that makes its points of them.

Who changes a number sees points, subtotals and the total change as the criteria set says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.components import components_of
from reports.heading import vn_number
from reports.workbook import Paper
from scoring.formulas import cell_value, number_labels, points_formula, recomputes

Plain = Mapping[str, Any]
PAGE = "Số liệu tính điểm"
_WIDTHS = (9.0, 96.0, 26.0, 12.0)
_FIRST = 5
"""Row (from 1) of the first component, below title, words and header."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One component on the page: its entry in the set, its score, its row (from 1), its formula."""

    entry: Plain
    item: Plain
    row: int
    labels: Mapping[str, str]
    formula: str

    @property
    def place(self) -> str:
        """Where the other page finds the points."""
        return f"'{PAGE}'!$D${self.row}"


def recomputed_components(score: Plain, criteria: Plain) -> dict[str, Recomputed]:
    """By id, in the order of the set, the scored components whose points a formula gives; others stand as they are."""
    scored = {item["id"]: item for item in score["components"]}
    as_of, row, found = date.fromisoformat(score["as_of"]), _FIRST, {}
    for entry in components_of(criteria):
        item = scored.get(entry["id"])
        if item is None or not recomputes(item):
            continue
        labels = number_labels(entry)
        cells = {key: f"C{row + number}" for number, key in enumerate(labels, 1)}
        if formula := points_formula(entry, item, cells, as_of):
            found[entry["id"]] = Recomputed(entry, item, row, labels, formula)
            row += len(labels) + 1
    return found


def write_numbers(paper: Paper, components: Mapping[str, Recomputed]) -> None:
    """Write the page into the workbook of the score sheet."""
    page = paper.another(PAGE, _WIDTHS)
    page.line("SỐ LIỆU VÀ CÔNG THỨC TÍNH ĐIỂM", bold=True, font_size=14, align="center")
    page.line(
        "Sửa số ở cột Giá trị thì điểm ở đây và ở trang Phiếu tự chấm tính lại theo quy tắc của bộ tiêu chí. "
        "Mục không có ở trang này (khảo sát, chưa có số liệu, không phát sinh, chưa có tài liệu kiểm chứng, "
        "sửa điểm bằng tay) ghi điểm sẵn.",
        italic=True,
    )
    page.row += 1
    for column, name in enumerate(("Mục", "Số liệu", "Giá trị", "Điểm")):
        page.text(column, name, bold=True, border=1, bg_color="#BFCDE6", align="center")
    page.sheet.repeat_rows(page.row)
    page.row += 1
    page.sheet.freeze_panes(page.row, 2)
    for one in components.values():
        _write_component(page, one)


def _write_component(page: Paper, one: Recomputed) -> None:
    style: dict[str, Any] = {"bold": True, "border": 1, "bg_color": "#F2F2F2"}
    page.row = one.row - 1
    page.text(0, one.entry["id"], **style)
    page.text(1, one.item["name"], **style)
    page.text(2, f"tối đa {vn_number(one.item['max_points'])}", **style, align="right")
    number = page.style(**style, num_format="0.00", align="right")
    page.sheet.write_formula(page.row, 3, one.formula, number, float(one.item["points"]))
    for key, label in one.labels.items():
        page.row += 1
        page.text(0, "", border=1)
        page.text(1, label, border=1, indent=1)
        _write_value(page, cell_value(one.entry, key, one.item["numbers"].get(key)))
        page.text(3, "", border=1)


def _write_value(page: Paper, value: str | float | date | None) -> None:
    style: dict[str, Any] = {"border": 1, "align": "right"}
    if isinstance(value, str):
        page.text(2, value, **style)
    elif isinstance(value, date):
        page.sheet.write_datetime(page.row, 2, value, page.style(**style, num_format="dd/mm/yyyy"))
    elif value is None:
        page.sheet.write_blank(page.row, 2, None, page.style(**style))
    else:
        page.sheet.write_number(page.row, 2, value, page.style(**style, num_format="#,##0.######"))
