"""Spaces put back between capitals that OCR joined (BANCHỈHUY, NHÂN DÂNXÃLỆ)."""

from __future__ import annotations

import re
from functools import lru_cache

from ocr.fields.grammar import fold, grammar
from ocr.fields.line import Line
from ocr.words import Word

_GLUED = re.compile(r"[^AEIOUY]*[AEIOUY]+[^AEIOUY]+[AEIOUY]")
"""More than one syllable: no Vietnamese word is written so."""
_MORE = ("PHUONG", "XA", "TINH", "HUYEN", "QUAN", "THANH", "PHO", "NHAN", "DAN")


def with_lost_spaces(line: Line) -> Line:
    """The line, each joined word of the engine's parted where its syllables can be told in one way."""
    words, at = list[Word](), 0
    for word in line.words:
        ends = _ends(fold(word.text)) if word.source == "ocr" and word.text.isalpha() else None
        words += line.spot(at, at + len(word.text)).pieces if ends is None else _pieces(line, at, ends)
        at += len(word.text) + 1
    return Line.of(words) if len(words) > len(line.words) else line


def _pieces(line: Line, at: int, ends: tuple[int, ...]) -> list[Word]:
    starts = (0, *ends[:-1])
    return [piece for start, end in zip(starts, ends, strict=True) for piece in line.spot(at + start, at + end).pieces]


@lru_cache(maxsize=512)
def _ends(word: str) -> tuple[int, ...] | None:
    """Where the syllables of a folded joined word end; None of one syllable, and where they are unknown or unsure."""
    if not _GLUED.match(word):
        return None
    known = _syllables()
    found: list[list[tuple[int, ...]]] = [[()]]
    for end in range(1, len(word) + 1):
        starts = (start for start in range(max(0, end - 7), end) if word[start:end] in known)
        found.append([(*ends, end) for start in starts for ends in found[start]][:2])  # two are unsure already
    return found[-1][0] if len(found[-1]) == 1 else None


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Folded words of organs' heads, places and set phrases, of two letters and more."""
    words = grammar()
    named = [" ".join(name) for names in words.places.values() for name in names]
    every = (word for text in (*words.organ_heads, *map(fold, named), *words.phrases, *_MORE) for word in text.split())
    return frozenset(word for word in every if len(word) > 1 and word.isalpha() and word not in words.unit_symbols)
