"""Summary tables of one-stop software, as data: how they are known, and what of ours their columns count."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from config.criteria_rules import Strict
from config.strict_yaml import read_strict_yaml

FILE = Path(__file__).parent / "forms" / "summaries.yaml"


class SummaryTable(Strict):
    """One table: `labels` stand in its header; `columns` are label paths by number of the column.

    Without `readings` the numbers are those of form II.06a. A reading names our own count of each column that has one
    (`scoring/summary_counts.py`); of several readings the table is held to the one that it fits best. `identities` are
    (total, its parts) that the table's own words promise.
    """

    id: str
    name: str
    labels: list[str] = Field(min_length=3)
    columns: Mapping[int, list[list[str]]] = Field(default_factory=dict)
    identities: tuple[tuple[int, tuple[int, ...]], ...] = ()
    readings: tuple[Mapping[int, str], ...] = ()


@functools.cache
def summary_tables() -> tuple[SummaryTable, ...]:
    """All tables that are known."""
    entries = read_strict_yaml(FILE.read_text(encoding="utf-8")).value
    return tuple(SummaryTable.model_validate(entry) for entry in entries)
