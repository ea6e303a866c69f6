"""The index of Decision 766 as xlsx: each metric with its numbers, points, the other reading, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.workbook import Paper, new_paper, write_head, write_signature

Plain = Mapping[str, Any]
COLUMNS = (
    "Mã",
    "Nhóm, tiêu chí",
    "Điểm tối đa",
    "Tử số",
    "Mẫu số",
    "Tỷ lệ (%)",
    "Điểm",
    "Theo cách đọc kia",
    "Ghi chú",
)
_WIDTHS = (6.0, 44.0, 9.0, 10.0, 10.0, 10.0, 9.0, 11.0, 60.0)
_READINGS = {"text": "theo văn bản", "observed": "theo số liệu đã công bố"}
_HEAD: dict[str, Any] = {"bold": True, "border": 1, "bg_color": "#D9E2F3", "align": "center", "valign": "vcenter"}


def index_766_sheet(report: Plain, heading: Heading) -> bytes:
    """The workbook of a report (the JSON of `parindex report 766 --json`)."""
    paper = new_paper("Quyết định 766", heading, _WIDTHS, "Bộ chỉ số theo Quyết định 766/QĐ-TTg")
    write_head(paper, heading, split=3)
    paper.row += 1
    paper.line("TỰ TÍNH BỘ CHỈ SỐ THEO QUYẾT ĐỊNH SỐ 766/QĐ-TTg", bold=True, font_size=13, align="center")
    paper.line(f"Từ ngày {vn_day(report['first'])} đến ngày {vn_day(report['last'])}", align="center")
    paper.line(_summary(report), bold=True, align="center")
    paper.row += 1
    for column, name in enumerate(COLUMNS):
        paper.text(column, name, **_HEAD)
    paper.sheet.repeat_rows(paper.row)
    paper.row += 1
    paper.sheet.freeze_panes(paper.row, 2)
    for group in report["groups"]:
        _write_group(paper, group, [item for item in report["metrics"] if item["group"] == group["id"]], report)
    _write_notes(paper, report)
    _write_average_days(paper, report["average_days"])
    write_signature(paper, heading, first=6)
    return paper.close()


def _summary(report: Plain) -> str:
    totals = {name: vn_number(value) for name, value in report["totals"].items()}
    return (
        f"{totals['points']} điểm trên {totals['maximum']} điểm có số liệu (cách đọc {_READINGS[report['reading']]}); "
        f"chưa có số liệu: {totals['no_data']} điểm; không áp dụng cho phường: {totals['not_applicable']} điểm."
    )


def _write_group(paper: Paper, group: Plain, metrics: list[Plain], report: Plain) -> None:
    style: dict[str, Any] = {"border": 1, "bold": True, "bg_color": "#F2F2F2"}
    for column, text in enumerate((group["id"], group["name"], vn_number(group["max"]), *[""] * 6)):
        paper.text(column, text, **style, align="right" if column == 2 else "left")
    paper.row += 1
    for item in metrics:
        _write_metric(paper, item, report["reading"])


def _write_metric(paper: Paper, item: Plain, reading: str) -> None:
    other = next((points for name, points in item["by_reading"].items() if name != reading), None)
    numbers = (item["max"], item["done"], item["total"], _per_cent(item["share"]), item["points"])
    paper.text(0, item["id"], border=1)
    paper.text(1, item["name"], border=1)
    for column, value in enumerate(numbers, start=2):
        paper.text(column, "" if value is None else vn_number(str(value)), border=1, align="right")
    paper.text(7, vn_number(other) if other and other != item["points"] else "", border=1, align="right")
    paper.text(8, "\n".join([item["because"], *item["warnings"]]), border=1)
    paper.row += 1


def _per_cent(share: str | None) -> str | None:
    return None if share is None else f"{float(share) * 100:.2f}"


def _write_notes(paper: Paper, report: Plain) -> None:
    paper.row += 1
    for note in report["notes"]:
        paper.line(f"Lưu ý: {note}", italic=True, font_size=10)
    paper.line("Ô không có số là tiêu chí chưa có điểm, không phải 0 điểm.", italic=True, font_size=10)


def _write_average_days(paper: Paper, rows: list[Plain]) -> None:
    """Metric 2.2, which carries no points."""
    if not rows:
        return
    paper.row += 1
    paper.line("2.2. Thời gian giải quyết trung bình theo thủ tục (theo dõi, không chấm điểm)", bold=True)
    for row in rows:
        days = vn_number(row["working_days"])
        paper.line(f"{row['procedure']}: {days} ngày làm việc ({row['finished']} hồ sơ)", font_size=10)
