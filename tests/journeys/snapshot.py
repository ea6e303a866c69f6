"""Everything a ward keeps, as one comparable value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.database import metadata, open_database
from storage.database.connection import sqlite_url
from storage.objects import FolderStore, S3Address, S3Store
from storage.objects.port import digest_of

_ABOUT_THE_WORKER = {
    "nights": {"owner", "heartbeat_at", "attempts", "ended_at"},
    "documents": {"attempts"},
    "page_texts": {"id"},  # a sequence of PostgreSQL has a gap after each transaction that was undone
}
"""Who worked, how often it was begun and when it really ended differ between a killed and an undisturbed night."""


def snapshot(home: Path) -> dict[str, Any]:
    """Rows of every table, hashes and contents of every object, and every file laid out."""
    return {
        "database": _rows(sqlite_url(home / "parindex.db")),
        "objects": _objects(home),
        "outbox": _outbox(home),
        "half-written": [path.name for path in (home / "objects" / "incoming").iterdir()],
    }


def snapshot_of_servers(home: Path, database_url: str, address: S3Address) -> dict[str, Any]:
    """The same of a ward on PostgreSQL and an S3 server."""
    store = S3Store(address)
    objects = {}
    for sha256 in store:
        with store.open(sha256) as stream:
            objects[sha256] = digest_of(stream)[0]
    return {"database": _rows(database_url), "objects": objects, "outbox": _outbox(home)}


def _outbox(home: Path) -> dict[str, str]:
    return {path.relative_to(home).as_posix(): _hash(path) for path in sorted((home / "outbox").rglob("*.*"))}


def _rows(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    database = open_database(database_url)
    with database.read() as connection:
        tables = {
            table.name: sorted(
                (tuple(connection_row) for connection_row in connection.execute(select(*_columns(table)))), key=repr
            )
            for table in metadata.sorted_tables
        }
    database.close()
    return tables


def _columns(table: Any) -> list[Any]:
    left_out = _ABOUT_THE_WORKER.get(table.name, set())
    return [column for column in table.columns if column.name not in left_out]


def _objects(home: Path) -> list[str]:
    """Kept hashes; every object must hold what its name says."""
    store = FolderStore(home / "objects")
    for sha256 in store:
        assert _hash(store.path_of(sha256)) == sha256
    return list(store)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)[0]
