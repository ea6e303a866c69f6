"""A table as it stands in its file: cells by row and column, nothing interpreted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Cells = list[Any]
"""One row from its first column; cells are str, int, float, bool, date, datetime or None (or "" for empty)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. `rows[0]` is row 1 of the sheet. `above` is text that stands outside the table (HTML headings)."""

    name: str
    rows: list[Cells]
    above: tuple[str, ...] = field(default=())
