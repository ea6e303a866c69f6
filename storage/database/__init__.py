"""The database: SQLite (WAL, STRICT, foreign keys) or PostgreSQL through SQLAlchemy, migrated by Alembic."""

from storage.database.connection import Database, open_database
from storage.database.tables import metadata

__all__ = ["Database", "metadata", "open_database"]
