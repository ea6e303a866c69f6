"""Vietnamese text as people typed it for the old fonts TCVN3 (.VnTime) and VNI."""

from __future__ import annotations

import functools

from connectors.exports.cells.legacy import TCVN3, VNI, OldFont


@functools.cache
def _writer(font: OldFont) -> dict[str, str]:
    """Modern letter -> how the old font writes it, found by reading every sign and pair of signs with it."""
    western = [chr(code) for code in range(0xA1, 0x100)]
    bases = "aeouyAEOUYôöÔÖ" if font is VNI else ""
    written = [*western, *(base + mark for base in bases for mark in western)]
    read = [(font.read(sign), sign) for sign in reversed(written)]
    return {letter: sign for letter, sign in read if len(letter) == 1 and letter != sign}


def typed_in(text: str, font: OldFont) -> str:
    """The text on Western code points."""
    writer = _writer(font)
    return "".join(writer.get(letter, letter) for letter in (small(text) if font is TCVN3 else text))


def small(text: str) -> str:
    """The text as TCVN3 can hold it: no capitals but those of plain Latin."""
    return "".join(letter if letter.isascii() else letter.lower() for letter in text)
