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


class Places:
    """Paths given out so far: two that differ only in case, or not at all, get different names."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, folder: str, name: str, sha256: str) -> str:
        """A path of its own for the file; a doubled name gets the start of its hash."""
        safe = safe_name(name)
        stem, dot, extension = safe.rpartition(".")
        stem, dot, extension = (stem, dot, extension) if dot else (safe, "", "")
        for mark in ("", *(f"-{sha256[:length]}" for length in (8, 16, 64))):
            path = f"{folder}/{stem}{mark}{dot}{extension}"
            if path.lower() not in self._taken:
                self._taken.add(path.lower())
                return path
        raise ValueError(f"{folder}/{name}: cùng một tệp được nêu hai lần")
