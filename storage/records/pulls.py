"""What came of pulling each source, and which files of servers were fetched before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from storage.database.export_tables import source_files, source_pulls
from storage.database.tables import imports
from storage.records.imports import READ

PULLED, ASLEEP, RETRY, ASK = "pulled", "asleep", "retry", "ask"
FAILED = (RETRY, ASK)


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull of one source: `state` is pulled | asleep | retry | ask, `fresh` counts files new by content."""

    source: str
    at: datetime
    state: str
    reason: str | None = None
    files: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Since when a source waits for its window, and how it failed when it was asked since (None: it was not asked)."""

    since: datetime
    failed: Pull | None = None


def record_pull(connection: Connection, unit: str, pull: Pull) -> None:
    """Keep what came of a pull. A repeated step keeps what the first one saw, unless that failed."""
    mine = (source_pulls.c.unit == unit, source_pulls.c.source == pull.source, source_pulls.c.at == pull.at)
    before = connection.execute(select(source_pulls.c.state).where(*mine)).scalar()
    if before == PULLED:
        return
    connection.execute(delete(source_pulls).where(*mine))
    values = {name: getattr(pull, name) for name in ("source", "at", "state", "reason", "files", "fresh")}
    connection.execute(insert(source_pulls).values(unit=unit, **values))


def pulls_at(connection: Connection, unit: str, at: datetime) -> list[Pull]:
    """All pulls of one night, by source."""
    mine = (source_pulls.c.unit == unit, source_pulls.c.at == at)
    return [_pull(row) for row in connection.execute(select(source_pulls).where(*mine).order_by(source_pulls.c.source))]


def last_pulls(connection: Connection, unit: str) -> dict[str, Pull]:
    """The last pull of each source, however it ended."""
    newest = select(source_pulls.c.source, func.max(source_pulls.c.at)).where(source_pulls.c.unit == unit)
    last = {row[0]: row[1] for row in connection.execute(newest.group_by(source_pulls.c.source))}
    rows = connection.execute(select(source_pulls).where(source_pulls.c.unit == unit))
    return {row.source: _pull(row) for row in rows if row.at == last[row.source]}


def waiting_sources(connection: Connection, unit: str) -> dict[str, Waiting]:
    """Sources that were asleep when a night asked, and have not been pulled since."""
    rows = select(source_pulls).where(source_pulls.c.unit == unit).order_by(source_pulls.c.at)
    found: dict[str, Waiting] = {}
    for pull in map(_pull, connection.execute(rows)):
        if pull.state == PULLED:
            found.pop(pull.source, None)
        elif pull.state == ASLEEP:
            found.setdefault(pull.source, Waiting(pull.at))
        elif pull.source in found:
            found[pull.source] = Waiting(found[pull.source].since, pull)
    return found


def newest_words(connection: Connection, unit: str) -> dict[str | None, datetime]:
    """For each source (None: handed over by a person) the moment at which its newest readable export stands."""
    mine = (imports.c.unit == unit, imports.c.status == READ)
    rows = connection.execute(
        select(imports.c.source, func.max(imports.c.stands_at)).where(*mine).group_by(imports.c.source)
    )
    return {row[0]: row[1] for row in rows}


def newest_of_kinds(connection: Connection, unit: str) -> dict[str, datetime]:
    """For each kind of table the moment at which its newest readable import stands."""
    mine = (imports.c.unit == unit, imports.c.status == READ)
    rows = connection.execute(
        select(imports.c.kind, func.max(imports.c.stands_at)).where(*mine).group_by(imports.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def fetched_files(connection: Connection, unit: str, source: str, reader: str) -> dict[str, str]:
    """Name -> mark of the files of a source that were fetched and imported before, or rejected with these layouts."""
    mine = (source_files.c.unit == unit, source_files.c.source == source)
    same = (imports.c.unit == source_files.c.unit) & (imports.c.sha256 == source_files.c.sha256)
    settled = (imports.c.status == READ) | (imports.c.reader == reader)
    chosen = select(source_files.c.name, source_files.c.mark).join(imports, same).where(*mine, settled)
    return {row.name: row.mark for row in connection.execute(chosen)}


def record_fetched(connection: Connection, unit: str, source: str, files: Mapping[str, tuple[str, str]]) -> None:
    """Remember files of a source: name -> (what marks their version, SHA-256)."""
    mine = (source_files.c.unit == unit, source_files.c.source == source)
    connection.execute(delete(source_files).where(*mine, source_files.c.name.in_(list(files))))
    rows = [{"unit": unit, "source": source, "name": n, "mark": m, "sha256": s} for n, (m, s) in sorted(files.items())]
    connection.execute(insert(source_files), rows)


def _pull(row: Any) -> Pull:
    return Pull(row.source, row.at, row.state, row.reason, row.files, row.fresh)
