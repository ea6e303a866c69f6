"""The register of a unit counted over columns instead of dossiers (Polars): a score from the database is made with it.

A property test holds it equal to the engine's own counting, which an auditor's bare Python repeats.
Columns are those of the table `dossiers`: moments in seconds since 1970 (UTC), yes and no as 1 and 0, null: not said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import polars as pl

from scoring.engine.facts import UnitName
from scoring.engine.on_time import DONE, Clear, finished_in, still_late
from scoring.engine.period import VIETNAM, Period
from scoring.engine.places import offices_elsewhere
from scoring.engine.register import ANSWERS, AskedRows, Register, foreign_offices, procedures_among

_SEVEN_HOURS, _DAY = 7 * 3600, 86_400
_EPOCH = datetime(1970, 1, 1, 7, tzinfo=VIETNAM)
_MOMENTS = frozenset(("received_at", "due_at", "finished_at", "returned_at", "supplement_asked_at",
                      "supplement_given_at", "due_before"))  # fmt: skip


class _Contested(NamedTuple):
    """All that on-time rules and measures look at."""

    code: str
    status: int | None
    supplements: int | None
    apology_number: str | None
    result_file_required: int | None
    result_number: str | None
    received_on: date | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    supplement_asked_at: datetime | None
    supplement_given_at: datetime | None
    due_before: datetime | None


class _Entered(NamedTuple):
    """All that result files are compared with."""

    code: str
    result_number: str | None
    result_file_required: int | None
    received_on: date | None


_PROCEDURE = ("procedure_code", "procedure", "channel", "full_online")
_SEEN = tuple(name for name in (*_Contested._fields, *_Entered._fields) if name != "received_on")
NEEDED = tuple(dict.fromkeys(("resolving_unit", *_SEEN, *_PROCEDURE, *ANSWERS)))
"""Columns that are counted."""
_ASKED = tuple(dict.fromkeys((*ANSWERS, *_PROCEDURE)))
_Row = TypeVar("_Row", bound=NamedTuple)


def register_of(
    table: pl.DataFrame,
    period: Period,
    unit: str,
    units: Sequence[UnitName] = (),
    asked: Collection[str | None] = (),
) -> Register:
    """What `scoring.engine.register.registered` says of the dossiers that the rows of `table` are."""
    offices = dict(table.group_by("resolving_unit").len().iter_rows())
    foreign = foreign_offices(offices, period, unit, units)
    marked = table.select(*NEEDED, **_marks(period, foreign))
    own = marked.filter("own") if foreign else marked
    others = marked.filter(~pl.col("own")) if foreign else marked.clear()
    received = own.select(*_ASKED, "received").filter("received")
    clear = own.select("result_file_required", "earlier", "clear").filter("clear")
    unclear = own.select(*_Contested._fields, "clear", "past").filter(~pl.col("clear") & ~pl.col("past"))
    contested = _rows(unclear, _Contested)
    ended = [dossier for dossier in contested if finished_in(dossier, period)]
    required = clear.filter(pl.col("result_file_required") == 1).height
    return Register(
        period=period,
        received=received.height,
        answers={tuple(row[:-1]): row[-1] for row in received.group_by(ANSWERS).len().iter_rows()},
        procedures=procedures_among(received.select(_PROCEDURE).unique().iter_rows()),
        finished=clear.height + len(ended),
        says_results=_any_said(clear["result_file_required"], ended),
        required=required + sum(1 for dossier in ended if dossier.result_file_required),
        clear=Clear(clear.height, clear.filter("earlier").height),
        contested=contested,
        in_progress_late=sum(1 for dossier in contested if still_late(dossier, period)),
        imported=table.height,
        lacks_receipt=not received.height and table["received_at"].null_count() > 0,
        foreign=foreign,
        elsewhere=[(code, office or "") for code, office in
                   others.filter("received").select("code", "resolving_unit").iter_rows()],
        elsewhere_counted={} if units else offices_elsewhere(offices, unit),
        asked=_asked_rows(marked, ended, asked) if asked else AskedRows(),
    )  # fmt: skip


def _marks(period: Period, foreign: Iterable[str | None]) -> dict[str, pl.Expr]:
    """What is told of each row; see engine/register.py for clear and past."""
    opens, closes = int(period.opens.timestamp()), int(period.closes.timestamp())
    taken, due, end, handed = map(pl.col, ("received_at", "due_at", "finished_at", "returned_at"))
    clear = (
        (taken < closes)
        & (end >= opens)
        & (handed >= opens)
        & (pl.max_horizontal(end, handed) < pl.min_horizontal(due, closes))
        & handed.is_not_null()
        & end.is_not_null()
        & due.is_not_null()
        & pl.col("status").is_in(sorted(DONE))
        & (pl.col("supplements").fill_null(0) == 0)
        & pl.col("due_before").is_null()
    )
    return {
        "own": ~_sure(pl.col("resolving_unit").is_in(sorted(office for office in foreign if office))),
        "received_on": pl.from_epoch(taken + _SEVEN_HOURS).dt.date(),
        "received": _sure((taken >= opens) & (taken < closes)),
        "clear": _sure(clear),
        "past": _sure((end < opens) & (handed < opens)),
        "earlier": _sure(_local_day(end) < _local_day(due)),
    }


def _sure(condition: pl.Expr) -> pl.Expr:
    """Null is no."""
    return condition.fill_null(False)


def _local_day(moment: pl.Expr) -> pl.Expr:
    return (moment + _SEVEN_HOURS) // _DAY


def _any_said(said: pl.Series, dossiers: Iterable[_Contested]) -> bool:
    return said.null_count() < said.len() or any(dossier.result_file_required is not None for dossier in dossiers)


def _asked_rows(marked: pl.DataFrame, ended: Iterable[_Contested], asked: Collection[str | None]) -> AskedRows:
    """The rows that were asked for, apart by what they are in the period."""
    codes = pl.Series("code", [code for code in asked if code is not None], dtype=pl.String)
    rows = marked.select(*_Entered._fields, "own", "clear", "received").filter(pl.col("code").is_in(codes.implode()))
    is_clear, is_received = pl.col("own") & pl.col("clear"), pl.col("own") & pl.col("received")
    also = [dossier for dossier in ended if dossier.code in asked]
    finished: list[_Entered | _Contested] = [*_rows(rows.filter(is_clear), _Entered), *also]
    rest = rows.filter(~is_clear & ~pl.col("code").is_in([dossier.code for dossier in also]))
    outside = frozenset(rest.filter(~is_received)["code"])
    return AskedRows({row.code: row for row in finished}, {row.code: row for row in _rows(rest, _Entered)}, outside)


def _rows(table: pl.DataFrame, kind: type[_Row]) -> list[_Row]:
    """The rows as named tuples of their own columns: a `Dossier` for each would cost more than all the counting."""
    columns = [_values(table[name]) for name in kind._fields]
    return list(map(kind._make, zip(*columns, strict=True)))


def _values(column: pl.Series) -> list[Any]:
    said = column.to_list()
    if column.name not in _MOMENTS:
        return said
    return [None if seconds is None else _EPOCH + timedelta(0, seconds) for seconds in said]
