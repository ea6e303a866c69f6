"""Rows of print as the engine gives them, and what a page of them is read as."""

from __future__ import annotations

from ocr.fields.document import Clues, fields_of
from ocr.page import PageReading
from ocr.words import Box, Word


def row(text: str, left: float, top: float) -> list[Word]:
    """A row of print as the engine gives it: 7 points a letter, 10 high."""
    words, at = [], left
    for part in text.split():
        words.append(Word(part, Box(at, top, at + 7 * len(part), top + 10), 0.96, "ocr", round(top)))
        at += 7 * len(part) + 4
    return words


def fields_under(*stack: tuple[str, float], head: tuple[Word, ...] = ()) -> dict[str, str | None]:
    """Values of the fields of a scanned page with these lines right of the recipients."""
    words = [*head, *row("Nơi nhận:", 85, 500), *(word for text, top in stack for word in row(text, 360, top))]
    page = PageReading(1, "scan", 595, 842, dpi=200, words=tuple(words), source="ocr")
    found = fields_of([page], Clues(), lambda _page, _box: [])
    return {name: one.value if one else None for name, one in found.items()}
