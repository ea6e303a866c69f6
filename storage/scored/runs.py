"""Score runs: immutable documents, each with the facts it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select

from storage.database.tables import custody, score_points, score_runs
from storage.errors import NoSuch
from storage.proof.custody import Happening, append


class NoSuchRun(NoSuch):
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
    stands: bool = True
    """False: asked with another criteria set, on-time rule or day than the unit's own; kept, shown, never the score."""


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
            stands=int(run.stands),
        )
    )
    connection.execute(insert(score_points), _points(run_id, run.score))
    detail = {"run": run_id, "unit": unit, "period": period, "totals": run.score["totals"]}
    append(connection, [Happening("scored", run.inputs_sha256, run.asked_by, "scoring", detail)], at=run.at)
    return run_id


def latest_run(connection: Connection, unit: str, period: str, *, stands: bool = True) -> Mapping[str, Any] | None:
    """The newest run of a unit and period that stands (or the newest that does not), or None before the first."""
    mine = (score_runs.c.unit == unit, score_runs.c.period == period, score_runs.c.stands == int(stands))
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


def scored_in_log(connection: Connection, run: Mapping[str, Any]) -> int:
    """Number of the event by which a run entered the custody log."""
    mine = (custody.c.event == "scored", custody.c.subject == run["inputs_sha256"])
    rows = connection.execute(select(custody.c.seq, custody.c.detail).where(*mine))
    return next(int(row.seq) for row in rows if row.detail["run"] == run["id"])


def is_alone(connection: Connection, run: Mapping[str, Any]) -> bool:
    """Whether no other unit was scored in this database before a run."""
    others = (score_runs.c.unit != run["unit"], score_runs.c.position < run["position"])
    return connection.execute(select(score_runs.c.id).where(*others).limit(1)).first() is None


_NEWEST = (
    select(score_runs.c.id)
    .where(score_runs.c.unit == bindparam("of_unit"), score_runs.c.period == bindparam("of_period"))
    .where(score_runs.c.stands == 1)
    .order_by(score_runs.c.position.desc())
    .limit(bindparam("most", type_=Integer))
)
"""Built once: every page asks it."""


def newest_runs(connection: Connection, unit: str, period: str, limit: int = 2) -> list[str]:
    """Ids of the newest runs that stand for a unit and period, newest first."""
    asked = {"of_unit": unit, "of_period": period, "most": limit}
    return [str(run_id) for run_id in connection.execute(_NEWEST, asked).scalars()]


@dataclass(frozen=True, slots=True)
class PointsThen:
    """Points of one component, or of the whole, in one run; None where there was no score."""

    run_id: str
    made_at: datetime
    points: str | None
    expected: str | None
    state: str


def points_over_runs(
    connection: Connection, unit: str, period: str, component: str = "", limit: int = 400
) -> list[PointsThen]:
    """How a component (empty: the whole) moved over the newest runs, oldest first."""
    rows = (
        select(score_runs.c.id, score_runs.c.made_at, score_points)
        .join(score_points, score_points.c.run_id == score_runs.c.id)
        .where(score_runs.c.unit == unit, score_runs.c.period == period, score_runs.c.stands == 1)
        .where(score_points.c.component == component)
        .order_by(score_runs.c.position.desc())
        .limit(limit)
    )
    found = [PointsThen(row.id, row.made_at, row.points, row.expected, row.state) for row in connection.execute(rows)]
    return list(reversed(found))


def _points(run_id: str, score: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `score_points`: the whole as component "", then every component."""
    totals = score["totals"]
    whole = {"points": totals["conservative"], "expected": totals["expected"], "state": "total"}
    return [{"run_id": run_id, "component": "", **whole}] + [
        {"run_id": run_id, "component": item["id"]} | {key: item[key] for key in ("points", "expected", "state")}
        for item in score["components"]
    ]
