"""Words of a text layer, from pieces: letters that were drawn one after another without a space.

Where a font lacks letters, its program draws the line with gaps and the missing ones after it, from another font
("UBND PH NG", then "ƯỜ"). Such a line is put together again by the places of its letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from ocr.words import Box, Source, Word

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom in points, as of a `Box`: one a letter, so made cheaply."""
_SAME_LINE = 1.0
"""Points by which the base lines of pieces of one line may differ."""
_SPACE = 0.12
"""A gap that parts words, in heights of a letter's cell: a space is 0.2 of it or more, kerning under 0.05."""
_OVER = 0.6
"""Share of a letter's cell under another from which the two do not stand side by side (overprinted, underlined)."""


class Piece(NamedTuple):
    """Letters and their places, in the order in which they were drawn; never empty."""

    letters: list[str]
    places: list[Edges]
    source: Source
    first: int
    """The number of the first letter on the page."""


def words_of(pieces: Sequence[Piece], base_of: Callable[[int], float]) -> list[Word]:
    """The words, those of a line that was drawn with gaps by place.

    They bear the number of the line in which the file writes them. `base_of`: the height on which a letter, known by
    its number, stands, in points from the top; asked only on such a page.
    """
    if any(_steps_back(before, after) for before, after in pairwise(pieces)):
        pieces = [piece for line in _lines(pieces, base_of) for piece in _of_one_height([*_whole(line)])]
    words, line = list[Word](), 0
    before: Box | None = None
    for piece in pieces:
        lefts, tops, rights, bottoms = zip(*piece.places, strict=True)
        box = Box(min(lefts), min(tops), max(rights), max(bottoms))
        line += before is None or not _goes_on(before, box)
        before = box
        words.append(Word(unicodedata.normalize("NFC", "".join(piece.letters)), box, 1.0, piece.source, line))
    return words


def _goes_on(before: Box, after: Box) -> bool:
    high = max(before.bottom - before.top, after.bottom - after.top)
    level = abs(before.top + before.bottom - after.top - after.bottom) < high
    return level and -0.2 * high < after.left - before.right < _NEXT_WORD * high


_NEXT_WORD = 1.5
"""Heights of print within which the next word stands in the same line (spaces of justified text: up to 1)."""


def _steps_back(before: Piece, after: Piece) -> bool:
    (left, top, _, bottom), (earlier, above, _, below) = after.places[0], before.places[0]
    return left < earlier and 2 * (min(bottom, below) - max(top, above)) > min(bottom - top, below - above)


def _lines(pieces: Sequence[Piece], base_of: Callable[[int], float]) -> list[list[Piece]]:
    standing = sorted(((base_of(piece.first), piece) for piece in pieces), key=itemgetter(0))
    lines: list[list[Piece]] = []
    begun = 0.0
    for base, piece in standing:
        if lines and base - begun < _SAME_LINE and piece.source == lines[-1][0].source:
            lines[-1].append(piece)
        else:
            lines.append([piece])
            begun = base
    return lines


def _of_one_height(line: Sequence[Piece]) -> Iterator[Piece]:
    """Cells of such fonts end where the letter does: its marks would lift a word out of its line."""
    top = min(place[1] for piece in line for place in piece.places)
    bottom = max(place[3] for piece in line for place in piece.places)
    for piece in line:
        yield piece._replace(places=[(left, top, right, bottom) for left, _, right, _ in piece.places])


def _whole(line: list[Piece]) -> Iterator[Piece]:
    """The line's words where its pieces stand letter to letter, else the pieces as they are."""
    drawn = [
        (place, letter, piece) for piece in line for letter, place in zip(piece.letters, piece.places, strict=True)
    ]
    drawn.sort(key=lambda one: one[0][:3:2])
    gaps = [(after[0][0] - before[0][2], before, after) for before, after in pairwise(drawn)]
    joints = [(gap, before, after) for gap, before, after in gaps if before[2] is not after[2]]
    high = max(place[3] - place[1] for place, _, _ in drawn)
    overprinted = any(-gap > _OVER * (after[0][2] - after[0][0]) for gap, _, after in joints)
    if overprinted or not any(gap < _SPACE * high for gap, _, _ in joints):
        yield from line
        return
    ends = [number for number, (gap, _, _) in enumerate(gaps, start=1) if gap > _SPACE * high]
    for first, last in pairwise([0, *ends, len(drawn)]):
        places, letters, _ = zip(*drawn[first:last], strict=True)
        yield Piece(list(letters), list(places), line[0].source, line[0].first)
