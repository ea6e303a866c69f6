"""The current state of what exports speak of: dossiers in columns of their own, all other kinds as plain fields.

Both tables answer the same three questions, in bulk, on SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Protocol

from sqlalchemy import Connection, exc, insert, select, update

from storage.database.export_tables import dossiers
from storage.database.tables import records
from storage.records.incoming import DOSSIERS

Known = dict[str, tuple[Any, ...]]
"""Key -> values of the fields asked for, in their order."""
Changes = Sequence[tuple[str, Mapping[str, Any]]]


class StateTable(Protocol):
    """Where the current state of one kind is kept, for one unit."""

    def read(self, keys: Sequence[str], fields: Sequence[str]) -> Known:
        """Those of the keys that are known, with the values of some fields."""

    def add(self, import_id: int, fields: Sequence[str], keys: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        """Keep keys that are not known yet."""

    def change(self, import_id: int, changes: Changes) -> None:
        """Give known keys new values of some fields."""


def state_table(connection: Connection, unit: str, kind: str) -> StateTable:
    """The table of a kind."""
    return DossierTable(connection, unit) if kind == DOSSIERS else RecordTable(connection, unit, kind)


class DossierTable:
    """Dossiers: whole columns go to the driver as they are."""

    def __init__(self, connection: Connection, unit: str) -> None:
        self._connection, self._unit = connection, unit
        self._on_postgresql = connection.dialect.name == "postgresql"

    def read(self, keys: Sequence[str], fields: Sequence[str]) -> Known:
        if not self._has_any_between(min(keys), max(keys)):
            return {}
        names = ", ".join(f'"{name}"' for name in ("code", *fields))
        if self._on_postgresql:
            query, sought = f"SELECT {names} FROM dossiers WHERE unit = %s AND code = ANY(%s)", list(keys)
            found = self._connection.exec_driver_sql(query, (self._unit, sought))
        else:
            query = f"SELECT {names} FROM dossiers WHERE unit = ? AND code IN (SELECT value FROM json_each(?))"
            found = self._connection.exec_driver_sql(query, (self._unit, json.dumps(keys)))
        assert found.cursor is not None
        return {row[0]: row[1:] for row in found.cursor.fetchall()}

    def _has_any_between(self, first: str, last: str) -> bool:
        """Looking for each of some thousand new keys costs a tenth of adding them."""
        query = "SELECT 1 FROM dossiers WHERE unit = ? AND code BETWEEN ? AND ? LIMIT 1"
        query = query.replace("?", "%s") if self._on_postgresql else query
        return self._connection.exec_driver_sql(query, (self._unit, first, last)).first() is not None

    def add(self, import_id: int, fields: Sequence[str], keys: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in ("unit", "code", "first_import", "last_import", *fields))
        if self._on_postgresql:
            whole = [[self._unit] * len(keys), keys, [import_id] * len(keys), [import_id] * len(keys), *columns]
            _copy(self._connection, f"COPY dossiers ({names}) FROM STDIN", whole)
            return
        rows = zip(repeat(self._unit), keys, repeat(import_id), repeat(import_id), *columns)
        _insert(self._connection, f"INSERT INTO dossiers ({names}) VALUES (?, ?, ?, ?{', ?' * len(fields)})", rows)

    def change(self, import_id: int, changes: Changes) -> None:
        alike: dict[tuple[str, ...], list[tuple[str, Mapping[str, Any]]]] = {}
        for key, fields in changes:
            alike.setdefault(tuple(sorted(fields)), []).append((key, fields))
        for names, group in sorted(alike.items()):
            self._change_alike(import_id, names, group)

    def _change_alike(self, import_id: int, names: tuple[str, ...], group: Changes) -> None:
        columns = [[fields[name] for _, fields in group] for name in names]
        keys = [key for key, _ in group]
        if self._on_postgresql:
            kinds = [dossiers.c[name].type.compile(self._connection.dialect) for name in names]
            given = ", ".join(f"%s::{kind}[]" for kind in ("text", *kinds))
            named = ", ".join(f'"{name}"' for name in names)
            sets = ", ".join(f'"{name}" = new."{name}"' for name in names)
            query = (
                f"UPDATE dossiers SET last_import = %s, {sets} FROM unnest({given}) AS new(key, {named}) "
                "WHERE unit = %s AND code = new.key"
            )
            self._connection.exec_driver_sql(query, (import_id, keys, *columns, self._unit))
            return
        sets = ", ".join(f'"{name}" = ?' for name in names)
        query = f"UPDATE dossiers SET last_import = ?, {sets} WHERE unit = ? AND code = ?"
        rows = list(zip(repeat(import_id), *columns, repeat(self._unit), keys))
        self._connection.exec_driver_sql(query, rows)


class RecordTable:
    """Petitions, declared values, surveys and the other small tables: plain fields."""

    def __init__(self, connection: Connection, unit: str, kind: str) -> None:
        self._connection, self._unit, self._kind = connection, unit, kind

    def read(self, keys: Sequence[str], fields: Sequence[str]) -> Known:
        kept = self._kept(keys)
        return {key: tuple(plain.get(name) for name in fields) for key, plain in kept.items()}

    def add(self, import_id: int, fields: Sequence[str], keys: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        rows = [
            {"unit": self._unit, "kind": self._kind, "key": key, "first_import": import_id, "last_import": import_id}
            | {"fields": dict(zip(fields, values, strict=True))}
            for key, values in zip(keys, zip(*columns, strict=True), strict=True)
        ]
        self._connection.execute(insert(records), rows)

    def change(self, import_id: int, changes: Changes) -> None:
        kept = self._kept([key for key, _ in changes])
        for key, fields in changes:
            mine = (records.c.unit == self._unit, records.c.kind == self._kind, records.c.key == key)
            new = {"fields": kept[key] | dict(fields), "last_import": import_id}
            self._connection.execute(update(records).where(*mine).values(**new))

    def _kept(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        mine = (records.c.unit == self._unit, records.c.kind == self._kind, records.c.key.in_(keys))
        rows = self._connection.execute(select(records.c.key, records.c.fields).where(*mine))
        return {row.key: row.fields for row in rows}


def _insert(connection: Connection, command: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Rows into SQLite as they come: SQLAlchemy would want them all in a list, which takes a third more time.

    Raises:
        sqlalchemy.exc.OperationalError: as any other statement.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    try:
        driver.executemany(command, rows)
    except sqlite3.OperationalError as error:
        raise exc.OperationalError(command, None, error) from error


def _copy(connection: Connection, command: str, columns: Sequence[Sequence[Any]]) -> None:
    """Columns through COPY, as text.

    Raises:
        sqlalchemy.exc.OperationalError: as any other statement.
    """
    import psycopg

    lines = map("\t".join, zip(*map(_copy_texts, columns), strict=True))
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            copy.write("\n".join(lines) + "\n")
    except psycopg.OperationalError as error:
        raise exc.OperationalError(command, None, error) from error


def _copy_texts(column: Sequence[Any]) -> Iterable[str]:
    return map(_copy_text, column)


def _copy_text(value: Any) -> str:
    return "\\N" if value is None else str(value).translate(_ESCAPES)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
