"""Template workbooks: the header of a profile, ready to be filled in, with lists for the words it understands."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from config.export_profiles import YEARLY, Column, Profile, load_profiles, load_vocabulary
from connectors.errors import AskPerson

FILLED_ROWS = 2_000
_CREATED = datetime(2025, 1, 1, tzinfo=UTC)
_WIDTHS = {"text": 32, "names": 32, "moment": 20, "deadline": 20, "dossier_code": 26, "choice": 18}
_HINTS = {
    "moment": "ngày giờ, ví dụ 31/12/2025 16:30:00",
    "deadline": "ngày, ví dụ 31/12/2025; không ghi giờ là đến hết ngày",
    "dossier_code": "mã hồ sơ, ví dụ H17.57-250703-0012",
    "procedure_code": "mã thủ tục, ví dụ 1.001193",
    "component": "mã tiêu chí thành phần, ví dụ 3.3.2",
    "count": "số nguyên",
    "amount": "số đồng, ví dụ 1.500.000.000",
    "percent": "phần trăm từ 0 đến 100, ví dụ 92,5",
    "value": "số, ngày, Có, Không, hoặc Không phát sinh; để trống là chưa có số liệu",
}


def templates() -> tuple[Profile, ...]:
    """The layouts that have a template: tables that people number by hand, not messages of machines."""
    return tuple(profile for profile in load_profiles() if profile.columns[0].title == "STT")


def template_names() -> tuple[str, ...]:
    """Names of all templates."""
    return tuple(profile.id for profile in templates())


def template_workbook(name: str, year: int | None = None) -> bytes:
    """An xlsx with title and header of a layout, the same bytes each time; `year` goes into the title of yearly tables.

    Raises:
        AskPerson: there is no template of this name; the message lists those there are.
    """
    profile = next((profile for profile in templates() if profile.id == name), None)
    if profile is None:
        raise AskPerson(f"không có mẫu {name!r}; các mẫu đang có: {', '.join(template_names())}")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": profile.name, "created": _CREATED.replace(tzinfo=None)})
        _write_sheet(book, profile, year if profile.kind in YEARLY else None)
    return content.getvalue()


def _write_sheet(book: Any, profile: Profile, year: int | None) -> None:
    sheet = book.add_worksheet(profile.name[:31].replace("/", "-"))
    bold = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    title = profile.name.upper() + (f" NĂM {year}" if year else "")
    sheet.write(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    asked = '. Ghi thêm "năm ..." vào tên bảng' if profile.kind in YEARLY and year is None else ""
    sheet.write(1, 0, f"{_kept_by(profile)}{asked}", book.add_format({"italic": True}))
    first = 2
    depth = max(len(column.header) for column in profile.columns)
    _write_header(sheet, profile.columns, first, depth, bold)
    sheet.freeze_panes(first + depth, 0)
    as_text = book.add_format({"num_format": "@"})
    for place, column in enumerate(profile.columns):
        formatted = as_text if column.read_as in ("text", "dossier_code", "procedure_code", "component") else None
        sheet.set_column(place, place, _WIDTHS.get(column.read_as, 12), formatted)
        _validate(sheet, column, place, first + depth)


def _kept_by(profile: Profile) -> str:
    """Who fills the table in, until when, and on whose word."""
    said = [f"Đơn vị lập: {profile.owner}"] if profile.owner else []
    said += [f"hạn gửi: {profile.deadline.sentence()}"] if profile.deadline else []
    proposed = " (đề xuất, phường phân công lại nếu cần)" if profile.proposed else ""
    return f"{'; '.join(said)}{proposed}" if said else ""


def _write_header(sheet: Any, columns: Sequence[Column], first: int, depth: int, bold: Any) -> None:
    start = 0
    while start < len(columns):
        path = columns[start].header
        end = start
        while depth > 1 and len(path) > 1 and end + 1 < len(columns) and columns[end + 1].header[:-1] == path[:-1]:
            end += 1
        if len(path) == 1:
            _merge(sheet, (first, start, first + depth - 1, start), path[0], bold)
        else:
            _merge(sheet, (first, start, first + depth - 2, end), path[0], bold)
            for place in range(start, end + 1):
                sheet.write(first + depth - 1, place, columns[place].title, bold)
        start = end + 1


def _merge(sheet: Any, area: tuple[int, int, int, int], text: str, style: Any) -> None:
    if area[:2] == area[2:]:
        sheet.write(area[0], area[1], text, style)
    else:
        sheet.merge_range(*area, text, style)


def _validate(sheet: Any, column: Column, place: int, first: int) -> None:
    """Lists of words are offered, not forced; other columns get a hint."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.words:
        words = [spellings[0] for spellings in load_vocabulary()[column.words].values()]
        rule = {"validate": "list", "source": words, "error_type": "warning"}
        if sum(len(word) + 1 for word in words) > 255:
            rule = {"validate": "any", "input_message": "; ".join(words)[:255]}
    elif column.read_as in _HINTS:
        rule = {"validate": "any", "input_title": column.title[:32], "input_message": _HINTS[column.read_as]}
    if len(rule) > 1:
        sheet.data_validation(first, place, first + FILLED_ROWS, place, rule)
