"""The line of number and symbol, read once more by itself where the engine's page layout lost it.

It stands between two lines of the national motto's column ("Độc lập ...", the day), a little off both: the layout
then runs the columns together and drops the shorter line (2 of 24 clean scans). Cut out alone, the column gives it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ocr.engines.port import BLOCK
from ocr.errors import EngineFailed
from ocr.fields.grammar import NATIONAL_MOTTO
from ocr.reading.second_look import better_rows, inside, moved
from ocr.words import Box, Row, Word, plain, rows_of

_MOTTO = re.compile(NATIONAL_MOTTO)
_NUMBER = re.compile(r"^\W{0,3}[S5§$8][O0Ó6QC]?\s?[:.;,]|/\s?[A-Z]{1,4}\s?[-–—/]|^\W{0,3}[S5§$8][O0Ó6QC]\b")
_COLUMN = 100.0
"""Points from the motto down in which the organ's name and its number stand."""
_BELOW_ORGAN = 50.0
"""Points under the organ's name in which its number stands."""
_MOST_ROWS, _READ = 8, 0.6
_OWN_LINES = 5_000_000
"""Added to line numbers, so that no other reading of the page shares them."""


def with_number_line(words: list[Word], width: float, look: Callable[[Box, int], list[Word]]) -> list[Word]:
    """The page's words, with the line of the number where its place under the organ's name gave none.

    `width` is the page's in points; `look` reads one region of it in a layout mode, places counted from its corner.
    """
    region = _lost_line(words, width)
    if region is None:
        return words
    try:
        again = [moved(word, region, _OWN_LINES) for word in look(region, BLOCK)]
    except EngineFailed:
        return words
    within = [word for word in words if inside(word, region)]
    better = better_rows(within, again)
    if not any(map(_is_number, rows_of(better))):  # nothing read, or a guess that is worth nothing
        return words
    return [word for word in words if word not in within] + better


def _lost_line(words: Sequence[Word], width: float) -> Box | None:
    """The room under the organ's name, beside the motto's column; None where the number was read, or has no organ."""
    found = _motto(rows_of(words))
    if found is None:
        return None
    row, start = found
    head = [word for word in words if -5 < word.box.top - row.box.top < _COLUMN]
    column = rows_of([word for word in head if word.box.right < start])
    organ = _organ(column)
    if not organ or any(map(_is_number, column)):
        return None
    top, edge = organ[-1].box.bottom, max(one.box.right for one in organ)
    beside = [word.box.left for word in head if word.box.left > edge and top < word.box.middle < top + _BELOW_ORGAN]
    right = min([start, *beside]) - 2
    return Box(0.03 * width, top, right, top + _BELOW_ORGAN) if right > edge - 0.1 * width else None


def _organ(column: Sequence[Row]) -> list[Row]:
    """The lines of capitals at the column's top, one close under the other; the title of the document is further."""
    lines: list[Row] = []
    for row in column:
        if lines and row.box.top - lines[-1].box.bottom > 0.8 * lines[0].box.height:
            break
        if sum(c.isupper() for c in row.text) >= 4 and row.confidence > _READ:
            lines.append(row)
    return lines


def _motto(rows: Sequence[Row]) -> tuple[Row, float] | None:
    """The row of the national motto, and where it begins there."""
    for row in rows[:_MOST_ROWS]:
        for place, word in enumerate(row.words):
            if _MOTTO.match(plain(" ".join(one.text for one in row.words[place:]))):
                return row, word.box.left
    return None


def _is_number(row: Row) -> bool:
    return _NUMBER.search(plain(row.text)) is not None
