"""Tables in markup: HTML named .xls, and SpreadsheetML 2003. No entity, file or network address is ever followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree, html

from connectors.errors import Unreadable
from connectors.exports.cells.grids import Cells, Grid, Merged, grid_of
from connectors.exports.cells.text import clean
from connectors.exports.formats.delimited import decoded

MOST_BYTES = 200 << 20
MOST_COLUMNS = 16_384
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
"""Names the encoding of bytes that have been decoded already; lxml refuses text that still says so."""
_HIDDEN = (
    "(//td//*|//th//*)[not(self::td or self::th or self::tr) and contains(translate(@style, ' ', ''), 'display:none')]"
)
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def grids_of_html(path: Path) -> tuple[list[Grid], list[str]]:
    """Every table of an HTML page, in page order, and warnings; headings before a table count as its text above.

    Raises:
        Unreadable: no table in it, or too large.
    """
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        text = _DECLARATION.sub("", decoded(_bytes_of(path)), count=1)
        page = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"không đọc được tệp HTML ({error}). Hãy xuất lại.") from error
    tables = _with_their_headers([table for table in page.iter("table") if table.find(".//table") is None])
    if page.find(".//input[@type='password']") is not None and all(len(table.findall(".//tr")) < 4 for table in tables):
        raise Unreadable("tệp là trang đăng nhập của phần mềm (phiên làm việc đã hết). Hãy đăng nhập rồi xuất lại.")
    _part_texts(page)
    if not tables:
        title = clean(page.findtext(".//title") or "")
        raise Unreadable(f'tệp là trang web "{title}" không có bảng (có thể phiên đăng nhập đã hết). Hãy xuất lại.')
    return [_html_grid(number, table) for number, table in enumerate(tables, start=1)], _cut_short(text)


def _with_their_headers(tables: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """The tables, where a grid that scrolls keeps its header in a table of its own: put back above its rows."""
    joined: list[html.HtmlElement] = []
    for table in tables:
        above = joined[-1] if joined else None
        if above is not None and _is_bare_header(above) and _is_bare_body(table, _columns_of(above)):
            above.extend(table.findall(".//tr"))
        else:
            joined.append(table)
    return joined


def _is_bare_header(table: html.HtmlElement) -> bool:
    return table.find(".//th") is not None and table.find(".//td") is None


def _is_bare_body(table: html.HtmlElement, columns: int) -> bool:
    return table.find(".//th") is None and _columns_of(table) == columns


def _columns_of(table: html.HtmlElement) -> int:
    rows = (sum(_span(cell, "colspan") for cell in row.iterchildren("td", "th")) for row in table.iter("tr"))
    return next(rows, 0)


def _part_texts(page: html.HtmlElement) -> None:
    """Leave out what a page hides inside its cells, and put a space where it breaks a line."""
    for hidden in page.xpath(_HIDDEN):
        hidden.drop_tree()
    for node in page.iter("br", "p", "div", "li"):
        node.text, node.tail = f" {node.text or ''}", f" {node.tail or ''}"


def _html_grid(number: int, table: html.HtmlElement) -> Grid:
    merged: list[Merged] = []
    return grid_of(f"Bảng {number}", _html_rows(table, merged), _text_above(table), merged)


def _cut_short(text: str) -> list[str]:
    """A page that ends inside its table lost its last rows on the way; browsers and parsers mend it silently."""
    end = text[-20_000:].lower()
    return [] if "</table" in end or "</html" in end else ["tệp HTML không có phần kết: có thể bị cắt cụt, thiếu dòng"]


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"tệp lớn hơn {MOST_BYTES >> 20} MB.")
    return path.read_bytes()


def _text_above(table: html.HtmlElement) -> tuple[str, ...]:
    before = (
        clean(node.text_content()) for node in table.xpath("preceding::*[self::h1 or self::h2 or self::h3 or self::p]")
    )
    return tuple(text for text in before if text)


def _html_rows(table: html.HtmlElement, merged: list[Merged]) -> list[Cells]:
    """The rows of a table; cells over several rows are noted in `merged`."""
    rows: list[Cells] = []
    hanging: dict[int, int] = {}
    for tr in table.iter("tr"):
        row: Cells = []
        for cell in tr.iterchildren("td", "th"):
            _skip_hanging(row, hanging)
            width = _span(cell, "colspan")
            height = _span(cell, "rowspan")
            if height > 1:
                merged.append(Merged(len(rows), len(rows) + height - 1, len(row)))
                hanging |= dict.fromkeys(range(len(row), len(row) + width), height)
            row.append(clean(cell.text_content()))
            row.extend([None] * (width - 1))
        _skip_hanging(row, hanging)
        hanging = {column: left - 1 for column, left in hanging.items() if left > 1}
        rows.append(row)
    return rows


def _skip_hanging(row: Cells, hanging: dict[int, int]) -> None:
    """Leave room for cells that hang down from rows above."""
    while len(row) in hanging:
        row.append(None)


def _span(cell: html.HtmlElement, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), MOST_COLUMNS) if text.isdigit() else 1


def grids_of_spreadsheetml(path: Path) -> list[Grid]:
    """The worksheets of a SpreadsheetML 2003 file.

    Raises:
        Unreadable: not well-formed, or too large.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        book = etree.fromstring(_bytes_of(path), parser=parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"tệp XML bị cắt cụt hoặc hỏng ({error}). Hãy xuất lại.") from error
    sheets = book.iter(f"{_SS}Worksheet")
    return [_xml_grid(sheet) for sheet in sheets]


def _xml_grid(sheet: Any) -> Grid:
    merged: list[Merged] = []
    return grid_of(sheet.get(f"{_SS}Name", "Sheet1"), list(_xml_rows(sheet, merged)), merged=merged)


def _xml_rows(sheet: Any, merged: list[Merged]) -> Iterator[Cells]:
    number = 0
    hanging: dict[int, int] = {}
    for element in sheet.iter(f"{_SS}Row"):
        wanted = _place(element, number + 1)
        for _ in range(number + 1, wanted):
            hanging = {column: left - 1 for column, left in hanging.items() if left > 1}
            yield []
        number = wanted
        below = dict(hanging)
        yield _xml_row(element, hanging)
        merged += [Merged(number - 1, number + hanging[c] - 2, c) for c in hanging if c not in below]
        hanging = {column: left - 1 for column, left in hanging.items() if left > 1}


def _xml_row(element: Any, hanging: dict[int, int]) -> Cells:
    row: Cells = []
    for cell in element.iterchildren(f"{_SS}Cell"):
        _skip_hanging(row, hanging)
        row.extend([None] * (_place(cell, len(row) + 1) - len(row) - 1))
        across, down = (_merged(cell, name) for name in ("MergeAcross", "MergeDown"))
        if down:
            hanging |= dict.fromkeys(range(len(row), len(row) + across + 1), down + 1)
        row.append(_xml_value(cell.find(f"{_SS}Data")))
        row.extend([None] * across)
    return row


def _merged(cell: Any, name: str) -> int:
    text = cell.get(f"{_SS}{name}", "0")
    return min(int(text), MOST_COLUMNS) if text.isdigit() else 0


def _place(element: Any, otherwise: int) -> int:
    """The 1-based place of a row or cell; `ss:Index` jumps forward only."""
    text = element.get(f"{_SS}Index", str(otherwise))
    place = int(text) if text.isdigit() else 0
    if not otherwise <= place <= 1_048_576:
        raise Unreadable(f"tệp XML có vị trí ô không hợp lệ ({place}). Hãy xuất lại.")
    return place


def _xml_value(data: Any) -> Any:
    """A cell by its declared type; one that does not keep to its type is taken as text."""
    if data is None:
        return None
    text = "".join(data.itertext())
    read = _TYPES.get(data.get(f"{_SS}Type"))
    try:
        return read(text.strip()) if read else text
    except ValueError:
        return text


_TYPES: dict[str, Callable[[str], Any]] = {
    "Number": float,
    "Boolean": lambda text: text == "1",
    "DateTime": datetime.fromisoformat,
}
