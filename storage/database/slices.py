"""How much of a long list somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a long list: from where, how many."""

    offset: int = 0
    limit: int = 50
