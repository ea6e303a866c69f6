"""Text at the border: NFC, single spaces, and keys to compare labels by."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_FOOTNOTE = re.compile(r"\(\s*[*\d]{1,3}\s*\)|[*:]+$")
_DASHES = frozenset({"", "-", "--", "—", "–", "...", "…", "N/A", "NaN", "nan", "null", "NULL"})


def clean(text: str) -> str:
    """NFC text without padding and line breaks."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def is_blank(text: str) -> bool:
    """Whether a cleaned cell says nothing (empty, or a dash that stands for nothing)."""
    return text in _DASHES


def label_key(text: str) -> str:
    """A label as it is compared: case, spaces, footnote marks and a closing colon do not matter."""
    return _FOOTNOTE.sub("", clean(text).casefold()).strip()


def folded(text: str) -> str:
    """A label without diacritics, for finding the nearest one."""
    bare = unicodedata.normalize("NFD", label_key(text)).replace("đ", "d")
    return "".join(mark for mark in bare if not unicodedata.combining(mark))


def column_letters(index: int) -> str:
    """Spreadsheet letters of a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
