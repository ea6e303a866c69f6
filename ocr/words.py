"""Words with their places, and the rows they stand in.

Places are in points (1/72 inch) from the top left corner of the page as a person sees it upright.
"""

from __future__ import annotations

import unicodedata
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import Literal

Source = Literal["layer", "hidden", "appearance", "ocr"]
"""hidden: of a text layer, yet nobody sees it on the page."""
_A_WORD = 3
"""Letters from which two readings of one place are two of a word, not a word and the dash beside it."""


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, right, bottom in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        """Vertical middle."""
        return (self.top + self.bottom) / 2

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them; there must be at least one."""
    lefts, tops, rights, bottoms = zip(*((b.left, b.top, b.right, b.bottom) for b in boxes), strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `confidence` runs from 0 to 1; a text layer's own words have 1."""

    text: str
    box: Box
    confidence: float
    source: Source
    line: int = 0
    """Words that the engine saw as one line share a number above 0."""

    def moved(self, right: float, down: float) -> Word:
        """The same word so many points further right and down."""
        box = self.box
        return replace(self, box=Box(box.left + right, box.top + down, box.right + right, box.bottom + down))


def without_doubles(words: Sequence[Word]) -> list[Word]:
    """Of two neighbours in a line that begin at one place the surer: so the engine reads a word that a pen crosses."""
    kept: list[Word] = []
    for word in words:
        before = kept[-1] if kept else None
        if before is None or not _begin_alike(before, word):
            kept.append(word)
        elif word.confidence > before.confidence:
            kept[-1] = word
    return kept


def _begin_alike(one: Word, other: Word) -> bool:
    near = abs(one.box.left - other.box.left) < 0.5 * min(one.box.height, other.box.height)
    return near and one.line == other.line and min(len(one.text), len(other.text)) >= _A_WORD


@dataclass(frozen=True, slots=True)
class Row:
    """Words that stand side by side, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return around(word.box for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean over characters, from 0 to 1."""
        return mean_confidence(self.words)


def mean_confidence(words: Iterable[Word]) -> float:
    """Mean confidence weighted by length of word; 0 without words."""
    every = list(words)
    characters = sum(len(word.text) for word in every)
    return sum(word.confidence * len(word.text) for word in every) / characters if characters else 0.0


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Group words into rows from top to bottom.

    The engine's own lines stay together; lines and single words join the nearest row whose middle lies within half
    a line of theirs. Single marks (dots, dashes) are low, so their middle is judged with the row's height.
    """
    if not words:
        return []
    line = median(word.box.height for word in words) or 1.0
    rows: list[list[Word]] = []
    sorted_middles: list[list[float]] = []
    middles: list[float] = []
    units = [(sorted(word.box.middle for word in unit), unit) for unit in _units(words)]
    for own, unit in sorted(units, key=lambda pair: pair[0][len(pair[0]) // 2]):
        middle = own[len(own) // 2]
        height = unit[0].box.height if len(unit) == 1 else median(word.box.height for word in unit)
        place = _row_for(middle, middles, 0.5 * max(min(height, line), 0.7 * line))
        if place is None or (len(unit) > 1 and _under(unit, rows[place])):
            rows.append([*unit])
            sorted_middles.append(own)
            middles.append(middle)
        else:
            rows[place] += unit
            joined = sorted_middles[place]
            for one in own:
                insort(joined, one)
            middles[place] = joined[len(joined) // 2]
    ordered = sorted(zip(middles, rows, strict=True), key=itemgetter(0))
    settled = _settled([row for _, row in ordered], [at for at, _ in ordered], line)
    return [Row(tuple(sorted(row, key=lambda w: w.box.left))) for row in settled if row]


def _settled(rows: list[list[Word]], middles: Sequence[float], line: float) -> list[list[Word]]:
    """The rows, single words that came before their own row was known put into it.

    A word's marks raise its middle: of two lines that stand close, "CẢI" of the lower one is met while only the upper
    one is there.
    """
    near = [place for place, (one, other) in enumerate(pairwise(middles)) if other - one < 1.5 * line]
    for above in near:
        lower = middles[above + 1]
        moved = [
            word
            for word in rows[above]
            if not word.line and word.box.middle - middles[above] > lower - word.box.middle + 0.1 * line
        ]
        rows[above + 1] += moved
        rows[above] = [word for word in rows[above] if word not in moved] if moved else rows[above]
    return rows


def _under(unit: Sequence[Word], row: Sequence[Word]) -> bool:
    """The engine's line stands under words of the row: they are two rows, however close."""
    return any(
        word.line != one.line
        and word.box.middle - one.box.middle > 0.5 * one.box.height
        and min(word.box.right, one.box.right) - max(word.box.left, one.box.left) > 0.5 * word.box.width
        for word in unit
        for one in row
    )


def _units(words: Sequence[Word]) -> list[list[Word]]:
    lines: dict[int, list[Word]] = {}
    single = []
    for word in words:
        if word.line:
            lines.setdefault(word.line, []).append(word)
        else:
            single.append([word])
    return [*lines.values(), *single]


def middle_of(words: Sequence[Word]) -> float:
    """Median of the words' middles (the upper one of an even count)."""
    if len(words) == 1:
        return words[0].box.middle
    return sorted(word.box.middle for word in words)[len(words) // 2]


def _row_for(middle: float, middles: Sequence[float], reach: float) -> int | None:
    found = None
    for place in range(max(0, len(middles) - 8), len(middles)):
        apart = abs(middle - middles[place])
        if apart <= reach and (found is None or apart < abs(middle - middles[found])):
            found = place
    return found


LONGEST_STAMPED_PIECE = 16
"""Characters. Registries stamp pieces as short as "11" or "08" into the page's own lines."""


@lru_cache(maxsize=4)
def page_rows(words: tuple[Word, ...]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The page's own rows, short stamped pieces put into the line where they stand; and the stamps' other rows.

    Kept for the last pages: their text and each of their fields ask for them.
    """
    own = rows_of([word for word in words if word.source != "appearance"])
    stamps = rows_of([word for word in words if word.source == "appearance"])
    apart = []
    for stamp in stamps:
        loose = []
        for word in stamp.words:
            place = _gap_for(word, own) if len(word.text) <= LONGEST_STAMPED_PIECE else None
            if place is None:
                loose.append(word)
            else:
                own[place] = Row(tuple(sorted((*own[place].words, word), key=lambda w: w.box.left)))
        if loose:
            apart.append(Row(tuple(loose)))
    return tuple(own), tuple(apart)


def _gap_for(word: Word, rows: Sequence[Row]) -> int | None:
    """The row in whose gap the stamped word stands."""
    for place, row in enumerate(rows):
        near = abs(row.box.middle - word.box.middle) <= 0.6 * row.box.height
        if near and row.box.left < word.box.left and not any(_covers(w.box, word.box) for w in row.words):
            return place
    return None


def _covers(own: Box, stamped: Box) -> bool:
    return min(own.right, stamped.right) - max(own.left, stamped.left) > 0.4 * min(own.width, stamped.width)


def text_of(words: Sequence[Word]) -> str:
    """The words as lines of text, from top to bottom; what stamps say follows after an empty line."""
    own, stamps = page_rows(tuple(words))
    lines = [row.text for row in own]
    return "\n".join(lines + [""] * bool(lines and stamps) + [row.text for row in stamps])


def plain(text: str) -> str:
    """Upper case without diacritics, Đ as D: what is compared when OCR may have slipped."""
    return text.upper() if text.isascii() else "".join(_plain_letter(letter) for letter in text)


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    swapped = "D" if letter in "đĐÐ" else letter
    return "".join(c for c in unicodedata.normalize("NFD", swapped) if not unicodedata.combining(c)).upper()
