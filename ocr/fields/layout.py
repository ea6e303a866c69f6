"""Where the parts of page 1's head and of the signature block stand (Decree 30/2020, Annex I)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median

from ocr.fields.grammar import NATIONAL_MOTTO
from ocr.fields.line import Line
from ocr.page import PageReading
from ocr.words import Box, Word, page_rows

_MOTTO = re.compile(NATIONAL_MOTTO + "|DANG C.NG S.N VI.T")
_SECOND = re.compile(r"D.C L.P ?[-–—]? ?T. DO|CHU NGHIA VI.T")
HEAD_SHARE = 0.5
"""Share of page 1's height in which the head stands."""
_LEFT_ENDS = 0.55
"""Share of the width before which a row of the left column ends, however far past the border; the motto's end at 0.7
and more."""
_LEFT_ENDS_ALONE = 0.8
"""The same under a motto in the middle of the page with nothing beside it, as certificates have it."""


@dataclass(frozen=True, slots=True)
class Head:
    """Page 1's upper part as lines: those left of the border, those right of it, and whole rows in order."""

    page: PageReading
    left: tuple[Line, ...]
    right: tuple[Line, ...]
    whole: tuple[Line, ...]
    motto: Line | None


@lru_cache(maxsize=2)
def head_of(page: PageReading) -> Head:
    """Split page 1's head at the border between the organ's column and the national motto's."""
    whole = tuple(line for line in lines_of(page) if line.box.top < HEAD_SHARE * page.height)
    border, motto = _border(whole, page.width)
    ends = _LEFT_ENDS_ALONE if motto and _is_alone(motto, page.width) else _LEFT_ENDS
    left: list[Line] = []
    right: list[Line] = []
    for line in whole:
        before, after = _parted(line, border, page.width, ends)
        if before:
            left.append(Line.of(before))
        if after:
            right.append(Line.of(after))
    return Head(page, tuple(left), tuple(right), whole, motto)


def _border(lines: Sequence[Line], width: float) -> tuple[float, Line | None]:
    """Horizontal place, in points, that parts the two columns; the line of the motto, where there is one."""
    for line in lines:
        match = _MOTTO.search(line.folded)
        if match and line.edge(match.start()) > 0.25 * width:
            starts = line.edge(match.start())
            before = [word.box.right for word in line.words if word.box.right <= starts]
            edge = max(before) if before else starts - 0.06 * width
            return (edge + starts) / 2 if starts - edge < 0.2 * width else starts - 0.03 * width, line
    for line in lines:
        match = _SECOND.search(line.folded)
        if match:
            return line.edge(match.start()) - 0.08 * width, line
    return 0.45 * width, None


def _is_alone(motto: Line, width: float) -> bool:
    starts = _MOTTO.match(motto.folded) is not None
    return starts and abs(motto.box.left + motto.box.right - width) < 0.12 * width


def _parted(row: Line, border: float, width: float, ends: float) -> tuple[list[Word], list[Word]]:
    """Left and right part of a row: at its widest gap near the border, else at the border itself.

    Number and day of issue may each pass the border that the lines above them draw, and so may a letter's `V/v`.
    """
    gaps = [
        (after.box.left - before.box.right, place)
        for place, (before, after) in enumerate(pairwise(row.words), 1)
        if border - 0.17 * width < (before.box.right + after.box.left) / 2 < border + 0.12 * width
    ]
    widest, place = max(gaps, default=(0.0, 0))
    if widest > 0.02 * width:
        return list(row.words[:place]), list(row.words[place:])
    if row.words[0].box.left < border and row.box.right < ends * width:
        return list(row.words), []
    left = [word for word in row.words if (word.box.left + word.box.right) / 2 < border]
    return left, [word for word in row.words if word not in left]


@lru_cache(maxsize=4)
def lines_of(page: PageReading) -> tuple[Line, ...]:
    """All of a page's own rows as lines. Each field asks for those of the same few pages."""
    return tuple(Line.of(row.words) for row in page_rows(tuple(_without_watermark(page.words)))[0])


_WATERMARK_HEIGHT = 2.5
"""Heights of the page's print from which a word that others lie across is no line's: DỰ THẢO, aslant over the page."""


def _without_watermark(words: Sequence[Word]) -> Sequence[Word]:
    high = _WATERMARK_HEIGHT * median(word.box.height for word in words) if words else 0.0
    large = [word for word in words if word.source == "layer" and word.box.height > high]
    crossed = {large_one for large_one in large if sum(_lies_on(word, large_one.box) for word in words) > 1}
    return [word for word in words if word not in crossed] if crossed else words


def _lies_on(word: Word, box: Box) -> bool:
    """True of the word itself too."""
    return box.holds((word.box.left + word.box.right) / 2, word.box.middle)


def right_column(page: PageReading, lines: Sequence[Line]) -> list[Line]:
    """What stands in the right half of these lines, as the signature block does; nothing where a line runs through."""
    found = []
    for line in lines:
        words = _after_gap(line, page.width)
        if words:
            found.append(Line.of(words))
    return found


def _after_gap(line: Line, width: float) -> list[Word]:
    middle = 0.42 * width
    words = list(line.words)
    if words[0].box.left >= middle:
        return words
    for before, after in pairwise(words):
        if after.box.left >= middle and after.box.left - before.box.right > 0.022 * width:
            return words[words.index(after) :]
    return []
