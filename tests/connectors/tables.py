"""Tables written to every format a one-stop system may give, as their vendors write them."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.connectors.old_excel import xls

Rows = Sequence[Sequence[Any]]

LIST_HEADER = [
    *("STT", "Đơn vị tiếp nhận", "Người tiếp nhận", "Tên thủ tục hành chính", "Mã hồ sơ", "Trạng thái", "Địa chỉ"),
    *("Chủ hồ sơ", "Ngày nộp hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"),
]
DETAIL_HEADER = [
    [
        *("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị giải quyết"),
        *("Tiếp nhận", "", "", "", "Kết quả", "", "", "", "", "", "Số hóa", "", "", "Phí, lệ phí", ""),
        *("Số lần bổ sung", "Văn bản xin lỗi"),
    ],
    [
        *("", "", "", "", "", "", "Kênh thực hiện", "Mức độ", "Ngày tiếp nhận", "Hạn trả"),
        *("Trạng thái", "Ngày kết thúc xử lý", "Ngày trả", "Số ký hiệu kết quả", "Tệp kết quả"),
        *("Yêu cầu kết quả điện tử", "Số hóa thành phần", "Tái sử dụng", "Đồng bộ DVCQG"),
        *("Có thu phí", "Thanh toán trực tuyến", "", ""),
    ],
]
PETITION_HEADER = [
    *("STT", "Mã phản ánh", "Ngày tiếp nhận", "Hạn xử lý", "Ngày trả lời", "Nội dung", "Loại nội dung"),
    *("Kết quả xác minh", "Đánh giá"),
]
DECLARED_HEADER = [
    *("STT", "Mã TCTP", "Mã chỉ tiêu", "Tên chỉ tiêu", "Giá trị", "Đơn vị cung cấp", "Nguồn số liệu"),
    *("Tài liệu kiểm chứng", "Mục", "Trang", "Giải trình"),
]
SURVEY_HEADER = ["STT", "Mã TCTP", "Tên chỉ số", "Tỷ lệ hài lòng (%)", "Số phiếu", "Nguồn"]


def code(number: int, day: str = "250703") -> str:
    """A dossier code of the test ward."""
    return f"H17.57-{day}-{number:04d}"


def listed(number: int, **changed: Any) -> list[Any]:
    """One row of the dossier list, in the order of its header."""
    cells = {
        "STT": number,
        "Đơn vị tiếp nhận": "Trung tâm Phục vụ hành chính công phường",
        "Người tiếp nhận": "Nguyễn Thị Mẫu",
        "Tên thủ tục hành chính": "Đăng ký khai sinh",
        "Mã hồ sơ": code(number),
        "Trạng thái": "Đã trả kết quả",
        "Địa chỉ": "Khối phố Mẫu",
        "Chủ hồ sơ": "Trần Văn Thử",
        "Ngày nộp hồ sơ": "03/07/2025 08:01:02",
        "Ngày nhận": "03/07/2025 08:15:00",
        "Ngày hẹn trả": "07/07/2025 17:00:00",
        "Ngày kết thúc xử lý": "04/07/2025 10:20:30",
    }
    return [changed.get(name, cells[name]) for name in LIST_HEADER]


def detailed(number: int, **changed: Any) -> list[Any]:
    """One row of the detailed register, in the order of its header."""
    cells = [
        *(number, code(number), "1.001193", "Đăng ký khai sinh", "Hộ tịch", "Phòng Văn hóa - Xã hội"),
        *("Trực tuyến", "Toàn trình", "03/07/2025 08:15:00", "07/07/2025", "Đã trả kết quả", "04/07/2025 10:20:30"),
        *("04/07/2025 14:00:00", "12/GKS-UBND", "kq-1.pdf##kq-1b.pdf", "Có", "Có", "Không", "Có", "Có", "Không"),
        *("", ""),
    ]
    names = [below or above for above, below in zip(*DETAIL_HEADER, strict=True)]
    return [changed.get(name, cell) for name, cell in zip(names, cells, strict=True)]


def xlsx(path: Path, rows: Rows, *, sheet: str = "Sheet1") -> Path:
    """A workbook of one sheet; text stays text, datetimes become dated cells."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        dated = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(number, column, cell, dated)
                elif cell not in ("", None):
                    page.write(number, column, cell)
    return path


def xlsm(path: Path, rows: Rows) -> Path:
    """A workbook that carries a program."""
    xlsx(path, rows)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 Sub AutoOpen()")
    return path


def html_named_xls(path: Path, rows: Rows) -> Path:
    """What "xuất Excel" of a web page gives: an HTML table whose cells are padded with spaces and line breaks."""
    cells = "\n".join(f"<tr>{''.join(f'<td>  {chr(10)} {_shown(cell)}  </td>' for cell in row)}</tr>" for row in rows)
    page = f"<html><head><meta charset='utf-8'></head><body><table border=1>\n{cells}\n</table></body></html>"
    path.write_text(page, encoding="utf-8")
    return path


def spreadsheetml(path: Path, rows: Rows, *, sheet: str = "Sheet1") -> Path:
    """Excel 2003 XML; empty cells are left out and the next one carries ss:Index."""
    body = "".join(f"<Row>{_xml_cells(row)}</Row>" for row in rows)
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="{html.escape(sheet)}"><Table>{body}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    return path


def _xml_cells(row: Sequence[Any]) -> str:
    cells = []
    for place, cell in enumerate(row, start=1):
        if cell in ("", None):
            continue
        kind = "Number" if isinstance(cell, int | float) else "String"
        cells.append(f'<Cell ss:Index="{place}"><Data ss:Type="{kind}">{_shown(cell)}</Data></Cell>')
    return "".join(cells)


def delimited(path: Path, rows: Rows, *, sign: str = ",", encoding: str = "utf-8-sig") -> Path:
    """Delimited text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign).writerows([["" if cell is None else cell for cell in row] for row in rows])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def in_cp1258(cell: object) -> str:
    """Text as Windows-1258 holds it: letters with circumflex, breve or horn whole, tone marks behind them."""
    text = ""
    for letter in unicodedata.normalize("NFC", str(cell)):
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts[1:] if mark in "\u0300\u0301\u0303\u0309\u0323")
        text += unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones)) + tones
    return text


def ods(path: Path, rows: Rows, *, sheet: str = "Sheet1") -> Path:
    """An OpenDocument spreadsheet, written by hand: what LibreOffice needs and no more."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="{html.escape(sheet)}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def _ods_cell(cell: Any) -> str:
    if cell in ("", None):
        return "<table:table-cell/>"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        kind = f'"float" office:value="{cell}"'
    else:
        kind = '"string"'
    return f"<table:table-cell office:value-type={kind}><text:p>{_shown(cell)}</text:p></table:table-cell>"


def _shown(cell: Any) -> str:
    return "" if cell is None else html.escape(str(cell), quote=False)


def merged_down(path: Path, form: str, rows: Rows, tall: Sequence[tuple[int, int, int]]) -> Path:
    """The table in a format that merges cells, with cells merged downwards: (first row, last row, column) from 0."""
    covered = {(row, column) for first, last, column in tall for row in range(first + 1, last + 1)}
    heights = {(first, column): last - first + 1 for first, last, column in tall}
    if form == "xlsx":
        return _merged_xlsx(path, rows, heights, covered)
    if form == "ods":
        return _merged_ods(path, rows, heights, covered)
    return _merged_markup(path, form, rows, heights, covered)


def _merged_xlsx(path: Path, rows: Rows, heights: dict[tuple[int, int], int], covered: set[tuple[int, int]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if (number, column) not in covered:
                    page.write(number, column, cell)
        for (number, column), height in heights.items():
            page.merge_range(number, column, number + height - 1, column, rows[number][column])
    return path


def _merged_ods(path: Path, rows: Rows, heights: dict[tuple[int, int], int], covered: set[tuple[int, int]]) -> Path:
    marked = [
        [
            "ẨN"
            if (number, column) in covered
            else f"{cell}§{heights[number, column]}"
            if (number, column) in heights
            else cell
            for column, cell in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ]
    ods(path, marked)
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info).decode() for info in archive.infolist()}
    hidden = '<table:table-cell office:value-type="string"><text:p>ẨN</text:p></table:table-cell>'
    content = parts["content.xml"].replace(hidden, "<table:covered-table-cell/>")
    content = re.sub(
        r"<table:table-cell ([^>]*)><text:p>([^<]*)§(\d+)</text:p>",
        r'<table:table-cell table:number-rows-spanned="\3" \1><text:p>\2</text:p>',
        content,
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, content if name == "content.xml" else part)
    return path


def _merged_markup(
    path: Path, form: str, rows: Rows, heights: dict[tuple[int, int], int], covered: set[tuple[int, int]]
) -> Path:
    def cells(number: int, row: Sequence[Any]) -> str:
        texts = []
        for column, cell in enumerate(row):
            height = heights.get((number, column), 1)
            if (number, column) in covered:
                continue
            if form == "html":
                texts.append(f'<td rowspan="{height}">{_shown(cell)}</td>')
            else:
                down = f' ss:MergeDown="{height - 1}"' if height > 1 else ""
                texts.append(f'<Cell ss:Index="{column + 1}"{down}><Data ss:Type="String">{_shown(cell)}</Data></Cell>')
        return "".join(texts)

    lines = [cells(number, row) for number, row in enumerate(rows)]
    if form == "html":
        path.write_text(f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>", encoding="utf-8")
        return path
    plain = spreadsheetml(path, []).read_text(encoding="utf-8")
    body = "".join(f"<Row>{line}</Row>" for line in lines)
    path.write_text(plain.replace("<Table></Table>", f"<Table>{body}</Table>"), encoding="utf-8")
    return path


WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "xlsx": xlsx,
    "xls": xls,
    "ods": ods,
    "html": html_named_xls,
    "spreadsheetml": spreadsheetml,
    "csv": delimited,
    "csv-semicolon": lambda path, rows: delimited(path, rows, sign=";", encoding="utf-8"),
    "csv-cp1258": lambda path, rows: delimited(
        path, [[in_cp1258(cell) for cell in row] for row in rows], sign=";", encoding="cp1258"
    ),
    "xlsm": xlsm,
    "tsv-utf16": lambda path, rows: delimited(path, rows, sign="\t", encoding="utf-16"),
}
