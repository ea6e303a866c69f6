"""Copying a whole database while it is in use, and putting it back: SQLite's online backup, PostgreSQL's own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.database.connection import engine_at
from storage.errors import StorageError

SQLITE_NAME, POSTGRESQL_NAME = "database.sqlite", "database.pgdump"


class CannotCopy(StorageError):
    """The database could not be copied or put back: a program is missing, or it said why."""


def copy_database(database: Database, folder: Path) -> Path:
    """A consistent copy of the database as one file in `folder`; it appears whole or not at all.

    Raises:
        CannotCopy: pg_dump is missing or failed.
    """
    if database.engine.dialect.name == "postgresql":
        return _dump(database, folder / POSTGRESQL_NAME)
    target = folder / SQLITE_NAME
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with sqlite3.connect(part) as copy, database.engine.connect() as source:
        driver = source.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(copy, pages=1_000)
        copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
    _sync(part)
    part.replace(target)
    return target


def is_empty(url: str) -> bool:
    """Whether the database at `url` has no table yet, or is not there yet.

    Raises:
        StoreUnavailable: the server does not answer.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return not Path(str(parsed.database)).exists()
    engine = engine_at(url)
    try:
        with Database(engine).read() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def put_back(copy: Path, url: str) -> None:
    """Fill the empty database at `url` from a copy.

    Raises:
        CannotCopy: the copy is of another kind of database, or pg_restore is missing or failed.
    """
    parsed = make_url(url)
    wanted = SQLITE_NAME if parsed.get_backend_name() == "sqlite" else POSTGRESQL_NAME
    if copy.name != wanted:
        raise CannotCopy(f"{copy}: bản sao lưu của loại cơ sở dữ liệu khác; đặt PAR_DATABASE_URL cho đúng loại.")
    if wanted == POSTGRESQL_NAME:
        _run("pg_restore", ["--no-owner", "--exit-on-error", "--dbname", _pg_url(url), str(copy)], url)
        return
    target = Path(str(parsed.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    shutil.copyfile(copy, part)
    _sync(part)
    part.replace(target)


def _dump(database: Database, target: Path) -> Path:
    url = database.engine.url.render_as_string(hide_password=False)
    part = target.with_suffix(".part")
    _run("pg_dump", ["--format=custom", "--no-owner", f"--file={part}", _pg_url(url)], url)
    _sync(part)
    part.replace(target)
    return target


def _run(program: str, arguments: list[str], url: str) -> None:
    password = make_url(url).password
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [_program(program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise CannotCopy(f"{program}: không sao chép được cơ sở dữ liệu ({last}).")


def _program(name: str) -> str:
    """On the PATH, or where Debian keeps it; the newest."""
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(packaged[-1]) if packaged else shutil.which(name)
    if found is None:
        raise CannotCopy(f"Thiếu chương trình {name}: apt-get install postgresql-client")
    return found


def _pg_url(url: str) -> str:
    """As PostgreSQL's own tools read it; the password goes by the environment."""
    plain = make_url(url).set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
