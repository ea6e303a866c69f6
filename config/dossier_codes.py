"""The code of a dossier, as the one-stop software writes it: one pattern for exports, file names and texts."""

from __future__ import annotations

import re

DOSSIER_CODE = re.compile(
    r"(?<![\d.])(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{1,3}){0,4})-\d{6}-\d{4,6}(?!\d)"
)
"""`{code of the office}-{yyMMdd}-{number of the day}`: 000.00.25.H38-250703-0012, since July 2025 H17.12.34-250924-0005
(domain notes 4.2). Never the tail of a longer number, nor its beginning."""


def dossier_code_in(text: str) -> str | None:
    """The first dossier code in a file's name or path, in capitals however it was typed; None where there is none."""
    found = DOSSIER_CODE.search(text.upper())
    return found.group() if found else None
