"""The yearly cycle as kept: one row for the whole, one for each component, each with a version that guards it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.refusals import WrongUse
from scoring.cycle import Cycle, Deed
from storage.database.cycle_tables import cycle_entries, cycles
from storage.database.tables import score_runs
from storage.errors import StorageError
from storage.proof.custody import Happening, append


class NoCycle(WrongUse, StorageError):
    """The period was not opened for this unit."""


class AlreadyOpen(WrongUse, StorageError):
    """The period is open already."""


class ChangedMeanwhile(WrongUse, StorageError):
    """Somebody else wrote here since it was shown; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cycle with what guards it: the version of the whole, and of each component."""

    unit: str
    period: str
    criteria: str
    cycle: Cycle
    version: int
    versions: Mapping[str, int]


def open_cycle(connection: Connection, kept: Kept, deed: Deed, where: str) -> None:
    """Keep a new cycle.

    Raises:
        AlreadyOpen: there is one.
    """
    if connection.execute(select(cycles.c.version).where(*_of(cycles, kept.unit, kept.period))).first():
        raise AlreadyOpen(f"Kỳ {kept.period} của {kept.unit} đã mở.")
    said = {"changed_by": deed.who, "changed_at": deed.at, "version": 1}
    place = {"unit": kept.unit, "period": kept.period}
    deadlines = {name: day.isoformat() for name, day in kept.cycle.deadlines.items()}
    row = {"state": kept.cycle.state, "criteria": kept.criteria, "deadlines": deadlines, "lock": None}
    connection.execute(insert(cycles).values(**place, **row, **said))
    entries = [
        {**place, **said, "component": name, "position": position, "entry": dict(entry)}
        for position, (name, entry) in enumerate(kept.cycle.entries.items())
    ]
    connection.execute(insert(cycle_entries), entries)
    detail = {"deed": "open", "criteria": kept.criteria, "deadlines": deadlines}
    append(connection, [_happening(kept, deed, where, detail)], at=deed.at)


def cycle_of(connection: Connection, unit: str, period: str) -> Kept:
    """The cycle of a unit and period.

    Raises:
        NoCycle: it was not opened.
    """
    row = connection.execute(select(cycles).where(*_of(cycles, unit, period))).first()
    if row is None:
        raise NoCycle(f"Kỳ {period} của {unit} chưa mở; cấp trên mở kỳ bằng lệnh parindex cycle open.")
    own = select(cycle_entries).where(*_of(cycle_entries, unit, period)).order_by(cycle_entries.c.position)
    entries = connection.execute(own).all()
    deadlines = {name: date.fromisoformat(day) for name, day in row.deadlines.items()}
    cycle = Cycle(row.state, deadlines, {entry.component: entry.entry for entry in entries}, row.lock)
    versions = {entry.component: entry.version for entry in entries}
    return Kept(unit, period, row.criteria, cycle, row.version, versions)


def keep_change(connection: Connection, before: Kept, now: Cycle, deed: Deed, where: str) -> None:
    """Write what a deed changed, and its event.

    Raises:
        ChangedMeanwhile: the rows are no longer those of `before`.
    """
    said = {"changed_by": deed.who, "changed_at": deed.at}
    if (now.state, now.lock) != (before.cycle.state, before.cycle.lock):
        guarded = (*_of(cycles, before.unit, before.period), cycles.c.version == before.version)
        row = {"state": now.state, "lock": now.lock, "version": before.version + 1, **said}
        _written(connection.execute(update(cycles).where(*guarded).values(**row)).rowcount, "Kỳ này")
    for name, entry in now.entries.items():
        if entry != before.cycle.entries[name]:
            _keep_entry(connection, before, name, entry, said)
    detail = {"deed": deed.name, "component": deed.component, "state": now.state, "said": dict(deed.said)}
    append(connection, [_happening(before, deed, where, detail)], at=deed.at)


def run_standing_before(connection: Connection, unit: str, period: str, until: datetime) -> Mapping[str, Any] | None:
    """The newest run that stands of those made before a moment."""
    mine = (score_runs.c.unit == unit, score_runs.c.period == period, score_runs.c.stands == 1)
    newest = select(score_runs).where(*mine, score_runs.c.made_at < until).order_by(score_runs.c.position.desc())
    row = connection.execute(newest.limit(1)).first()
    return dict(row._mapping) if row else None


def first_run_standing(connection: Connection, unit: str, period: str) -> Mapping[str, Any] | None:
    """The oldest run that stands."""
    mine = (score_runs.c.unit == unit, score_runs.c.period == period, score_runs.c.stands == 1)
    row = connection.execute(select(score_runs).where(*mine).order_by(score_runs.c.position).limit(1)).first()
    return dict(row._mapping) if row else None


def _keep_entry(
    connection: Connection, before: Kept, name: str, entry: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    here = (*_of(cycle_entries, before.unit, before.period), cycle_entries.c.component == name)
    guarded = update(cycle_entries).where(*here, cycle_entries.c.version == before.versions[name])
    new = {"entry": dict(entry), "version": before.versions[name] + 1, **said}
    _written(connection.execute(guarded.values(**new)).rowcount, f"Mục {name}")


def _written(rows: int, what: str) -> None:
    if rows != 1:
        raise ChangedMeanwhile(f"{what}: có người khác vừa sửa. Mở lại để xem giá trị mới rồi sửa tiếp; chưa ghi gì.")


def _happening(kept: Kept, deed: Deed, where: str, detail: Mapping[str, Any]) -> Happening:
    return Happening("cycle", f"{kept.unit}/{kept.period}", deed.who, where, dict(detail))


def _of(table: Any, unit: str, period: str) -> tuple[Any, ...]:
    return table.c.unit == unit, table.c.period == period
