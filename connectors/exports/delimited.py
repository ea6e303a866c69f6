"""CSV and TSV in the encodings that Vietnamese offices still use."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from connectors.errors import Unreadable
from connectors.exports.grids import Grid, grid_of
from connectors.exports.legacy import old_font_of

MOST_BYTES = 400 << 20
_DELIMITERS = "\t;,|"


def grid_of_delimited(path: Path) -> Grid:
    """The one table of a delimited text file.

    Raises:
        Unreadable: no text, or no delimiter in it.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"tệp văn bản lớn hơn {MOST_BYTES >> 20} MB.")
    text = decoded(path.read_bytes())
    delimiter = _delimiter(text)
    csv.field_size_limit(1 << 20)
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable(f"không đọc được tệp CSV ({error}). Hãy xuất lại.") from error
    return grid_of(path.stem, rows)


def decoded(content: bytes) -> str:
    """Text from UTF-8, UTF-16 (with or without mark) or Windows-1258."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content[:4096]:
        odd_zeros = content[1:4096:2].count(0)
        return content.decode("utf-16-le" if odd_zeros > content[:4096:2].count(0) else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        western = content.decode("latin-1")
        return western if old_font_of(western[: 64 << 10].splitlines()) else content.decode("cp1258", errors="replace")


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
