"""The database on SQLite and PostgreSQL: schema, transactions, imports, custody, ledger."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from connectors.exports.rows import Export, Rejected, Row
from scoring.engine.facts import Dossier, Facts
from scoring.engine.period import period_of
from storage.database import Database, connection, metadata, open_database
from storage.database.connection import NEWEST, sqlite_url
from storage.documents.evidence import record_object
from storage.errors import StoreUnavailable
from storage.ledger import nights
from storage.ledger.nights import NightRequest, NightRunning
from storage.objects import Kept
from storage.proof import custody
from storage.proof.custody import Happening
from storage.records.dossier_columns import ColumnDossiers, dossier_columns
from storage.records.imports import (
    Arrival,
    ImportCounts,
    imports_of,
    known_import,
    record_export,
    record_rejected_export,
)
from storage.records.kept_dossiers import facts_as_text, kept_dossiers
from storage.scored.facts import gather_facts

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
REQUEST = NightRequest("hoi-an-dong", "2025", "test", "Asia/Ho_Chi_Minh")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = open_database(sqlite_url(tmp_path / "parindex.db"))
    else:
        opened = open_database(_fresh_postgresql(request.getfixturevalue("postgresql_url")))
    yield opened
    opened.close()


def test_migrations_make_exactly_the_tables_that_the_code_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        own = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("page_search")}
        context = MigrationContext.configure(connection, opts=own)  # search tables differ by database
        assert compare_metadata(context, metadata) == []


def test_threads_that_open_a_new_database_at_once_all_get_it(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "parindex.db")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(open_database, [url] * 4))
    for database in opened:
        with database.write() as connection:
            custody.append(connection, [Happening("stored", "a", "me", "here")], at=NOW)
        database.close()


def test_opening_again_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        custody.append(connection, [Happening("stored", "a", "me", "here")], at=NOW)
    again = open_database(database.engine.url.render_as_string(hide_password=False))
    with again.read() as connection:
        assert len(custody.events(connection)) == 1
    again.close()


def test_a_failed_transaction_leaves_neither_fact_nor_event(database: Database) -> None:
    with pytest.raises(RuntimeError, match="power cut"), database.write() as connection:
        record_object(connection, Kept("a" * 64, 1, True), who="me", where="here", at=NOW)
        raise RuntimeError("power cut")
    with database.read() as connection:
        assert custody.events(connection) == []


def test_the_custody_log_is_one_chain_and_shows_where_it_was_changed(database: Database) -> None:
    for subject in "abc":
        with database.write() as connection:
            custody.append(connection, [Happening("stored", subject, "me", "here", {"size": 1})], at=NOW)
    with database.read() as connection:
        log = custody.events(connection)

    assert [event["seq"] for event in log] == [1, 2, 3]
    assert custody.first_break(log) is None
    assert custody.first_break([log[0], log[2]]) == 2
    assert custody.first_break([log[0], log[1] | {"who": "somebody else"}, log[2]]) == 2


def test_a_reimport_changes_nothing_and_a_newer_export_changes_only_what_differs(database: Database) -> None:
    first = _record(database, "1", _export([_row("H17-250101-0001", finished=None), _row("H17-250101-0002")]))
    same = _record(database, "2", _export([_row("H17-250101-0001", finished=None), _row("H17-250101-0002")]))
    newer = _record(database, "3", _export([_row("H17-250101-0001", finished=NOW)], day=2))

    assert first == ImportCounts(2, 2, 0, 0, 0)
    assert same == ImportCounts(2, 0, 0, 2, 0)
    assert newer == ImportCounts(1, 0, 1, 0, 0)
    assert _dossiers(database)["H17-250101-0001"].finished_at == NOW


def test_an_older_export_that_arrives_late_only_fills_what_is_missing(database: Database) -> None:
    _record(database, "1", _export([_row("H17-250101-0001", finished=NOW)], day=9))
    late_comer = _row("H17-250101-0001", finished=NOW - timedelta(days=1), channel="online")
    _record(database, "2", _export([late_comer], day=2))

    kept = _dossiers(database)["H17-250101-0001"]
    assert (kept.finished_at, kept.channel) == (NOW, "online")


def test_a_rejected_export_is_tried_again_only_with_newer_layouts(database: Database) -> None:
    sha256 = _keep(database, "7")
    arrival = Arrival("hoi-an-dong", "x.xls", sha256, "me", "here", NOW, reader="layouts-1")
    with database.write() as connection:
        record_rejected_export(connection, arrival, "không thấy cột Ngày hẹn trả")
    with database.read() as connection:
        assert known_import(connection, "hoi-an-dong", sha256, "layouts-1")
        assert not known_import(connection, "hoi-an-dong", sha256, "layouts-2")

    _record(database, "7", _export([_row("H17-250101-0001")]))
    with database.read() as connection:
        assert [row["status"] for row in imports_of(connection, "hoi-an-dong")] == ["read"]


def test_a_night_that_its_dead_worker_left_is_resumed_with_its_own_start(database: Database) -> None:
    with database.write() as connection:
        begun = nights.begin_night(connection, REQUEST, owner=f"{_host()}:999999:1", now=NOW)
    with database.write() as connection:
        resumed = nights.begin_night(connection, REQUEST, owner=nights.owner_here(), now=NOW + timedelta(hours=3))
    assert (resumed.id, resumed.started_at, resumed.attempts) == (begun.id, NOW, 2)


def test_a_night_of_another_machine_is_taken_over_only_when_its_lease_is_over(database: Database) -> None:
    with database.write() as connection:
        nights.begin_night(connection, REQUEST, owner="elsewhere:1:1", now=NOW)
    with pytest.raises(NightRunning, match="đang chạy"), database.write() as connection:
        nights.begin_night(
            connection, REQUEST, owner=nights.owner_here(), now=NOW + nights.LEASE - timedelta(seconds=1)
        )
    with database.write() as connection:
        taken = nights.begin_night(
            connection, REQUEST, owner=nights.owner_here(), now=NOW + nights.LEASE + timedelta(seconds=1)
        )
    assert taken.attempts == 2


def test_two_nights_of_one_second_have_two_names(database: Database) -> None:
    names = []
    for _ in range(2):
        with database.write() as connection:
            night = nights.begin_night(connection, REQUEST, owner=nights.owner_here(), now=NOW)
            nights.end_night(connection, night.id, nights.Ending(nights.DONE, None, {}, NOW))
            names.append(night.id)
    assert names == ["20260106-010000", "20260106-010000-2"]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "parindex.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(StoreUnavailable, match=r"parindex\.db"):
        open_database(sqlite_url(path))


def test_a_database_server_that_is_gone_is_named() -> None:
    with pytest.raises(StoreUnavailable, match="cơ sở dữ liệu"):
        open_database("postgresql+psycopg://par@127.0.0.1:1/par?connect_timeout=2")


def _host() -> str:
    return nights.owner_here().split(":")[0]


def _row(code: str, *, finished: datetime | None = NOW, channel: str | None = None) -> Row:
    values = {"code": code, "finished_at": finished} | ({"channel": channel} if channel else {})
    return Row("dossiers", "Sheet1", 5, values)


def _export(rows: list[Row], *, day: int = 1, rejected: tuple[Rejected, ...] = ()) -> Export:
    return Export(
        file="x.xls",
        sha256="",
        profile="danh-sach-ho-so",
        kind="dossiers",
        sheets=("Sheet1",),
        rows=tuple(rows),
        rejected=rejected,
        counted=len(rows),
        exported_at=datetime(2026, 1, day, tzinfo=UTC),
    )


def _keep(database: Database, digit: str) -> str:
    with database.write() as connection:
        record_object(connection, Kept(digit * 64, 1, True), who="me", where="here", at=NOW)
    return digit * 64


def _record(database: Database, digit: str, export: Export) -> ImportCounts:
    arrival = Arrival("hoi-an-dong", export.file, _keep(database, digit), "me", "here", NOW, reader="layouts-2")
    with database.write() as connection:
        return record_export(connection, arrival, export)


def _dossiers(database: Database) -> dict[str, Dossier]:
    with database.read() as connection:
        return {
            found.code: found for found in gather_facts(connection, "hoi-an-dong", "checker", year=2025).facts.dossiers
        }


def _fresh_postgresql(url: str) -> str:
    """Empty the session's database, so that each test migrates it anew."""
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


def test_shares_keep_their_decimals(database: Database) -> None:
    row = Row("survey", "Sheet1", 3, {"component": "8.1.1", "share": Decimal("0.8640"), "respondents": 300})
    sipas = Export(
        file="s.xlsx", sha256="", profile="ket-qua-khao-sat", kind="survey", sheets=("Sheet1",), rows=(row,), counted=1
    )
    _record(database, "5", sipas)
    with database.read() as connection:
        (survey,) = gather_facts(connection, "hoi-an-dong", "checker", year=2025).facts.surveys
    assert str(survey.share) == "0.8640"


def test_many_dossiers_read_as_columns_say_the_same_as_a_few_read_as_objects(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = ["", '"', "\\", "a\tb\r", "\x7f\u2028", "Đăng ký 𝄞", "null", "1.10", "1"]
    days = [NOW + timedelta(days=number % 9) for number in range(40)]
    rows = tuple(
        Row("dossiers", "S", number, {
            "code": f"H.{number % 2}{odd[number % 9]}-{number}", "procedure": odd[(number + 4) % 9],
            "status": number % 11,
            "received_at": NOW - timedelta(days=300), "due_at": days[number] if number % 5 else None,
            "finished_at": days[(number * 7) % 40], "returned_at": days[(number * 5) % 40] if number % 3 else None,
            "synced": (True, False, None)[number % 3], "result_files": tuple(odd[1 : number % 4]) or None,
            "resolving_unit": ("UBND phường Hội An Đông", "UBND phường Khác")[number % 2],
        })
        for number in range(40)
    )  # fmt: skip
    export = Export(file="a.xlsx", sha256="", profile="p", kind="dossiers", sheets=("S",), rows=rows[:30], counted=30)
    _record(database, "1", export)
    _record(database, "2", replace(export, file="b.xlsx", rows=rows[20:]))
    period, unit = period_of("2025", date(2026, 1, 9)), "hoi-an-dong"
    for import_id in (None, 1, 2):
        with database.read() as connection:
            monkeypatch.setattr("storage.records.kept_dossiers.FEW", 40)
            few = kept_dossiers(connection, unit, import_id)
            monkeypatch.setattr("storage.records.kept_dossiers.FEW", 0)
            many = kept_dossiers(connection, unit, import_id)
        assert type(few) is not type(many)
        assert facts_as_text(Facts(known=("x",)), few) == facts_as_text(Facts(known=("x",)), many)
        one, other = (kept.register(period, unit, (), {"H.0-0"}) for kept in (few, many))
        assert one.imported == other.imported == (30 if import_id == 1 else 40)
        assert (one.received, one.answers, one.finished) == (other.received, other.answers, other.finished)
        assert one.on_time("bcth_date@1") == other.on_time("bcth_date@1")
    with database.read() as connection:
        nothing = ColumnDossiers(dossier_columns(connection, "phuong-khac"))
        assert (nothing.text(), nothing.register(period, unit, (), ()).imported) == (b"", 0)


def test_a_server_that_takes_connections_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection._PATIENCE, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql+psycopg://par@127.0.0.1:{silent.getsockname()[1]}/par"
        with pytest.raises(StoreUnavailable, match="Kiểm tra máy chủ PostgreSQL"):
            open_database(address)


def test_a_database_that_a_newer_release_has_upgraded_is_refused_and_left_as_it_is(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="bản parindex mới hơn"):
        open_database(database.engine.url.render_as_string(hide_password=False))
    with database.write() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": NEWEST})
