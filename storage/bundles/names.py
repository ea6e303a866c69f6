"""File names that every system can unpack: Windows, old unzip programs, manifests, offline links."""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(r"[^A-Za-z0-9._()+=,-]+")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)
_STEM, _EXTENSION = 72, 12
"""Longest parts, so that a path in the bundle stays under 130 characters (Windows Explorer stops at 260)."""


def safe_name(name: str) -> str:
    """`name` in ASCII letters, digits and a few signs, without diacritics; never empty, reserved or hidden.

    Old unzip programs spoil anything else; the real name stands in the lists and in `index.html`.
    """
    plain = _UNSAFE.sub("_", _without_diacritics(name)).strip("._")
    stem, dot, extension = plain.rpartition(".")
    if not stem or len(extension) > _EXTENSION:
        stem, dot, extension = plain, "", ""
    shortened = f"{stem[:_STEM].rstrip('._') or 'tep'}{dot}{extension}"
    return f"_{shortened}" if _RESERVED.match(shortened) else shortened


def _without_diacritics(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))



def folded(path: str) -> str:
    """What a path is to a system that ignores case and the composition of letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", path).casefold())
