"""Capital words as the document itself and the grammar spell them: OCR drops the marks of capitals most."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from ocr.fields.grammar import decomposed, fold, grammar, is_toned, slips
from ocr.page import PageReading
from ocr.words import Word


def respelt(word: Word, vocabulary: Counter[str]) -> str:
    """A capital word as the document and the grammar spell it elsewhere; OCR drops marks of capitals most.

    A word of the grammar's phrases that was well read stays: CHI of CHI ĐOÀN is not the CHỈ of CHỈ ĐẠO.
    """
    text = word.text.strip("|_'\"`.~:;,")
    if word.source != "ocr" or (word.confidence >= _WELL_READ and text.lower() in _words_of_phrases()):
        return text
    spellings = [(count, one) for one, count in vocabulary.items() if fold(one) == fold(text)]
    if not spellings:
        return text
    count, best = max(spellings)
    own = vocabulary.get(text.upper(), 0)
    return best if count > 2 * own and (word.confidence < 0.94 or own == 0) else text


_WELL_READ = 0.85


@lru_cache(maxsize=1)
def _words_of_phrases() -> frozenset[str]:
    return frozenset(word for phrase in grammar().phrases.values() for word in phrase)


def with_set_phrases(words: Sequence[Word]) -> list[Word]:
    """The engine's words, one wrong mark put right where neighbours on a line are a phrase of the grammar.

    Words that can be nothing else are put right by themselves (`_as_printed`).
    """
    words = [word if (text := _as_printed(word.text)) == word.text else replace(word, text=text) for word in words]
    cores = [word.text.strip(_MARKS) for word in words]
    spelt = in_set_phrases(cores, [word.line for word in words])
    return [
        word if new == core else replace(word, text=word.text.replace(core, new, 1))
        for word, core, new in zip(words, cores, spelt, strict=True)
    ]


def _as_printed(text: str) -> str:
    """Slashes of symbols put back, a horn that was seen twice (cử') taken away, v where no u can stand (uiệc).

    And a zero that was seen as brackets ("()5-CT/TW").
    """
    if text.isalpha():
        return _seen_once(_U_FOR_V.sub("v", text) if text[0] == "u" else text)
    text = _HORN_TWICE.sub("", _SLASH_OF_YEAR.sub("/", _with_slash(text)))
    return f"0{text[2:]}" if text.startswith("()") and text[2:3].isdigit() else text


def _seen_once(word: str) -> str:
    """A word whose vowel the engine saw twice, with other marks (HÀÃNH, XUYEÊN), where one of the two is a word."""
    twice = _TWICE.search(word)
    if twice is None:
        return word
    readings = {word[:at] + word[at + 1 :] for at in (twice.start(), twice.start() + 1)}
    known = [one for one in readings if one.lower() in _words_of_phrases()]
    return known[0] if len(known) == 1 else word


_TWICE = re.compile("[aàáảãạăằắẳẵặâầấẩẫậ]{2}|[eèéẻẽẹêềếểễệ]{2}|[yỳýỷỹỵ]{2}", re.IGNORECASE)
"""Neighbours that no Vietnamese word has: of i, o and u there are such (II, xoong, cứu)."""
_U_FOR_V = re.compile(r"^u(?=(?:iệc|ới|à)$)")
_HORN_TWICE = re.compile(r"(?<=[ơớờởỡợưứừửữự])['’](?=\W*$)")
_SLASH_OF_YEAR = re.compile(r"(?<=\d/20\d\d)(?=[A-ZĐ][A-ZĐa-z]*-[A-ZĐ])")
"""12/2025NQ-HĐND."""
_LOST_SLASH = re.compile(r"(\d+-)([A-ZĐ]{2,3})[Il1|]((?:TW|TƯ|TU|ĐU)\W*)")


def _with_slash(text: str) -> str:
    """57-NQ/TW, whose slash the engine reads as a letter (57-NQITW)."""
    lost = _LOST_SLASH.fullmatch(text)
    return f"{lost[1]}{lost[2]}/{lost[3]}" if lost and lost[2] in grammar().type_of_symbol else text


def in_set_phrases(words: Sequence[str], lines: Sequence[int] | None = None) -> list[str]:
    """Bare words, one wrong one of a set phrase put right; phrases do not reach over the ends of `lines`."""
    phrases, spelt = grammar().phrases, list(words)
    folded = [fold(word) for word in words]
    for count in (3, 2):
        for place in range(len(words) - count + 1):
            phrase = phrases.get(" ".join(folded[place : place + count]))
            if phrase is not None and (lines is None or lines[place] == lines[place + count - 1]):
                _put_right(spelt, place, phrase)
    for place in range(len(words) - 1):
        if folded[place] == "NAM" and _YEAR.fullmatch(year := _FAR_YEAR.sub("20", words[place + 1])):
            spelt[place] = "".join(_in_case(new, old) for new, old in zip("năm", spelt[place], strict=True))
            spelt[place + 1] = year
        elif folded[place] == "THANG" and words[place + 1] == "II":
            spelt[place + 1] = "11"  # months are written in digits
        elif folded[place] in _COUNTED:
            spelt[place + 1] = _as_numeral(spelt[place + 1])
    return spelt


_COUNTED = frozenset({"VUC", "QUY", "KHOA", "KY", "THU", "LAN", "PHAN", "CHUONG"})
"""Words, folded, behind which Roman numerals stand (khu vực XIII, quý III)."""
_MISREAD_NUMERAL = re.compile(r"(?=\w*I)[XVI]*[HN][XVIHN]*")
_STROKES = re.compile(r"(?=.*[IT])(?=.*[T1l])[IT1l]{2,4}")
_NUMERAL = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")


def _as_numeral(text: str) -> str:
    """A Roman numeral whose strokes OCR joined to a letter (XIH, XHI, XINI are XIII), where it can be one alone.

    Strokes with serifs it takes for a T, and sees one too many (TT is II, TTIT is III).
    """
    if _STROKES.fullmatch(text):
        return "I" * min(3, len(text))
    if text in ("TV", "lV", "1V"):
        return "IV"
    if not _MISREAD_NUMERAL.fullmatch(text):
        return text
    parts = [{"H": ("II",), "N": ("I", "II")}.get(letter, (letter,)) for letter in text]
    readings = [one for one in map("".join, product(*parts)) if _NUMERAL.fullmatch(one)]
    return readings[0] if len(readings) == 1 else text


_YEAR = re.compile(r"(?:19|20)\d\d")
_FAR_YEAR = re.compile(r"^2[689](?=\d\d$)")
"""A zero that was read as another round digit (2625)."""


def _put_right(spelt: list[str], place: int, phrase: Sequence[str]) -> None:
    """In place: the words that bear other marks than the phrase's; one must be right."""
    wrong = _wrong(spelt[place : place + len(phrase)], phrase)
    for at in wrong if len(wrong) < len(phrase) else ():
        spelt[place + at] = "".join(_in_case(new, old) for new, old in zip(phrase[at], spelt[place + at], strict=True))


@lru_cache(maxsize=4096)
def marks_of(word: str) -> tuple[str, list[str]]:
    """Letters and marks, wherever the tone stands: "ủy" and "uỷ", "hóa" and "hoá" are one word."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in parts if not unicodedata.combining(c)), sorted(
        c for c in parts if unicodedata.combining(c)
    )


def with_small_letters(words: Sequence[str]) -> list[str]:
    """No capitals in the middle of a text for their size alone (Sở Nội VỤ, thành lập TỔ công tác)."""
    small = list(words)
    for at, (before, word, after) in enumerate(zip(words, words[1:], [*words[2:], ""], strict=False), 1):
        alone = not before.isupper() and (not after.isupper() or after.isascii())
        if alone and word.isupper() and is_toned(word) and set(fold(word[1:].rstrip(",;."))) <= SAME_SHAPE:
            small[at] = word.lower() if fold(word[0]) in SAME_SHAPE else word.capitalize()
    return small


def with_small_phrases(words: Sequence[str]) -> list[str]:
    """No phrase of the grammar in capitals behind a word that is not (Sở NỘI VỤ): faces of one width look so."""
    small = list(words)
    for at in range(1, len(words) - 1):
        both = [word.rstrip(",;.") for word in words[at : at + 2]]
        if not words[at - 1].isupper() and all(map(str.isupper, both)) and fold(" ".join(both)) in grammar().phrases:
            small[at : at + 2] = words[at].capitalize(), words[at + 1].lower()
    return small


SAME_SHAPE = frozenset("COSUVXZ")
"""Letters whose capitals differ from the small ones by their size alone."""


def as_place_is_named(words: Sequence[str]) -> list[str]:
    """The last words as the grammar's place of that name is written, where one of them bears a wrong mark.

    Where two places share the letters ("Cẩm Thanh", "Cẩm Thành") only one of them may be that near.
    """
    spelt = list(words)
    for count in (4, 3, 2):
        every = grammar().places.get(fold(" ".join(words[-count:])), []) if len(words) >= count else []
        names = [name for name in every if not any(map(_loses_marks, spelt[-count:], name))]
        misses = [len(_wrong(spelt[-count:], name)) for name in names]
        if misses:
            if 0 not in misses and misses.count(1) == 1:
                _put_right(spelt, len(words) - count, names[misses.index(1)])
            break
    return spelt


def _loses_marks(word: str, name: str) -> bool:
    """Two marks of a word that the name has not: print, for OCR invents one at most (Ba Đình is not Ba Dinh)."""
    return len(decomposed(word)) - len(decomposed(name)) >= 2


def with_apostrophe(place: str) -> str:
    """A place as those with an apostrophe are written, which OCR drops with a narrow letter (Ea Heo is Ea H'leo)."""
    said, known = fold(place).replace("'", ""), grammar().places
    if said in known:
        return place
    near = [folded for folded in known if "'" in folded and _is_but_for_a_letter(said, folded.replace("'", ""))]
    return " ".join(known[near[0]][0]) if len(near) == 1 else place


def _is_but_for_a_letter(said: str, name: str) -> bool:
    """A letter was lost, of a longer name also one misread (Ea Hteo)."""
    lost = len(said) == len(name) - 1
    return said == name or (slips(said, name) == 1 and (lost or len(name) >= 7))


def with_first_letter(words: Sequence[str], organs: Iterable[str]) -> str | None:
    """The one place, known or named by an organ of the head, that this is but for a letter ("ội An Đông")."""
    said = fold(" ".join(words))
    known = (" ".join(name) for names in grammar().places.values() for name in names)
    named = (" ".join(organ.split()[-len(words) :]).title() for organ in organs)
    for every in (named, known):
        if near := {one for one in every if slips(fold(one), said) <= 1}:
            return near.pop() if len(near) == 1 else None
    return None


def _wrong(words: Sequence[str], phrase: Sequence[str]) -> list[int]:
    """Which words bear other marks than the phrase's."""
    return [at for at, word in enumerate(words) if marks_of(word) != marks_of(phrase[at])]


def _in_case(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter


_MARKS = ",.;:()\"'"


def respelt_phrase(words: list[str], pages: Iterable[PageReading]) -> list[str]:
    """Words of a name as the document writes the same name elsewhere: two neighbours in a row must agree.

    "HỘI ÁN ĐÔNG" in the head becomes "HỘI AN ĐÔNG" where the text says "Hội An Đông" more often.
    """
    wanted = [fold(word) for word in words]
    spellings: list[Counter[str]] = [Counter({word.upper(): 1}) for word in words]
    for page in pages:
        said = [word.text.strip(",.;:()\"'") for word in page.words if word.confidence > 0.9]
        folded = [fold(word) for word in said]
        for place in range(len(folded) - 1):
            for at in range(len(wanted) - 1):
                if folded[place] == wanted[at] and folded[place + 1] == wanted[at + 1]:
                    spellings[at][said[place].upper()] += 1
                    spellings[at + 1][said[place + 1].upper()] += 1
    return [counts.most_common(1)[0][0] for counts in spellings]


def vocabulary_of(pages: Sequence[PageReading]) -> Counter[str]:
    """Capital spellings of the words read with confidence, and how often; the grammar's own words count ten times.

    Of typed pages none is wanted: they are not put right.
    """
    seen: Counter[str] = Counter()
    if all(page.source == "layer" for page in pages):
        return seen
    for page in pages:
        seen.update(word.text.strip(",.;:()\"'").upper() for word in page.words if word.confidence > 0.93)
    words = grammar()
    for phrase in (*_ORGAN_PHRASES, *words.types.values()):
        for word in phrase.split():
            seen[word] += 10
    return seen


_ORGAN_PHRASES = ("ỦY BAN NHÂN DÂN TỈNH THÀNH PHỐ PHƯỜNG XÃ", "HỘI ĐỒNG NHÂN DÂN", "BAN CHỈ ĐẠO", "TRUNG TÂM PHỤC VỤ")
