"""Kept reports on SQLite and PostgreSQL: once for each content, with their rows and their event."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.proof.custody import events, first_break
from storage.scored.reporting import MadeReport, keep_report, newest_content, overdue_rows, report_of, reports_of
from tests.storage.test_database import _fresh_postgresql

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
LATE: dict[str, Any] = {
    "code": "H17.1-250901-0001",
    "state": "in_progress",
    "office": "Phòng Văn hóa - Xã hội",
    "desk": None,
    "due_at": "2025-09-10T17:00:00+07:00",
    "ended_at": None,
    "working_days_late": 3,
    "working_minutes_late": 1440,
}
LIST = MadeReport(
    unit="hoi-an-dong",
    kind="overdue",
    first=date(2025, 1, 1),
    last=date(2025, 12, 31),
    on_time_rule="bcth_date@1",
    content={"dossiers": [LATE, LATE | {"code": "H17.1-250901-0002", "office": "Văn phòng"}]},
    asked_by="night 1",
    at=NOW,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = open_database(sqlite_url(tmp_path / "parindex.db"))
    else:
        opened = open_database(_fresh_postgresql(request.getfixturevalue("postgresql_url")))
    yield opened
    opened.close()


def test_a_report_is_kept_once_with_its_rows_and_event(database: Database) -> None:
    with database.write() as connection:
        kept = [
            keep_report(connection, LIST),
            keep_report(connection, dataclasses.replace(LIST, at=NOW + timedelta(1))),
        ]
    with database.read() as connection:
        rows, log = overdue_rows(connection, LIST.id), events(connection)
        assert report_of(connection, LIST.id)["content"] == LIST.content
        assert [row["code"] for row in overdue_rows(connection, LIST.id, "Văn phòng")] == ["H17.1-250901-0002"]

    assert kept == [True, False]
    assert [row["due_at"] for row in rows] == [datetime(2025, 9, 10, 10, 0, tzinfo=UTC)] * 2
    assert [event["event"] for event in log] == ["reported"] and first_break(log) is None


def test_another_unit_or_content_is_another_report(database: Database) -> None:
    others = (dataclasses.replace(LIST, unit="hai-chau"), dataclasses.replace(LIST, content={"dossiers": []}))
    with database.write() as connection:
        assert all(keep_report(connection, report) for report in (LIST, *others))
        assert len(reports_of(connection, "hoi-an-dong", "overdue")) == 2
        assert len(reports_of(connection, "hai-chau")) == 1


def test_the_newest_is_that_of_the_newest_night_not_of_a_clerk(database: Database) -> None:
    later = dataclasses.replace(LIST, content={"dossiers": [LATE]}, at=NOW + timedelta(1), asked_by="night 2")
    by_hand = dataclasses.replace(LIST, content={"dossiers": []}, at=NOW + timedelta(2), asked_by="parindex report")
    with database.write() as connection:
        assert newest_content(connection, "hoi-an-dong", "overdue") is None
        for report in (LIST, later, by_hand):
            keep_report(connection, report)
        assert newest_content(connection, "hoi-an-dong", "overdue") == later.content
