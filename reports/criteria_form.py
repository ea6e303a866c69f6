"""The Excel form of a criteria set, empty or filled: a sheet about the set, the table of points, and how to fill it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from config.criteria_form import COLUMNS, HEAD, HEAD_SHEET, OUTSIDE_COLUMNS, OUTSIDE_SHEET, TABLE_SHEET, WORDS
from config.criteria_form_filled import Filled

_WIDTHS = dict(zip(COLUMNS, (8, 48, 12, 44, 24, 44, 16, 16, 44, 26, 14, 36, 20, 14, 22), strict=True))
_CREATED = datetime(2025, 1, 1, tzinfo=UTC)
_GUIDE = (
    "Mỗi dòng của trang Bảng điểm là một lĩnh vực (mã 1), tiêu chí (1.1) hoặc tiêu chí thành phần (1.1.1), lần lượt.",
    "Lĩnh vực và tiêu chí chỉ cần mã, nội dung và điểm tối đa; các cột còn lại là của tiêu chí thành phần.",
    "Điểm của các mục con phải cộng lại đúng bằng điểm của mục cha, tổng là 100 (tổng khác phải ghi căn cứ).",
    "Quy tắc chấm viết dạng khóa: giá trị, ví dụ:",
    '    kind: floor_share, floor: "0.80", done: tasks_done, total: tasks_planned',
    '    kind: deadline, dates: [{key: issued_on, due: 2026-01-31, on_time: "1.00", late: "0.50"}]',
    '    kind: steps, steps: [{from: "0.95", points: "2.00"}, {from: "0.80", points: "1.00"}]',
    "Một ô có nhiều giá trị khai hoặc nhiều tài liệu thì mỗi dòng trong ô ghi một mục (Alt+Enter để xuống dòng).",
    *(f"{COLUMNS[name]}: {', '.join(words)}" for name, words in WORDS.items() if name in COLUMNS),
    "Loại giá trị khai: " + ", ".join(WORDS["type"]),
    "Khi không phát sinh ghi chia cho mục khác thì cột Chia điểm cho các mục ghi mã các mục nhận, ví dụ: 8.2.1, 8.2.2",
    'Người chấm chọn nhánh: kind: branches, choice: chon, branches: [{id: a, label: Nhánh A, points: "1.00"}, ...]',
    f'Trang {OUTSIDE_SHEET}: mỗi dòng một mục ngoài thang 100, ví dụ quy tắc kind: bonus, count: khoa, each: "0.50"',
    "Điền xong: parindex criteria import TỆP.xlsx. Lỗi được chỉ ra theo từng ô; phiên bản cũ không bị ghi đè.",
)


def criteria_form(filled: Filled, kinds: Sequence[str]) -> bytes:
    """The workbook. `filled` as `config.criteria_form_filled.form_of` gives it; `kinds` are the known rules."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    workbook.set_properties({"created": _CREATED})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE7F0", "border": 1})
    plain = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    _head(workbook.add_worksheet(HEAD_SHEET), filled.head or [(label, "") for label in HEAD.values()], (bold, plain))
    _table(workbook.add_worksheet(TABLE_SHEET), COLUMNS, filled.rows, (bold, plain))
    _table(workbook.add_worksheet(OUTSIDE_SHEET), OUTSIDE_COLUMNS, filled.outside, (bold, plain))
    guide = workbook.add_worksheet("Hướng dẫn")
    guide.set_column(0, 0, 120, plain)
    for number, line in enumerate((*_GUIDE, "Các quy tắc chấm: " + ", ".join(kinds))):
        guide.write_string(number, 0, line, plain)
    workbook.close()
    return stream.getvalue()


def _head(sheet: Any, head: Sequence[tuple[str, str]], formats: tuple[Any, Any]) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for number, (label, value) in enumerate(head):
        sheet.write_string(number, 0, label, formats[0])
        sheet.write_string(number, 1, value, formats[1])


def _table(sheet: Any, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]], formats: tuple[Any, Any]) -> None:
    for column, (name, title) in enumerate(columns.items()):
        sheet.set_column(column, column, _WIDTHS[name], formats[1])
        sheet.write_string(0, column, title, formats[0])
    sheet.freeze_panes(1, 2)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(columns):
            sheet.write_string(number, column, row.get(name, ""), formats[1])
