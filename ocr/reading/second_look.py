"""The signature block read once more by itself.

Seals and pen strokes mislead the engine's page layout: on real scans it skipped "CHỦ TỊCH" or the signer's name
altogether. Cut out and read as one block, the same pixels give the name on 7 of 7 pages, for a fifth of a second.
Where title and name were read surely at once, nothing is read again. A name with a word in doubt is then cut out and
read as one line, for 30 ms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from ocr.engines.port import BLOCK, LINE, SCATTERED
from ocr.errors import EngineFailed
from ocr.fields.grammar import grammar, is_toned
from ocr.fields.names import has_vowel, is_family_name, is_name_word
from ocr.words import Box, Row, Word, middle_of, plain, rows_of

_RECIPIENTS = re.compile(r"^\W{0,2}.{0,2}.?OI NHAN")
_AUTHORITY = re.compile(r"^\W{0,3}(TM|KT|TL|TUQ|Q)\s*[.,]")
_TALLEST = 260.0
"""Points from the block's first line to the page's last that may belong to it."""
_LEAST_TALL = 190.0
"""Points in which title, signature and name find room, though the name was not read at first."""
_OTHER_LINES = 100_000
"""Times the layout mode, added to line numbers, so that no two readings share them."""
_OVER_RECIPIENTS, _OVER_TITLE, _OVER_NAME = 2.2, 0.5, 12.0
"""Heights of print over the first row from which the block is read: mandates may stand above `Nơi nhận:`."""
_RIGHT_HALF, _HEAD = 0.4, 0.3
"""Shares of the page: right of the one who signs stands, above the other the head does."""
_SURE_NAME = 0.9
"""Confidence under which a word of a name is doubted: wrong ones had up to 0.87, right ones mostly 0.95 to 0.97."""
_TITLE_LINES = 3.5
"""Heights of print under the last mandate in which a title of two lines ends."""
_SCRAPS = "-_=|.,'`~“”\"*°:;"


def with_signature_block(
    words: list[Word], size: tuple[float, float], read_again: Callable[[Box, int], list[Word]]
) -> list[Word]:
    """The page's words, those right of `Nơi nhận:` replaced by a second reading where that reads more.

    `size` is the page's in points; `read_again` reads one region of it in a layout mode, places counted from the
    region's corner. Where neither reading gives title and name, a third one looks for scattered words (seals break
    lines).
    """
    region = signature_region(words, *size)
    if region is None:
        return words
    within = [word for word in words if inside(word, region)]
    every = list(within)
    for layout in (BLOCK, SCATTERED):
        if _has_title(within) and _has_name(within):
            break
        part = _under_mandate(within, region) if layout == BLOCK and _has_name(within) else region
        try:
            again = [moved(word, part, layout * _OTHER_LINES) for word in read_again(part, layout)]
        except EngineFailed:
            break
        within, every = better_rows(within, again), every + again
    within = [part for word in within for part in _parted(word)]
    within = _with_surer_name(within, every, region, read_again)
    return [word for word in words if not inside(word, region)] + _without_scraps(within)


def _under_mandate(words: Sequence[Word], region: Box) -> Box:
    """The part of the region in which a title stands under TM., KT., TL., TUQ.; the whole without such a row."""
    mandates = [row for row in rows_of(words) if _AUTHORITY.match(plain(row.text))]
    if not mandates or region.bottom - mandates[-1].box.bottom < mandates[-1].box.height:
        return region
    last = mandates[-1].box
    return replace(region, top=last.bottom, bottom=min(region.bottom, last.bottom + _TITLE_LINES * last.height))


def _without_scraps(words: Sequence[Word]) -> list[Word]:
    """Rows of fewer than three letters or digits are what a pen or a seal left, not print."""
    return [word for row in rows_of(words) if sum(c.isalnum() for c in row.text) >= 3 for word in row.words]


def _has_title(words: Sequence[Word]) -> bool:
    """A sure row of capitals that is no TM., KT., TL., TUQ. line, under no row that was guessed."""
    for row in rows_of(words):
        letters = [c for c in row.text if c.isalpha()]
        if len(letters) >= 4 and row.confidence < 0.5:
            return False
        capital = len(letters) >= 6 and sum(c.isupper() for c in letters) >= 0.85 * len(letters)
        if capital and not _AUTHORITY.match(plain(row.text)):
            return all(word.confidence > 0.6 for word in row.words)
    return False


def _has_name(words: Sequence[Word]) -> bool:
    """A row of two to five sure words that begin with a capital and go on in small letters."""
    for row in rows_of(words):
        said = [word for word in row.words if word.text.strip(_SCRAPS)]
        named = [word for word in said if _like_a_name(word) and word.confidence > (0.6 if _known(word) else 0.8)]
        if 2 <= len(named) <= 5 and len(named) == len(said):
            return True
    return False


def _like_a_name(word: Word) -> bool:
    text = word.text.strip(_SCRAPS)
    return text[:1].isupper() and text[1:].islower() and has_vowel(text)


def _known(word: Word) -> bool:
    """A word that names have, with its own marks."""
    return _like_a_name(word) and is_name_word(word.text.strip(_SCRAPS))


def _with_surer_name(
    words: list[Word], every: Sequence[Word], region: Box, read_again: Callable[[Box, int], list[Word]]
) -> list[Word]:
    """The lowest row that looks like a name, read as one line where in doubt; each word as it was read surest.

    `every` are the words of all readings so far, of which `words` were taken.
    """
    rows = rows_of(words)
    name = next((row for row in reversed(rows) if sum(map(_like_a_name, row.words)) >= 2), None) or _rest_of_name(rows)
    if name is None or _sure(name):
        return words
    line = _around(name, region)
    try:
        again = [moved(word, line, 0) for word in read_again(line, LINE)]
    except EngineFailed:
        return words
    before = [word for word in every if any(_same_place(word, one) for one in name.words)]
    read = _surest_words(name.words, [part for word in (*before, *again) for part in _parted(word)])
    others = [word for word in words if word not in name.words and not any(_same_place(word, one) for one in read)]
    return others + [replace(word, line=LINE * _OTHER_LINES) for word in read]


def _sure(name: Row) -> bool:
    """Every word is one that names have and was read surely, the first a family's."""
    words = [word.text for word in name.words]
    named = is_family_name(words[0]) and all(map(_known, name.words))
    return named and all(word.confidence >= _SURE_NAME for word in name.words)


def _rest_of_name(rows: Sequence[Row]) -> Row | None:
    """One sure word of three letters or more in which a name may end, with the room where a seal hid the others."""
    for row in reversed(rows):
        word = row.words[-1]
        if len(word.text) >= 3 and _like_a_name(word) and word.confidence >= _SURE_NAME:
            room = replace(word.box, left=word.box.left - 8 * word.box.height)
            return Row((Word("", room, 0.0, word.source), word))
    return None


def _parted(word: Word) -> list[Word]:
    """A word that a dot of a seal joins to the next ("Phan°Vẫn"), parted there."""
    found = list(re.finditer(r"[^\W\d_]{2,}", word.text))
    if len(found) < 2 or not all(_like_a_name(replace(word, text=part.group())) for part in found):
        return [word]
    letter, left = word.box.width / len(word.text), word.box.left
    return [
        replace(
            word,
            text=part.group(),
            box=replace(word.box, left=left + part.start() * letter, right=left + part.end() * letter),
        )
        for part in found
    ]


def _around(row: Row, region: Box) -> Box:
    """The row with the room around it in which a line of print was read best; left of it a family name may be lost."""
    words = [word for word in row.words if _like_a_name(word)] or row.words
    high = sorted(word.box.height for word in words)[len(words) // 2]
    begins = min(word.box.left for word in words)
    lost = not is_family_name(words[0].text.strip(_SCRAPS))
    left, right = max(region.left, begins - (5 if lost else 2) * high), min(region.right, row.box.right + 2 * high)
    middle = middle_of(words)
    return Box(left, max(region.top, middle - 0.8 * high), right, min(region.bottom, middle + 0.8 * high))


def _surest_words(first: Sequence[Word], second: Sequence[Word]) -> list[Word]:
    """Words of one line read several times: of those at one place what looks like a name, then the likeliest."""
    kept: list[Word] = []
    for word in sorted((*first, *second), key=lambda word: (_like_a_name(word), _likelihood(word)), reverse=True):
        read = word in first or (_like_a_name(word) and not _guessed(word))
        if read and not any(_same_place(word, other) for other in kept):
            kept.append(word)
    return kept


def _likelihood(word: Word) -> float:
    """How surely it was read; more for what is a name, a little more for a tone, which OCR loses rather than adds.

    A pen parts a word, and its parts are read surely ("Trươ" 0.92, "Đạ" 0.87; Trương 0.57, Đặng 0.43).
    """
    named = _known(word) and not _guessed(word)
    return word.confidence + 0.5 * named + 0.02 * is_toned(word.text)


def _guessed(word: Word) -> bool:
    """A short word that strokes may look like ("La" 0.0 of a covered Lê); nobody reads "Huỳnh" 0.27 into them."""
    return word.confidence < 0.3 and len(word.text) < 4


def better_rows(first: Sequence[Word], second: Sequence[Word]) -> list[Word]:
    """Row by row the reading that says more surely what it says."""
    rows, kept = list(map(_within_lines, rows_of(first))), []
    for row in map(_within_lines, rows_of(second)):
        twin = next((one for one in rows if _beside(one, row)), None)
        if twin is not None:
            rows.remove(twin)
        kept.append(twin if twin is not None and _worth(twin) > _worth(row) else row)
    found: list[Word] = []
    for row in (*sorted(kept, key=_worth, reverse=True), *rows):  # a scrap beside a row may have had it for its twin
        if _worth(row) > 0:
            found += [word for word in row.words if not any(_same_place(word, other) for other in found)]
    return found


def _within_lines(row: Row) -> Row:
    """The row, words that a stroke or the next line made tall cut to the height of the others."""
    high = median(word.box.height for word in row.words)
    top = middle_of(row.words) - high / 2
    tall = [word for word in row.words if word.box.height > _TALL * high]
    cut = [replace(one, box=replace(one.box, top=top, bottom=top + high)) if one in tall else one for one in row.words]
    return Row(tuple(cut)) if tall else row


_TALL = 1.7
"""Heights of its row's words from which a word's box holds more than the word (letters with marks: 1.5)."""


def _same_place(word: Word, other: Word) -> bool:
    """One lies on the other: two readings of the same ink."""
    across = min(word.box.right, other.box.right) - max(word.box.left, other.box.left)
    down = min(word.box.bottom, other.box.bottom) - max(word.box.top, other.box.top)
    small = min(word.box.width * word.box.height, other.box.width * other.box.height)
    return across > 0 and down > 0 and across * down > 0.3 * small


def _beside(one: Row, other: Row) -> bool:
    """The same line of print: by the middles of most words, since strokes and scraps stretch a row."""
    high = sorted(word.box.height for word in (*one.words, *other.words))[len(one.words + other.words) // 2]
    return abs(middle_of(one.words) - middle_of(other.words)) < 0.6 * high


def _worth(row: Row) -> float:
    """Letters read surely, less those guessed: strokes and seals give guesses, but no two words of a name."""
    named = sum(map(_known, row.words)) >= 2
    return sum(
        (max(word.confidence, _NAMED * (named and _known(word))) - 0.5) * len(word.text)
        for word in row.words
        if word.text.strip("-_=|.'`")
    )


_NAMED = 0.7
"""Confidence that a word of a name deserves beside another, however much of a seal lies on it."""


def signature_region(words: Sequence[Word], width: float, height: float) -> Box | None:
    """The right column from the line of `Nơi nhận:` down, else from who signs there, else from over a lone name."""
    rows = rows_of(words)
    place, above = first_recipient(rows, width, height), _OVER_RECIPIENTS
    if place is None:
        place, above = _last_title(rows, width, height), _OVER_TITLE
    if place is None:
        place, above = _last_name(rows, width, height), _OVER_NAME
    if place is None:
        return None
    below = rows[place:]
    edge = _left_edge(below, width)
    first = below[0].words[0].box
    top = max(0.0, first.top - above * first.height)
    bottom = min(height, top + _TALLEST, max(top + _LEAST_TALL, max(one.box.bottom for one in below) + 30))
    return Box(edge, top, 0.985 * width, bottom) if bottom - top > 20 else None


def first_recipient(rows: Sequence[Row], width: float, height: float) -> int | None:
    """The row of `Nơi nhận:`, or of the first of three dashes in a column where the engine lost that row."""
    rows = list(map(_without_strokes, rows))
    left = [place for place, row in enumerate(rows) if row.box.left < 0.3 * width]
    for place in left:
        if _RECIPIENTS.match(plain(rows[place].text)):
            return place
    for place in left:
        following = [
            row for row in rows[place : place + 4] if row.box.right < 0.62 * width or row.box.left < 0.3 * width
        ]
        dashed = sum(row.text.startswith(("- ", "– ")) and row.text.rstrip()[-1:] in ";.,:" for row in following)
        if dashed >= 3 and rows[place].box.top > 0.1 * height and rows[place].box.right < 0.62 * width:
            return max(0, place - 1)
    return None


def _without_strokes(row: Row) -> Row:
    """The row without what a pen beside it left at its end ("- Văn phòng Chính phủ; l")."""
    words = list(row.words)
    while len(words) > 1 and words[-1].confidence < 0.5 and sum(map(str.isalnum, words[-1].text)) < 2:
        words.pop()
    return Row(tuple(words))


def _last_title(rows: Sequence[Row], width: float, height: float) -> int | None:
    """The last row below the head in whose right half a mandate or a title stands: minutes, certificates."""
    for place in range(len(rows) - 1, -1, -1):
        right = Row(tuple(word for word in rows[place].words if word.box.left > _RIGHT_HALF * width))
        said = plain(right.text).strip(" .,:")
        if rows[place].box.top > _HEAD * height and (_AUTHORITY.match(said) or said in grammar().titles):
            return place
    return None


def _last_name(rows: Sequence[Row], width: float, height: float) -> int | None:
    """The page's last row, where a person's name stands alone in its right half: a seal hid the title over it."""
    last = rows[-1] if rows else None
    if last is None or last.box.left < _RIGHT_HALF * width or last.box.top < _HEAD * height:
        return None
    said = [word for word in last.words if any(map(str.isalpha, word.text))]
    whole = 2 <= len(said) <= 5 and is_family_name(said[0].text) and all(map(_known, said))
    return len(rows) - 1 if whole else None


def _left_edge(rows: Sequence[Row], width: float) -> float:
    """A little right of the recipients' longest line that ends before the middle."""
    ends = []
    for row in rows:
        last = row.words[0]
        for word in row.words[1:]:
            if word.box.left - last.box.right > 0.022 * width:
                break
            last = word
        if last.box.right < 0.56 * width:
            ends.append(last.box.right)
    return max(0.36 * width, max(ends, default=0.42 * width) + 0.008 * width)


def inside(word: Word, region: Box) -> bool:
    return region.holds((word.box.left + word.box.right) / 2, word.box.middle)


def moved(word: Word, region: Box, lines: int) -> Word:
    box = word.box
    return replace(
        word,
        line=word.line + lines,
        box=Box(box.left + region.left, box.top + region.top, box.right + region.left, box.bottom + region.top),
    )
