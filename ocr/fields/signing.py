"""Who signed: authority (TM., KT., TL., TUQ., Q.), title and name, stacked in the right half of the last page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ocr.fields.found import Found, share_box
from ocr.fields.grammar import close_to, fold, grammar
from ocr.fields.layout import lines_of, right_column
from ocr.fields.line import Line
from ocr.fields.spelling import as_a_name_is_toned, respelt
from ocr.page_reading import PageReading
from ocr.words import around

_AUTHORITY = re.compile(r"^\W{0,2}(TM|T/M|KT|K/T|TL|TUQ|Q)\s*[.,]\s*(?P<rest>[A-Z].*)$")
_WATERMARK = re.compile(r"\w+-\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}")
"""Download watermark of a document system ("xuanlt16-02/10/2025 19:32:46-..."): neither a signer nor a date."""
_PREFIXES = {"TM": "TM.", "T/M": "TM.", "KT": "KT.", "K/T": "KT.", "TL": "TL.", "TUQ": "TUQ.", "Q": "Q."}


_COLLECTIVES = {"UY BAN NHAN DAN": "ỦY BAN NHÂN DÂN", "HOI DONG NHAN DAN": "HỘI ĐỒNG NHÂN DÂN"}
_COLLECTIVE = re.compile(r"^\W{0,2}\w{0,3}\W{0,3}(UY BAN NHAN DAN|HOI DONG NHAN DAN)\W{0,3}$")


@dataclass(frozen=True, slots=True)
class Signing:
    """The signature block of one page."""

    authority: Found | None
    title: Found | None
    signer: Found | None


def is_watermark(text: str) -> bool:
    return bool(_WATERMARK.search(text))


def signing_of(pages: Sequence[PageReading], vocabulary: Counter[str]) -> Signing | None:
    """The last signature block of the document, searched from the last page backwards."""
    for page in reversed(pages):
        found = _on_page(page, vocabulary)
        if found is not None:
            return found
    return None


def _on_page(page: PageReading, vocabulary: Counter[str]) -> Signing | None:
    lines = [line for line in lines_of(page) if not is_watermark(line.text)]
    column = right_column(page, lines)
    starts = [place for place, line in enumerate(column) if _authority(line) or _title(line)]
    if page.number == 1:
        starts = [place for place in starts if column[place].box.top > 0.3 * page.height]
    if not starts:
        return _deputy_behind_seal(column, page) or _name_beside_recipients(lines, page)
    block = _block(column, starts)
    stack = [line for line in block if _authority(line) or _title(line) or _capital_rest(line)]
    after = [line for line in column if line.box.top > stack[-1].box.middle]
    return Signing(_authority_found(stack, page, vocabulary), _title_found(stack, page, vocabulary), _name(after, page))


_END_OF_TITLE = re.compile(r"^\W{0,2}(?:\w{0,3} )?TICH\W{0,2}$")


def _deputy_behind_seal(column: Sequence[Line], page: PageReading) -> Signing | None:
    """Where a black seal hides the beginnings: two lines that end with TỊCH are KT. CHỦ TỊCH and PHÓ CHỦ TỊCH."""
    for above, below in pairwise(column):
        high = max(above.box.height, below.box.height)
        near = below.box.top - above.box.bottom < high and above.confidence > 0.8 and below.confidence > 0.8
        if near and all(_END_OF_TITLE.match(line.folded) and _mostly_capital(line.text) for line in (above, below)):
            said = [
                Found(value, page.number, share_box(line.box, page), round(0.5 * line.confidence, 3), line.text)
                for value, line in (("KT. CHỦ TỊCH", above), ("PHÓ CHỦ TỊCH", below))
            ]
            after = [line for line in column if line.box.top > below.box.middle]
            return Signing(said[0], said[1], _name(after, page))
    return None


def _name_beside_recipients(lines: Sequence[Line], page: PageReading) -> Signing | None:
    """Where a seal hides the title: a surely read name in the right column beside `Nơi nhận:`."""
    tops = [line.box.top for line in lines if re.match(r"^\W{0,2}.?OI NHAN", line.folded)]
    if not tops:
        return None
    beside = right_column(page, [line for line in lines if line.box.top > tops[0]])
    signer = _name(beside, page)
    return Signing(None, None, signer) if signer and signer.confidence > 0.85 else None


def _block(column: Sequence[Line], starts: Sequence[int]) -> list[Line]:
    """From the first line of the last stack to the column's end: a stack's lines stand within three line heights."""
    first = starts[-1]
    for place in reversed(starts[:-1]):
        if column[first].box.top - column[place].box.bottom < 3.0 * column[place].box.height:
            first = place
    return list(column[first:])


def _authority(line: Line) -> re.Match[str] | None:
    return _AUTHORITY.match(line.folded)


def _title(line: Line) -> str | None:
    """The title (folded) that a capital line is or ends with."""
    if not _mostly_capital(line.text):
        return None
    text = re.sub(r"[^A-Z ]", " ", line.folded).strip()
    titles = grammar().titles
    if text in titles or any(text.startswith(title + " ") for title in titles):
        return text
    if line.words[0].source != "ocr" or len(text) <= 6:
        return None
    return _after_scraps(text) or close_to(text, titles, 2 if len(text) > 12 else 1)


def _after_scraps(text: str) -> str | None:
    """The longest title at the line's end after nothing but scraps of a seal ("PP H CHU TICH")."""
    ends = [title for title in grammar().titles if text.endswith(" " + title)]
    title = max(ends, key=len, default=None)
    return title if title and all(len(scrap) <= 3 for scrap in text.removesuffix(title).split()) else None


def _capital_rest(line: Line) -> bool:
    return _mostly_capital(line.text) and len(line.folded) > 5 and line.confidence > 0.6


def _mostly_capital(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    share = 0.75 if len(letters) >= 8 else 0.85  # scraps of a seal stand before a title
    return len(letters) >= 4 and sum(c.isupper() for c in letters) >= share * len(letters)


def _authority_found(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    said = []
    for line, following in zip(stack, [*stack[1:], None], strict=True):
        match = _authority(line)
        written = (
            f"{_PREFIXES[match.group(1)]} {_rest(line, match, vocabulary)}" if match else _implied(line, following)
        )
        if written:
            said.append((line, written))
    said += _lost_line(stack, said)
    if not said:
        return None
    value = " / ".join(written for _, written in said)
    box = share_box(around(line.box for line, _ in said), page)
    confidence = min(line.confidence for line, _ in said)
    return Found(value, page.number, box, round(confidence, 3), "\n".join(line.text for line, _ in said))


def _lost_line(stack: Sequence[Line], said: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
    """`KT. CHỦ TỊCH` where a scan leaves room for a lost line between `TM. ỦY BAN NHÂN DÂN` and `PHÓ CHỦ TỊCH`."""
    if len(stack) < 2 or len(said) != 1 or not said[0][1].startswith("TM. ") or stack[-1].words[0].source != "ocr":
        return []
    above, below = stack[-2], stack[-1]
    title = grammar().titles.get((_title(below) or "").removeprefix("PHO "))
    high = max(median(word.box.height for word in line.words) for line in (above, below))
    room = below.box.middle - above.box.middle > 1.9 * high
    deputy = (_title(below) or "").startswith("PHO ")
    return [(below, f"KT. {title}")] if title and deputy and room and above is said[0][0] else []


def _implied(line: Line, following: Line | None) -> str | None:
    """What a line of a scan must be though its prefix was not read: only one reading fits what stands below it.

    A collective is signed for TM.; above PHÓ CHỦ TỊCH stands KT. CHỦ TỊCH; above another office's title TL.
    """
    if following is None or line.words[0].source != "ocr":
        return None
    collective = _COLLECTIVE.match(line.folded)
    if collective:
        return "TM. " + _COLLECTIVES[collective.group(1)]
    own, below = _title(line), _title(following)
    titles = grammar().titles
    if own not in titles or below not in titles:
        return None
    return f"{'KT.' if below in (own, f'PHO {own}') else 'TL.'} {titles[own]}"


def _rest(line: Line, match: re.Match[str], vocabulary: Counter[str]) -> str:
    pieces = line.spot(match.start("rest"), len(line.text)).pieces
    said = " ".join(respelt(piece, vocabulary) for piece in pieces).strip(" .,")
    known = {**grammar().titles, **_COLLECTIVES}
    near = (
        close_to(said, known, 2 if len(said) > 12 else 1) if line.words[0].source == "ocr" and len(said) > 6 else None
    )
    return known[near] if near else said


def _title_found(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    """The signer's own title: the last line of the stack; of a lone "KT. CHỦ TỊCH" nothing is known."""
    titles = [line for line in stack if _title(line) and not _authority(line)]
    if not titles:
        return _acting_title(stack, page, vocabulary)
    line = titles[-1]
    value = _known_title(line, vocabulary)
    deputies = [
        match.group("rest").strip(" .,")
        for one in stack
        if (match := _authority(one)) and match.group(1) in ("KT", "K/T")
    ]
    doubled = len(titles) > 1 and _title(titles[-2]) == _title(line) and line.words[0].source == "ocr"
    if (deputies and fold(value) == deputies[-1]) or doubled:
        value = f"PHÓ {value}"  # who signs KT. (ký thay) is the deputy: a seal has hidden the word
    return Found(value, page.number, share_box(line.box, page), round(line.confidence, 3), line.text)


def _acting_title(stack: Sequence[Line], page: PageReading, vocabulary: Counter[str]) -> Found | None:
    """`Q. CHỦ TỊCH`: who acts as chairman signs with that title (Decree 30, Annex I, II.7: Q. stands before it)."""
    for line in reversed(stack):
        match = _authority(line)
        if match and match.group(1) == "Q":
            value = f"Q. {_rest(line, match, vocabulary)}"
            return Found(value, page.number, share_box(line.box, page), round(line.confidence, 3), line.text)
    return None


def _known_title(line: Line, vocabulary: Counter[str]) -> str:
    """The title with the marks that OCR drops from capitals put back where the grammar has one spelling."""
    spelt = " ".join(respelt(word, vocabulary) for word in line.words).strip(" .,")
    return grammar().titles.get(_title(line) or "", spelt)


def _name(lines: Sequence[Line], page: PageReading) -> Found | None:
    """The first line under the stack that reads like a person's name; seals and strokes leave scraps around it."""
    best: Found | None = None
    for line in lines:
        found = _name_in(line, page)
        if found is not None and (best is None or found.confidence > best.confidence + 0.15):
            best = found
    return best


def _name_in(line: Line, page: PageReading) -> Found | None:
    spots = [line.spot(start, end) for start, end in _name_parts(line.text)]
    words = [spot for spot in spots if spot.text[0].isupper() and spot.text[1:].islower()]
    if not words and _mostly_capital(line.text) and spots and fold(spots[0].text) in grammar().family_names:
        words = spots  # certificates print the name in capitals
    if not 2 <= len(words) <= 6 or len(words) < 0.6 * len(spots):
        return None
    written = [spot.text for spot in words]
    if words[0].pieces[0].source == "ocr" and written[0].istitle():
        written = _respelt_name(written, line.text[: line.text.find(written[0])])
    box = share_box(around(piece.box for spot in words for piece in spot.pieces), page)
    return Found(" ".join(written), page.number, box, round(min(spot.confidence for spot in words), 3), line.text)


def _respelt_name(words: Sequence[str], before: str) -> list[str]:
    """A name as names are written: the family's marks, `Văn` and `Thị` in the middle, letters that Vietnamese has.

    `before` is what was read left of it: the end of a family name whose beginning a seal hides ("õ Thanh Khởi"), or
    a family name with a letter too many ("NNgô Đình Đức").
    """
    families = grammar().family_names
    sound = [word.translate(_FOREIGN) for word in words]
    sound[0] = families.get(fold(sound[0]), sound[0])
    middle = [_MIDDLES.get(fold(word), word) if word not in _OWN_NAMES else word for word in sound[1:-1]]
    middle = [as_a_name_is_toned(word, grammar().middle_spellings.get(fold(word), ())) for word in middle]
    *middle, given = [_name_word(word) for word in (*middle, sound[-1])]
    scrap = re.findall(r"[^\W\d_]+", before)[-1:]
    near = close_to(scrap[0].translate(_FOREIGN), families) if scrap and len(scrap[0]) >= 4 else None
    if near:
        return [families[near], words[0].translate(_FOREIGN), *middle, given]
    hidden = [name for name in families.values() if scrap and len(scrap[0]) < len(name) and name.endswith(scrap[0])]
    lost = hidden if len(hidden) == 1 and fold(sound[0]) not in families else []
    return [*lost, sound[0], *middle, given]


def _name_word(word: str) -> str:
    known = grammar()
    return known.name_words.get(fold(word)) or as_a_name_is_toned(word, known.name_spellings.get(fold(word), ()))


_FOREIGN = str.maketrans("ÑñÄäÖöÜüÏïËë", "NnÃãÕõŨũĨĩẼẽ")
_MIDDLES = {"VAN": "Văn", "THI": "Thị"}
_OWN_NAMES = frozenset({"Vân", "Vạn", "Thi", "Thì"})


def _name_parts(text: str) -> list[tuple[int, int]]:
    """Where runs of two letters and more stand; a run is parted before a capital inside it ("LêMỹ")."""
    parts = []
    for match in re.finditer(r"[^\W\d_]{2,}", text):
        start, end = match.span()
        inner = [at for at in range(start + 1, end) if text[at].isupper() and text[at - 1].islower()]
        edges = [start, *inner, end]
        parts += [(a, b) for a, b in pairwise(edges) if b - a >= 2]
    return parts
