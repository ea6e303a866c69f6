"""A database as a whole: all that stands in it, and nothing any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from storage.database import Database, metadata


def everything_in(database: Database) -> dict[str, list[Any]]:
    """The rows of each table, by its name."""
    with database.read() as connection:
        return {t.name: [tuple(row) for row in connection.execute(select(t))] for t in metadata.sorted_tables}


def clear(database: Database) -> None:
    """Take all rows out of all tables."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
