"""Keeping what exports say: one import per content, one record per key, every change with the import it came from.

Records merge field by field, because layouts differ in what they carry. A newer export (by its own export time)
overrides an older one; an older one that arrives late only fills what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from connectors.exports.rows import Export, Row
from scoring.engine.facts import to_plain
from storage.custody import Happening, append
from storage.database.tables import imports, record_versions, records, rejected_rows

READ, REJECTED = "read", "rejected"
_KEY_FIELD = {"dossiers": "code", "petitions": "code", "survey": "component"}
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """An export that lies in the object store and is about to be recorded."""

    unit: str
    name: str
    sha256: str
    who: str
    where: str
    at: datetime
    reader: str
    """Version of the layouts the file was read with."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Rows of one import."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plain(self) -> dict[str, int]:
        """For JSON."""
        return {name: getattr(self, name) for name in ("read", "new", "changed", "unchanged", "rejected")}


def known_import(connection: Connection, unit: str, sha256: str, reader: str) -> bool:
    """Whether these bytes were imported for this unit before, or rejected with the same layouts."""
    found = connection.execute(
        select(imports.c.status, imports.c.reader).where(imports.c.unit == unit, imports.c.sha256 == sha256)
    ).first()
    return found is not None and (found.status == READ or found.reader == reader)


def record_export(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
    """Record all rows of an export; the import, its rows and its custody event are kept together or not at all."""
    _forget_rejection(connection, arrival)
    import_id = _next_id(connection)
    _insert_import(connection, import_id, arrival, export, ImportCounts())
    counts = _merge_rows(connection, import_id, arrival.unit, export)
    connection.execute(update(imports).where(imports.c.id == import_id).values(counts=counts.plain()))
    _insert_rejected(connection, import_id, export)
    detail = {"kind": export.kind, "profile": export.profile, "name": arrival.name, "rows": counts.plain()}
    append(connection, [Happening("imported", arrival.sha256, arrival.who, arrival.where, detail)], at=arrival.at)
    return counts


def record_rejected_export(connection: Connection, arrival: Arrival, reason: str) -> None:
    """Record that an export could not be read, and why; its bytes stay kept."""
    _forget_rejection(connection, arrival)
    connection.execute(
        insert(imports).values(
            id=_next_id(connection),
            unit=arrival.unit,
            sha256=arrival.sha256,
            name=arrival.name,
            status=REJECTED,
            reason=reason,
            reader=arrival.reader,
            counts=ImportCounts().plain(),
            warnings=[],
            imported_at=arrival.at,
        )
    )
    happening = Happening("rejected", arrival.sha256, arrival.who, arrival.where, {"name": arrival.name})
    append(connection, [happening], at=arrival.at)


def imports_of(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """All imports of a unit, oldest first."""
    rows = connection.execute(select(imports).where(imports.c.unit == unit).order_by(imports.c.id))
    return [dict(row._mapping) for row in rows]


def rejected_rows_of(connection: Connection, import_id: int) -> list[Mapping[str, Any]]:
    """The rows of one import that could not be used, in file order."""
    rows = select(rejected_rows).where(rejected_rows.c.import_id == import_id).order_by(rejected_rows.c.position)
    return [dict(row._mapping) for row in connection.execute(rows)]


def _forget_rejection(connection: Connection, arrival: Arrival) -> None:
    """A file that is read again replaces its earlier rejection; the custody log keeps both."""
    same = (imports.c.unit == arrival.unit, imports.c.sha256 == arrival.sha256, imports.c.status == REJECTED)
    connection.execute(delete(imports).where(*same))


def _merge_rows(connection: Connection, import_id: int, unit: str, export: Export) -> ImportCounts:
    incoming = _by_key(export.rows)
    current = _current(connection, unit, export.kind, incoming)
    newer = _imports_exported_after(connection, unit, export.exported_at)
    fresh, changed, versions = [], [], []
    for key, row in incoming.items():
        fields, known = _plain_fields(row), current.get(key)
        difference = _difference(fields, known, fill_only=known is not None and known[1] in newer)
        if known is None:
            fresh.append({"unit": unit, "kind": export.kind, "key": key, "fields": fields} | _imports(import_id))
        elif difference:
            merged = known[0] | difference
            changed.append({"unit": unit, "kind": export.kind, "key": key, "fields": merged} | _imports(import_id))
        if difference:
            place = {"sheet": row.sheet, "row": row.number}
            version = {"unit": unit, "kind": export.kind, "key": key, "import_id": import_id}
            versions.append(version | {"fields": difference, "cells": place})
    _write(connection, fresh, changed, versions)
    seen, rejected = len(export.rows), len(export.rejected)
    unchanged = seen - len(fresh) - len(changed)
    return ImportCounts(seen + rejected, len(fresh), len(changed), unchanged, rejected)


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by key, in key order; of two rows with one key the later in the file counts."""
    keyed = {_key(row): row for row in rows}
    return dict(sorted(keyed.items()))


def _key(row: Row) -> str:
    if row.kind == "declared":
        return f"{row.values['component']}/{row.values['key']}"
    return str(row.values[_KEY_FIELD[row.kind]])


def _plain_fields(row: Row) -> dict[str, Any]:
    return {name: to_plain(value) for name, value in row.values.items()}


def _difference(fields: dict[str, Any], known: tuple[dict[str, Any], int] | None, *, fill_only: bool) -> dict[str, Any]:
    if known is None:
        return fields
    before = known[0]
    if fill_only:
        return {name: value for name, value in fields.items() if value is not None and before.get(name) is None}
    return {name: value for name, value in fields.items() if name not in before or before[name] != value}


def _current(
    connection: Connection, unit: str, kind: str, keys: Mapping[str, Row]
) -> dict[str, tuple[dict[str, Any], int]]:
    found: dict[str, tuple[dict[str, Any], int]] = {}
    names = list(keys)
    for start in range(0, len(names), _CHUNK):
        chosen = select(records.c.key, records.c.fields, records.c.last_import).where(
            records.c.unit == unit, records.c.kind == kind, records.c.key.in_(names[start : start + _CHUNK])
        )
        found.update({row.key: (row.fields, row.last_import) for row in connection.execute(chosen)})
    return found


def _imports_exported_after(connection: Connection, unit: str, exported_at: datetime | None) -> set[int]:
    """Imports whose export is younger than this one. Without an export time nothing is known to be younger."""
    if exported_at is None:
        return set()
    rows = connection.execute(select(imports.c.id, imports.c.exported_at).where(imports.c.unit == unit))
    return {row.id for row in rows if row.exported_at is not None and row.exported_at > exported_at.astimezone(UTC)}


def _write(
    connection: Connection, fresh: list[dict[str, Any]], changed: list[dict[str, Any]], versions: list[dict[str, Any]]
) -> None:
    if fresh:
        connection.execute(insert(records), fresh)
    if changed:
        dialect = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        upsert = dialect(records)
        overwritten = {name: upsert.excluded[name] for name in ("fields", "last_import")}
        connection.execute(
            upsert.on_conflict_do_update(index_elements=["unit", "kind", "key"], set_=overwritten), changed
        )
    if versions:
        connection.execute(insert(record_versions), versions)


def _imports(import_id: int) -> dict[str, int]:
    return {"first_import": import_id, "last_import": import_id}


def _insert_import(
    connection: Connection, import_id: int, arrival: Arrival, export: Export, counts: ImportCounts
) -> None:
    connection.execute(
        insert(imports).values(
            id=import_id,
            unit=arrival.unit,
            sha256=arrival.sha256,
            name=arrival.name,
            status=READ,
            reader=arrival.reader,
            kind=export.kind,
            profile=export.profile,
            counts=counts.plain(),
            totals={"declared": export.declared_total, "counted": export.counted, "agree": export.agree},
            warnings=[str(warning) for warning in export.warnings],
            exported_at=export.exported_at,
            imported_at=arrival.at,
        )
    )


def _insert_rejected(connection: Connection, import_id: int, export: Export) -> None:
    rows = [
        {
            "import_id": import_id,
            "position": n,
            "sheet": bad.sheet,
            "row": bad.row,
            "cell": bad.cell,
            "reason": bad.reason,
        }
        for n, bad in enumerate(export.rejected, start=1)
    ]
    if rows:
        connection.execute(insert(rejected_rows), rows)


def _next_id(connection: Connection) -> int:
    """1, 2, 3 ... without gaps: writers are one at a time, and two nights over the same facts give the same rows."""
    return (connection.execute(select(func.max(imports.c.id))).scalar() or 0) + 1
