"""A kept export read again by a better reader: what it finds is an import of now, what it does not find stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from connectors.exports.rows import Export
from storage.database.export_tables import import_rows
from storage.database.tables import imports
from storage.records.imports import FORM, READ, Arrival, imports_of, next_id, record_export
from storage.records.packing import unpacked


def newest_readings(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """The newest import of each content of a unit, forms apart, in the order in which the contents came."""
    by_content = {row["sha256"]: row for row in imports_of(connection, unit) if row["kind"] != FORM}
    return list(by_content.values())


def read_by_others(connection: Connection, unit: str, reader: str) -> int:
    """How many kept exports were read by another version of reader or layouts than this one."""
    readings = newest_readings(connection, unit)
    return sum(1 for row in readings if row["status"] == READ and row["reader"] != reader)


def record_reading(connection: Connection, arrival: Arrival, export: Export, before: int) -> list[str]:
    """Record the rows of a file that import `before` has read; keys that are not read any more, whose values stay.

    Where nothing is new or changed there is no new import: the old one is noted as what this reader says, too.
    """
    import_id = next_id(connection)
    trial = connection.begin_nested()
    counts = record_export(connection, arrival, export)
    lost = sorted(_keys_of(connection, before) - _keys_of(connection, import_id))
    if counts.new or counts.changed:
        trial.commit()
    else:
        trial.rollback()
        connection.execute(update(imports).where(imports.c.id == before).values(reader=arrival.reader))
    return lost


def _keys_of(connection: Connection, import_id: int) -> set[str]:
    blocks = connection.execute(select(import_rows.c.packed).where(import_rows.c.import_id == import_id)).scalars()
    return {key for block in blocks for key in unpacked(block)["keys"]}
