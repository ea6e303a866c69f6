"""Opening a database: pragmas, one transaction per use, migrations when the schema is behind."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DataError, OperationalError

from storage.errors import DiskFull, StoreUnavailable, Unkeepable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9]*.py"))
_BUSY_MILLISECONDS = 30_000
_CUSTODY_LOCK = 7_236_001
_PATIENCE = {
    "connect_timeout": 10,  # seconds
    "tcp_user_timeout": 30_000,  # milliseconds without an answer to what was sent
    "keepalives_idle": 30,  # seconds of silence before the kernel asks, then three times
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Without these a server that lost its power holds the caller for two minutes, and an open connection for hours."""
_WAYS_OUT = {
    "postgresql": "Kiểm tra máy chủ PostgreSQL có đang chạy không và PAR_DATABASE_URL rồi chạy lại; chưa có gì bị mất.",
    "sqlite": "Kiểm tra quyền đọc, ghi; nếu tệp đã hỏng: đổi tên tệp đó rồi chạy parindex storage rebuild-index "
    "(dựng lại từ kho tài liệu), hoặc parindex restore từ bản sao lưu.",
}
_MIGRATING = threading.Lock()
"""Alembic keeps what it works on in its modules: two threads of a process would take it from each other."""


class Database:
    """One database; every use is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is the only writer until it ends, so that the custody log stays one chain."""
        with self._translated(), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CUSTODY_LOCK})
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._translated(), self.engine.connect().execution_options(parindex_read=True) as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        where = self.engine.url.render_as_string(hide_password=True)
        try:
            yield
        except DataError as error:
            if "NUL" not in str(error.orig):
                raise
            raise Unkeepable("Nội dung gửi lên có ký tự mã 0, không lưu được. Gõ lại nội dung rồi gửi.") from error
        except OperationalError as error:
            if "full" in str(error.orig) or "disk I/O" in str(error.orig):
                raise DiskFull(
                    f"{where}: hết chỗ trên đĩa khi ghi cơ sở dữ liệu; giải phóng đĩa rồi chạy lại."
                ) from error
            raise StoreUnavailable(
                f"{where}: cơ sở dữ liệu không trả lời hoặc đang bị khóa ({_first_line(error)}). "
                "Kiểm tra PAR_DATABASE_URL rồi chạy lại."
            ) from error


def open_database(url: str) -> Database:
    """Connect, and bring the schema to the newest version.

    Raises:
        StoreUnavailable: the server does not answer, the file is no database, or a newer release made it.
    """
    engine = engine_at(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    database = Database(engine)
    try:
        if (version := _version(engine)) != NEWEST:
            _require_older(engine, version)
            migrate(engine)
    except DatabaseError as error:
        where = engine.url.render_as_string(hide_password=True)
        way_out = _WAYS_OUT[engine.dialect.name]
        raise StoreUnavailable(f"{where}: không mở được cơ sở dữ liệu ({_first_line(error)}). {way_out}") from error
    return database


def engine_at(url: str) -> Engine:
    """Connections to a database. A PostgreSQL server that has vanished is given up after seconds, not minutes."""
    address = make_url(url)
    patience = _PATIENCE if address.get_backend_name() == "postgresql" else {}
    return create_engine(
        address, connect_args={name: value for name, value in patience.items() if name not in address.query}
    )


def _require_older(engine: Engine, version: str | None) -> None:
    if version is not None and version > NEWEST:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(
            f"{where}: đã được bản parindex mới hơn nâng cấp (lược đồ {version}, bản này chỉ đến {NEWEST}). "
            "Cài lại bản mới đó, hoặc khôi phục bản sao lưu làm trước khi nâng cấp; chưa có gì bị thay đổi."
        )


def migrate(engine: Engine) -> None:
    """Run the migrations that this database lacks."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _MIGRATING, engine.connect() as connection, _tables_free(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@contextlib.contextmanager
def _tables_free(connection: Connection) -> Iterator[None]:
    """SQLite changes a constraint by making its table anew, which foreign keys to it forbid; they are set outside of
    transactions alone (sqlite.org/lang_altertable.html, section 7)."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def _version(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect().execution_options(parindex_read=True) as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, durable commits; writers take their lock at once instead of failing half-way."""

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        _keep_a_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("parindex_read")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _keep_a_wal(cursor: Any) -> None:
    """Asked again while somebody else begins the same new file: SQLite does not wait for that by itself."""
    until = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0]


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{os.fspath(path)}"
