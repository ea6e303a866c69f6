"""Prints of the rows of a unit's last import of dossiers (`connectors.exports.formats.prints`)."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from storage.database.export_tables import import_prints


def keep_prints(connection: Connection, unit: str, import_id: int, prints: bytes) -> None:
    """Prints of the import that is the last now, in the place of the one before; none: nothing may rest on its rows."""
    connection.execute(delete(import_prints).where(import_prints.c.unit == unit))
    if prints:
        connection.execute(insert(import_prints).values(unit=unit, import_id=import_id, prints=prints))


def hand_on_prints(connection: Connection, unit: str, import_id: int) -> None:
    """The last import says the rows of the one before again."""
    connection.execute(update(import_prints).where(import_prints.c.unit == unit).values(import_id=import_id))


def prints_of_import(connection: Connection, unit: str, import_id: int) -> bytes:
    """The prints of an import; empty: it has none, or is not the last."""
    mine = (import_prints.c.unit == unit, import_prints.c.import_id == import_id)
    found = connection.execute(select(import_prints.c.prints).where(*mine)).scalar()
    return bytes(found) if found else b""
