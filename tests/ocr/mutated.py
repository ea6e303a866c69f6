"""PDFs broken in one of many ways by chance: byte for byte the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from tests.ocr import exotic, hostile
from tests.ocr.papers import Paper, Scanner, born_digital, scanned

_SHORT = replace(Paper(), body=())
_NUMBER = re.compile(rb"(?<=[\s/\[])-?\d+(?=[\s\]/>])")
_KEY = re.compile(rb"/[A-Z][A-Za-z]{1,14}\b")
_REFERENCE = re.compile(rb"\b\d+ 0 R\b")
_EXTREMES = (b"0", b"-1", b"1", b"65536", b"2147483648", b"-2147483649", b"99999999999999999999", b"1e99", b"0.0001")


@lru_cache(maxsize=1)
def sound_files() -> tuple[bytes, ...]:
    """What is broken: text, a scan, a locked file, a script with an attachment, a deep form, many pages."""
    text = born_digital(_SHORT)
    return (
        text,
        scanned(_SHORT, Scanner(dpi=100)),
        hostile.locked(text, user=""),
        hostile.with_script_and_attachment(text),
        exotic.xfa_form(_SHORT),
        hostile.many_pages(40),
    )


def mutated(seed: int) -> bytes:
    """One of the sound files, broken one to three times."""
    chance = random.Random(f"mutated-{seed}")
    content = chance.choice(sound_files())
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(_WAYS)(content, chance)
    return content


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 10, 200))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) // 10, len(content))]


def _cut_out(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice((1, 50, 5000)) :] or content


def _repeated(content: bytes, chance: random.Random) -> bytes:
    start, length = chance.randrange(len(content)), chance.choice((20, 2000, 50_000))
    return content[: start + length] + content[start:]


def _new_number(content: bytes, chance: random.Random) -> bytes:
    return _one_replaced(content, _NUMBER, chance.choice(_EXTREMES), chance)


def _other_key(content: bytes, chance: random.Random) -> bytes:
    keys = _KEY.findall(content) or [b"/Kids"]
    return _one_replaced(content, _KEY, chance.choice(keys), chance)


def _other_reference(content: bytes, chance: random.Random) -> bytes:
    """May point to itself, to its parent, or to nothing."""
    return _one_replaced(content, _REFERENCE, f"{chance.randrange(40)} 0 R".encode(), chance)


def _without_tables(content: bytes, chance: random.Random) -> bytes:
    word = chance.choice((b"xref", b"startxref", b"trailer", b"endobj", b"endstream", b"%%EOF"))
    return content.replace(word, b" " * len(word))


def _one_replaced(content: bytes, found: re.Pattern[bytes], by: bytes, chance: random.Random) -> bytes:
    places = [match.span() for match in found.finditer(content)]
    if not places:
        return content
    start, end = chance.choice(places)
    return content[:start] + by + content[end:]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    _cut_off,
    _cut_out,
    _repeated,
    _new_number,
    _new_number,
    _other_key,
    _other_reference,
    _other_reference,
    _without_tables,
)
