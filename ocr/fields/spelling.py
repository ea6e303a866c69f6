"""Capital words as the document itself and the grammar spell them: OCR drops the marks of capitals most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ocr.fields.grammar import fold, grammar
from ocr.words import Word

if TYPE_CHECKING:
    from ocr.page_reading import PageReading


def respelt(word: Word, vocabulary: Counter[str]) -> str:
    """A capital word as the document and the grammar spell it elsewhere; OCR drops marks of capitals most."""
    text = word.text.strip("|_'\"`.~")
    if word.source != "ocr":
        return text
    spellings = [(count, one) for one, count in vocabulary.items() if fold(one) == fold(text)]
    if not spellings:
        return text
    count, best = max(spellings)
    own = vocabulary.get(text.upper(), 0)
    return best if count > 2 * own and (word.confidence < 0.94 or own == 0) else text


def with_set_phrases(words: Sequence[Word]) -> list[Word]:
    """The engine's words, one wrong mark put right where two neighbours are a phrase of the grammar."""
    phrases, respelt_words = grammar().phrases, list(words)
    cores = [word.text.strip(_MARKS) for word in words]
    folded = [fold(core) for core in cores]
    for place in range(len(words) - 1):
        phrase = phrases.get(f"{folded[place]} {folded[place + 1]}")
        if phrase is None or words[place].line != words[place + 1].line:
            continue
        wrong = [at for at in (0, 1) if cores[place + at].lower() != phrase[at]]
        if len(wrong) == 1:
            at = place + wrong[0]
            right = "".join(_in_case(new, old) for new, old in zip(phrase[wrong[0]], cores[at], strict=True))
            respelt_words[at] = replace(words[at], text=words[at].text.replace(cores[at], right, 1))
    return respelt_words


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


def vocabulary_of(pages: Iterable[PageReading]) -> Counter[str]:
    """Capital spellings of the words read with confidence, and how often; the grammar's own words count ten times."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update(word.text.strip(",.;:()\"'").upper() for word in page.words if word.confidence > 0.93)
    words = grammar()
    for phrase in (*_ORGAN_PHRASES, *words.types.values()):
        for word in phrase.split():
            seen[word] += 10
    return seen


_ORGAN_PHRASES = ("ỦY BAN NHÂN DÂN TỈNH THÀNH PHỐ PHƯỜNG XÃ", "HỘI ĐỒNG NHÂN DÂN", "BAN CHỈ ĐẠO", "TRUNG TÂM PHỤC VỤ")
