"""Who signed: authority (TM., KT., TL., TUQ., Q.), title and name, stacked in the right half of the last page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import close_to, fold, grammar
from ocr.fields.layout import lines_of, right_column
from ocr.fields.line import Line
from ocr.fields.signer import name_in, name_of
from ocr.fields.spelling import respelt
from ocr.fields.titles import framed_title, mostly_capital, title_of
from ocr.page import PageReading
from ocr.words import Word, around

_AUTHORITY = re.compile(
    r"^\W{0,2}(?P<by>TM|T/M|KT|K/T|TL|T/L|TUG?[QO]|Q)(?P<dot>\s*[.,]\s*|(?<!Q)\s+)(?P<rest>[A-Z].*)$"
)
"""The Party writes T/M and no dot."""
_WATERMARK = re.compile(r"\w+-\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}")
"""Download watermark of a document system ("xuanlt16-02/10/2025 19:32:46-..."): neither a signer nor a date."""
_PREFIXES = {"T/M": "TM.", "K/T": "KT.", "T/L": "TL.", "Q": "Q."}
_PREFIXES |= {by: f"{by}." for by in ("TM", "KT", "TL")} | dict.fromkeys(("TUQ", "TUO", "TUGQ", "TUGO"), "TUQ.")

_LOST_PREFIX = 3
"""Letters that may be what was read of `TM.` before a collective (EM., ÍM:)."""


@dataclass(frozen=True, slots=True)
class Signing:
    """The signature block of one page."""

    authority: Found | None
    title: Found | None
    signer: Found | None


def is_watermark(text: str) -> bool:
    return bool(_WATERMARK.search(text))


def signing_of(pages: Sequence[PageReading], vocabulary: Counter[str]) -> Signing | None:
    """The last signature block of the document, searched from the last page backwards.

    A title in an annex's table names nobody: who signed stands on a page before it.
    """
    last = None
    for page in reversed(pages):
        found = _on_page(page, vocabulary)
        if found is not None and found.signer is not None and (last is None or found.title is not None):
            return found
        last = last or found
    return last


def _on_page(page: PageReading, vocabulary: Counter[str]) -> Signing | None:
    lines = [line for line in lines_of(page) if not is_watermark(line.text)]
    column = [line for line in right_column(page, lines) if any(c.isalnum() for c in line.text)]
    starts = [place for place, line in enumerate(column) if _authority(line) or title_of(line)]
    if page.number == 1:
        above = _top_of_signatures(lines, page)
        starts = [place for place in starts if column[place].box.top > above]
    if not starts:
        return _deputy_behind_seal(column, page) or _name_beside_recipients(lines, page)
    stack = _stack(_block(column, starts, page))
    after = [line for line in column if line.box.top > stack[-1].box.middle]
    authority, title = _authority_found(stack, page, vocabulary), _title_found(stack, page, vocabulary)
    return Signing(authority, title, name_of(after, page))


def _top_of_signatures(lines: Sequence[Line], page: PageReading) -> float:
    """Points from page 1's top that are the head's: a title there names nobody. A slip's list may stand higher."""
    listed = (line.box for line in lines if _RECIPIENTS.match(line.folded))
    return min((0.3 * page.height, *(box.top - 3 * box.height for box in listed)))


_RECIPIENTS = re.compile(r"^\W{0,2}.?OI NHAN")
_END_OF_TITLE = re.compile(r"^\W{0,2}(?:\w{0,3} )?TICH\W{0,2}$")


def _deputy_behind_seal(column: Sequence[Line], page: PageReading) -> Signing | None:
    """Where a black seal hides the beginnings: two lines that end with TỊCH are KT. CHỦ TỊCH and PHÓ CHỦ TỊCH."""
    for above, below in pairwise(column):
        high = max(above.box.height, below.box.height)
        near = below.box.top - above.box.bottom < high and above.confidence > 0.8 and below.confidence > 0.8
        if near and all(_END_OF_TITLE.match(line.folded) and mostly_capital(line.text) for line in (above, below)):
            said = [
                Found(value, page.number, share_box(line.box, page), round(0.5 * line.confidence, 3), line.text)
                for value, line in (("KT. CHỦ TỊCH", above), ("PHÓ CHỦ TỊCH", below))
            ]
            after = [line for line in column if line.box.top > below.box.middle]
            return Signing(said[0], said[1], name_of(after, page))
    return None


def _name_beside_recipients(lines: Sequence[Line], page: PageReading) -> Signing | None:
    """Where a seal hides the title: a surely read name in the right column beside `Nơi nhận:`."""
    tops = [line.box.top for line in lines if _RECIPIENTS.match(line.folded)]
    if not tops:
        return None
    beside = right_column(page, [line for line in lines if line.box.top > tops[0]])
    signer = name_of(beside, page)
    return Signing(None, None, signer) if signer and signer.confidence > 0.85 else None


def _block(column: Sequence[Line], starts: Sequence[int], page: PageReading) -> list[Line]:
    """From the first line of the last stack to the column's end: a stack's lines stand within three line heights."""
    first = starts[-1]
    for place in reversed(starts[:-1]):
        apart = first == starts[-1] and _office_under_signature(column[place : first + 2], page)
        if apart or _near(column[place], column[first]):
            first = place
    if first and _near(column[first - 1], column[first]) and _collective(column[first - 1]):
        first -= 1
    return list(column[first:])


def _near(above: Line, below: Line) -> bool:
    return below.box.top - above.box.bottom < 3.0 * above.box.height


_SIGNATURE_ROOM = 10.0
"""Heights of print in which a signature finds room."""


def _office_under_signature(lines: Sequence[Line], page: PageReading) -> bool:
    """`TRƯỞNG BAN`, a signature, `CHỦ TỊCH UBND TỈNH` and the name: who signs for a committee adds the office held.

    `lines` run from the committee's title to the line under the office.
    """
    title, office, name = lines[0], lines[-2], lines[-1]
    room = office.box.top - title.box.bottom < _SIGNATURE_ROOM * title.box.height
    named = name_in(name, page) is not None and name.box.top - office.box.bottom < 1.5 * office.box.height
    return room and named and _authority(office) is None and all(name_in(one, page) is None for one in lines[1:-2])


def _stack(block: Sequence[Line]) -> list[Line]:
    """The block's lines of authority and title, as far as they stand together."""
    lines = [line for line in block if _authority(line) or title_of(line) or _capital_rest(line) or _collective(line)]
    apart = next((at for at, (above, below) in enumerate(pairwise(lines), 1) if not _near(above, below)), len(lines))
    return lines[:apart]


def _authority(line: Line) -> re.Match[str] | None:
    match = _AUTHORITY.match(line.folded)
    return match if match and (match.group("dot").strip() or mostly_capital(line.text)) else None


def _capital_rest(line: Line) -> bool:
    if line.words[0].source == "layer":
        return line.text.isupper() and line.folded[:1].isalpha()
    return mostly_capital(line.text) and line.confidence > (0.6 if len(line.folded) > 5 else _SURELY)


def _authority_found(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    said = []
    for line, following in zip(stack, [*stack[1:], None], strict=True):
        match = _authority(line)
        written = f"{_PREFIXES[match['by']]} {_rest(line, match, vocabulary)}" if match else _implied(line, following)
        if written:
            said.append((line, " ".join([written, *(one.text for one in _continued(stack, line, page))])))
    said += _lost_line(stack, said)
    if not said:
        return None
    value = " / ".join(written for _, written in said)
    box = share_box(around(line.box for line, _ in said), page)
    confidence = min(line.confidence for line, _ in said)
    return Found(value, page.number, box, round(confidence, 3), "\n".join(line.text for line, _ in said))


_SURE_MARK = 0.8
"""Confidence from which a comma is print: seals leave such marks too."""
_SURELY = 0.9
"""Confidence of each word from which capitals under a title are print."""
_OPEN_END = re.compile(r"(?:[,-]|\bVA)$")
"""Ends of a line of print that goes on below."""
_LINE_STEP = 1.0
"""Heights of print, from a line's bottom to the next one's top, within which a title goes on."""


def _continued(stack: Sequence[Line], line: Line, page: PageReading) -> list[Line]:
    """The lines on which an office too long for one goes on (TRƯỞNG PHÒNG KINH TẾ, HẠ TẦNG VÀ / ĐÔ THỊ).

    On paper, where capitals may be scraps of a seal, only those that follow a line that is no whole title: it ends as
    none does, or it says more than one and what follows is surely read and stands on its axis.
    """
    found: list[Line] = []
    for above, below in pairwise(stack[next(at for at, one in enumerate(stack) if one is line) :]):
        own = title_of(below) or _authority(below) or name_in(below, page)
        typed = below.words[0].source == "layer" or _OPEN_END.search(above.folded) or _surely_goes_on(above, below)
        typed = typed or _completes(above, below)
        if own or not typed or below.box.top - above.box.bottom > _LINE_STEP * above.box.height:
            break
        found.append(below)
    return found


def _completes(above: Line, below: Line) -> bool:
    """Both lines together say a collective (TM. THƯỜNG TRỰC HỘI ĐỒNG / NHÂN DÂN)."""
    match = _authority(above)
    return match is not None and f"{match.group('rest')} {below.folded}" in grammar().collectives


def _surely_goes_on(above: Line, below: Line) -> bool:
    title = title_of(above)
    apart = abs(above.box.left + above.box.right - below.box.left - below.box.right) / 2
    sure = min(word.confidence for word in below.words) > _SURELY and below.text.replace(" ", "").isalpha()
    return bool(title) and title not in grammar().titles and sure and apart < below.box.height


def _lost_line(stack: Sequence[Line], said: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
    """`KT. CHỦ TỊCH` where a scan leaves room for a lost line between `TM. ỦY BAN NHÂN DÂN` and `PHÓ CHỦ TỊCH`."""
    if len(stack) < 2 or len(said) != 1 or not said[0][1].startswith("TM. ") or stack[-1].words[0].source != "ocr":
        return []
    above, below = stack[-2], stack[-1]
    title = grammar().titles.get((title_of(below) or "").removeprefix("PHO "))
    high = max(median(word.box.height for word in line.words) for line in (above, below))
    room = below.box.middle - above.box.middle > 1.9 * high
    deputy = (title_of(below) or "").startswith("PHO ")
    return [(below, f"KT. {title}")] if title and deputy and room and above is said[0][0] else []


_OWN_OFFICE = ("CHU TICH UBND", "CHU TICH UY BAN NHAN DAN")
"""Under TRƯỞNG BAN that is the office held beside it: a chairman signs by nobody's mandate."""


def _implied(line: Line, following: Line | None) -> str | None:
    """What a line of a scan must be though its prefix was not read: only one reading fits what stands below it.

    A collective is signed for TM.; above PHÓ CHỦ TỊCH stands KT. CHỦ TỊCH; above another office's title TL.
    """
    if following is None or line.words[0].source != "ocr":
        return None
    collective = _collective(line)
    if collective:
        return f"TM. {collective}"
    own, below = title_of(line), title_of(following)
    titles = grammar().titles
    if own not in titles or below not in titles or below.endswith(_OWN_OFFICE):
        return None
    return f"{'KT.' if below in (own, f'PHO {own}') else 'TL.'} {titles[own]}"


def _collective(line: Line) -> str | None:
    """For whom one signs where a scan's `TM.` was misread; None of a line that is no collective's name."""
    if line.words[0].source != "ocr" or not mostly_capital(line.text):
        return None
    said = line.folded.rstrip(" .,-_|")
    for folded, name in grammar().collectives.items():
        before = said.removesuffix(folded)
        if before != said and not before[-1:].isalpha() and sum(c.isalpha() for c in before) <= _LOST_PREFIX:
            return name
    return None


def _rest(line: Line, match: re.Match[str], vocabulary: Counter[str]) -> str:
    pieces = line.spot(match.start("rest"), len(line.text)).pieces
    said = _spelt(pieces, vocabulary)
    if line.words[0].source != "ocr":
        return said
    known = {**grammar().titles, **grammar().collectives}
    near = close_to(said, known, 2 if len(said) > 12 else 1) or framed_title(fold(said), 2) if len(said) > 6 else None
    return known[near] if near else _as_offices_are_named(said, known)


def _spelt(words: Sequence[Word], vocabulary: Counter[str]) -> str:
    """The words as the document spells them, with the commas between parts of an office's name."""
    commas = [word.text.endswith(",") and word.confidence >= _SURE_MARK for word in words]
    spelt = [respelt(word, vocabulary) + "," * comma for word, comma in zip(words, commas, strict=True)]
    return " ".join(spelt).strip(" .,")


def _as_offices_are_named(said: str, offices: Mapping[str, str]) -> str:
    """The words at the beginning as the grammar writes that office (TRƯỞNG CÔNG ÁN, CHỈ BỘ bear no such marks)."""
    folded = fold(said)
    begins = max((one for one in offices if folded == one or folded.startswith(one + " ")), key=len, default="")
    return offices.get(begins, "") + said[len(begins) :]


def _title_found(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    """The signer's own title: the last line of the stack; of a lone "KT. CHỦ TỊCH" nothing is known."""
    titles = [line for line in stack if title_of(line) and not _authority(line)]
    if not titles:
        return _acting_title(stack, page, vocabulary)
    line = titles[-1]
    rest = _continued(stack, line, page)
    value = " ".join([_known_title(line, vocabulary), *(one.text for one in rest)])
    deputies = [
        fold(_rest(one, match, vocabulary))
        for one in stack
        if (match := _authority(one)) and match.group("by") in ("KT", "K/T")
    ]
    doubled = len(titles) > 1 and title_of(titles[-2]) == title_of(line) and line.words[0].source == "ocr"
    if (deputies and fold(value) == deputies[-1]) or doubled:
        value = f"PHÓ {value}"  # who signs KT. (ký thay) is the deputy: a seal has hidden the word
    box = share_box(around(one.box for one in (line, *rest)), page)
    source = "\n".join(one.text for one in (line, *rest))
    return Found(value, page.number, box, round(line.confidence, 3), source)


def _acting_title(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    """`Q. CHỦ TỊCH`: who acts as chairman signs with that title (Decree 30, Annex I, II.7: Q. stands before it)."""
    for line in reversed(stack):
        match = _authority(line)
        if match and match.group("by") == "Q":
            value = f"Q. {_rest(line, match, vocabulary)}"
            return Found(value, page.number, share_box(line.box, page), round(line.confidence, 3), line.text)
    return None


def _known_title(line: Line, vocabulary: Counter[str]) -> str:
    """The title with the marks that OCR drops from capitals put back where the grammar has one spelling."""
    spelt = _spelt(line.words, vocabulary)
    titles, said = grammar().titles, title_of(line) or ""
    long = line.words[0].source == "ocr" and len(said) > _LONG_OFFICE
    near = close_to(said, titles, len(said) // _LETTERS_A_SLIP) if long else None
    return titles.get(near or said) or _as_offices_are_named(spelt, titles)


_LONG_OFFICE, _LETTERS_A_SLIP = 24, 14
"""Letters from which an office on paper is long, set small, and in which one may be wrong."""
