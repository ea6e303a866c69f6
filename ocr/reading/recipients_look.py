"""The recipients beside the signature block, read once more by themselves where lines of them are missing.

Their lines are set closer than those of the block, so that the engine's page layout runs both columns into one row
and loses a line of either. Cut out alone (seals and blue ink faded), the column gives its lines. Nothing is read again
where it ends with the archive (`Lưu:`), leaves no room for a lost line and no word of it is in doubt.
The archive's line, short words of capitals, is read alone where it stays in doubt: in wide faces 6 of 8 are right then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ocr.engines.port import BLOCK, LINE
from ocr.errors import EngineFailed
from ocr.reading.second_look import better_rows, first_recipient, inside, moved
from ocr.words import Box, Row, Word, mean_confidence, middle_of, plain, rows_of

_ARCHIVE = re.compile(r"^\W{0,3}.?.?LUU\b")
_ARCHIVE_FIRST = re.compile(r"^\W{0,3}[LI1T] ?[UW]U ?:? ?V[TIL]\b")
"""The archive of which the office (VT, văn thư) comes first."""
_SURE_LINE = 0.8
"""Confidence under which a line is doubted as a whole: wrong ones of wide faces had up to 0.6."""
_DOUBTED = 0.6
"""Confidence under which a word of two letters and more is doubted: scraps of a seal have less."""
_LOST_LINE = 1.9
"""Heights of print between the middles of two lines from which a third may stand between them (set solid: 1.2)."""
_BESIDE = 0.42
"""Share of the width from which the signature block's words begin."""
_OWN_LINES = 3_000_000
"""Added to line numbers, so that no other reading of the page shares them."""


Look = Callable[[Box, int], list[Word]]
"""Reads one region of the page in a layout mode, places counted from the region's corner."""


def with_recipients(words: list[Word], size: tuple[float, float], looks: Sequence[Look]) -> list[Word]:
    """The page's words, those of its recipients replaced line by line where another reading says more.

    `size` is the page's in points; `looks` read other renderings of it (of the same pixels a line reads the same), each
    used only where a line is in doubt after those before it.
    """
    region = _column(words, *size)
    if region is None:
        return words
    within = [word for word in words if inside(word, region)]
    every, again = list(within), list[Word]()
    for number, look in enumerate(looks, 1):
        part = _doubted_part(rows_of(within), region)
        if part is None:
            break
        try:
            again = [moved(word, part, number * _OWN_LINES) for word in look(part, BLOCK)]
            if part != region and not any(map(_says_something, rows_of(again))):
                again = [moved(word, region, number * _OWN_LINES) for word in look(region, BLOCK)]
        except EngineFailed:
            break
        every += again
        within = [_surest(word, every) for word in better_rows(within, again)]
    if not again:
        return words
    within = _with_archive(within, again, region, looks[-1])
    return [word for word in words if not inside(word, region)] + within


def _with_archive(read: list[Word], again: Sequence[Word], region: Box, look: Look) -> list[Word]:
    """The list with its last line read alone where that was doubted; `again` tells where the line stands."""
    doubted = _doubted_end(rows_of(again))
    sure = max((row.confidence for row in rows_of(read) if _is_archive_first(row)), default=-1.0)
    if doubted is None or sure >= _SURE_LINE:
        return read
    high, middle = median(word.box.height for word in again), middle_of(doubted.words)
    right = min(region.right, doubted.box.right + 2 * high)
    box = Box(region.left, max(region.top, middle - 0.9 * high), right, min(region.bottom, middle + 0.9 * high))
    try:
        line = [moved(word, box, 9 * _OWN_LINES) for word in look(box, LINE)]
    except EngineFailed:
        return read
    if not _is_archive_first(Row(tuple(line))) or mean_confidence(line) < sure:
        return read
    return [word for word in read if not box.holds(word.box.left, word.box.middle)] + line


def _doubted_end(rows: Sequence[Row]) -> Row | None:
    """The first row under those surely read; None where all were, or none."""
    sure = [place for place, row in enumerate(rows) if row.confidence >= _SURE_LINE and len(row.text) > 4]
    return rows[sure[-1] + 1] if sure and sure[-1] + 1 < len(rows) else None


def _is_archive_first(row: Row) -> bool:
    return _ARCHIVE_FIRST.match(plain(row.text)) is not None


def _is_archive(row: Row) -> bool:
    return _ARCHIVE.match(plain(row.text)) is not None


def _surest(word: Word, others: Sequence[Word]) -> Word:
    """The word as it was read surest at its place: fading ink takes strokes of print with it."""
    best = max((word, *(one for one in others if _one_place(word, one))), key=_likelihood)
    return replace(best, line=word.line)


def _likelihood(word: Word) -> float:
    """How surely it was read; more for each stroke of a Roman numeral, which OCR loses rather than adds."""
    strokes = word.text.count("I") if _NUMERAL.fullmatch(word.text.strip(".,;")) else 0
    return word.confidence + 0.1 * strokes


_NUMERAL = re.compile("[XV]*I+")


def _one_place(one: Word, other: Word) -> bool:
    """Two readings of one word: their boxes begin and end alike. One that reaches into the next line is of neither."""
    high = min(one.box.height, other.box.height)
    sides = abs(one.box.left - other.box.left), abs(one.box.right - other.box.right)
    return abs(one.box.middle - other.box.middle) < 0.5 * high and max(sides) < high


def _column(words: Sequence[Word], width: float, height: float) -> Box | None:
    """From the row of `Nơi nhận:` down, left of the signature block; None where the page has no recipients."""
    rows = rows_of(words)
    place = first_recipient(rows, width, height)
    if place is None:
        return None
    below = [word for row in rows[place:] for word in row.words if word.confidence > 0.8 and len(word.text) > 1]
    beside = [word.box.left for word in below if word.box.left > _BESIDE * width]
    right = min(beside, default=0.52 * width) - 0.008 * width
    listed = [word.box for word in below if word.box.right < right]
    if not listed:
        return None
    high = median(box.height for box in listed)
    top = rows[place].words[0].box.top - 0.4 * high
    ends = max(top + 7 * high, _end_of_list(listed, high) + 2.5 * high)
    return Box(max(0.0, min(box.left for box in listed) - 1.5 * high), max(0.0, top), right, min(height, ends))


def _end_of_list(boxes: Sequence[Box], high: float) -> float:
    """The bottom of the last word before a gap that no lost line explains: what a page's foot says is no recipient."""
    ordered = sorted(boxes, key=lambda box: box.top)
    bottom = ordered[0].bottom
    for box in ordered:
        if box.top - bottom > 3.5 * high:
            break
        bottom = max(bottom, box.bottom)
    return bottom


def _doubted_part(rows: Sequence[Row], region: Box) -> Box | None:
    """From the first gap in which a line may be lost to the last; None where nothing is in doubt.

    The whole column where a word was guessed (its row may be two) or the archive's line is not among those read.
    """
    listed = rows[1:]
    if not any(map(_is_archive, listed)) or any(map(_is_guessed, listed)):
        return region
    high = median(word.box.height for row in listed for word in row.words)
    middles = [middle_of(row.words) for row in rows]
    gaps = [(a + 0.6 * high, b - 0.6 * high) for a, b in pairwise(middles) if b - a > _LOST_LINE * high]
    return replace(region, top=gaps[0][0], bottom=gaps[-1][1]) if gaps else None


def _says_something(row: Row) -> bool:
    return sum(map(str.isalpha, row.text)) >= 3


def _is_guessed(row: Row) -> bool:
    return any(word.confidence < _DOUBTED and sum(c.isalnum() for c in word.text) > 1 for word in row.words)
