"""Another file with the same rows: recorded as an import of its own without merging a row.

That is right where the import it repeats is the last of its kind, none stands at a later moment, and the new file is
not the older one: then every field it spoke of still holds its word, and saying the same again changes nothing. A
property test compares it with the full way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, literal, select

from connectors.exports.formats.prints import KnownRows
from connectors.exports.reading import SaidAgain
from connectors.exports.rows import Export
from connectors.exports.whole_file import tells_future
from storage.database.export_tables import import_alarms, import_rows
from storage.database.tables import imports, rejected_rows
from storage.proof.custody import Happening, append
from storage.records.imports import READ, Arrival, ImportCounts, forget_rejection, imports_newer_than, next_id
from storage.records.incoming import DOSSIERS
from storage.records.kept_prints import hand_on_prints, prints_of_import


@dataclass(frozen=True, slots=True)
class Repeat:
    """An import that may be said again, wholly or in part: its content (see `sameness` in
    connectors/exports/formats; None: it has none), its export's own time, and its rows."""

    import_id: int
    content: str | None
    exported_at: datetime | None
    rows: KnownRows | None = field(default=None, compare=False)

    def again(self, told: SaidAgain) -> Repeat:
        """The same, said by a file at its own time."""
        return self if told.is_dated else replace(self, exported_at=told.exported_at)


def repeatable(connection: Connection, unit: str, reader: str, at: datetime) -> Repeat | None:
    """The import whose content, or rows, if a file brings them at this moment, change nothing."""
    row = _last(connection, unit)
    if row is None or row["reader"] != reader or row["imported_at"] > at:
        return None
    if imports_newer_than(connection, row["id"], unit, DOSSIERS) or _came_from_the_future(connection, row):
        return None
    prints = prints_of_import(connection, unit, row["id"])
    rows = KnownRows(row["id"], row["stands_at"], prints) if prints else None
    return Repeat(row["id"], row["content"], row["exported_at"], rows) if rows or row["content"] else None


def still_rests(connection: Connection, arrival: Arrival, export: Export) -> bool:
    """Whether what an export says again (`Export.again`) still stands as the import said it, and it is not older."""
    if export.again is None:
        return True
    still = repeatable(connection, arrival.unit, arrival.reader, arrival.at)
    old = _last(connection, arrival.unit)
    stands_at = export.exported_at or arrival.since
    if still is None or old is None or still.import_id != export.again.import_id:
        return False
    return bool(stands_at >= old["stands_at"])


def record_repeat(connection: Connection, arrival: Arrival, repeat: Repeat) -> ImportCounts | None:
    """Record a file that says what `repeat` said; None: that no longer stands, it has to be read in full."""
    still = repeatable(connection, arrival.unit, arrival.reader, arrival.at)
    old = _last(connection, arrival.unit)
    stands_at = repeat.exported_at or arrival.since
    if still is None or old is None or replace(still, exported_at=repeat.exported_at) != repeat:
        return None
    if stands_at < old["stands_at"]:
        return None
    forget_rejection(connection, arrival)
    new, counts = next_id(connection), _unchanged(old)
    own = {"id": new, "sha256": arrival.sha256, "name": arrival.name, "counts": counts.plain()}
    own |= {"imported_at": arrival.at, "source": arrival.source, "modified_at": arrival.modified_at}
    own |= {"exported_at": repeat.exported_at, "stands_at": stands_at, "reading": 1}
    connection.execute(insert(imports).values({**old, **own}))
    _copy(connection, import_rows, old["id"], new, ("position", "first_key", "last_key", "packed"))
    hand_on_prints(connection, arrival.unit, new)
    _copy(connection, rejected_rows, old["id"], new, ("position", "sheet", "row", "cell", "reason"))
    detail = {"kind": old["kind"], "profile": old["profile"], "name": arrival.name, "rows": counts.plain()}
    detail |= {"unit": arrival.unit}
    detail |= {"modified_at": arrival.modified_at.isoformat()} if arrival.modified_at else {}
    detail |= {"stood_at": arrival.stood_at.isoformat()} if arrival.stood_at else {}
    happening = Happening("imported", arrival.sha256, arrival.who, arrival.where, detail)
    append(connection, [happening], at=arrival.at)
    return counts


def _last(connection: Connection, unit: str) -> Mapping[str, Any] | None:
    same = (imports.c.unit == unit, imports.c.kind == DOSSIERS, imports.c.status == READ)
    row = connection.execute(select(imports).where(*same).order_by(imports.c.id.desc()).limit(1)).first()
    return dict(row._mapping) if row else None


def _came_from_the_future(connection: Connection, row: Mapping[str, Any]) -> bool:
    """What depends on the day of the export, or of its arrival, is thought over anew."""
    future = (import_alarms.c.import_id == row["id"], import_alarms.c.kind == "future")
    rang = connection.execute(select(import_alarms.c.position).where(*future).limit(1)).first() is not None
    return rang or any(tells_future(warning) for warning in row["warnings"])


def _unchanged(old: Mapping[str, Any]) -> ImportCounts:
    read, rejected = old["counts"]["read"], old["counts"]["rejected"]
    return ImportCounts(read, 0, 0, read - rejected, rejected)


def _copy(connection: Connection, table: Table, old: int, new: int, names: Sequence[str]) -> None:
    said = select(literal(new), *(table.c[name] for name in names)).where(table.c.import_id == old)
    connection.execute(insert(table).from_select(["import_id", *names], said))
