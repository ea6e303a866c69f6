"""Text layers: is what a page's letters mean sound Vietnamese (or Latin) text; and pypdf's reading of them.

pdfium is asked first, because it alone gives places, which every field needs; pypdf's text is taken where pdfium's is
unmapped.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from ocr.words import plain

_LEGACY_FONT = re.compile(r"(?i)(\.Vn|VNI[- ]|VnTime|VNtimes|TCVN|\bABC\b|UVN)")
"""Names of fonts in the TCVN3 (.VnTime) and VNI encodings: their letters are not Unicode."""
_TCVN3_MARKS = re.compile(r"[µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô­õøö÷ùúýûüþ]")
_TCVN3_SIGNS = re.compile(r"[µ¶·¸¹¨»¼½¾©®«¬\u00ad](?=\w)|(?<=\w)[µ¶·¸¹¨»¼½¾©®«¬\u00ad]")
"""Those of the marks that are no letters in any language, within words: á, à, ạ, đ, â, ô, ơ, ư."""
_VIETNAMESE_ONLY = re.compile(r"[ăắằẳẵặâấầẩẫậđêếềểễệôốồổỗộơớờởỡợưứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ]", re.IGNORECASE)
_UNICODE_ONLY = re.compile(r"[ăđơư\u1ea0-\u1ef9]", re.IGNORECASE)
"""Letters that no old encoding has among its own."""
_VNI_PAIRS = re.compile(r"[aeouyôö][ùøûõï]", re.IGNORECASE)
"""A vowel and its mark as VNI writes them; in Vietnamese and its neighbours' languages they are no neighbours."""
_UNMAPPED_FROM = 12
"""Characters without meaning from which a layer is unmapped though nothing else stands in it (bullets are fewer)."""
_COMMON_WORDS = frozenset(
    {"VA", "CUA", "CAC", "CO", "CHO", "VIEC", "NGAY", "THANG", "NAM", "THEO", "DUOC", "TRONG", "VE", "SO", "QUYET"}
    | {"DINH", "UY", "BAN", "NHAN", "DAN"}
)


def soundness(text: str, fonts: Callable[[], tuple[str, ...]] = tuple) -> str | None:
    """None where the text can be used, else why not: empty, unmapped, legacy_font, no_diacritics.

    `fonts` is asked only where the text itself is no proof of Unicode Vietnamese.
    """
    letters = sum(c.isalpha() for c in text)
    odd = _without_meaning(text)
    if letters < 3:
        return "unmapped" if odd >= _UNMAPPED_FROM else "empty"
    if odd > 0.05 * len(text):
        return "unmapped"
    if _is_legacy(text, letters, fonts):
        return "legacy_font"
    bare = len(_VIETNAMESE_ONLY.findall(text)) < 0.01 * letters
    if bare and ((letters > 200 and _reads_vietnamese(text)) or (letters > 40 and _in_scraps(text))):
        return "no_diacritics"
    return None


def _is_legacy(text: str, letters: int, fonts: Callable[[], tuple[str, ...]]) -> bool:
    """TCVN3 or VNI by the letters themselves, else by the fonts' names where no letter is Unicode's own."""
    marks, vietnamese = len(_TCVN3_MARKS.findall(text)), len(_VIETNAMESE_ONLY.findall(text))
    pairs, own = len(_VNI_PAIRS.findall(text)), len(_UNICODE_ONLY.findall(text))
    signs = len(_TCVN3_SIGNS.findall(text))
    if marks > 0.06 * letters and vietnamese < 0.3 * marks and signs > 0.2 * marks:
        return True
    if pairs > max(3, 0.025 * letters) and own < 0.3 * pairs:
        return True
    return own < 0.02 * letters and any(_LEGACY_FONT.search(font) for font in fonts())


def _without_meaning(text: str) -> int:
    counts = Counter(text).items()
    odd = sum(count for c, count in counts if unicodedata.category(c) in ("Co", "Cn", "Cc") and c not in "\n\r\t\f")
    return odd + text.count("\ufffd")


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
