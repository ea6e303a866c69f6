"""File names that every system can unpack: Windows, old unzip programs, manifests, offline links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_UNSAFE = re.compile(r"[^A-Za-z0-9._()+=,-]+")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE)
_HOSTILE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
"""Signs that Windows refuses or takes for something else; a colon also makes a drive, a backslash a folder."""
_LONGEST = 240
TWIN_NAMES = "twin_names"
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


def name_faults(path: str) -> list[str]:
    """Kinds of fault (see sentences.py) of a path inside a bundle; none for a path that is safe everywhere."""
    parts = path.split("/")
    found = []
    if _HOSTILE.search(path) or len(path) > _LONGEST or any(part in ("", ".", "..") for part in parts):
        found.append("unsafe_path")
    if any(_RESERVED.match(part) or part != part.rstrip(". ") for part in parts if part not in ("", ".", "..")):
        found.append("reserved_name")
    if unicodedata.normalize("NFC", path) != path:
        found.append("not_nfc")
    return found


def twins(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs (path, earlier path) that some system takes for one file."""
    seen: dict[str, str] = {}
    for path in paths:
        earlier = seen.setdefault(folded(path), path)
        if earlier != path:
            yield path, earlier
