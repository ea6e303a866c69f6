"""Type and subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import close_to, fold, grammar
from ocr.fields.issuer import capitals
from ocr.fields.layout import Head
from ocr.fields.line import Line
from ocr.fields.number import NumberLine, type_by_symbol
from ocr.fields.spelling import with_set_phrases, with_small_letters
from ocr.page import PageReading
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
_SURELY = 0.9
"""Confidence from which a lone digit is a word of the subject."""
_SURE_MARK = 0.8
"""Confidence under which a letter's `V/v` may have been anything."""
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


def type_of(head: Head, number: NumberLine | None, below: float) -> tuple[Found | None, Line | None]:
    """The type's heading and its line; a letter (công văn) has none and is known by its symbol or its V/v."""
    motto = head.motto.box.bottom if head.motto else below
    for least in (below, motto):  # a certificate's number and day stand under its heading
        for line in map(_without_scraps, head.whole):
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


def _without_scraps(line: Line) -> Line:
    """A line of a scan without what is no word at its ends ("l QUYẾT ĐỊNH -"): its middle is the heading's axis."""
    if line.words[0].source != "ocr":
        return line
    letters = ["".join(filter(str.isalpha, word.text)) for word in line.words]
    said = [place for place, one in enumerate(letters) if len(one) > 1 or one.isupper()]
    return Line.of(line.words[said[0] : said[-1] + 1]) if said else line


def _heading(line: Line, page: PageReading) -> str | None:
    middle = (line.box.left + line.box.right) / 2
    if not capitals(line.text) or abs(middle - page.width / 2) > 0.2 * page.width:
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


def _spelt_out(line: Line, head: Head) -> bool:
    """`Về việc ...` instead of `V/v`, alone in the column under the organ: a sentence of the body runs through."""
    short = line.box.width <= 0.5 * head.page.width and not _runs_through(head, line)
    return short and line.text.startswith("Về việc ")


def subject_of(head: Head, heading: Line | None) -> Found | None:
    """The text under the type's heading up to the body, or after `V/v` in the left column."""
    if heading is not None:
        return _under_heading(head, heading)
    place = _letter_line(head)
    if place is None:
        place = next((at for at, line in enumerate(head.left) if _doubted_mark(line) or _spelt_out(line, head)), None)
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
    organ = capitals(line.text) and not _A_NUMBER.match(line.folded)
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


_BEGINS = re.compile(r"^[vV][àáêéèề](?= )")


def _without_speck(word: str) -> str:
    """A word of small letters without the full stop behind it: a subject is one sentence, the stop a speck."""
    return word[:-1] if word[-1:] == "." and word[:-1].isalpha() and word.islower() else word


def _subject(lines: Sequence[Line], page: PageReading) -> Found:
    read = [replace(word, line=0) for line in lines for word in line.words]
    said = [word.text for word in read]
    if read[0].source == "ocr":  # a phrase may reach over a line's end
        said = with_small_letters([_without_speck(word.text) for word in with_set_phrases(read)])
    text = re.sub(r"(?<=\w-) (?=\w)", "", " ".join(said))  # NĐ- / CP
    if _doubted_mark(lines[0]):
        text = text.partition(" ")[2]
    value = re.sub(_LETTER_MARK, "", text, flags=re.IGNORECASE).strip(" .,-_'`\"“”‘’*•")
    if lines[0].words[0].source == "ocr":  # Decree 30, Annex I: it begins with V; OCR sees v, or another word
        value = _BEGINS.sub("Về", value)
    box = share_box(around(line.box for line in lines), page)
    return Found(value, page.number, box, round(min(line.confidence for line in lines), 3), text)
