"""Names of persons on a line of print: where they begin, and how OCR's slips in them are put right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ocr.fields.grammar import TONES, close_to, decomposed, fold, grammar, is_toned, slips
from ocr.fields.line import Line, Spot
from ocr.fields.spelling import marks_of

_PREFIXED = re.compile(r"[HK]\s?['’‘`´]\s?(?=[^\W\d_]{2})")
"""H' and K' before names of the Ede and the K'Ho; a K'Ho has one word for a name (K'Dung)."""
_OF_ONE_LETTER = ("Y", "Ý")
"""Words of names: Y the first of men's among the Ede and Jarai, Ý the last of Như Ý."""
_NAME_PART = re.compile(
    rf"(?<!\w){_PREFIXED.pattern}[^\W\d_]+|(?<!\w)Y(?=\s+[^\W\d_]{{2}})|(?<=[^\W\d_]\s)Ý(?!\w)|[^\W\d_]{{2,}}"
)
_FOREIGN = str.maketrans("ÑñÄäÖöÜüÏïËë", "NnÃãÕõŨũĨĩẼẽ")
_MIDDLES = {"VAN": "Văn", "THI": "Thị"}
_OWN_NAMES = frozenset({"Vân", "Vạn", "Thi", "Thì"})
_VOWELS = frozenset("AEIOUY")
_DOUBTED = 0.85
"""Confidence under which a letter, not only its marks, may be wrong."""
_SURE = 0.93
"""The same of a family that nobody bears, and of one with letters that Vietnamese has not."""
_NOT_VIETNAMESE = frozenset("FJWZ")
_LOST_TONE, _OTHER_TONE, _FALSE_TONE = 1.1, 1.0, 1.5
"""How far a reading is from a name in the tone: OCR takes one tone for another more often than it sees one in none."""
_CLEARLY = 0.3
"""By how much a name must be nearer than the next."""


def name_parts(line: Line) -> list[tuple[int, int]]:
    """Where runs of two letters and more stand behind degrees and ranks (ThS., BS., Thượng tá).

    A run is parted before a capital inside it ("LêMỹ").
    """
    start, ranks = 0, grammar().ranks
    while found := ranks.match(line.folded, start):
        start = found.end()
    text, parts = line.text, []
    for match in _NAME_PART.finditer(text, start):
        first, end = match.span()
        inner = [at for at in range(first + 1, end) if text[at].isupper() and text[at - 1].islower()]
        edges = [first, *inner, end]
        parts += [(a, b) for a, b in pairwise(edges) if b - a >= 2 or text[a:b] in _OF_ONE_LETTER]
    return parts


def written_as_name(text: str) -> bool:
    """A capital and small letters, or a word of one letter."""
    own = _PREFIXED.sub("", text)
    return text in _OF_ONE_LETTER or (own[0].isupper() and own[1:].islower())


def has_vowel(text: str) -> bool:
    """Every word of a name has one: "Hhs" is what was read of a degree."""
    return not _VOWELS.isdisjoint(fold(text))


def is_whole_name(words: Sequence[Spot]) -> bool:
    return len(words) >= 2 or (bool(words) and _PREFIXED.match(words[0].text) is not None)


def without_stroke(words: Sequence[Spot]) -> list[Spot]:
    """The words without a stroke at the front that looks like a Y: doubted, or before a family name of the Kinh."""
    if len(words) < 3 or words[0].text != "Y":
        return list(words)
    kinh = fold(words[1].text) in grammar().family_names
    return list(words[1:] if kinh or words[0].confidence < 0.8 else words)


def without_scrap(words: Sequence[Spot]) -> list[Spot]:
    """The words without what a seal left before a family's name ("Zamno Đăng Thị Quyên")."""
    scrap = len(words) > 2 and words[0].confidence < _SCRAP and fold(words[0].text) not in grammar().family_names
    return list(words[1:] if scrap and fold(words[1].text) in grammar().family_names else words)


_SCRAP = 0.5
"""Confidence under which a word that is no family's name may be a scrap of a seal."""


def with_whole_family(spots: Sequence[Spot]) -> list[Spot]:
    """The first word put right where a stroke lies on its capital and one family alone goes on so ("đrần" is Trần).

    Or where its capital differs from the small letter by its size alone ("võ").
    """
    first = spots[0].text if spots else ""
    if first.islower() and is_family_name(first.title()):
        return [replace(spots[0], text=first.title()), *spots[1:]]
    every = (name for names in grammar().family_names.values() for name in names)
    unknown = len(first) > 4 and spots[0].confidence < _SURE and not is_name_word(first)
    doubted = len(first) > 2 and (first[0].islower() or unknown)
    alike = [name for name in every if name[1:] == first[1:]] if doubted else []
    return [replace(spots[0], text=alike[0]), *spots[1:]] if len(alike) == 1 else list(spots)


def with_capitals(spots: Sequence[Spot]) -> list[Spot]:
    """A word of a name whose capital was read as the small letter (Ngô hữu Tâm), between a family and another."""
    if len(spots) < 3 or not is_family_name(spots[0].text):
        return list(spots)
    whole = (replace(one, text=one.text.title()) if _lost_capital(one.text) else one for one in spots[:-1])
    return [*whole, spots[-1]]


def _lost_capital(word: str) -> bool:
    return word.islower() and len(word) > 2 and is_name_word(word.title())


def is_family_name(word: str) -> bool:
    return word in grammar().family_names.get(fold(word), ())


def is_middle_name(word: str) -> bool:
    """A word of names that no family has (Quang, Hữu; Đình is no Đinh), and `Văn` and `Thị`: before it one stands."""
    return word in _MIDDLES.values() or (is_name_word(word) and not is_family_name(word))


def is_name_word(word: str) -> bool:
    """A word that families or persons are named by, with its own marks."""
    every = (*grammar().given_names.get(fold(word), ()), *grammar().family_names.get(fold(word), ()))
    return any(marks_of(word) == marks_of(name) for name in every)


def respelt_name(words: Sequence[Spot], before: str) -> list[str]:
    """A name as names are written: the family's marks, `Văn` and `Thị` in the middle, letters that Vietnamese has.

    `before` is what was read left of it: the end of a family name whose beginning a seal hides ("õ Thanh Khởi"), or
    a family name with a letter too many ("NNgô Đình Đức").
    """
    families = grammar().family_names
    sound = [word.text.translate(_FOREIGN) for word in words]
    if len(sound) == 1:
        return sound
    kinh = fold(sound[0]) in families
    sure = [max(word.confidence, 0.0 if kinh else _DOUBTED) for word in words]
    middle = [_middle_word(word, at) for word, at in zip(sound[1:-1], sure[1:-1], strict=True)]
    given = _as_named(sound[-1], sure[-1], grammar().given_names)
    scrap = re.findall(r"[^\W\d_]+", before)[-1:]
    near = close_to(scrap[0].translate(_FOREIGN), families) if scrap and len(scrap[0]) >= 4 else None
    if near:
        return [families[near][0], sound[0], *middle, given]
    every = [name for names in families.values() for name in names]
    tail = scrap[0] if scrap and set(fold(scrap[0])) & _VOWELS else "-"
    hidden = [name for name in every if name.endswith(tail) and name != tail]
    hidden = hidden or [name for name in every if fold(name[1:]) == fold(tail)]
    lost = hidden if len(hidden) == 1 and fold(sound[0]) not in families else []
    return [*lost, _family_name(sound[0], words[0].confidence), *middle, given]


def _family_name(word: str, confidence: float) -> str:
    """As the family is written; where two share the letters (Đoàn, Doãn) the one that bears most of its marks."""
    families = grammar().family_names
    near = fold(word)
    if near not in families and confidence < _SURE and len(word) >= 3:
        near = close_to(word, families) or near
    return min(families.get(near, ()), key=lambda name: slips(decomposed(name), decomposed(word)), default=word)


def believed_family(word: str, confidence: float) -> bool:
    """A family that nobody bears is believed only where it was surely read: "Phá" and "Jô" are what a pen left."""
    known = fold(word) in grammar().family_names or _PREFIXED.match(word) is not None
    return known or confidence >= (_SURE if set(fold(word)) & _NOT_VIETNAMESE else _DOUBTED)


def _middle_word(word: str, confidence: float) -> str:
    if word in _OWN_NAMES:
        return word
    near = [one for one in _MIDDLES.values() if confidence < _DOUBTED and slips(decomposed(one), decomposed(word)) == 1]
    return _MIDDLES.get(fold(word)) or (near[0] if near else _as_named(word, confidence, grammar().middle_names))


def _as_named(word: str, confidence: float, names: dict[str, tuple[str, ...]]) -> str:
    """The word as the one name is written that it may be; itself where it is a name, or may be none or several.

    `names` are spellings by their folded letters. A word without namesakes is one letter off where it was doubted.
    """
    own = names.get(fold(word), ())
    if any(marks_of(word) == marks_of(name) for name in own):
        return word
    if own and (confidence < _DOUBTED or is_toned(word) or len(own) == 1):
        return _clearly_nearest(word, own, _distance_in_marks)
    if own or confidence >= _DOUBTED or len(word) < 3:
        return word
    letters = fold(word)
    near = [name for folded, every in names.items() if slips(folded, letters) == 1 for name in every]
    return _clearly_nearest(word, near, lambda one, other: slips(decomposed(one), decomposed(other)))


def _clearly_nearest(word: str, names: Iterable[str], far: Callable[[str, str], float]) -> str:
    ranked = sorted((far(word, name), name) for name in names)
    if not ranked or (len(ranked) > 1 and ranked[1][0] - ranked[0][0] < _CLEARLY):
        return word
    return ranked[0][1]


def _distance_in_marks(read: str, name: str) -> float:
    """Between two spellings of the same letters: tone for tone, and each circumflex, breve, horn and stroke."""
    (shape, tone), (its_shape, its_tone) = _shape_and_tone(read), _shape_and_tone(name)
    tones = 0.0 if tone == its_tone else _OTHER_TONE if tone and its_tone else _FALSE_TONE if tone else _LOST_TONE
    return slips(shape, its_shape) + tones


def _shape_and_tone(word: str) -> tuple[str, str]:
    letters = decomposed(word)
    return "".join(c for c in letters if c not in TONES), "".join(c for c in letters if c in TONES)
