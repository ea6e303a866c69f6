"""tesseract's table of words (TSV), which both adapters get."""

from __future__ import annotations

import unicodedata

from ocr.words import Box, Word

_WORD_LEVEL = "5"
_COLUMNS = 12
_SEEN_AS = str.maketrans({"ˆ": "^", "†": "l", "⁄": "/"})
"""Signs that the Vietnamese model sees and no document prints: a mark alone is no letter, though Unicode says so."""


def words_from_table(table: str, dpi: float) -> list[Word]:
    """Words of a TSV table (level, page, block, par, line, word, left, top, width, height, conf, text)."""
    scale = 72.0 / dpi
    found = []
    lines: dict[tuple[str, str, str], int] = {}
    for record in table.splitlines():
        cells = record.split("\t")
        if len(cells) >= _COLUMNS and cells[0] == _WORD_LEVEL and (text := cells[11].strip()):
            left, top, width, height = (float(cell) * scale for cell in cells[6:10])
            box = Box(left, top, left + width, top + height)
            confidence = min(1.0, max(0.0, float(cells[10]) / 100))
            line = lines.setdefault((cells[2], cells[3], cells[4]), len(lines) + 1)
            found.append(Word(unicodedata.normalize("NFC", text.translate(_SEEN_AS)), box, confidence, "ocr", line))
    return found
