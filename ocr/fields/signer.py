"""The name under a signature block, among what seals and strokes leave around it."""

from __future__ import annotations

from collections.abc import Sequence

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import fold, grammar
from ocr.fields.line import Line, Spot
from ocr.fields.names import (
    believed_family,
    has_vowel,
    is_family_name,
    is_middle_name,
    is_name_word,
    is_whole_name,
    name_parts,
    respelt_name,
    with_capitals,
    with_whole_family,
    without_scrap,
    without_stroke,
    written_as_name,
)
from ocr.fields.titles import mostly_capital, title_of
from ocr.page import PageReading
from ocr.words import around

_SURE_MARK = 0.8
"""Confidence under which a letter beside a name may be a scrap of it."""


_ROOM_OF_A_WORD = 1.5
"""Heights of print; two words stand a third of one apart."""
_GUESS = 0.2
"""Confidence under which a short word is no reading at all ("La" of a covered Lê has 0)."""
_READ = 0.93
"""Confidence from which a word that no name has is believed to be one; what a seal left of others has up to 0.91."""


def name_of(lines: Sequence[Line], page: PageReading) -> Found | None:
    """The first line under the stack that reads like a person's name; seals and strokes leave scraps around it."""
    best: Found | None = None
    for line in lines:
        found = name_in(line, page)
        if found is not None and (best is None or found.confidence > best.confidence + 0.15):
            best = found
    return best


def _is_family_in_capitals(first: Spot) -> bool:
    typed = first.pieces[0].source == "layer"  # TƯ PHÁP begins with no family's name; OCR drops marks of capitals
    return is_family_name(first.text.title()) if typed else fold(first.text) in grammar().family_names


def _hidden_within(spots: Sequence[Spot], words: Sequence[Spot]) -> bool:
    """A word of the name itself was misread ("Đại: riữu Hùng", "guyễn Kim Duyên"): without it it is another's."""
    if not words:
        return False
    first = spots.index(words[0])
    cut = first > 0 and len(words) == 2 and spots[first - 1].text[:1].islower()  # of two words none can be missed
    within = [spot for spot in spots[first - cut : spots.index(words[-1])] if spot not in words]
    ends = any(spot.text in ("nh", "ng", "ch") for spot in within if spot in spots[first:])
    return ends or any(len(spot.text) > 2 and has_vowel(spot.text) for spot in within)


def _lost_family(line: Line, first: Spot) -> bool:
    """A scrap of a letter stands where a family's name ends, and the first word is no family's ("ð Tấn Nhân")."""
    if fold(first.text) in grammar().family_names or first.box is None:
        return False
    before = [word for word in line.words if word.box.right <= first.box.left and any(c.isalpha() for c in word.text)]
    room = first.box.left - before[-1].box.right if before else first.box.height
    return room < 0.5 * first.box.height and before[-1].confidence < _SURE_MARK


def _guessed(written: Sequence[str], words: Sequence[Spot]) -> bool:
    """A word that no name has was not surely read: a seal left it of another. (A family may be of two scraps.)"""
    said = zip(reversed(written), reversed(words), strict=False)
    return any(spot.confidence < _least_confidence(name) for name, spot in said)


def _least_confidence(name: str) -> float:
    if not is_name_word(name):
        return _READ
    return _GUESS if len(name) < 4 else 0.0


def _apart(first: Spot, second: Spot) -> bool:
    """Between the two there is room for another word, which a seal or a pen hid."""
    if first.box is None or second.box is None:
        return False
    return second.box.left - first.box.right > _ROOM_OF_A_WORD * first.box.height


def name_in(line: Line, page: PageReading) -> Found | None:
    spots = with_capitals(with_whole_family([line.spot(start, end) for start, end in name_parts(line)]))
    words = [spot for spot in spots if written_as_name(spot.text) and has_vowel(spot.text)]
    capital = not words and mostly_capital(line.text) and title_of(line) is None
    if capital and spots and _is_family_in_capitals(spots[0]):
        words = spots  # certificates print the name in capitals
    if _hidden_within(spots, words):
        return None
    words = without_scrap(without_stroke(words))
    if len(words) > 6 or not is_whole_name(words) or len(words) < 0.6 * len(spots):
        return None
    written = [spot.text for spot in words]
    if words[0].pieces[0].source == "ocr" and written[0].istitle():
        written = respelt_name(words, line.text[: line.text.find(written[0])])
        lost = len(written) == 2 and (_lost_family(line, words[0]) or _apart(*words) or is_middle_name(words[0].text))
        if lost or _guessed(written, words) or not believed_family(written[0], words[0].confidence):
            return None
    box = share_box(around(piece.box for spot in words for piece in spot.pieces), page)
    return Found(" ".join(written), page.number, box, round(min(spot.confidence for spot in words), 3), line.text)
