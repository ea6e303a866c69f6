"""The database: SQLite (WAL, STRICT, foreign keys) or PostgreSQL through SQLAlchemy, migrated by Alembic."""

from sqlalchemy import Connection

from storage.database.connection import Database, open_database
from storage.database.door_tables import metadata

__all__ = ["Connection", "Database", "metadata", "open_database"]
