"""All fields of one document from its read pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from config.dossier_codes import DOSSIER_CODE
from ocr.fields.found import Found, Suggestion, share_box
from ocr.fields.grammar import close_to, fold, grammar, slips, symbol_of_heading, symbol_of_organ
from ocr.fields.heading import subject_of, type_of
from ocr.fields.issued import file_name_days, issued_at_foot, issued_of
from ocr.fields.issuer import issuer_of
from ocr.fields.layout import Head, head_of, lines_of
from ocr.fields.line import Line
from ocr.fields.number import file_name_numbers, number_of, respelt_symbol, suggested
from ocr.fields.signing import is_watermark, signing_of
from ocr.fields.spelling import (
    SAME_SHAPE,
    as_place_is_named,
    respelt_phrase,
    vocabulary_of,
    with_apostrophe,
    with_first_letter,
    with_small_letters,
    with_small_phrases,
)
from ocr.fields.written import Reread
from ocr.page import PageReading
from ocr.words import Word

NAMES = (
    "number",
    "symbol",
    "type",
    "issued_on",
    "issuer",
    "place",
    "subject",
    "signer",
    "signer_title",
    "authority",
    "recipients",
    "dossier_code",
)
_COLUMN_GAP = 18.0
"""Points between the recipients and the signature beside them."""
_AROUND_RECIPIENT = " -–—+•~=;.>|_¡^"
_ARCHIVE = re.compile(
    r"^[LI1T] ?[UW]U ?:? ?V[TIFLUY1]{1,2}(?![A-Z])"
    r"(?P<between>[,;.] ?| (?=[A-Z]{2}))?(?P<unit>(?<=[,;. ])[A-Z]+)?(?P<rest>.*)$"
)
"""The last recipient: the archive, with the unit that drafted."""
_STAMP_TIME = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})[ T]+\d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Clues:
    """What others say of the document: its file's name, the times it was signed (ISO days)."""

    file_name: str = ""
    signed_days: tuple[str, ...] = ()


def fields_of(pages: Sequence[PageReading], clues: Clues, reread: Reread) -> dict[str, Found | None]:
    """Every field of `NAMES`; None where it was not found at all (left blank is another thing: state blank)."""
    fields: dict[str, Found | None] = dict.fromkeys(NAMES)
    readable = [page for page in sorted(pages, key=lambda page: page.number) if page.words]
    if not readable:
        return fields
    vocabulary = vocabulary_of(readable)
    fields.update(_head_fields(readable, vocabulary, clues, reread))
    signing = signing_of(readable, vocabulary)
    if signing is not None:
        fields.update(authority=signing.authority, signer_title=signing.title, signer=signing.signer)
    fields["recipients"] = _recipients(readable)
    fields["dossier_code"] = _dossier_code(readable)
    return fields


def plain_fields(fields: dict[str, Found | None]) -> dict[str, Any]:
    return {name: found.plain() if found else None for name, found in fields.items()}


def _head_fields(
    pages: Sequence[PageReading], vocabulary: Counter[str], clues: Clues, reread: Reread
) -> dict[str, Found | None]:
    first = pages[0]
    head = head_of(first)
    number = number_of(head, reread)
    days = _day_clues(first, clues)
    issued = issued_of(head, days, reread)
    if issued is None or (issued.day.value is None and issued.day.partial is None):
        issued = issued_at_foot(pages[-1], days, reread) or issued
    issued_above = issued is not None and issued.day.page == first.number
    below = max(
        number.line.box.bottom if number else 0.0,
        issued.line.box.bottom if issued and issued_above and issued.line.box.top < 0.4 * first.height else 0.0,
        head.motto.box.bottom if head.motto else 0.0,
    )
    kind, heading = type_of(head, number, below)
    if number and heading and kind and kind.value:
        number = respelt_symbol(number, symbol_of_heading(number.symbol.value or "", kind.value))
    place = _respelt_place(issued.place, head, pages) if issued and issued.place else None
    # A permit's number stands under its heading: the organ's lines end at the upper one.
    ends = [line.box.top for line in (number and number.line, heading) if line]
    named = issuer_of(head, min(ends, default=None), pages, vocabulary, place.value if place else None)
    issuer = _named_after_place(named, place)
    if number and issuer and issuer.value:
        number = respelt_symbol(number, symbol_of_organ(number.symbol.value or "", issuer.value))
    return {
        "number": _with_file_name(number.number, number.symbol, clues) if number else None,
        "symbol": number.symbol if number else None,
        "issued_on": issued.day if issued else None,
        "place": _named_as_organ(place, issuer),
        "issuer": issuer,
        "type": kind,
        "subject": subject_of(head, heading),
    }


def _respelt_place(place: Found, head: Head, pages: Sequence[PageReading]) -> Found | None:
    first, organs = head.page, (line.text for line in head.left)
    words = (place.value or "").split()
    if first.source != "ocr" or len(words) < 2:
        return place
    if words[0][0].islower():
        if whole := with_first_letter(words, organs):
            return replace(place, value=whole)
        if fold(words[0][0]) not in SAME_SHAPE:
            return None
    spelt = as_place_is_named(respelt_phrase(words, pages))
    return replace(place, value=with_apostrophe(" ".join(word.capitalize() for word in spelt)))


def _named_after_place(issuer: Found | None, place: Found | None) -> Found | None:
    """A ward's organs bear its name, and OCR reads the marks of small letters better than those of capitals."""
    if issuer is None or place is None or not issuer.value or not place.value or issuer.confidence == 1.0:
        return issuer
    name = place.value.upper()
    if before := _before_name(issuer.value, name):
        return replace(issuer, value=f"{before} {name}")
    kind, *last = issuer.value.rsplit(" ", len(name.split()))
    said, wanted, known = fold(" ".join(last)), fold(name), grammar().places
    misread = wanted in known and said not in known and slips(said, wanted) == 1
    return replace(issuer, value=f"{kind} {name}") if said == wanted or misread else issuer


def _before_name(organ: str, name: str) -> str | None:
    """What the organ is called before a name whose spaces and apostrophe OCR lost or put elsewhere (XÃEA HLEO)."""
    if " " not in name:
        return None
    wanted = _closed(name)
    ends = (at for at in range(len(organ)) if organ[at] != " " and _closed(organ[at:]) == wanted)
    before = organ[: next(ends, 0)].rstrip()
    return before if before and fold(before.split()[-1]) in _UNITS else None


def _closed(text: str) -> str:
    return fold(text).replace(" ", "").replace("'", "")


_UNITS = ("XA", "PHUONG", "TINH", "PHO", "KHU")
"""Last words of the kinds of units that have names."""


def _named_as_organ(place: Found | None, issuer: Found | None) -> Found | None:
    """A place that nobody knows, one letter away from the known one that the organ is named after, is that one."""
    if place is None or issuer is None or not place.value or not issuer.value:
        return place
    name = " ".join(issuer.value.split()[-len(place.value.split()) :])
    known = grammar().places
    if fold(name) not in known or fold(place.value) in known or slips(fold(name), fold(place.value)) != 1:
        return place
    spellings = known[fold(name)]
    return replace(place, value=" ".join(spellings[0]) if len(spellings) == 1 else name.title())


def _with_file_name(number: Found, symbol: Found, clues: Clues) -> Found:
    if number.state == "read":
        return number
    named = suggested(file_name_numbers(clues.file_name, symbol.value), symbol.value or "")
    return replace(number, suggestions=(*named, *number.suggestions))


def _day_clues(first: PageReading, clues: Clues) -> list[Suggestion]:
    """Days of issue that others name: the signatures, the file's name, and the times printed in stamps."""
    found = [Suggestion(day, "signing_time", day) for day in clues.signed_days]
    found += file_name_days(clues.file_name)
    stamps = " ".join(word.text for word in first.words if word.source == "appearance")
    for match in _STAMP_TIME.finditer(stamps):
        day, month, year = (int(part) for part in match.groups())
        found.append(Suggestion(f"{year:04d}-{month:02d}-{day:02d}", "stamp_time", match.group()))
    return list({one.value: one for one in reversed(found)}.values())[::-1]


def _recipients(pages: Sequence[PageReading]) -> Found | None:
    """The lines of `Nơi nhận:` in the left column of the last page that has it."""
    for page in reversed(pages):
        lines = lines_of(page)
        for place, line in enumerate(lines):
            if match := re.match(r"^\W{0,2}(?:.?OI.? NHAN\s*:?|N\w{0,2} NHAN\s*:)", line.folded):
                below = _named_recipients(lines[place + 1 : place + 30], page)
                value = "; ".join([*_on_the_same_line(line.spot(match.end(), len(line.text)).pieces), *below])
                if value:
                    return _list_found(value, line, page)
        if found := _list_up_to_archive(lines, page):
            return found
    return None


def _list_found(value: str, line: Line, page: PageReading) -> Found:
    return Found(value, page.number, share_box(line.box, page), round(line.confidence, 3), line.text)


def _list_up_to_archive(lines: Sequence[Line], page: PageReading) -> Found | None:
    """The lines behind dashes in one column that end with `- Lưu:`, where a scan has lost the words `Nơi nhận`."""
    ends = [at for at, line in enumerate(lines) if page.source == "ocr" and _ARCHIVE_DASHED.match(line.folded)]
    if not ends:
        return None
    first = last = ends[-1]
    edge = lines[last].box.left
    for at in range(last - 1, max(-1, last - 30), -1):
        beside = lines[at].box.left > 0.4 * page.width
        if not beside and not (_DASHED.match(lines[at].text) and abs(lines[at].box.left - edge) < _SAME_LEFT):
            break
        first = first if beside else at
    value = "; ".join(_named_recipients(lines[first : last + 1], page))
    return _list_found(value, lines[first], page) if value and first < last else None


_DASHED = re.compile(r"^[-–—~] ")
_ARCHIVE_DASHED = re.compile(r"^[-–—] LUU(?: ?:| V)")
_SAME_LEFT = 6.0
"""Points within which the dashes of a list stand under each other."""


def _on_the_same_line(words: Sequence[Word]) -> list[str]:
    """`Nơi nhận: Như trên; Lưu: VT.`, as papers with two recipients have it; `words` follow the colon."""
    gaps = (at for at, (one, other) in enumerate(pairwise(words), 1) if other.box.left - one.box.right > _COLUMN_GAP)
    text = " ".join(word.text for word in words[: next(gaps, len(words))])
    return [one.strip(_AROUND_RECIPIENT) for one in text.split(";")] if "; L" in text else []


def _named_recipients(lines: Sequence[Line], page: PageReading) -> list[str]:
    """Each line behind a dash; one without a dash goes on the line above it where that has not ended."""
    named: list[str] = []
    ended, above = True, ""
    least = 3 if page.source == "ocr" else 1
    for line in lines:
        text = "" if is_watermark(line.text) else _left_text(line, page).strip()
        within = _within_a_name(above, text)
        if re.match(r"^[-–—+•~=]", text) and not within:
            if not _scrap_under_archive(named, line):
                named.append(text.strip(_AROUND_RECIPIENT))
        elif not ended and (sum(c.isalpha() for c in text) >= least or _closes(named[-1], text)):
            between = " - " if within or above.endswith((" -", " –")) else " "
            named[-1] += between + text.strip(_AROUND_RECIPIENT)
        elif _ARCHIVE_BEGINS.match(fold(text)) or _lost_its_dash(line, text, page):
            named.append(text.strip(_AROUND_RECIPIENT))
        elif text:
            continue
        ended, above = (text.endswith((";", ".")), text) if text else (ended, above)
        if named and text.endswith(".") and _ARCHIVE_BEGINS.match(fold(named[-1])):
            break
    whole = [one.strip(" ,:") for one in named if sum(c.isalpha() for c in one) >= 2]
    return [_archive_line(_as_written(one)) for one in whole] if page.source == "ocr" else whole


def _within_a_name(above: str, text: str) -> bool:
    """The line begins with a dash of the recipient's own name (tổ chức chính trị / - xã hội)."""
    return above[-1:].isalpha() and text[:2] in ("- ", "– ") and text[2:3].islower()


def _lost_its_dash(line: Line, text: str, page: PageReading) -> bool:
    """A line of a scan, surely read, that ends as a recipient does: the engine takes a dash at the edge for dust."""
    return page.source == "ocr" and line.confidence > 0.8 and re.search(r"\w;\W*$", text) is not None


_ARCHIVE_BEGINS = re.compile(r"^\W?[LI1|]UU ?:")


def _scrap_under_archive(named: Sequence[str], line: Line) -> bool:
    """What was doubtfully read under `Lưu: VT` is of a seal: the archive comes last."""
    return bool(named) and _ARCHIVE_BEGINS.match(fold(named[-1])) is not None and line.confidence < 0.9


def _closes(said: str, text: str) -> bool:
    """The line ends what was opened above: `(để` / `b/c);`."""
    return said.count("(") > said.count(")") and ")" in text


_COPY = re.compile(r"\((?P<to>đ[êểếề] )?(?:[MBR]/[cC€e©]|b/|(?:b[/íìiIl1|]{0,2}|[íiIl1|]?/)[cC€e©]{1,2})\)")
"""(b/c), as OCR sees it: (bíc), (/€), (b/€c), (b/), (M/€)."""


_MISREAD = (
    (re.compile(r"\bC[ôổ]ng [TLI1]{2}(?=-?ĐT\b)"), "Cổng TT"),
    (re.compile(r"\bTrang [TLI1]{2}(?=-?ĐT\b)"), "Trang TT"),
    (re.compile(r"^CT[,;]? (?=các PCT\b)"), "CT, "),
    (re.compile(r"\bKI(?=-XH\b)"), "KT"),
    (re.compile(r"^Bệ (?=[A-ZĐ])"), "Bộ "),
    (re.compile(r"\bHDND\b"), "HĐND"),
    (re.compile(r"\bUBN[ĐI1|](?!\w)"), "UBND"),
    (re.compile(r"\([đd][êểềễ] (?=\w)"), "(để "),
    (re.compile(r",(?=[A-ZĐ])"), ", "),
    (re.compile(r"(?<=\w)¡(?=\w)"), "i"),
    (re.compile(r"(?<=\bĐiều )[Il|](?!\w)"), "1"),
    (re.compile(r"\(Đ/[Cc€]\)"), "(b/c)"),
    (re.compile(r"\(để n/c\)"), "(để b/c)"),
    (re.compile(r";[^\w(]*$"), ""),
    (re.compile(r"(?<=^Như phần )T{1,3}$"), lambda match: "I" * len(match.group())),
)
"""Words of recipients that OCR reads so, each with what alone it can be."""


def _as_written(text: str) -> str:
    """`(b/c)` (để báo cáo), and no capitals in the middle of a name only for their size (Sở Nội VỤ)."""
    for misread, written in _MISREAD:
        text = misread.sub(written, text)
    text = _COPY.sub(lambda match: f"({'để ' * bool(match.group('to'))}b/c)", text)
    return " ".join(with_small_letters(with_small_phrases(text.split())))


def _archive_line(text: str) -> str:
    """`Lưu: VT, TTPVHCC` as it is written where OCR has one letter wrong: VT (văn thư) comes first, a unit follows."""
    match = _ARCHIVE.match(fold(text))
    if match is None:
        return text
    units = grammar().unit_symbols
    unit, rest = (text[slice(*match.span(part))] if match.group(part) else "" for part in ("unit", "rest"))
    most = 1 + (len(unit) >= 7) + (len(unit) >= 8)
    whole = unit in units.values() or len(unit) < 5 or not unit.isupper()  # KTTHa47: a unit and who drafted
    near = None if whole else close_to(unit, units, most)
    rest = rest.rstrip(_AROUND_RECIPIENT + "'`“”")
    between = ", " if match.group("between") and unit + rest else ""
    return f"Lưu: VT{between}{units[near] if near else unit}{rest}"


def _left_text(line: Line, page: PageReading) -> str:
    """The words that end before the border, and those of a typed line that runs over it without a gap."""
    words = [word for word in line.words if word.box.right < _LEFT_ENDS * page.width]
    for word in line.words[len(words) :] if page.source == "layer" else ():
        if not words or word.box.left - words[-1].box.right > 0.5 * word.box.height:
            break
        words.append(word)
    ends = (at for at, (one, other) in enumerate(pairwise(words), 1) if _ends_apart(one, other))
    return " ".join(word.text for word in words[: next(ends, len(words)) if page.source == "ocr" else None])


def _ends_apart(word: Word, following: Word) -> bool:
    """A recipient ends with the word, and what follows at a distance is a seal's."""
    return word.text[-1] in ";." and following.box.left - word.box.right > 1.2 * word.box.height


_LEFT_ENDS = 0.52
"""Share of the page's width before which the recipients' column ends."""


def _dossier_code(pages: Sequence[PageReading]) -> Found | None:
    for page in pages:
        for line in lines_of(page):
            places = _closed_up(line.text)
            match = DOSSIER_CODE.search("".join(line.text[place] for place in places))
            if match:
                spot = line.spot(places[match.start()], places[match.end() - 1] + 1)
                box = share_box(spot.box or line.box, page)
                return Found(match.group(), page.number, box, round(spot.confidence, 3), line.text)
    return None


def _closed_up(text: str) -> list[int]:
    """Positions of the letters without spaces behind dots and beside dashes, where OCR parts a code."""
    return [
        place
        for place, letter in enumerate(text)
        if letter != " " or (text[place - 1 : place] not in (".", "-") and text[place + 1 : place + 2] != "-")
    ]
