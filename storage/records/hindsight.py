"""Ends that dossiers are given in hindsight: what earlier exports showed of them, and how long clerks may take."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from config.working_calendar import load_calendars
from connectors.exports.backdating import Alarm, ended_in_hindsight
from scoring.engine.period import VIETNAM, WorkingDays, working_days
from storage.database.export_tables import import_rows
from storage.database.tables import imports
from storage.records.incoming import DOSSIERS
from storage.records.packing import unpacked

ENTERED_WITHIN = 2
"""Working days after the end of a dossier in which entering it is ordinary. This project's own choice: a result handed
over on a Friday is entered on Monday or Tuesday."""
_MOST_IMPORTS = 40
"""Earlier exports that are looked through; what none of them spoke of is not judged."""
_ENDS = frozenset({"finished_at", "returned_at"})


@dataclass(frozen=True, slots=True)
class Moved:
    """A dossier that an import changes: what was kept of it, and what comes."""

    code: str
    kept: Mapping[str, Any]
    coming: Mapping[str, Any]


def gives_an_end(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> bool:
    """Whether a dossier was open, and is not any more."""
    return not any(kept.get(name) for name in _ENDS) and any(coming.get(name) for name in _ENDS)


def alarms_in_hindsight(
    connection: Connection, unit: str, import_id: int, given: Sequence[Moved]
) -> Iterator[tuple[str, Alarm]]:
    """Alarms of dossiers that an earlier export showed open and overdue long after the end they are given now."""
    now = _moments(connection, unit)[import_id]
    doubtful = [it for it in given if ended_in_hindsight(it.kept, it.coming, now, _entered_by())]
    seen = _seen_open(connection, unit, import_id, {it.code for it in doubtful})
    for it in doubtful:
        if it.code in seen and (alarm := ended_in_hindsight(it.kept, it.coming, seen[it.code], _entered_by())):
            yield it.code, alarm


def _seen_open(connection: Connection, unit: str, import_id: int, codes: set[str]) -> dict[str, datetime]:
    """Code -> the moment of the newest earlier export that spoke of its end."""
    moments = _moments(connection, unit)
    earlier = sorted((moment, other) for other, moment in moments.items() if moment < moments[import_id])
    found: dict[str, datetime] = {}
    for moment, other in reversed(earlier[-_MOST_IMPORTS:]):
        missing = codes - found.keys()
        if not missing:
            break
        found |= dict.fromkeys(missing & _speaking_of_ends(connection, other, missing), moment)
    return found


def _speaking_of_ends(connection: Connection, import_id: int, codes: set[str]) -> set[str]:
    overlapping = (import_rows.c.first_key <= max(codes), import_rows.c.last_key >= min(codes))
    blocks = select(import_rows.c.packed).where(import_rows.c.import_id == import_id, *overlapping)
    found: set[str] = set()
    for block in map(unpacked, connection.execute(blocks).scalars()):
        said = zip(block["keys"], block["said"], strict=True)
        found |= {key for key, names in said if key in codes and not _ENDS.isdisjoint(names.split(","))}
    return found


def _moments(connection: Connection, unit: str) -> dict[int, datetime]:
    """Import -> when its words were true at the latest: a file that lay about is no younger than its last change."""
    columns = (imports.c.id, imports.c.stands_at, imports.c.modified_at)
    rows = connection.execute(select(*columns).where(imports.c.unit == unit, imports.c.kind == DOSSIERS))
    return {row.id: min(row.stands_at, row.modified_at or row.stands_at).astimezone(VIETNAM) for row in rows}


@functools.cache
def _entered_by() -> Callable[[date], date]:
    days: WorkingDays = working_days(load_calendars())
    return lambda end: days.after(end, ENTERED_WITHIN)
