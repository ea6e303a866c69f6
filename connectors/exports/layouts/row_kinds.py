"""Which rows of a sheet are records, and which are furniture: groups, numbering, totals, repeated headers, signatures.

A row is furniture only where its structure proves it. What proves nothing is a record: it is read, or rejected with its
cell and the reason. So no row of an export vanishes because its words look like those of a total or of a group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from config.dossier_codes import DOSSIER_CODE
from config.export_profiles import Column
from connectors.exports.cells.grids import Cells
from connectors.exports.cells.text import FAILED, clean, folded
from connectors.exports.cells.values import (
    COMPONENT,
    PROCEDURE_CODE,
    RECOGNISABLE,
    BadCell,
    Convert,
    converts,
    number_of,
    recogniser,
)
from connectors.exports.layouts.furniture import said
from connectors.exports.layouts.layout import Layout

Said = Sequence[tuple[int, str]]

_UNITS = r"(?:hồ sơ|phản ánh|kiến nghị|thủ tục|nhiệm vụ|văn bản|dòng|bản ghi|người|đồng|phiếu|mục)"
_TOTAL_WORDS = r"(?:tổng cộng|tổng số|tổng|cộng|total)"
_TOTAL = re.compile(
    rf"{_TOTAL_WORDS}(?:\s+(?:số\s+)?{_UNITS})?(?:\s*\([^()]*\))?\s*(?:[:=]|là|có)?\s*(\d[\d.,]*)?\s*{_UNITS}?\.?",
    re.IGNORECASE,
)
_LIKE_A_TOTAL = re.compile(rf"{_TOTAL_WORDS}\b", re.IGNORECASE)
_UNIT = re.compile(rf"{_UNITS}\.?", re.IGNORECASE)
_UNIT_BEHIND = re.compile(rf"\s*{_UNITS}\.?$", re.IGNORECASE)
_GROUP_MARK = re.compile(r"(?:[IVXLC]+|[A-Z])[.)]?")
_NUMBER_MARK = re.compile(r"[(\[]?(\d{1,3})[)\]]?(?:\s*=.*)?")
_LETTER_MARK = re.compile(r"[(\[]?[A-Z][)\]]?")
_SAYS_MORE = re.compile(rf"{DOSSIER_CODE.pattern}[\s:,;(-]+\S*[^\W\d]", re.IGNORECASE)
_PAGE = re.compile(r"trang\s+(?:số\s+)?\d+(?:\s*/\s*\d+)?", re.IGNORECASE)
_ORDINAL = re.compile(r"\d{1,7}(?:\.\d{1,3})*\.?")
_LONGEST_CODE, _MOST_WORDS_OF_CODE, _WIDEST_GROUP = 40, 3, 4


class RowKind(Enum):
    """What a row is. `SUMMED`: numbers alone, a total if they add up; `UNCLEAR`: words alone, furniture at the end."""

    RECORD = "record"
    NOTHING = "nothing"
    HEADING = "heading"
    TOTAL = "total"
    SUMMED = "summed"
    OTHER_TABLE = "other_table"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class RowJudge:
    """Judges rows by the columns of their layout: `keys` and `known` tell by column whether a cell is what it holds."""

    labels: tuple[str, ...]
    foreign: frozenset[str]
    titles: frozenset[str]
    """Texts above the header: pages of a printed export repeat them."""
    leftmost: int
    ordinals: int | None
    """The column of row numbers (STT)."""
    keys: Mapping[int, Callable[[Any], bool]]
    known: Mapping[int, Callable[[Any], bool]]

    def kind_of(self, cells: Cells) -> RowKind:
        """The kind of one row; the first proof counts."""
        filled = said(cells)
        if not filled:
            return RowKind.NOTHING
        numbered = filled[0][0] == self.ordinals and _ORDINAL.fullmatch(filled[0][1]) is not None
        if self._has_key(cells, filled, numbered=numbered):
            return RowKind.NOTHING if is_numbering(filled) else RowKind.RECORD
        if is_numbering(filled) or (repeats_header(filled, self.labels) and not _is_moved(filled, self.labels)):
            return RowKind.NOTHING
        if begins_other_table(cells, self.labels, self.foreign):
            return RowKind.OTHER_TABLE  # also where such a table stands above too, and seems to be a page's title
        if self._repeats_page(filled):
            return RowKind.NOTHING
        return self._kind_without_key(cells, filled, numbered=numbered)

    def _has_key(self, cells: Cells, filled: Said, *, numbered: bool) -> bool:
        """A bare number is a key only behind a row number: totals and groups carry numbers too. 1.001193 is none.
        A remark on a dossier, and nothing else, is no row of it."""
        if len(filled) == 1 + numbered and _SAYS_MORE.match(filled[-1][1]):
            return False
        at_keys = [(index, text) for index, text in filled if index in self.keys and self.keys[index](cells[index])]
        return any(numbered or number_said(text) is None or PROCEDURE_CODE.fullmatch(text) for _, text in at_keys)

    def _kind_without_key(self, cells: Cells, filled: Said, *, numbered: bool) -> RowKind:
        marked = filled[0][0] <= self.leftmost and _GROUP_MARK.fullmatch(filled[0][1]) is not None
        others = filled[1:] if numbered or (marked and len(filled) > 1) else filled
        others = [(index, text) for index, text in others if index in self.keys or text not in FAILED]
        if not others:
            return RowKind.NOTHING  # a number or a formula put in ahead for a row that nobody filled in
        if is_total(others):
            return RowKind.TOTAL
        if numbered:
            return self._kind_of_numbered(others)
        if _sums(others):
            return RowKind.SUMMED
        if self._is_heading(filled, marked=marked):
            return RowKind.HEADING
        fits = any(index in self.known and self.known[index](cells[index]) for index, _ in filled)
        return RowKind.RECORD if fits else RowKind.UNCLEAR

    def _kind_of_numbered(self, others: Said) -> RowKind:
        """A record, but for "2 | Phòng Kinh tế" (units nested in others) and "1 | H17.57-250702-0002 chuyển kỳ sau"."""
        place, words = others[0]
        if len(others) > 1 or place not in self.keys:
            return RowKind.RECORD
        if _SAYS_MORE.match(words):
            return RowKind.UNCLEAR
        return RowKind.RECORD if any(map(str.isdigit, words)) or " " not in words else RowKind.HEADING

    def _is_heading(self, filled: Said, *, marked: bool) -> bool:
        """Words where row numbers stand, or one text at the left (merged over the row), or "II | Đất đai | 25"."""
        place = filled[0][0]
        if place > self.leftmost + 1:
            return False
        if len({words for _, words in filled}) == 1:
            return True
        return len(filled) <= _WIDEST_GROUP and (marked or (place <= self.leftmost and _are_numbers(filled[1:])))

    def _repeats_page(self, filled: Said) -> bool:
        return all(text in self.titles or _PAGE.fullmatch(text) for _, text in filled)


def judge_of(
    layout: Layout, above: Sequence[Cells], places: Mapping[Column, int], converters: Mapping[Column, Convert]
) -> RowJudge:
    """The judge of a sheet; `above` are the rows over its header."""
    keys = {places[c]: _key_test(c, converters[c]) for c in places if c.field in layout.profile.key}
    known = {places[c]: recogniser(c, converters[c]) for c in places if c.read_as in RECOGNISABLE}
    ordinals = next((place for column, place in places.items() if column.title == "STT"), None)
    titles = frozenset(clean(cell) for row in above for cell in row if isinstance(cell, str))
    leftmost = min(places.values())
    return RowJudge(layout.labels, layout.foreign, titles, leftmost, ordinals, keys, known)


def _key_test(column: Column, convert: Convert) -> Callable[[Any], bool]:
    """Whether a cell can be the key of a row, told without the rest of the row."""
    if column.read_as == "component":
        return lambda cell: isinstance(cell, str) and COMPONENT.fullmatch(clean(cell).rstrip(".")) is not None
    if column.read_as in ("choice", "moment", "deadline"):
        return converts(convert)
    return like_a_code


def like_a_code(cell: Any) -> bool:
    """A short text with a digit in it, whatever its shape: "PA-2", "12/QĐ-UBND", "HS 7"."""
    text = clean(str(cell))
    if len(text) > _LONGEST_CODE or len(text.split()) > _MOST_WORDS_OF_CODE or ":" in text:
        return False
    return any(sign.isdigit() for sign in text) and not _TOTAL.fullmatch(text) and not _PAGE.fullmatch(text)


def is_total(filled: Said) -> bool:
    """The words of a total alone ("TỔNG CỘNG", "Tổng số: 1.234 hồ sơ"), and nothing but numbers behind them."""
    return _TOTAL.fullmatch(filled[0][1]) is not None and _are_numbers(filled[1:])


def number_in_total(text: str) -> str | None:
    """The number that stands in the heading of a total row itself."""
    found = _TOTAL.fullmatch(text)
    return found[1] if found else None


def number_said(text: str) -> Decimal | None:
    """The number of a cell such as "1.234 hồ sơ"; None: it holds something else."""
    try:
        return number_of(_UNIT_BEHIND.sub("", text))
    except (BadCell, ArithmeticError):
        return None


def _sums(filled: Said) -> bool:
    """Numbers alone, or behind words that begin like those of a total: a total only if they add up."""
    headed = _LIKE_A_TOTAL.match(filled[0][1]) is not None
    numbers = filled[1:] if headed else filled
    return bool(numbers) and _are_numbers(numbers)


def _are_numbers(filled: Said) -> bool:
    return all(number_said(text) is not None or _UNIT.fullmatch(text) for _, text in filled)


def is_numbering(filled: Said) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 ... or A, B, (1), (2), (3)=(4)+(5) ..."""
    return column_numbers(filled) is not None


def column_numbers(filled: Said) -> dict[int, int] | None:
    """Column number -> place in a row that only numbers the columns; None: it says something else."""
    places: dict[int, int] = {}
    for place, text in filled:
        if found := _NUMBER_MARK.fullmatch(text):
            places[int(found[1])] = place
        elif places or not _LETTER_MARK.fullmatch(text):
            return None
    numbers = list(places)
    consecutive = len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(filled) - _letters(filled)))
    return places if consecutive else None


def _letters(filled: Said) -> int:
    return sum(1 for _, text in filled if _LETTER_MARK.fullmatch(text))


def begins_other_table(cells: Cells, own: Sequence[str], foreign: frozenset[str]) -> bool:
    """Whether a row is the header of another table: of another layout, or with our columns in another order."""
    filled = said(cells)
    if repeats_header(filled, own) and _is_moved(filled, own):
        return True
    texts = [folded(text) for _, text in filled]
    theirs = sum(1 for text in texts if text in foreign)
    if theirs < 2 or len(texts) < 3:
        return False
    ours = {folded(part) for label in own for part in label.split(" / ")}
    return theirs + sum(1 for text in texts if text in ours) >= 0.8 * len(texts)


def _is_moved(filled: Said, labels: Sequence[str]) -> bool:
    """Whether words of the header stand over other columns than there."""
    parts = [set(map(folded, label.split(" / "))) for label in labels]
    return any(
        folded(text) not in (parts[place] if place < len(parts) else ()) and any(folded(text) in own for own in parts)
        for place, text in filled
    )


def repeats_header(filled: Said, labels: Sequence[str]) -> bool:
    """Whether a row repeats the header (a page break in the export)."""
    own = {folded(part) for label in labels for part in label.split(" / ")} - {""}
    texts = [folded(text) for _, text in filled]
    return len(texts) >= 2 and sum(1 for text in texts if text in own) >= 0.8 * len(texts)
