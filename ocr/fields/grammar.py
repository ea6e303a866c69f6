"""The vocabulary of administrative documents (config/documents/grammar.yaml) and tolerant comparison with it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.strict_yaml import plain_yaml
from ocr.words import plain

_FILE = Path(__file__).resolve().parents[2] / "config" / "documents" / "grammar.yaml"
NATIONAL_MOTTO = r"[CGO€].?NG H.?A X. H.I"
"""How "CỘNG HÒA XÃ HỘI" begins (folded), also as OCR sees it."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """Types, unit symbols and titles by their folded spelling, symbols of types, and heads of organs' names."""

    types: dict[str, str]
    symbol_of_type: dict[str, str]
    type_of_symbol: dict[str, str]
    letter_type: str
    organ_heads: dict[str, str]
    nameless_heads: frozenset[str]
    """Those, folded, that name no organ by themselves."""
    unit_symbols: dict[str, str]
    titles: dict[str, str]
    collectives: dict[str, str]
    """Those for whom one signs (TM.), by their folded spelling."""
    ranks: re.Pattern[str]
    """A degree or rank before a name, folded, with the dot and space behind it."""
    family_names: dict[str, tuple[str, ...]]
    """By their folded spelling, which a few share (Đoàn, Doãn)."""
    phrases: dict[str, tuple[str, ...]]
    """Two or three words that belong together, by their folded spelling."""
    places: dict[str, list[tuple[str, ...]]]
    """Names of places by their folded spelling, which a few share (Cẩm Thanh, Cẩm Thành)."""
    given_names: dict[str, tuple[str, ...]]
    middle_names: dict[str, tuple[str, ...]]
    """Words of persons' names, all spellings of the same letters."""


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The grammar, read once."""
    raw = plain_yaml(_FILE.read_text(encoding="utf-8"))
    with_symbol = [entry for entry in raw["types"] if entry["symbol"]]
    return Grammar(
        types={fold(entry["name"]): entry["name"] for entry in raw["types"]},
        symbol_of_type={entry["name"]: entry["symbol"] for entry in with_symbol},
        type_of_symbol={entry["symbol"]: entry["name"] for entry in with_symbol},
        letter_type=raw["letter_type"],
        organ_heads={fold(head): head for head in reversed(raw["organ_heads"])},
        nameless_heads=frozenset(map(fold, raw["nameless_heads"])),
        unit_symbols={fold(symbol): symbol for symbol in raw["unit_symbols"]},
        titles={fold(title): title for title in raw["titles"]},
        collectives={fold(name): name for name in raw["collectives"]},
        ranks=re.compile(rf"\W*(?:{'|'.join(fold(rank) for rank in raw['ranks'])})(?:\W+(?=\w)|(?=\.))"),
        family_names=_single_words(raw["family_names"]),
        phrases={fold(phrase): tuple(phrase.split()) for phrase in raw["phrases"]},
        places=_by_fold(raw["places"]),
        given_names=_single_words(raw["names"]),
        middle_names=_single_words(set(raw["names"]) - set(raw["never_in_the_middle"])),
    )


def _by_fold(names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        found.setdefault(fold(name), []).append(tuple(name.split()))
    return found


def _single_words(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {folded: tuple(word for (word,) in words) for folded, words in _by_fold(names).items()}


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Upper case without diacritics, letter by letter: positions stay those of `text`."""
    return text.upper() if text.isascii() else "".join(_folded_letter(letter) for letter in text)


@lru_cache(maxsize=4096)
def _folded_letter(letter: str) -> str:
    return plain(letter)[:1] or " "


def decomposed(word: str) -> str:
    """Letters and marks one after the other, Đ as D with its stroke: marks count as slips of their own."""
    return unicodedata.normalize("NFD", word.replace("Đ", "D\u0335").replace("đ", "d\u0335"))


def close_to(text: str, candidates: Iterable[str], most_slips: int = 1) -> str | None:
    """The one folded candidate within `most_slips` wrong, missing or extra letters; None where none or two are."""
    wanted = re.sub(r"[^A-Z0-9 ]", "", fold(text)).strip()
    near = [(slips(wanted, one), one) for one in candidates if _may_be_near(wanted, one, most_slips)]
    best = sorted(pair for pair in near if pair[0] <= most_slips)
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


def _may_be_near(one: str, other: str, most: int) -> bool:
    """What a count of letters tells before the distance is measured: each slip changes one letter at most."""
    if abs(len(one) - len(other)) > most:
        return False
    return (Counter(one) - Counter(other)).total() <= most


def slips(one: str, other: str) -> int:
    """Levenshtein distance."""
    before = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != its)))
        before = row
    return before[-1]


def repaired_symbol(symbol: str) -> str:
    """The symbol with Đ and letter case put back where the grammar allows one reading (QD-UBND, TTR-UBND, HDND)."""
    one = re.sub(r"[ĐÐ]+", "Đ", _toneless(symbol))  # no symbol has Đ twice: OCR reads it so
    parts = re.split(r"([-/])", one[:1].upper() + one[1:])  # sYT-VP
    return "".join(_repaired_part(part, first=place == 0) for place, part in enumerate(parts))


def _toneless(symbol: str) -> str:
    """No symbol bears a tone: the Ứ of "cung ứng" is its U."""
    return "".join(fold(letter) if is_toned(letter) else letter for letter in symbol)


def is_toned(word: str) -> bool:
    return any(mark in TONES for mark in unicodedata.normalize("NFD", word))


TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Grave, acute, tilde, hook, dot below: the circumflex, breve and horn belong to the letter."""


def symbol_of_heading(symbol: str, kind: str) -> str:
    """The symbol whose first part is one slip away from that of the type printed as heading (QĐĐ-UBND, QUYẾT ĐỊNH),

    or that lost its dash (KHUBND).
    """
    words = grammar()
    wanted = words.symbol_of_type.get(kind)
    first, dash, rest = symbol.partition("-")
    if not wanted or first in (wanted, f"{wanted}LT") or first in words.unit_symbols.values():
        return symbol  # LT: liên tịch, of two organs
    if not dash:
        unit = words.unit_symbols.get(fold(symbol.removeprefix(wanted)))
        lost = unit and len(unit) > 2 and symbol.startswith(wanted)  # 12/GPXD, 780/TLKT have none
        return f"{wanted}-{unit}" if lost else symbol
    unknown = first not in words.type_of_symbol and len(wanted) > 2
    return wanted + dash + rest if slips(fold(first), fold(wanted)) <= (2 if unknown else 1) else symbol


def symbol_of_organ(symbol: str, organ: str) -> str:
    """The symbol as its organ's printed name has it: its initials where the unit was misread (TTIPVHGC of TRUNG TÂM
    PHỤC VỤ HÀNH CHÍNH CÔNG), and the digits it ends with (QĐ-BCĐ128 of BAN CHỈ ĐẠO 138)."""
    words = organ.split()
    kind, dash, unit = symbol.rpartition("-")
    digits = words.pop() if words and words[-1].isdigit() else ""
    initials = _toneless("".join(word[0] for word in words))
    letters = unit.rstrip("0123456789")
    if digits and fold(letters) == fold(initials) and len(unit) == len(letters) + len(digits):
        return kind + dash + letters + digits
    whole = "".join(word if set(fold(word)).isdisjoint("AEIOUY") else word[0] for word in words)  # THCS
    shortened = _runs_within(fold(unit), fold(whole))  # SKHCN of SỞ KHOA HỌC VÀ CÔNG NGHỆ is no misreading
    unknown = not digits and len(initials) >= 5 and fold(unit) not in grammar().unit_symbols and not shortened
    near = unknown and slips(fold(unit), fold(initials)) <= 0.45 * len(unit)
    return kind + dash + initials if near and kind else symbol


def _runs_within(short: str, long: str) -> bool:
    """The letters of `short` stand in `long` in the same order."""
    rest = iter(long)
    return all(letter in rest for letter in short)


def _repaired_part(part: str, *, first: bool) -> str:
    words = grammar()
    if part in words.type_of_symbol or part in words.unit_symbols.values():
        return part
    known = {*words.unit_symbols.values(), *(words.type_of_symbol if first else ())}
    readings = {one for one in known if fold(one) == fold(part)}
    return readings.pop() if len(readings) == 1 else part
