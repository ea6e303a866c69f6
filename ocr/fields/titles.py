"""Titles of those who sign, as a line of the signature block says them."""

from __future__ import annotations

import re

from ocr.fields.grammar import close_to, grammar
from ocr.fields.line import Line

_DATED = re.compile(r"\W*\d{1,2}[/.]")
"""Cells of a table: 28/10/2025 GIÁM ĐỐC."""


def title_of(line: Line) -> str | None:
    """The title (folded) that a capital line is or ends with."""
    if not mostly_capital(line.text) or _DATED.match(line.folded):
        return None
    text = re.sub(r"[^A-Z ]", " ", line.folded).strip()
    titles = grammar().titles
    if text in titles or any(text.startswith(title + " ") for title in titles):
        return text
    if line.words[0].source != "ocr" or len(text) <= 6:
        return None
    return _after_scraps(text) or close_to(text, titles, 2 if len(text) > 12 else 1) or framed_title(text, 3)


def framed_title(text: str, least: int) -> str | None:
    """The one title of as many words (`least` or more) that ends as the text does and begins as it does.

    A seal hides what stands between (PHÓ GLÁWI ĐỐC); of two words the first letter is enough (GL€M ĐỐC).
    """
    words = text.split()
    begins = words[0] if len(words) > 2 else text[:1]
    every = [title.split() for title in grammar().titles] if len(words) >= least else []
    alike = [title for title in every if len(title) == len(words) and title[-1] == words[-1]]
    framed = [title for title in alike if title[0].startswith(begins)]
    return " ".join(framed[0]) if len(framed) == 1 else None


def _after_scraps(text: str) -> str | None:
    """The longest title at the line's end after nothing but scraps of a seal ("PP H CHU TICH")."""
    ends = [title for title in grammar().titles if text.endswith(" " + title)]
    title = max(ends, key=len, default=None)
    return title if title and all(len(scrap) <= 3 for scrap in text.removesuffix(title).split()) else None


def mostly_capital(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    share = 0.75 if len(letters) >= 8 else 0.85  # scraps of a seal stand before a title
    return len(letters) >= 4 and sum(c.isupper() for c in letters) >= share * len(letters)
