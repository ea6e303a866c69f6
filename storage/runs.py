"""Score runs: immutable documents, each with the facts it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from storage.custody import Happening, append
from storage.database.tables import score_runs
from storage.errors import StorageError


class NoSuchRun(StorageError):
    """No score run of this id, or none yet for this unit and period."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What makes a run: the score as JSON-ready value, its kept inputs, and who asked for it when."""

    score: Mapping[str, Any]
    inputs_sha256: str
    inputs_digest: str
    gaps: Mapping[str, Any]
    asked_by: str
    at: datetime


def record_run(connection: Connection, run: RunRecord) -> str:
    """Keep a new run; its id, `<period>-<number>`."""
    unit, period = str(run.score["unit"]), str(run.score["period"])
    position = (connection.execute(select(func.max(score_runs.c.position))).scalar() or 0) + 1
    run_id = f"{period}-{position:04d}"
    connection.execute(
        insert(score_runs).values(
            id=run_id,
            position=position,
            unit=unit,
            period=period,
            as_of=date.fromisoformat(str(run.score["as_of"])),
            score=dict(run.score),
            inputs_sha256=run.inputs_sha256,
            inputs_digest=run.inputs_digest,
            gaps=dict(run.gaps),
            asked_by=run.asked_by,
            made_at=run.at,
        )
    )
    detail = {"run": run_id, "unit": unit, "period": period, "totals": run.score["totals"]}
    append(connection, [Happening("scored", run.inputs_sha256, run.asked_by, "scoring", detail)], at=run.at)
    return run_id


def latest_run(connection: Connection, unit: str, period: str) -> Mapping[str, Any] | None:
    """The newest run of a unit and period, or None before the first."""
    mine = (score_runs.c.unit == unit, score_runs.c.period == period)
    row = connection.execute(select(score_runs).where(*mine).order_by(score_runs.c.position.desc()).limit(1)).first()
    return dict(row._mapping) if row else None


def run_of(connection: Connection, run_id: str) -> Mapping[str, Any]:
    """One run by id.

    Raises:
        NoSuchRun: there is none.
    """
    row = connection.execute(select(score_runs).where(score_runs.c.id == run_id)).first()
    if row is None:
        raise NoSuchRun(f"Không có lần chấm {run_id!r}. Chạy parindex score để có lần chấm mới.")
    return dict(row._mapping)
