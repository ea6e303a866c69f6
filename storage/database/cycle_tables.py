"""Tables of the yearly cycle: where a unit stands in it, and what was written for each component."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Text

from storage.database.tables import _required, _table, metadata
from storage.database.types import Instant, Plain

__all__ = ["metadata"]  # with the tables of this file in it

# The yearly cycle of a unit: its state, its deadlines, and from locking on what was locked.
cycles = _table(
    "cycles",
    Column("unit", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    _required("version", Integer),  # +1 with every change of this row: who writes over another's change is refused
    _required("state"),
    _required("criteria"),  # id@version
    _required("deadlines", Plain),  # {self_score, appraisal_1, explanation, appraisal_2}: ISO days
    Column("lock", Plain),  # {who, at, run, sheet, automatic}
    _required("changed_by"),
    _required("changed_at", Instant),
)

# What was written for one component in the course of a cycle.
cycle_entries = _table(
    "cycle_entries",
    Column("unit", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("component", Text, primary_key=True),
    _required("position", Integer),
    _required("version", Integer),
    _required("entry", Plain),
    _required("changed_by"),
    _required("changed_at", Instant),
)
