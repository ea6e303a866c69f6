"""A database of each earlier version, with data in it, is brought to the newest one and loses nothing."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    create_engine,
    inspect,
    make_url,
    select,
    text,
)

from storage.database import Database, metadata, open_database
from storage.database.connection import MIGRATIONS, NEWEST, sqlite_url
from storage.documents.evidence import documents_of, examinations_of, receipts_of
from storage.ledger.nights import nights_of
from storage.ledger.requests import request_rows
from storage.proof import custody
from storage.proof.custody import event_hash
from storage.records.imports import imports_of
from storage.scored.facts import gather_facts
from storage.scored.runs import latest_run
from tests.journeys.serving import wait_for

VERSIONS = sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9]*.py"))
AT = "2026-01-04T18:00:00.000000+00:00"
FINISHED = "2025-06-10T03:00:00+00:00"
SHA = [digit * 64 for digit in "abc"]
UNIT = "hoi-an-dong"
_STILL_THERE = text("SELECT count(*) FROM pg_stat_activity WHERE datname IN ('walker', 'copy_of_it')")
_DAYS = ("as_of", "first", "last", "speaks_from", "speaks_to", "expires_on")


@dataclass(frozen=True)
class Walker:
    """A database that goes from version to version, and how it is copied as it stands: the copy's address."""

    address: str
    copied: Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def walker(request: pytest.FixtureRequest, tmp_path: Path) -> Walker:
    """An empty database of each kind."""
    if request.param == "sqlite":
        own, other = tmp_path / "walker.db", tmp_path / "copy.db"
        return Walker(sqlite_url(own), lambda: sqlite_url(Path(shutil.copyfile(own, other))))
    server = make_url(request.getfixturevalue("postgresql_url"))
    return Walker(_created(server, "walker"), lambda: _created(server, "copy_of_it", "TEMPLATE walker"))


def _created(server: URL, name: str, like: str = "") -> str:
    """A database of this name. Who has left one is there until his server process ends; none is copied before that."""
    with create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        wait_for(lambda: not connection.scalar(_STILL_THERE))
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name} {like}"))
    return server.set(database=name).render_as_string(hide_password=False)


def test_data_of_each_version_arrive_in_the_newest(walker: Walker) -> None:
    engine, seen = create_engine(walker.address, poolclass=NullPool), {"alembic_version"}
    filled: dict[str, dict[str, Any]] = {}
    for version in VERSIONS:
        filled |= _step(engine, version, seen)
        database = open_database(walker.copied())
        _require_kept(database, filled, version)
        _require_read(database, version)
        database.close()


def _require_read(database: Database, version: str) -> None:
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
        (imported,) = imports_of(connection, UNIT)
        (document,) = documents_of(connection, UNIT)
        (receipt,) = receipts_of(connection, UNIT)
        (night,) = nights_of(connection, UNIT)
        run = latest_run(connection, UNIT, "2025")
        facts = gather_facts(connection, UNIT, "checker-1", year=2025).facts
        log = custody.events(connection)
        examined = examinations_of(connection, UNIT, "checker-1", with_text=True)
        asked = request_rows(connection, UNIT)
    assert (imported["name"], imported["counts"]["new"]) == ("hồ sơ.xlsx", 1)
    assert (document["name"], document["state"], receipt["path"]) == ("kế hoạch.pdf", "examined", "1.1.1/kế hoạch.pdf")
    assert (night["state"], night["run_id"], night["summary"]) == ("gaps", "2025-0001", {"letter": "Thư"})
    assert run is not None and run["score"]["totals"]["expected"] == "69.76"
    assert [(dossier.code, dossier.finished_at) for dossier in facts.dossiers] == [
        ("H17-250601-0001", datetime.fromisoformat(FINISHED))
    ]
    assert examined[SHA[1]]["text"] == "Kế hoạch cải cách hành chính"
    assert len(log) == 2 and custody.first_break(log) is None
    assert [row["id"] for row in asked] == (["yc-20260105-010000"] if version >= "0002" else [])


def _step(engine: Engine, version: str, seen: set[str]) -> dict[str, dict[str, Any]]:
    """Bring the database to its next version; the rows that then came into tables not `seen` before.

    Tables that `_ROWS` leaves empty get one made-up row as soon as they are there: {table: row}.
    """
    _upgrade(engine, version)
    with engine.begin() as connection:
        for table, row in _ROWS.get(version, []):
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
        filled = _fill(connection, seen - ({"source_files"} if version == "0015" else set()))  # made anew there
        seen |= {*inspect(connection).get_table_names()}
    return filled


def _fill(connection: Connection, seen: set[str]) -> dict[str, dict[str, Any]]:
    """One row in every new table that has none; of a unit that does not exist."""
    new = [name for name in inspect(connection).get_table_names() if name not in seen]
    there = MetaData()
    there.reflect(connection, only=[name for name in new if not name.startswith("page_search")])
    filled = {}
    for table in there.sorted_tables:
        if table.name in new and connection.execute(select(table).limit(1)).first() is None:
            filled[table.name] = {column.name: _value(connection, column) for column in table.columns}
            connection.execute(table.insert(), filled[table.name])
    return filled


def _value(connection: Connection, column: Column[Any]) -> Any:
    """Something that every version's type can read: text that is also JSON, moments and days by their names."""
    for key in column.foreign_keys:
        return connection.execute(select(key.column).limit(1)).scalar()
    if isinstance(column.type, LargeBinary):
        return zlib.compress(b"{}")
    if isinstance(column.type, Integer):
        return 1
    if column.name in _DAYS:
        return "2026-01-05"
    return AT if column.name.endswith(("at", "until", "since", "slot")) else "{}"


def _require_kept(database: Database, filled: dict[str, dict[str, Any]], version: str) -> None:
    """Every made-up row is still there with its values, and what is there is read with the newest tables' types."""
    dropped = {"record_versions", *(["source_files"] if version < "0015" else [])}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            connection.execute(select(table)).all()
        newest = MetaData()
        newest.reflect(connection, only=lambda name, _: name in filled and name not in dropped)
        assert set(filled) - dropped <= set(newest.tables)
        for name, row in filled.items():
            if name in dropped:
                continue
            columns = newest.tables[name].columns
            same = (columns[column] == value for column, value in row.items() if value is not None)
            assert connection.execute(select(newest.tables[name]).where(*same)).first() is not None, name


def _upgrade(engine: Engine, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.commit()


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _event(seq: int, previous: str) -> dict[str, Any]:
    told = {"seq": seq, "at": "2026-01-04T18:00:00+00:00", "event": "stored", "subject": SHA[seq], "who": "night"}
    event = told | {"where": "inbox", "detail": {"size": 1}, "previous": previous}
    return event | {"hash": event_hash(event)}


def _custody_rows() -> list[tuple[str, dict[str, Any]]]:
    first = _event(1, custody.FIRST)
    rows = []
    for event in (first, _event(2, first["hash"])):
        row = {name: value for name, value in event.items() if name != "where"}
        rows.append(("custody", row | {"origin": event["where"], "detail": _plain(event["detail"])}))
    return rows


_SCORE = {"unit": UNIT, "period": "2025", "totals": {"expected": "69.76", "conservative": "64.00"}, "components": []}
_FIELDS = {"code": "H17-250601-0001", "finished_at": {"datetime": FINISHED}, "channel": "online"}
_QUESTION = {"unit": UNIT, "period": "2025", "criteria": "a@1", "on_time_rule": "b", "as_of": None, "dry_run": False}
_KEY = {"unit": UNIT, "kind": "dossiers", "key": "H17-250601-0001"}

_ROWS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "0001": [
        *(("objects", {"sha256": sha256, "size": 1, "kept_at": AT}) for sha256 in SHA),
        (
            "imports",
            {
                "id": 1,
                "unit": UNIT,
                "sha256": SHA[0],
                "name": "hồ sơ.xlsx",
                "status": "read",
                "kind": "dossiers",
                "reader": "r",
                "counts": _plain({"read": 1, "new": 1}),
                "warnings": "[]",
                "imported_at": AT,
            },
        ),
        ("records", _KEY | {"fields": _plain(_FIELDS), "first_import": 1, "last_import": 1}),
        (
            "record_versions",
            _KEY | {"import_id": 1, "fields": _plain(_FIELDS), "cells": _plain({"sheet": "Sheet1", "row": 5})},
        ),
        (
            "documents",
            {
                "unit": UNIT,
                "sha256": SHA[1],
                "name": "kế hoạch.pdf",
                "state": "examined",
                "attempts": 0,
                "received_at": AT,
            },
        ),
        ("receipts", {"unit": UNIT, "path": "1.1.1/kế hoạch.pdf", "sha256": SHA[1], "received_at": AT}),
        (
            "examinations",
            {
                "sha256": SHA[1],
                "checker": "checker-1",
                "result": _plain({"status": "read"}),
                "text": "Kế hoạch cải cách hành chính",
                "examined_at": AT,
            },
        ),
        (
            "score_runs",
            {
                "id": "2025-0001",
                "position": 1,
                "unit": UNIT,
                "period": "2025",
                "as_of": "2026-01-05",
                "score": _plain(_SCORE),
                "inputs_sha256": SHA[2],
                "inputs_digest": "d",
                "gaps": _plain({"missing_files": [], "unlinked": []}),
                "asked_by": "night",
                "made_at": AT,
            },
        ),
        (
            "nights",
            {
                "id": "20260105-010000",
                "unit": UNIT,
                "period": "2025",
                "state": "gaps",
                "asked_by": "schedule",
                "started_at": AT,
                "owner": "ward:1:1",
                "heartbeat_at": AT,
                "attempts": 1,
                "ended_at": AT,
                "run_id": "2025-0001",
                "summary": _plain({"letter": "Thư"}),
            },
        ),
        *_custody_rows(),
    ],
    "0002": [
        (
            "run_requests",
            {
                "id": "yc-20260105-010000",
                "unit": UNIT,
                "question": _plain(_QUESTION),
                "digest": "d",
                "state": "done",
                "asked_by": "lan",
                "asked_at": AT,
                "attempts": 1,
            },
        )
    ],
}


def test_every_version_has_the_one_before_it_and_none_is_missing() -> None:
    assert [int(version) for version in VERSIONS] == list(range(1, len(VERSIONS) + 1))
