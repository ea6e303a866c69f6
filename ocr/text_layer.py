"""Text layers: pypdf reads them first; what it gives is trusted only where it is sound Vietnamese (or Latin) text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from ocr.words import plain

_LEGACY_FONT = re.compile(r"(?i)(\.Vn|VNI[- ]|VnTime|VNtimes|TCVN|\bABC\b|UVN)")
"""Names of fonts in the TCVN3 (.VnTime) and VNI encodings: their letters are not Unicode."""
_TCVN3_MARKS = re.compile(r"[µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô­õøö÷ùúýûüþ]")
_VIETNAMESE_ONLY = re.compile(r"[ăắằẳẵặâấầẩẫậđêếềểễệôốồổỗộơớờởỡợưứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ]", re.IGNORECASE)
_COMMON_WORDS = frozenset(
    {"VA", "CUA", "CAC", "CO", "CHO", "VIEC", "NGAY", "THANG", "NAM", "THEO", "DUOC", "TRONG", "VE", "SO", "QUYET"}
    | {"DINH", "UY", "BAN", "NHAN", "DAN"}
)


def soundness(text: str, fonts: Callable[[], tuple[str, ...]] = tuple) -> str | None:
    """None where the text can be used, else why not: empty, unmapped, legacy_font, no_diacritics.

    `fonts` is asked only where the text itself is no proof of Unicode Vietnamese.
    """
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 3:
        return "empty"
    odd = sum(1 for c in text if unicodedata.category(c) in ("Co", "Cn", "Cc") and c not in "\n\r\t\f") + text.count(
        "\ufffd"
    )
    if odd > 0.05 * len(text):
        return "unmapped"
    marks, vietnamese = len(_TCVN3_MARKS.findall(text)), len(_VIETNAMESE_ONLY.findall(text))
    if marks > 0.06 * len(letters) and vietnamese < 0.3 * marks:
        return "legacy_font"
    if vietnamese < 0.02 * len(letters) and any(_LEGACY_FONT.search(font) for font in fonts()):
        return "legacy_font"
    if vietnamese < 0.01 * len(letters) and (
        (len(letters) > 200 and _reads_vietnamese(text)) or (len(letters) > 40 and _in_scraps(text))
    ):
        return "no_diacritics"
    return None


def _in_scraps(text: str) -> bool:
    """Letters with marks are missing altogether, so that words fall apart: "Y BAN NH N D N"."""
    words = re.findall(r"[^\W\d_]+", text)
    return sum(len(word) == 1 for word in words) > 0.2 * len(words)


def _reads_vietnamese(text: str) -> bool:
    words = plain(text).split()
    return sum(1 for word in words if word in _COMMON_WORDS) > 0.08 * max(1, len(words))


def page_text(page: Any) -> str:
    """pypdf's text of one page, NFC, or "" where pypdf fails on it."""
    try:
        text: str = page.extract_text()
    except RecursionError:
        return ""
    except Exception:  # noqa: BLE001 - pypdf raises anything at all on broken content; pdfium and OCR come next
        return ""
    return unicodedata.normalize("NFC", text)


def page_fonts(page: Any) -> tuple[str, ...]:
    """Base names of the page's own fonts; () where they cannot be read."""
    try:
        fonts = page["/Resources"]["/Font"].get_object()
        return tuple(str(font.get_object().get("/BaseFont", "")) for font in fonts.values())
    except Exception:  # noqa: BLE001 - a page without fonts, or with broken ones
        return ()
