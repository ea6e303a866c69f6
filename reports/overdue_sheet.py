"""The list of overdue dossiers as xlsx: how late each one is, who has it, and how many each office has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from reports.heading import Heading, vn_day
from reports.workbook import Paper, new_paper, write_head, write_signature

Plain = Mapping[str, Any]
COLUMNS = (
    "STT",
    "Mã hồ sơ",
    "Lĩnh vực, thủ tục hành chính",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày có kết quả",
    "Quá hạn (ngày làm việc)",
    "Quá hạn (giờ làm việc)",
    "Đơn vị giải quyết",
    "Cán bộ, bước đang xử lý",
    "Văn bản xin lỗi",
)
_WIDTHS = (5.0, 23.0, 38.0, 12.0, 12.0, 12.0, 10.0, 10.0, 30.0, 20.0, 14.0)
_HEAD: dict[str, Any] = {"bold": True, "border": 1, "bg_color": "#D9E2F3", "align": "center", "valign": "vcenter"}
PARTS = (("in_progress", "I. HỒ SƠ ĐANG GIẢI QUYẾT ĐÃ QUÁ HẠN"), ("resolved", "II. HỒ SƠ ĐÃ GIẢI QUYẾT QUÁ HẠN"))


def overdue_sheet(report: Plain, heading: Heading) -> bytes:
    """The workbook of an overdue list (the JSON of `parindex report overdue --json`)."""
    paper = new_paper("Hồ sơ quá hạn", heading, _WIDTHS, "Danh sách hồ sơ quá hạn giải quyết")
    write_head(paper, heading, split=4)
    paper.row += 1
    paper.line("DANH SÁCH HỒ SƠ QUÁ HẠN GIẢI QUYẾT", bold=True, font_size=13, align="center", valign="vcenter")
    paper.line(f"Từ ngày {vn_day(report['first'])} đến ngày {vn_day(report['last'])}", align="center")
    if report.get("office"):
        paper.line(f"Đơn vị giải quyết: {report['office']}", align="center")
    paper.row += 1
    _write_offices(paper, report)
    _write_columns(paper)
    for state, title in PARTS:
        _write_part(paper, title, [item for item in report["dossiers"] if item["state"] == state])
    _write_notes(paper, report)
    write_signature(paper, heading, first=8)
    return paper.close()


def _write_offices(paper: Paper, report: Plain) -> None:
    """What each responsible office has, in one line each."""
    for item in report["offices"]:
        paper.line(
            f"{item['office']}: {item['in_progress']} hồ sơ đang giải quyết quá hạn, {item['resolved']} hồ sơ đã giải "
            f"quyết quá hạn; lâu nhất {item['most_days']} ngày làm việc."
        )
    if report["offices"]:
        paper.row += 1


def _write_columns(paper: Paper) -> None:
    for column, name in enumerate(COLUMNS):
        paper.text(column, name, **_HEAD)
    paper.sheet.set_row(paper.row, 48)
    paper.sheet.repeat_rows(paper.row)
    paper.row += 1
    paper.sheet.freeze_panes(paper.row, 2)


def _write_part(paper: Paper, title: str, dossiers: list[Plain]) -> None:
    paper.line(f"{title}: {len(dossiers)} hồ sơ", bold=True, border=1, bg_color="#F2F2F2")
    for number, item in enumerate(dossiers, start=1):
        _write_dossier(paper, number, item)


def _write_dossier(paper: Paper, number: int, item: Plain) -> None:
    what = ": ".join(part for part in (item["field"], item["procedure"]) if part)
    paper.sheet.write_number(paper.row, 0, number, paper.style(border=1, align="center"))
    texts = {
        1: item["code"],
        2: what,
        3: moment_vn(item["received_at"]),
        4: moment_vn(item["due_at"]),
        5: moment_vn(item["ended_at"]),
        8: item["office"],
        9: item["desk"] or "",
        10: item["apology_number"] or "",
    }
    for column, text in texts.items():
        paper.text(column, text, border=1)
    number_style = paper.style(border=1, align="right", num_format="#,##0")
    paper.sheet.write_number(paper.row, 6, item["working_days_late"], number_style)
    hours_style = paper.style(border=1, align="right", num_format="#,##0.0")
    paper.sheet.write_number(paper.row, 7, round(item["working_minutes_late"] / 60, 1), hours_style)
    paper.row += 1


def _write_notes(paper: Paper, report: Plain) -> None:
    paper.row += 1
    for text in overdue_notes(report):
        paper.line(text, italic=True, font_size=10)


def overdue_notes(report: Plain) -> Iterator[str]:
    """How it was counted, and what to mind."""
    yield f"Cách tính đúng hạn: {report['on_time_rule']}; lịch làm việc {report['calendar']}."
    yield (
        "Giờ quá hạn là giờ làm việc từ giờ hẹn trả đến giờ có kết quả (hoặc đến lúc lập danh sách), đã trừ ngày nghỉ."
    )
    yield from (f"Lưu ý: {text}" for text in report["notes"])
    if report["unclear"]:
        codes = ", ".join(report["unclear"][:10])
        yield f"Không tính được vì ngày hẹn trả quá xa mọi năm của lịch: {codes}."


def moment_vn(iso: str | None) -> str:
    """A moment as officials write it; empty for none."""
    if not iso:
        return ""
    moment = datetime.fromisoformat(iso)
    return f"{moment:%d/%m/%Y %H:%M}"
