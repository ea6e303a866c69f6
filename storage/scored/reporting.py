"""Periodic reports as they were made: the same content is kept once, and every new one is an event of the log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.database.tables import overdue_dossiers, reports
from storage.database.types import canonical
from storage.errors import NoSuch
from storage.proof.custody import Happening, append


class NoSuchReport(NoSuch):
    """No report of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """A report about to be kept; `content` is what the command prints as JSON."""

    unit: str
    kind: str
    """ii06a | overdue | index766"""
    first: date
    last: date
    on_time_rule: str
    content: Mapping[str, Any]
    asked_by: str
    at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of what the report says and about whom."""
        body = {"unit": self.unit, "kind": self.kind, "content": self.content}
        return hashlib.sha256(canonical(body).encode()).hexdigest()

    @property
    def id(self) -> str:
        """The id the report is kept under."""
        return f"{self.kind}-{self.digest[:16]}"


def keep_report(connection: Connection, made: MadeReport) -> bool:
    """Keep a report, its overdue rows and its event; False where the same report is kept already."""
    if connection.execute(select(reports.c.id).where(reports.c.id == made.id)).first():
        return False
    connection.execute(
        insert(reports).values(
            id=made.id,
            unit=made.unit,
            kind=made.kind,
            first=made.first,
            last=made.last,
            on_time_rule=made.on_time_rule,
            digest=made.digest,
            content=dict(made.content),
            asked_by=made.asked_by,
            made_at=made.at,
        )
    )
    if rows := [_overdue_row(made.id, place, item) for place, item in enumerate(made.content.get("dossiers", ()))]:
        connection.execute(insert(overdue_dossiers), rows)
    detail = {"report": made.id, "kind": made.kind, "first": made.first.isoformat(), "last": made.last.isoformat()}
    append(connection, [Happening("reported", made.digest, made.asked_by, "reports", detail)], at=made.at)
    return True


def reports_of(connection: Connection, unit: str, kind: str = "", limit: int = 100) -> list[Mapping[str, Any]]:
    """Heads of the reports of a unit, newest first, without their content."""
    head = [column for column in reports.c if column.name != "content"]
    wanted = select(*head).where(reports.c.unit == unit).order_by(reports.c.made_at.desc(), reports.c.id).limit(limit)
    if kind:
        wanted = wanted.where(reports.c.kind == kind)
    return [dict(row._mapping) for row in connection.execute(wanted)]


def newest_content(connection: Connection, unit: str, kind: str) -> Mapping[str, Any] | None:
    """What the newest report of a kind made by a night says; None before the first."""
    mine = select(reports.c.content).where(reports.c.unit == unit, reports.c.kind == kind)
    by_night = mine.where(reports.c.asked_by.startswith("night "))
    row = connection.execute(by_night.order_by(reports.c.made_at.desc(), reports.c.id).limit(1)).first()
    return dict(row.content) if row else None


def report_of(connection: Connection, report_id: str) -> Mapping[str, Any]:
    """One report with its content.

    Raises:
        NoSuchReport: there is none.
    """
    row = connection.execute(select(reports).where(reports.c.id == report_id)).first()
    if row is None:
        raise NoSuchReport(f"Không có báo cáo {report_id!r}. Lập báo cáo bằng lệnh parindex report.")
    return dict(row._mapping)


def overdue_rows(connection: Connection, report_id: str, office: str = "") -> list[Mapping[str, Any]]:
    """The kept rows of an overdue list in its order, of one office where named."""
    wanted = select(overdue_dossiers).where(overdue_dossiers.c.report_id == report_id)
    if office:
        wanted = wanted.where(overdue_dossiers.c.office == office)
    return [dict(row._mapping) for row in connection.execute(wanted.order_by(overdue_dossiers.c.position))]


def _overdue_row(report_id: str, place: int, item: Mapping[str, Any]) -> dict[str, Any]:
    ended = item["ended_at"]
    return {
        "report_id": report_id,
        "code": item["code"],
        "position": place,
        "state": item["state"],
        "office": item["office"],
        "desk": item["desk"],
        "due_at": datetime.fromisoformat(item["due_at"]),
        "ended_at": datetime.fromisoformat(ended) if ended else None,
        "working_days_late": item["working_days_late"],
        "working_minutes_late": item["working_minutes_late"],
    }
