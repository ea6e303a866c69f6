"""Number and symbol: `Số: 12/QĐ-UBND`, `Số:   /KH-UBND` (left blank), `Số 05-KH/ĐU` (Party)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.dossier_codes import DOSSIER_CODE
from ocr.fields.found import Found, State, Suggestion, share_box
from ocr.fields.grammar import fold, grammar, repaired_symbol, slips
from ocr.fields.layout import Head
from ocr.fields.line import Line, Spot
from ocr.fields.written import Gap, Place, Reread, gap_state, in_digits
from ocr.page import PageReading
from ocr.words import Box

_SYMBOL = r"(?P<symbol>(?:\d{4}\s*/\s*)?[A-Z][A-Z0-9&.]*(?:\s?[-–—]{1,2}\s?[A-Z0-9][A-Z0-9&.]*)*)(?=[\s.,;:)_]|$)"
_START = r"^\W{0,3}(?P<so>[S5§$8][O0Ó6QC][Z]?|S)\s*[:.;,]*\s*"
_HYPHENED = re.compile(
    _START + r"(?P<digits>[^-]{0,14}?)\s*[/|!]\s*"
    r"(?P<symbol>(?:\d{4}\s*/\s*)?[A-Z]{1,8}\s?[-–—]\s?[A-Z0-9&.-]*[A-Z0-9])(?=[\s.,;:)_]|$)"
)
"""First of all: a pen's strokes may be read as a slash and letters before the printed slash."""
_STATE = re.compile(_START + r"(?P<digits>[^/]{0,14}?)\s*[/|!]\s*" + _SYMBOL)
_PARTY = re.compile(
    _START + r"(?P<digits>[^-–/]{0,12}?)\s*[-–]\s*(?P<symbol>[A-Z]{1,4}\s?/\s?[A-Z]{1,6}[A-Z0-9-]*)(?=[\s.,;:)_]|$)"
)
"""Before `_STATE`, for which 12-QĐ would be a number. Such symbols have the slash within (QĐ/ĐU)."""
_NO_SLASH = re.compile(
    _START + r"(?P<digits>.{0,10}?)\s*[^A-Z0-9]?\s*(?P<symbol>[A-Z]{1,4}[-–—][A-Z0-9&.]{2,}(?:-[A-Z0-9&.]+)*)"
)
_LIKE_SLASH = re.compile(r"(?<=\d)[71Il]$")
"""What the slash was read as where a line has none: it is never left out."""
_NO_WORD = re.compile(
    r"^(?P<so>(?:\w?:)?)\s*(?P<digits>[\W\d][^-]{0,14}?)\s*[/|!]\s*(?P<symbol>[A-Z]{1,8}[-–—][A-Z0-9&.-]*[A-Z0-9])$"
)
"""Last of all: a pen's strokes have hidden "Số", or its S, and the symbol is one that the grammar knows."""
_ENDS_AS_SYMBOL = re.compile(r"[\s/|!\d][A-Z]{1,4}\W?[-–—][A-Z]+[A-Z0-9-]*\W*$")
_HEAD_SHARE = 0.2
"""Share of the page's height in which a symbol alone is the document's own."""
_CUT_SYMBOL = re.compile(r"(?:^|[\s/|!])" + _SYMBOL)
_SURE_SYMBOL = 0.75
_SO_WIDTH = 2.4
"""Width of "Số:" in heights of capitals, ample (Times 2.0, DejaVu Serif 2.25)."""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The line that holds the number: its place in the left column and its two fields.

    `sound`: it has its slash, and a symbol of which the grammar knows the type. `digits` is what was read between.
    """

    index: int
    line: Line
    number: Found
    symbol: Found
    sound: bool
    digits: str


def number_of(head: Head, reread: Reread) -> NumberLine | None:
    """The first line of the left column (else of the whole head) like number and symbol; read alone where in doubt."""
    found = _first_like_number(head, (head.left, head.whole), reread)
    if head.page.source != "ocr" or (found is not None and found.sound and found.number.state != "blank"):
        return found
    alone = _first_like_number(head, ([_read_alone(line, head.page, reread) for line in head.left],), reread)
    return alone if alone is not None and (found is None or _is_surer(alone, found)) else found


def _is_surer(alone: NumberLine, first: NumberLine) -> bool:
    """The line read alone says what a number line says, where the page's reading gave less: strokes may be lost.

    Where neither reading saw a stroke, the ink is of a rule or of the slash itself.
    """
    same = abs(alone.line.box.middle - first.line.box.middle) < first.line.box.height
    more = alone.number.state != "blank" and any(map(str.isalnum, alone.digits + first.digits))
    return same and alone.sound and (not first.sound or more)


def _read_alone(line: Line, page: PageReading, reread: Reread) -> Line:
    """A line that ends like number and symbol cut out and read once more: a pen's strokes disturb a page's layout."""
    if line.box.top > _HEAD_SHARE * page.height or not _ENDS_AS_SYMBOL.search(line.folded):
        return line
    box, high = line.box, line.box.height
    around = Box(max(0.0, box.left - 2 * high), box.top - 0.4 * high, box.right + high, box.bottom + 0.4 * high)
    again = [word.moved(around.left, around.top) for word in reread(page, around)]
    return Line.of(again) if again else line


def _first_like_number(head: Head, columns: Sequence[Sequence[Line]], reread: Reread) -> NumberLine | None:
    for lines in columns:
        for patterns in ((_HYPHENED, _PARTY), (_STATE,), (_NO_SLASH,), (_NO_WORD,)):
            for index, line in enumerate(lines[:14]):
                for match in (pattern.search(line.folded) for pattern in patterns):
                    if match and _is_symbol(line, match, head.page):
                        return _number_line(head.page, (index, line, _soundest(line, match, head.page)), reread)
    return None


def _soundest(line: Line, first: re.Match[str], page: PageReading) -> re.Match[str]:
    """On paper the match whose symbol the grammar knows: a pen's strokes may be read as a slash and letters."""
    others = (pattern.search(line.folded) for pattern in (_HYPHENED, _STATE, _NO_SLASH) if page.source == "ocr")
    like = [first, *(match for match in others if match and _is_symbol(line, match, page))]
    return next((match for match in like if type_by_symbol(_symbol_in(line, match))), first)


def _symbol_in(line: Line, match: re.Match[str]) -> str:
    return repaired_symbol(_joined(line.text[slice(*match.span("symbol"))]))


def _capitals(line: Line, match: re.Match[str]) -> Box | None:
    """Capitals of the symbol that stand on the line, of the organ where it has some (the Q of QĐ, BQL hangs below)."""
    start, end = match.span("symbol")
    dash = max(line.folded.find("-", start, end), line.folded.find("/", start, end))
    upright = [
        found.span() for first in (dash + 1, start) for found in _UPRIGHT.finditer(line.folded, max(first, start), end)
    ]
    spans = [(a, b) for a, b in upright if line.text[a:b].isupper()]
    return line.spot(*spans[0]).box if spans else None


_UPRIGHT = re.compile(r"[A-PR-Z]{2,}")


def _is_symbol(line: Line, match: re.Match[str], page: PageReading) -> bool:
    text = line.text[slice(*match.span("symbol"))]
    own = match.re is not _NO_WORD or (line.box.top < _HEAD_SHARE * page.height and type_by_symbol(text) is not None)
    another = line.text[match.start("so") :].startswith("số ")  # a letter's subject names another document
    return own and not another and _like_symbol(text)


def _like_symbol(text: str) -> bool:
    """Capitals for the most part (TTr and QyĐ have small letters): a word of the text beside the number is not."""
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) >= 0.6 * len(letters)


def _number_line(page: PageReading, at: tuple[int, Line, re.Match[str]], reread: Reread) -> NumberLine:
    index, line, match = at
    symbol = line.group(match, "symbol")
    box = symbol.box or line.box
    text, confidence = _surest_symbol(page, symbol, reread)
    written = repaired_symbol(text)
    found = Found(written, page.number, share_box(box, page), round(confidence, 3), line.text)
    digits, has_slash = line.group(match, "digits"), match.re is not _NO_SLASH
    said = digits.text if has_slash else _LIKE_SLASH.sub("", digits.text)
    place = Place(_gap(line, match, box), said, digits.confidence, _capitals(line, match) or box)
    separator = "-" if match.re is _PARTY else "/"
    number = _number(page, line, place, gap_state(page, place, reread))
    sound = has_slash and type_by_symbol(written) is not None
    return NumberLine(index, line, completed(number, written, separator), found, sound, said)


def _surest_symbol(page: PageReading, symbol: Spot, reread: Reread) -> tuple[str, float]:
    """The symbol and how surely it was read: a doubtful one is cut out and read once more.

    What tesseract sees beyond a line's end is noise, another in each version (5.5.1 changed it): of one real decision
    one version reads QĐ-BCĐ138, the other QĐ-BCĐ128, both unsure; cut out, both read 138 surely.
    """
    first = _joined(symbol.text), symbol.confidence
    whole = "-" in first[0] or "/" in first[0]
    if page.source != "ocr" or symbol.box is None or (symbol.confidence >= _SURE_SYMBOL and whole):
        return first
    box, high = symbol.box, symbol.box.height
    right = box.right + (1 if whole else 8) * high
    around = Box(box.left - 4 * high, box.top - 0.6 * high, right, box.bottom + 0.6 * high)
    cut = Line.of(reread(page, around))
    spots = [cut.group(match, "symbol") for match in _CUT_SYMBOL.finditer(cut.folded)]
    again = [(_without_slash(_joined(spot.text), first[0]), spot.confidence) for spot in spots]
    longer = [one for one in again if not whole and one[0].startswith(first[0] + "-") and _like_symbol(one[0])]
    alike = [one for one in again if _like_symbol(one[0]) and slips(fold(one[0]), fold(first[0])) <= len(first[0]) // 4]
    return max(longer or [first, *alike], key=lambda one: (_names_unit(one[0]), one[1]))


def _names_unit(symbol: str) -> bool:
    """It ends with a unit's letters that the grammar knows (UBND, of which a stroke may leave UBN)."""
    return fold(re.split(r"[-/]", symbol)[-1]) in grammar().unit_symbols


def _without_slash(again: str, first: str) -> str:
    """The slash before the symbol, cut in two by a pen, may be read as a letter of it: IUBND of /UBND."""
    return again[1:] if again[:1] in ("I", "L") and fold(again[1:]) == fold(first) else again


def _joined(text: str) -> str:
    return re.sub(r"[-–—]+", "-", re.sub(r"\s+", "", text)).rstrip(".,-")


def _number(page: PageReading, line: Line, place: Place, state: Gap) -> Found:
    """The digits alone; `completed` puts the symbol after them."""
    where = share_box(place.gap, page)
    if state == "printed":
        return Found(_as_digits(place.text), page.number, where, round(place.confidence, 3), line.text)
    only = re.sub(r"\D", "", place.text)
    guesses = (Suggestion(only, "handwriting", place.text),) if only and only == place.text.strip() else ()
    confidence = round(printed_confidence(line), 3)
    kind: State = "blank" if state == "blank" else "handwritten"
    return Found(None, page.number, where, confidence, line.text, state=kind, suggestions=guesses)


def completed(number: Found, symbol: str, separator: str) -> Found:
    """Number and symbol as people write them, for the value and for each suggestion."""
    value = f"{number.value}{separator}{symbol}" if number.value else None
    return replace(number, value=value, suggestions=tuple(suggested(number.suggestions, symbol, separator)))


def respelt_symbol(found: NumberLine, symbol: str) -> NumberLine:
    """The same line with another spelling of its symbol, wherever it stands; layers are taken as they are."""
    old = found.symbol.value or ""
    if symbol == old or found.line.words[0].source != "ocr":
        return found
    number = found.number
    value = number.value.replace(old, symbol) if number.value else None
    others = tuple(replace(one, value=one.value.replace(old, symbol)) for one in number.suggestions)
    return replace(
        found, number=replace(number, value=value, suggestions=others), symbol=replace(found.symbol, value=symbol)
    )


def printed_confidence(line: Line) -> float:
    """How surely the printed rest of the line was read: the best word's confidence."""
    return max(word.confidence for word in line.words)


def _gap(line: Line, match: re.Match[str], symbol: Box) -> Box:
    """From the colon after "Số", at most where its letters end: the engine's box swallows what a pen wrote beside it;
    to the slash before the symbol, however much of what a pen wrote before it was read."""
    colon = line.text[match.end("so") : match.end("so") + 1] in (":", ".", ";", ",")
    natural = line.edge(match.start("so")) + _SO_WIDTH * symbol.height
    start = min(line.edge(match.end("so") + colon), natural)
    between = line.text[match.end("digits") : match.start("symbol")]
    slash = match.start("symbol") - len(between.lstrip())
    ends = line.edge(slash) if match.group("digits") else symbol.left - 0.5 * symbol.height
    return Box(start + 0.8, symbol.top, max(ends, start + 2.0), symbol.bottom)


def _as_digits(text: str) -> str:
    swapped = in_digits(text.replace(" ", ""))
    return swapped if swapped[:1].isdigit() else text


def suggested(clues: Sequence[Suggestion], symbol: str, separator: str = "/") -> list[Suggestion]:
    """Digits from elsewhere (file name, handwriting) completed with the printed symbol."""
    return [
        Suggestion(
            one.value if not one.value.isdigit() else f"{one.value}{separator}{symbol}", one.source, one.source_text
        )
        for one in clues
    ]


def file_name_numbers(name: str, symbol: str | None) -> list[Suggestion]:
    """Numbers in a file's name, best first: before the document's own type symbol, then leading ones.

    `01 TTr.signed_20250513.pdf` gives 01; `2352 ( 07-CT-UBND)` gives 07, then 2352. The code of a dossier and the id of
    a component (`1.3.1_KH_52-KH-UBND.pdf`) hold no number of a document.
    """
    if re.fullmatch(r"[0-9a-f]{40,64}(\.\w+)?", name):
        return []  # an object's hash, not a name that a person gave
    own = re.sub(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", " ", DOSSIER_CODE.sub(" ", name.upper()))
    stem = re.sub(r"(?i)(\.signed|_?\d{8}(_\d{6})?|\.pdf$|\.tiff?$|\.jpe?g$|\.png$)", " ", own)
    kind = fold(symbol.split("-")[0].split("/")[0]) if symbol else ""
    folded = fold(stem)
    typed = re.findall(rf"(?<!\d)(\d{{1,5}})\s*[-_/ .]?\s*{re.escape(kind)}(?![A-Z])", folded) if kind else []
    leading = re.findall(r"^\W*(\d{1,5})(?!\d)", folded)
    after_type = re.findall(rf"(?<![A-Z]){re.escape(kind)}\s*[-_/ .]?\s*(\d{{1,5}})(?!\d)", folded) if kind else []
    ordered = list(dict.fromkeys([*typed, *after_type, *leading]))
    return [Suggestion(number, "file_name", name) for number in ordered]


_LETTER_OF_THE_PARTY = "CV"
"""45-CV/ĐU: letters of the State bear no type in their symbol."""


def type_by_symbol(symbol: str) -> str | None:
    """The type a symbol stands for: TB-UBND is THÔNG BÁO; UBND-KTTH, with no type, is a letter (CÔNG VĂN)."""
    words = grammar()
    first = re.split(r"[-/]", re.sub(r"^\d{4}/", "", symbol))[0]
    if first in words.type_of_symbol:
        return words.type_of_symbol[first]
    return words.letter_type if fold(first) in words.unit_symbols or first == _LETTER_OF_THE_PARTY else None
