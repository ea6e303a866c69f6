"""CSV and TSV in the encodings that Vietnamese offices still use."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from connectors.errors import Unreadable
from connectors.exports.cells.grids import Grid, grid_of
from connectors.exports.cells.legacy import old_font_of

MOST_BYTES = 400 << 20
_DELIMITERS = "\t;,|"
_NAMED = 5
_GUARDED = re.compile(r'(?:(?<=[\t;,|\n])|\A)="([^"\n]*)"(?=[\t;,|\r\n]|\Z)')
"""A text that software guards from Excel: ="000.00.12" (a formula)."""
_WIDE = 0.2
"""Share of zeros in a text of UTF-16: half of its bytes, less those of letters with marks, which are fewer."""
_PADDED = 2
"""Zero bytes; one alone may end a text."""


def grid_of_delimited(path: Path) -> tuple[Grid, list[str]]:
    """The one table of a delimited text file, and warnings: lines in two encodings, zero bytes.

    Raises:
        Unreadable: no text, no delimiter in it, or a quote that is never closed.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"tệp văn bản lớn hơn {MOST_BYTES >> 20} MB.")
    content = path.read_bytes()
    text = _GUARDED.sub(r'"\1"', decoded(content))
    delimiter = _delimiter(text)
    csv.field_size_limit(1 << 20)
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable(f"không đọc được tệp CSV ({error}). Hãy xuất lại.") from error
    _refuse_open_quote(text, rows)
    if all(len(row) < 2 for row in rows):  # the whole line stands in quotes, as Excel saves what it took for one column
        rows = [next(csv.reader(row, delimiter=delimiter), []) for row in rows]
    return grid_of(path.stem, rows), [*_mixed_warning(without_zeros(content)), *_zeros_warning(content)]


def _refuse_open_quote(text: str, rows: list[list[str]]) -> None:
    """A quote that is never closed swallows every row behind it into one cell."""
    swallowed = max((len(cell.splitlines()) for cell in rows[-1]), default=0) if rows else 0
    if swallowed > 1 and text.count('"') % 2:
        line = len(text.splitlines()) - swallowed + 1
        raise Unreadable(
            f"dấu ngoặc kép mở ở dòng {line} không đóng, nên các dòng sau dính thành một ô. Sửa dòng ấy, hoặc xuất lại"
            " dạng Excel."
        )


def decoded(content: bytes) -> str:
    """Text from UTF-8, UTF-16 (with or without mark) or Windows-1258; from a file of two encodings, line by line."""
    content = without_zeros(content)
    if (wide := _utf16_of(content)) is not None:
        return content.decode(wide, errors="replace").lstrip("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _foreign_lines(content):
            return "".join(_decoded_line(line) for line in content.splitlines(keepends=True)).lstrip("\ufeff")
        western = content.decode("latin-1")
        return western if old_font_of(western[: 64 << 10].splitlines()) else content.decode("cp1258", errors="replace")


def without_zeros(content: bytes) -> bytes:
    """The bytes of a text without those zeros that are none of its characters: padding of a block that a copy or a
    crash left behind."""
    bare = content.rstrip(b"\x00")
    if _utf16_of(content) is not None:
        return bare + b"\x00" * (len(bare) % 2)
    return bare.replace(b"\x00", b"") if b"\x00" in bare else bare


def _utf16_of(content: bytes) -> str | None:
    """The kind of UTF-16, by its mark, or by zeros in every other place; None: it is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:4096].rstrip(b"\x00")
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) * _WIDE:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _zeros_warning(content: bytes) -> list[str]:
    lost = len(content) - len(without_zeros(content))
    if lost < _PADDED:
        return []
    return [
        f"tệp lẫn {lost} byte trống (thường do sao chép dở dang hoặc tắt máy đột ngột): hãy đối chiếu số dòng, xem kỹ"
        " dòng cuối, hoặc xuất lại"
    ]


def _foreign_lines(content: bytes) -> list[int]:
    """Numbers of the lines that are no UTF-8 in a file whose other lines are mostly so; none in a file of one kind."""
    lines = [(number, line) for number, line in enumerate(content.splitlines(), start=1) if not line.isascii()]
    foreign = [number for number, line in lines if not _is_utf8(line)]
    return foreign if 2 * len(foreign) < len(lines) else []


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded_line(line: bytes) -> str:
    return line.decode("utf-8") if _is_utf8(line) else line.decode("cp1258", errors="replace")


def _mixed_warning(content: bytes) -> list[str]:
    if _utf16_of(content) is not None or _is_utf8(content) or not (foreign := _foreign_lines(content)):
        return []
    named = ", ".join(map(str, foreign[:_NAMED])) + (" …" if len(foreign) > _NAMED else "")
    return [
        f"tệp lẫn hai bảng mã chữ: {len(foreign)} dòng không phải UTF-8 được đọc theo bảng mã Windows tiếng Việt "
        f"(dòng {named}); hãy xem lại dấu ở các dòng này"
    ]


def _delimiter(text: str) -> str:
    """The sign that most lines of the head share."""
    lines = [line for line in text[: 64 << 10].splitlines() if line.strip()][:60]
    counts = {sign: sum(min(line.count(sign), 40) for line in lines) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: counts[sign])
    if not counts[best]:
        raise Unreadable(
            "tệp là văn bản thường, không phải bảng (không thấy dấu phân cột). Hãy xuất lại dạng Excel hoặc CSV."
        )
    return best
