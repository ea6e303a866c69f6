"""A row of words as one string in which every position knows its place on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ocr.fields.grammar import fold
from ocr.words import Box, Row, Word, around, mean_confidence


@dataclass(frozen=True)
class Line:
    """`text` joins the words with single spaces; `folded` has the same positions.

    Without slots, so that its box, which each field asks for, is computed once.
    """

    words: tuple[Word, ...]
    text: str
    folded: str

    @classmethod
    def of(cls, words: Sequence[Word]) -> Line:
        text = " ".join(word.text for word in words)
        return cls(tuple(words), text, fold(text))

    @cached_property
    def box(self) -> Box:
        return Row(self.words).box

    @property
    def confidence(self) -> float:
        return mean_confidence(self.words)

    def spot(self, start: int, end: int) -> Spot:
        """What stands from `start` to `end` (end left out): its words' parts."""
        pieces = []
        position = 0
        for word in self.words:
            a, b = max(start, position), min(end, position + len(word.text))
            if a < b:
                pieces.append(_piece(word, a - position, b - position))
            position += len(word.text) + 1
        return Spot(self.text[start:end].strip(), tuple(pieces))

    def group(self, match: re.Match[str], name: str) -> Spot:
        return self.spot(*match.span(name))

    def edge(self, position: int) -> float:
        """Horizontal place, in points, at which `position` begins (or the last letter ends)."""
        at = 0
        for word in self.words:
            if position <= at + len(word.text):
                return word.box.left + _share(word.text, position - at) * word.box.width
            at += len(word.text) + 1
        return self.words[-1].box.right


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a line: its text and the (parts of) words it covers."""

    text: str
    pieces: tuple[Word, ...]

    @property
    def box(self) -> Box | None:
        return around(piece.box for piece in self.pieces) if self.pieces else None

    @property
    def confidence(self) -> float:
        """The lowest confidence among its words; 0 without words."""
        return min((piece.confidence for piece in self.pieces), default=0.0)


def _piece(word: Word, start: int, end: int) -> Word:
    if start == 0 and end == len(word.text):
        return word
    left = word.box.left + _share(word.text, start) * word.box.width
    right = word.box.left + _share(word.text, end) * word.box.width
    return Word(word.text[start:end], Box(left, word.box.top, right, word.box.bottom), word.confidence, word.source)


_WIDTHS = {"/": 0.28, "-": 0.33, ":": 0.28, ".": 0.25, ",": 0.25, "I": 0.33, "i": 0.28, "l": 0.28, "m": 0.78, "M": 0.89}
"""Widths of letters of Times in ems, where they differ from their kind's."""


def _share(text: str, position: int) -> float:
    """Share of a word's width, from 0 to 1, that its first `position` letters take."""
    widths = [_WIDTHS.get(c, 0.68 if c.isupper() else 0.5 if c.isdigit() else 0.46) for c in text]
    return sum(widths[: max(0, position)]) / max(0.1, sum(widths))
