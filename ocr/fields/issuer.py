"""The issuing body: the organ that the left column of a head names last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import fold, grammar, is_toned
from ocr.fields.layout import Head
from ocr.fields.line import Line
from ocr.fields.lost_spaces import with_lost_spaces
from ocr.fields.spelling import as_place_is_named, in_set_phrases, marks_of, respelt, respelt_phrase
from ocr.page import PageReading
from ocr.words import Word, around

_NUMBER_LINE = re.compile(r"^\W{0,2}SO\s*(?:[:;.]|\W?\d|.{0,12}/)")
"""`Số:` has the letters of SỞ, a department's head."""


def issuer_of(
    head: Head, end: float | None, pages: Sequence[PageReading], vocabulary: Counter[str], place: str | None
) -> Found | None:
    """The organ that issues: the last one named in the left column above `end` (the top of number or heading).

    `pages` begin with the head's; `place` is the place of issue, whose name an organ may bear.
    """
    above = [with_lost_spaces(line) for line in _above(head, end) if not _NUMBER_LINE.match(line.folded)]
    lines = [line for line in above if capitals(line.text) and (len(line.folded) > 2 or line.confidence > _SURELY)]
    lines = [line for line in lines if line.confidence >= _A_SCRAP]
    groups: list[list[Line]] = []
    for line in lines:
        if groups and (not _begins_organ(line) or _goes_on_with(_surely_said(groups[-1][-1]), line.folded, place)):
            groups[-1].append(line)
        else:
            groups.append([line])
    named = [group for group in groups if _begins_organ(group[0])] or groups
    if not named:
        return None
    if len(named) > 1 and len(named[-1]) == 1 and named[-1][0].folded in grammar().unit_symbols:
        named[-2:] = [named[-2] + named[-1]]  # BAN BẦU CỬ ĐẠI BIỂU / HĐND: by itself that is nobody's name
    return _joined(named[-1], pages, vocabulary)


_SURELY = 0.9
"""Confidence from which two letters are a word (LỘ of PHƯỜNG NGHĨA / LỘ)."""
_A_SCRAP = 0.3
"""Confidence under which a line of the head is what a seal, a stamp or a rule left."""
_KIND_AT_END = re.compile(r"\b(?:PHUONG|XA|THI TRAN|DAC KHU|QUAN|HUYEN|THI XA|TINH|THANH PHO)$")
_UNFINISHED = re.compile(r"^[A-Z].*(?:[,-]|\bVA)$")
"""A line that ends so is no whole name; one between two dashes stands over a rule."""


def _surely_said(line: Line) -> str:
    """The folded line without a dash at its end that a rule left."""
    last = line.words[-1]
    scrap = last.confidence < _SURE_MARK and not any(c.isalnum() for c in last.text)
    return line.folded[: -len(last.text)].rstrip() if scrap else line.folded


def _goes_on_with(above: str, line: str, place: str | None) -> bool:
    """The line belongs to the name above it though it looks like another organ's.

    It is one word of several names (SỞ NÔNG NGHIỆP VÀ MÔI / TRƯỜNG), or the ward's own name (PHƯỜNG / HỘI AN ĐÔNG), or
    the line above names nobody yet (BAN CHỈ HUY / PHÒNG THỦ DÂN SỰ).
    """
    words = grammar()
    nobody = line.isalpha() and line in words.organ_heads and line not in words.unit_symbols
    if nobody or above in words.nameless_heads or _UNFINISHED.search(above):
        return True
    return bool(_KIND_AT_END.search(above)) and (line in words.places or line == fold(place or ""))


def _above(head: Head, end: float | None) -> list[Line]:
    bottom = end if end is not None else (head.motto.box.bottom + 40 if head.motto else 0.0)
    top = head.motto.box.top - 1.6 * head.motto.box.height if head.motto else 0.0
    return [line for line in head.left if top <= line.box.middle < bottom]


def capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 2 and sum(c.isupper() for c in letters) >= 0.7 * len(letters)


def _begins_organ(line: Line) -> bool:
    """Typed, by its letters with their marks (CHUYỂN / ĐỔI SỐ names no ĐỘI); on paper a mark may be lost."""
    text = re.sub(r"^[^A-Z]+", "", line.folded)
    heads = [head for head in grammar().organ_heads if re.match(rf"{re.escape(head)}(?![A-Z,])", text)]
    said = line.text[len(line.text) - len(text) :]
    if line.words[0].source == "ocr":
        sure = line.words[0].confidence > _SURELY and is_toned(line.words[0].text)  # ĐẠI BIỂU HĐND names no ĐÀI
        return any(not sure or " " in head or not _toned(head) or _same_marks(said, head) for head in heads)
    return any(_same_marks(said, head) for head in heads)


def _toned(head: str) -> bool:
    return is_toned(grammar().organ_heads[head])


def _same_marks(said: str, head: str) -> bool:
    return marks_of(said[: len(head)]) == marks_of(grammar().organ_heads[head])


def _joined(lines: Sequence[Line], pages: Sequence[PageReading], vocabulary: Counter[str]) -> Found:
    lines = [*map(_without_lone_digits, lines[:-1]), lines[-1]]
    words = [word for line in lines for word in line.words if any(c.isalnum() for c in word.text)]
    own = _where_name_begins(words)
    spelt = [respelt(word, vocabulary).upper() for word in words[:own]]
    spelt += [word.text.strip(_AROUND_NAME).upper() for word in words[own:]]
    named = _as_organs_are_named(respelt_phrase(spelt, pages)) if words[0].source == "ocr" else spelt
    value = " ".join(word + mark for word, mark in zip(named, _marks_between(lines), strict=True))
    page = pages[0]
    box = share_box(around(word.box for word in words), page)
    confidence = min(line.confidence for line in lines)
    return Found(value, page.number, box, round(confidence, 3), "\n".join(line.text for line in lines))


def _without_lone_digits(line: Line) -> Line:
    """Without what a pen left inside an organ's name on paper (HÀNH 2 / CHÍNH CÔNG): a ward's number stands last."""
    said = [word for word in line.words if word.source != "ocr" or len(word.text) > 1 or not word.text.isdigit()]
    return Line.of(said) if said else line


def _where_name_begins(words: Sequence[Word]) -> int:
    """From here on an organ's own name: ĐÔN of BUÔN ĐÔN is not the ĐƠN of other papers, a school's PHƯỢNG no PHƯỜNG."""
    folded = [fold(word.text) for word in words]
    before = _KINDS_OF_SCHOOL if folded[0] == "TRUONG" else _KINDS_OF_UNIT
    return max((at for at, word in enumerate(folded[:-1], 1) if word in before), default=len(words))


_KINDS_OF_SCHOOL = ("NON", "GIAO", "HOC", "SO", "THONG", "TH", "THCS", "THPT")
"""Last words of what a school is (TRƯỜNG MẦM NON), behind which its own name stands."""
_AROUND_NAME = "|_'\"`.~:;,"


def _marks_between(lines: Sequence[Line]) -> list[str]:
    """The comma or dash printed behind each word of a name (PHÒNG VĂN HÓA - XÃ HỘI); "" behind most and the last."""
    every = [word for line in lines for word in line.words]
    marks = []
    for word, following in zip(every, [*every[1:], None], strict=True):
        if any(c.isalnum() for c in word.text):
            marks.append("," if word.text.endswith(",") and word.confidence >= _SURE_MARK else "")
        elif marks and following and word.text in ("-", "–") and word.confidence >= _SURE_MARK:
            marks[-1] = " -"
    return [*marks[:-1], ""]


_SURE_MARK = 0.8
"""Confidence from which a comma or dash in a name is print: seals and rules leave such marks too."""


def _as_organs_are_named(words: list[str]) -> list[str]:
    """Set phrases, the ward's kind after its committee, and the place put right: capitals lose their marks most."""
    spelt = _with_known_head(as_place_is_named(in_set_phrases(words)))
    for place in range(1, len(spelt)):
        if fold(spelt[place]) == "TINH" and fold(" ".join(spelt[:place])) in grammar().organ_heads:
            spelt[place] = "TỈNH"  # THANH TRA TĨNH
        elif fold(spelt[place - 1]) in ("DAN", "UBND", "HDND") and place < len(spelt) - 1:
            spelt[place] = _KINDS_OF_UNIT.get(fold(spelt[place]), spelt[place])
    return spelt


def _with_known_head(words: list[str]) -> list[str]:
    """A name begins as the grammar writes that head (TRƯỞNG TRUNG HỌC is TRƯỜNG TRUNG HỌC)."""
    known = grammar().organ_heads
    heads = [head for folded, head in known.items() if fold(" ".join(words) + " ").startswith(folded + " ")]
    head = max(heads, key=len, default="").split()
    right = [marks_of(word) for word in head] == [marks_of(word) for word in words[: len(head)]]
    return words if right else [*head, *words[len(head) :]]


_KINDS_OF_UNIT = {"PHUONG": "PHƯỜNG", "XA": "XÃ", "TINH": "TỈNH", "HUYEN": "HUYỆN", "QUAN": "QUẬN"}
