"""Faces with all Vietnamese letters that this machine has, by name, and any TrueType file by its path."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_FOLDER = Path("/usr/share/fonts/truetype")
_KNOWN = {
    "Tinos": "croscore/Tinos{}.ttf",
    "Liberation Serif": "liberation2/LiberationSerif{}.ttf",
    "Arimo": "croscore/Arimo{}.ttf",
    "DejaVu Serif": "dejavu/DejaVuSerif{}.ttf",
}
FACES = tuple(name for name, file in _KNOWN.items() if (_FOLDER / file.format("-Bold")).exists())
"""The prescribed face, its twin, and two that stray, as far as they are here: those that a seed chooses from."""
_STYLES = {
    "Regular": ("regular", "book", "roman", "normal", "medium"),
    "Bold": ("bold", "semibold", "demibold", "black"),
    "Italic": ("italic", "oblique"),
}
_LETTERS = "ƠỡựỲẵĐđ"


class NoFace(ValueError):
    """No face of this name with Vietnamese letters is installed; the message lists those that are."""


def font_file(face: str, style: str) -> str:
    """File of a face in the style Regular, Bold or Italic; of a face that lacks a style its regular file.

    `face`: a family's name, or the path of a file, whose siblings -Bold and -Italic are used where they exist.

    Raises:
        NoFace: there is none.
    """
    if face.lower().endswith(".ttf"):
        return _sibling(Path(face), style)
    if face in FACES:
        plain = style == "Regular" and "DejaVu" in face
        return str(_FOLDER / _KNOWN[face].format("" if plain else f"-{style}"))
    files = installed().get(face)
    if not files:
        raise NoFace(f"{face}: not installed with Vietnamese letters. Here are: {', '.join(sorted(installed()))}")
    return files.get(style) or files["Regular"]


def _sibling(file: Path, style: str) -> str:
    if not file.exists():
        raise NoFace(f"{file}: no such file")
    stem = file.stem.removesuffix("-Regular")
    other = file.with_name(f"{stem}-{style}{file.suffix}")
    return str(other if style != "Regular" and other.exists() else file)


@lru_cache(maxsize=1)
def installed() -> dict[str, dict[str, str]]:
    """TrueType families that have every Vietnamese letter: style to file; each has a regular one."""
    found: dict[str, dict[str, str]] = {}
    for family, style, file in _listed():
        found.setdefault(family, {}).setdefault(style, file)
    return {family: files for family, files in sorted(found.items()) if "Regular" in files and _is_whole(files)}


def _listed() -> Iterator[tuple[str, str, str]]:
    """Family, style and file as fontconfig knows them; a condensed face is a family of its own."""
    asked = ["fc-list", "-f", "%{family}|%{style}|%{file}\n", ":lang=vi:fontformat=TrueType"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    for line in sorted(told.splitlines()):
        families, styles, file = line.split("|", 2)
        said = styles.split(",")[-1].strip().lower()
        for style, names in _STYLES.items():
            if said in names:
                yield families.split(",")[-1].strip(), style, file


def _is_whole(files: dict[str, str]) -> bool:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        letters = TTFont(files["Regular"], fontNumber=0, lazy=True).getBestCmap()
    except (TTLibError, OSError):
        return False
    return files["Regular"].endswith(".ttf") and all(ord(letter) in letters for letter in _LETTERS)
