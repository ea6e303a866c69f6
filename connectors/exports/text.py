"""Text at the border: NFC, single spaces, and keys to compare labels by."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_FOOTNOTE = re.compile(r"\(\s*(?:[*\d]{1,3}|dd?\s*[/.-]\s*mm?\s*[/.-]\s*yy(?:yy)?[\s:hms]*)\s*\)|[*:]+$")
DASHES = frozenset({"", "-", "--", "—", "–", "...", "…", "N/A", "NaN", "nan", "null", "NULL"})


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
    """A label without diacritics ("số hoá" and "số hóa", "Ma ho so"), and with spaces where software writes "_"."""
    bare = unicodedata.normalize("NFD", label_key(text.replace("_", " "))).replace("đ", "d")
    return "".join(mark for mark in bare if not unicodedata.combining(mark))


def column_letters(index: int) -> str:
    """Spreadsheet letters of a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
