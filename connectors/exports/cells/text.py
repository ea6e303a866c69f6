"""Text at the border: NFC, single spaces, and keys to compare labels by."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

_INVISIBLE = dict.fromkeys(
    (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF)
)
"""Signs without width, joiners, and the marks of direction that web pages and Outlook put around codes and dates."""
_FOOTNOTE = re.compile(r"\(\s*(?:[*\d]{1,3}|dd?\s*[/.-]\s*mm?\s*[/.-]\s*yy(?:yy)?[\s:hms]*)\s*\)|[*:]+$|[▲▼△▽↑↓↕⇅]+")
DASHES = frozenset({"", "-", "--", "—", "–", "...", "…", "N/A", "NaN", "nan", "null", "NULL"})


UNCOUNTED = "#CHƯA TÍNH"
"""Stands for a formula that no program has counted yet."""
COUNTED_WRONG = "#LỖI"
"""Stands for an error of which the file keeps no word."""
_MEND = "sửa công thức, hoặc dán giá trị vào ô rồi nộp lại"
FAILED = {
    **{
        error: f"ô báo lỗi {error} của bảng tính: {_MEND}"
        for error in (
            "#N/A",
            "#REF!",
            "#VALUE!",
            "#DIV/0!",
            "#NAME?",
            "#NULL!",
            "#NUM!",
            "#ERROR!",
            "#SPILL!",
            "#CALC!",
            COUNTED_WRONG,
        )
    },
    UNCOUNTED: "ô công thức chưa có giá trị: mở tệp bằng Excel hoặc LibreOffice, lưu lại rồi nộp",
    "###": "ô chỉ có dấu # vì cột hẹp khi in ra: xuất lại từ tệp gốc",
}
"""What stands in a cell that failed, and what to say of it."""
_MEANT = {"hs": "ho so", "kq": "ket qua", "tn": "tiep nhan", "tthc": "thu tuc hanh chinh"}
_SHORT = re.compile(rf"\b(?:{'|'.join(_MEANT)})\b")


def clean(text: str) -> str:
    """NFC text without padding and line breaks."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def are_clean(texts: Sequence[str]) -> bool:
    """Whether `clean` would leave every text as it is: one look at all of them costs little. When in doubt, no."""
    joined = "|".join(texts)
    if not joined.isprintable() or "  " in joined or "| " in joined or " |" in joined:
        return False
    return joined[:1] != " " != joined[-1:] and (joined.isascii() or unicodedata.is_normalized("NFC", joined))


def is_blank(text: str) -> bool:
    """Whether a cleaned cell says nothing (empty, or a dash that stands for nothing)."""
    return text in DASHES


@functools.lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """A label as it is compared: case, spaces, footnote marks, "(dd/MM/yyyy)" and a closing colon do not matter."""
    return _FOOTNOTE.sub("", clean(text).casefold()).strip()


@functools.lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A label without diacritics ("số hoá" and "số hóa", "Ma ho so"), with spaces where software writes "_", and in
    whole words where clerks shorten them ("Mã HS")."""
    bare = unicodedata.normalize("NFD", label_key(text.replace("_", " "))).replace("đ", "d")
    plain = "".join(mark for mark in bare if not unicodedata.combining(mark))
    return _SHORT.sub(lambda found: _MEANT[found[0]], plain)


def column_letters(index: int) -> str:
    """Spreadsheet letters of a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
