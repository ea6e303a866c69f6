"""Issuing body, type and subject."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import close_to, fold, grammar, is_toned
from ocr.fields.layout import Head
from ocr.fields.line import Line
from ocr.fields.lost_spaces import with_lost_spaces
from ocr.fields.number import NumberLine, type_by_symbol
from ocr.fields.spelling import (
    as_place_is_named,
    in_set_phrases,
    marks_of,
    respelt,
    respelt_phrase,
    with_set_phrases,
    with_small_letters,
)
from ocr.page_reading import PageReading
from ocr.words import Word, around, middle_of

_LETTER_MARK = r"^\W{0,2}(?:V\s?/(?=\s)|V[^\w\s](?=\s)|[VW]\s*[/|1Il]\s*[VW]|VW{1,2}|VV|W)[:.]?\s+"
"""`V/v`, also as OCR sees it: VW, VWw, VV, V#."""
_LETTER_SUBJECT = re.compile(_LETTER_MARK)
_SUBJECT_ENDS = re.compile(
    r"^\W{0,2}(K.NH (?:G.I\b|G\w{0,3} ?:|(?:CHUY.N|TR.NH|M.I)\b)|BEN [A-Z ]{1,24}:|CAN CU|THEO DE NGHI|DIEU \d|I\."
    r"|1\.|CHUONG I|QUYET DINH\s*:|NGAY \d|XET |HOM NAY|MA (?:SO )?HO SO|\((?:TU|TINH|SO LIEU) "
    r"|DANG KY (?:LAN|THAY DOI) |(?:BAN HANH )?KEM THEO )"
)
_NUMBER_UNDER = re.compile(r"^\W{0,2}SO\s*[:.]?\s*[\d.…_/]")
"""Contracts and certificates bear their number under the heading or under the subject."""
_NUMBER_LINE = re.compile(r"^\W{0,2}SO\s*(?:[:;.]|\W?\d|.{0,12}/)")
"""`Số:` has the letters of SỞ, a department's head."""
_COLUMN_GAP = 0.022
"""Share of the page's width; wider gaps part a stamp at the side from the heading's own words."""
_NEAR_GAP = 0.010
"""The same for a stamp that comes closer: tried where the words on the axis are not centred on it."""
_OFF_AXIS = 0.025
"""Share of the page's width by which a centred line may stand off the heading's axis."""
_INDENTED = 0.008
"""The same for a line that ends with the justified text: half of the least indent of a paragraph (1 cm is usual)."""
_SAME_EDGE = 0.006
"""Share of the page's width within which lines of justified text end together."""


def issuer_of(
    head: Head, end: float | None, pages: Sequence[PageReading], vocabulary: Counter[str], place: str | None
) -> Found | None:
    """The organ that issues: the last one named in the left column above `end` (the top of number or heading).

    `pages` begin with the head's; `place` is the place of issue, whose name an organ may bear.
    """
    above = [with_lost_spaces(line) for line in _above(head, end) if not _NUMBER_LINE.match(line.folded)]
    lines = [line for line in above if _capitals(line.text) and (len(line.folded) > 2 or line.confidence > _SURELY)]
    lines = [line for line in lines if line.confidence >= _A_SCRAP]
    groups: list[list[Line]] = []
    for line in lines:
        if groups and (not _begins_organ(line) or _goes_on_with(groups[-1][-1].folded, line.folded, place)):
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


def _capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 2 and sum(c.isupper() for c in letters) >= 0.7 * len(letters)


def _begins_organ(line: Line) -> bool:
    """Typed, by its letters with their marks (CHUYỂN / ĐỔI SỐ names no ĐỘI); on paper a mark may be lost."""
    text = re.sub(r"^[^A-Z]+", "", line.folded)
    heads = [head for head in grammar().organ_heads if re.match(rf"{re.escape(head)}(?![A-Z,])", text)]
    said = line.text[len(line.text) - len(text) :]
    if line.words[0].source == "ocr":
        sure = line.words[0].confidence > _SURELY and is_toned(line.words[0].text)  # ĐẠI BIỂU HĐND names no ĐÀI
        return any(" " in head or not sure or _same_marks(said, head) for head in heads)
    return any(_same_marks(said, head) for head in heads)


def _same_marks(said: str, head: str) -> bool:
    return marks_of(said[: len(head)]) == marks_of(grammar().organ_heads[head])


def _joined(lines: Sequence[Line], pages: Sequence[PageReading], vocabulary: Counter[str]) -> Found:
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
"""Confidence from which a comma or dash in an organ's name is print (seals and rules leave such marks too), and under
which a letter's `V/v` may have been anything."""


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


def type_of(head: Head, number: NumberLine | None, below: float) -> tuple[Found | None, Line | None]:
    """The type's heading and its line; a letter (công văn) has none and is known by its symbol or its V/v."""
    motto = head.motto.box.bottom if head.motto else below
    for least in (below, motto):  # a certificate's number and day stand under its heading
        for line in head.whole:
            if line.box.top >= least and (kind := _heading(line, head.page)):
                box = share_box(line.box, head.page)
                return Found(kind, head.page.number, box, round(line.confidence, 3), line.text), line
    if number is None:
        return None, None
    by_symbol = type_by_symbol(number.symbol.value or "")
    if _letter_line(head) is not None or by_symbol == grammar().letter_type:
        return _by(number, grammar().letter_type), None
    if by_symbol is None and any(map(_doubted_mark, head.left)):
        return _by(number, grammar().letter_type), None
    return (_by(number, by_symbol), None) if by_symbol else (None, None)


def _by(number: NumberLine, kind: str) -> Found:
    symbol = number.symbol
    return Found(kind, symbol.page, symbol.box, symbol.confidence, number.line.text)


def _heading(line: Line, page: PageReading) -> str | None:
    middle = (line.box.left + line.box.right) / 2
    if not _capitals(line.text) or abs(middle - page.width / 2) > 0.2 * page.width:
        return None
    kinds = grammar().types
    exact = re.sub(r"[^A-Z ]", "", line.folded).strip()
    if all(len(word) == 1 for word in exact.split()):  # Q U Y Ế T  Đ Ị N H
        exact = next((kind for kind in kinds if kind.replace(" ", "") == exact.replace(" ", "")), exact)
    if exact in kinds:
        return kinds[exact]
    near = close_to(line.text, kinds) if line.words[0].source == "ocr" else None
    if near:
        return kinds[near]
    starts = [folded for folded in kinds if exact.startswith(folded + " ") and len(folded) > 5]
    return kinds[max(starts, key=len)] if starts else None


def _letter_line(head: Head) -> int | None:
    for place, line in enumerate(head.left):
        if _LETTER_SUBJECT.search(line.folded):
            return place
    return None


def _doubted_mark(line: Line) -> bool:
    """`V/v` that was read as something else (VWÑ), unsurely."""
    mark = line.words[0]
    if line.folded.startswith("VE VIEC "):
        return False
    short = 1 < len(mark.text) <= 3 and len(line.words) > 1
    return short and fold(mark.text)[0] in "VW" and mark.source == "ocr" and mark.confidence < _SURE_MARK


def subject_of(head: Head, heading: Line | None) -> Found | None:
    """The text under the type's heading up to the body, or after `V/v` in the left column."""
    if heading is not None:
        return _under_heading(head, heading)
    place = _letter_line(head)
    if place is None:
        place = next((at for at, line in enumerate(head.left) if _doubted_mark(line)), None)
    if place is None:
        return None
    taken = [head.left[place]]
    for line in head.left[place + 1 :]:
        own = not _runs_through(head, line) and line.box.width <= 0.5 * head.page.width
        if not own or not _follows(taken[-1], line) or _SUBJECT_ENDS.match(line.folded):
            break
        taken.append(line)
    return _subject(taken, head.page)


def _runs_through(head: Head, line: Line) -> bool:
    """The body begins: its row goes on right of the column's border without a gap."""
    last, gap = line.words[-1], _COLUMN_GAP * head.page.width
    row = next(row.words for row in head.whole if last in row.words)
    following = row[row.index(last) + 1 :]
    return bool(following) and following[0].box.left - last.box.right < gap


def _under_heading(head: Head, heading: Line) -> Found | None:
    axis, edge = (heading.box.left + heading.box.right) / 2, _text_edge(head)
    taken: list[Line] = []
    for line in head.whole:
        own = _on_axis(line, axis, head.page.width)
        if line.box.top <= heading.box.middle or own is None or _NUMBER_UNDER.match(own.folded):
            continue
        indented = any(_begins_paragraph(one, axis, edge, head) for one in (line, own))
        far = not taken and own.box.top - heading.box.bottom > _SUBJECT_ROOM * heading.box.height
        parted = bool(taken) and taken[-1].text.endswith("-")  # 318/SNV- / CCVC
        ends = _ends_subject(own, axis, head.page) and not parted
        if far or indented or ends or not _goes_on(taken, own):
            break
        taken.append(own)
        if len(taken) >= 12:
            break
    return _subject(taken, head.page) if taken and not taken[0].text.startswith("(") else None


_SUBJECT_ROOM = 3.0
"""Heights of print under the heading within which its subject begins; what stands lower is a form's own text."""


def _text_edge(head: Head) -> float | None:
    """Where lines of justified text end: the rightmost place at which two wide ones do; None of a ragged text."""
    width = head.page.width
    ends = sorted((line.box.right for line in head.whole if line.box.width > 0.55 * width), reverse=True)
    return next((right for right, other in pairwise(ends) if right - other < _SAME_EDGE * width), None)


def _begins_paragraph(line: Line, axis: float, edge: float | None, head: Head) -> bool:
    """The line stands further in than a centred one would, and ends with the justified text or begins as others do.

    A sentence that happens to be centred is known by its end.
    """
    width = head.page.width
    below = (one.box.left for one in head.whole if one.box.top > line.box.bottom)
    alike = sum(abs(left - line.box.left) < _SAME_INDENT * width for left in below)
    sentence = line.text.endswith((".", ";")) and not line.text.endswith("...")
    if (line.box.left + line.box.right) / 2 - axis <= _INDENTED * width:
        return alike >= 2 and sentence
    return alike >= 2 or (edge is not None and abs(line.box.right - edge) <= _SAME_EDGE * width)


_SAME_INDENT = 0.003
"""Share of the page's width within which paragraphs begin together."""


def _on_axis(line: Line, axis: float, width: float) -> Line | None:
    """The words around the heading's axis, without a stamp at the side; None where none of them says anything."""
    own = _parted_on_axis(line, axis, _COLUMN_GAP * width)
    if own is None or _off(own, axis) <= _OFF_AXIS * width:
        return own
    gaps = [
        place
        for place, (before, after) in enumerate(pairwise(own.words), 1)
        if after.box.left - before.box.right > _NEAR_GAP * width
    ]
    parts = [Line.of(part) for at in gaps for part in (own.words[at:], own.words[:at]) if len(part) > 1]
    centred = [part for part in parts if _off(part, axis) <= _OFF_AXIS * width]
    return max(centred, key=lambda part: part.box.width, default=own)


def _parted_on_axis(line: Line, axis: float, gap: float) -> Line | None:
    """The group of words over the axis, groups being parted by more than `gap` points."""
    groups: list[list[Word]] = [[line.words[0]]]
    for before, after in pairwise(line.words):
        if after.box.left - before.box.right > gap:
            groups.append([])
        groups[-1].append(after)
    for group in groups:
        if group[0].box.left <= axis <= group[-1].box.right and _says_something(group):
            return Line.of(group)
    return None


def _says_something(words: Sequence[Word]) -> bool:
    """Two letters or digits, or one digit surely read (NĂM / 5)."""
    said = "".join(c for word in words for c in word.text if c.isalnum())
    return len(said) >= 2 or (said.isdigit() and min(word.confidence for word in words) > _SURELY)


def _ends_subject(line: Line, axis: float, page: PageReading) -> bool:
    """The body begins: by its words, by capitals (the organ that decides), or by standing off the heading's axis."""
    off = _off(line, axis) > _OFF_AXIS * page.width
    organ = _capitals(line.text) and not _A_NUMBER.match(line.folded)
    return bool(_SUBJECT_ENDS.match(line.folded)) or organ or off


_A_NUMBER = re.compile(r"^\d+/\d{4}/[A-Z]")
"""A number that the line above had no room for (Nghị quyết số / 12/2025/NQ-HĐND)."""


def _off(line: Line, axis: float) -> float:
    """Points between the line's middle and the heading's axis."""
    return abs((line.box.left + line.box.right) / 2 - axis)


def _goes_on(taken: Sequence[Line], line: Line) -> bool:
    """The next line of a text: near the last one, no further below it than its lines stand from each other."""
    middles = [middle_of(one.words) for one in (*taken, line)]
    steps = [below - above for above, below in pairwise(middles)]
    return not taken or (_follows(taken[-1], line) and (len(steps) < 2 or steps[-1] < 1.6 * max(steps[:-1])))


def _follows(above: Line, below: Line) -> bool:
    return below.box.top - above.box.bottom < 1.15 * max(above.box.height, below.box.height)


def _subject(lines: Sequence[Line], page: PageReading) -> Found:
    read = [replace(word, line=0) for line in lines for word in line.words]
    said = [word.text for word in read]
    if read[0].source == "ocr":
        said = with_small_letters(
            [word.text for word in with_set_phrases(read)]
        )  # a phrase may reach over a line's end
    text = re.sub(r"(?<=\w-) (?=\w)", "", " ".join(said))  # NĐ- / CP
    if _doubted_mark(lines[0]):
        text = text.partition(" ")[2]
    value = re.sub(_LETTER_MARK, "", text, flags=re.IGNORECASE).strip(" .,-_'`\"“”‘’*•")
    if value.startswith("về việc") and lines[0].words[0].source == "ocr":
        value = "V" + value[1:]  # the two letters differ by their size alone (Decree 30, Annex I: it begins with V)
    box = share_box(around(line.box for line in lines), page)
    return Found(value, page.number, box, round(min(line.confidence for line in lines), 3), text)
