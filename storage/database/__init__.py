"""The database: SQLite (WAL, STRICT, foreign keys) or PostgreSQL through SQLAlchemy, migrated by Alembic."""

from sqlalchemy import Connection

import storage.database.cycle_tables
import storage.database.export_tables  # noqa: F401 - its tables join the metadata
from storage.database.connection import Database, open_database
from storage.database.door_tables import metadata

__all__ = ["Connection", "Database", "metadata", "open_database"]
