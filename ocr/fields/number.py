"""Number and symbol: `Số: 12/QĐ-UBND`, `Số:   /KH-UBND` (left blank), `Số 05-KH/ĐU` (Party)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.fields.found import Found, Suggestion, share_box
from ocr.fields.grammar import fold, grammar, repaired_symbol
from ocr.fields.layout import Head
from ocr.fields.line import Line, Spot
from ocr.fields.written import gap_state
from ocr.page_reading import PageReading
from ocr.words import Box

_SYMBOL = r"(?P<symbol>(?:\d{4}\s*/\s*)?[A-Z][A-Z0-9&.]*(?:\s?[-–—]\s?[A-Z0-9][A-Z0-9&.]*)*)"
_START = r"^\W{0,3}(?P<so>[S5§$8][O0Ó6QC][Z]?|S)\s*[:.;,]*\s*"
_STATE = re.compile(_START + r"(?P<digits>[^/]{0,14}?)\s*[/|]\s*" + _SYMBOL)
_PARTY = re.compile(_START + r"(?P<digits>[^-]{0,12}?)\s*[-–]\s*(?P<symbol>[A-Z]{1,4}\s?/\s?[A-Z]{1,6}[A-Z0-9-]*)")
_NO_SLASH = re.compile(
    _START + r"(?P<digits>.{0,10}?)\s*[^A-Z0-9]?\s*(?P<symbol>[A-Z]{1,4}[-–—][A-Z0-9&.]{2,}(?:-[A-Z0-9&.]+)*)"
)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The line that holds the number: its place in the left column and its two fields."""

    index: int
    line: Line
    number: Found
    symbol: Found


def number_of(head: Head, clues: Sequence[Suggestion]) -> NumberLine | None:
    """The first line of the left column (else of the whole head) that reads like number and symbol."""
    for lines in (head.left, head.whole):
        for pattern in (_STATE, _PARTY, _NO_SLASH):
            for index, line in enumerate(lines[:14]):
                match = pattern.search(line.folded)
                if match:
                    return _number_line(head.page, index, line, match, clues)
    return None


def _number_line(
    page: PageReading, index: int, line: Line, match: re.Match[str], clues: Sequence[Suggestion]
) -> NumberLine:
    digits, symbol = line.group(match, "digits"), line.group(match, "symbol")
    written = repaired_symbol(re.sub(r"\s+", "", symbol.text).replace("–", "-").replace("—", "-").rstrip(".,-"))
    box = symbol.box or line.box
    found_symbol = Found(written, page.number, share_box(box, page), round(symbol.confidence, 3), line.text)
    return NumberLine(index, line, _number(page, line, match, digits, (written, box), clues), found_symbol)


def _number(
    page: PageReading,
    line: Line,
    match: re.Match[str],
    digits: Spot,
    symbol: tuple[str, Box],
    clues: Sequence[Suggestion],
) -> Found:
    written, symbol_box = symbol
    gap = _gap(line, match, symbol_box)
    state = gap_state(page, gap, digits.text, digits.confidence, symbol_box)
    separator = "-" if "/" in written and match.re is _PARTY else "/"
    where = share_box(gap, page)
    if state == "printed":
        value = f"{_as_digits(digits.text)}{separator}{written}"
        return Found(value, page.number, where, round(digits.confidence, 3), line.text)
    guesses = [*suggested(clues, written, separator), *_own_reading(digits.text, written, separator)]
    blank = state == "blank"
    return Found(
        None,
        page.number,
        where,
        round(symbol_confidence(line), 3),
        line.text,
        state="blank" if blank else "handwritten",
        suggestions=tuple(guesses),
    )


def symbol_confidence(line: Line) -> float:
    """How surely the printed rest of the line was read: the best word's confidence."""
    return max(word.confidence for word in line.words)


def _gap(line: Line, match: re.Match[str], symbol: Box) -> Box:
    """From the colon after "Số" to the slash before the symbol."""
    colon = line.text[match.end("so") : match.end("so") + 1] in (":", ".", ";", ",")
    start = line.edge(match.end("so") + colon)
    ends = line.edge(match.end("digits")) if match.group("digits") else symbol.left - 0.5 * symbol.height
    return Box(start + 0.8, symbol.top, max(ends, start + 2.0), symbol.bottom)


def _as_digits(text: str) -> str:
    swapped = text.replace(" ", "").replace("O", "0").replace("o", "0").replace("I", "1").replace("l", "1")
    return swapped if swapped[:1].isdigit() else text


def suggested(clues: Sequence[Suggestion], symbol: str, separator: str = "/") -> list[Suggestion]:
    """Digits from elsewhere (file name, register) completed with the printed symbol."""
    return [
        Suggestion(
            one.value if not one.value.isdigit() else f"{one.value}{separator}{symbol}", one.source, one.source_text
        )
        for one in clues
    ]


def _own_reading(digits: str, symbol: str, separator: str) -> list[Suggestion]:
    only = re.sub(r"\D", "", digits)
    return [Suggestion(f"{only}{separator}{symbol}", "handwriting", digits)] if only and only == digits.strip() else []


def file_name_numbers(name: str, symbol: str | None) -> list[Suggestion]:
    """Numbers in a file's name, best first: before the document's own type symbol, then leading ones.

    `01 TTr.signed_20250513.pdf` gives 01; `2352 ( 07-CT-UBND)` gives 07, then 2352.
    """
    if re.fullmatch(r"[0-9a-f]{40,64}(\.\w+)?", name):
        return []  # an object's hash, not a name that a person gave
    stem = re.sub(r"(?i)(\.signed|_?\d{8}(_\d{6})?|\.pdf$|\.tiff?$|\.jpe?g$|\.png$)", " ", name)
    kind = fold(symbol.split("-")[0].split("/")[0]) if symbol else ""
    folded = fold(stem)
    typed = re.findall(rf"(?<!\d)(\d{{1,5}})\s*[-_/ .]?\s*{re.escape(kind)}(?![A-Z])", folded) if kind else []
    leading = re.findall(r"^\W*(\d{1,5})(?!\d)", folded)
    after_type = re.findall(rf"(?<![A-Z]){re.escape(kind)}\s*[-_/ .]?\s*(\d{{1,5}})(?!\d)", folded) if kind else []
    ordered = list(dict.fromkeys([*typed, *after_type, *leading]))
    return [Suggestion(number, "file_name", name) for number in ordered]


def type_by_symbol(symbol: str) -> str | None:
    """The type a symbol stands for: TB-UBND is THÔNG BÁO; UBND-KTTH, with no type, is a letter (CÔNG VĂN)."""
    words = grammar()
    first = re.split(r"[-/]", re.sub(r"^\d{4}/", "", symbol))[0]
    if first in words.type_of_symbol:
        return words.type_of_symbol[first]
    return words.letter_type if fold(first) in words.unit_symbols else None
