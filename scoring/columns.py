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
from scoring.engine.on_time import DONE, UNDER_WAY, Clear, finished_in, still_late
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
_SINGLE = ("apology_number", *(name for name in _Contested._fields if name != "received_on"))
_NAMED = ("code", "result_number", "result_file_required", "received_at")
_ASKED = tuple(dict.fromkeys((*ANSWERS, *_PROCEDURE, "result_file_required", "resolving_unit")))
NEEDED = tuple(dict.fromkeys((*_SINGLE, *_ASKED)))
"""Columns that are counted."""
_KIND = (*_ASKED, "stands", "received", "earlier")
_CLEAR, _LATE, _PENDING, _PAST, _CONTESTED = range(5)
_PIECE = 65_536
"""Rows that are grouped at once and stay in the processor's cache: ten million at once cost twice as much a row."""
_Row = TypeVar("_Row", bound=NamedTuple)


def register_of(
    table: pl.DataFrame,
    period: Period,
    unit: str,
    units: Sequence[UnitName] = (),
    asked: Collection[str | None] = (),
) -> Register:
    """What `scoring.engine.register.registered` says of the dossiers that the rows of `table` are."""
    kinds, single, named = _sorted_out(table, period, asked)
    offices = dict(kinds.group_by("resolving_unit").agg(pl.col("len").sum()).iter_rows())
    foreign = foreign_offices(offices, period, unit, units)
    own = ~pl.col("resolving_unit").is_in(sorted(office for office in foreign if office)).fill_null(False)
    kinds, single = kinds.filter(own), single.filter(own)
    received, clear = kinds.filter("received"), kinds.filter(stands=_CLEAR)
    late = single.filter(stands=_LATE)
    contested = _rows(single.filter(stands=_CONTESTED), _Contested)
    ended = [dossier for dossier in contested if finished_in(dossier, period)]
    finished = kinds.filter(pl.col("stands").is_in([_CLEAR, _LATE]))
    return Register(
        period=period,
        received=_count(received),
        answers={row[:-1]: row[-1] for row in received.group_by(ANSWERS).agg(pl.col("len").sum()).iter_rows()},
        procedures=procedures_among(
            (code or name, channel, said) for code, name, channel, said in received.select(_PROCEDURE).iter_rows()
        ),
        finished=_count(finished) + len(ended),
        says_results=_any_said(finished["result_file_required"], ended),
        required=_count(finished.filter(result_file_required=1)) + sum(1 for one in ended if one.result_file_required),
        clear=Clear(_count(clear), _count(clear.filter("earlier")), _count(kinds.filter(stands=_PENDING)),
                    tuple(late["code"])),
        contested=contested,
        in_progress_late=sum(1 for dossier in contested if still_late(dossier, period)),
        apologies=frozenset(single.filter(pl.col("apology_number") != "")["code"]),
        imported=table.height,
        lacks_receipt=not received.height and table["received_at"].null_count() > 0,
        foreign=foreign,
        elsewhere=_elsewhere(table, period, ~own) if foreign else [],
        elsewhere_counted={} if units else offices_elsewhere(offices, unit),
        asked=_asked_rows(named.with_columns(own=own), [dossier for dossier in ended if dossier.code in asked]),
    )  # fmt: skip


def _sorted_out(table: pl.DataFrame, period: Period, asked: Iterable[str | None]) -> list[pl.DataFrame]:
    """Numbers of rows by kind; late and contested rows; rows that were asked for. Piece by piece."""
    codes = pl.Series("code", [code for code in asked if code is not None], dtype=pl.String)
    marks, pieces = _marks(period), range(0, max(table.height, 1), _PIECE)
    found = [_piece(table.slice(start, _PIECE).select(*NEEDED, **marks), codes) for start in pieces]
    return [pl.concat(parts) for parts in zip(*found, strict=True)]


def _piece(rows: pl.DataFrame, codes: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    received_on = pl.from_epoch(pl.col("received_at") + _SEVEN_HOURS).dt.date()
    single = rows.select(*_SINGLE, "resolving_unit", "stands").filter(pl.col("stands").is_in([_LATE, _CONTESTED]))
    named = rows.select(*_NAMED, "resolving_unit", "stands", "received").filter(pl.col("code").is_in(codes.implode()))
    return (
        rows.group_by(_KIND).len(),
        single.with_columns(received_on=received_on),
        named.with_columns(received_on=received_on),
    )


def _marks(period: Period) -> dict[str, pl.Expr]:
    """What is told of each row; see engine/register.py for where it stands."""
    opens, closes = int(period.opens.timestamp()), int(period.closes.timestamp())
    taken, due, end, handed = map(pl.col, ("received_at", "due_at", "finished_at", "returned_at"))
    status, earlier = pl.col("status"), _local_day(end) < _local_day(due)
    plain = (taken < closes) & (pl.col("supplements").fill_null(0) == 0) & pl.col("due_before").is_null()
    ended = end.is_between(opens, closes, "left") & handed.is_between(opens, closes, "left")
    done = plain & ended & status.is_in(sorted(DONE))
    under_way = plain & end.is_null() & handed.is_null() & status.is_in(sorted(UNDER_WAY))
    stands = (
        pl.when((end < opens) & (handed < opens))
        .then(pl.lit(_PAST, pl.Int8))
        .when(done & (end < due) & (handed < due))
        .then(_CLEAR)
        .when(done & (_local_day(end) > _local_day(due)) & (handed > due))
        .then(_LATE)
        .when(under_way & (due >= closes - _DAY))
        .then(_PENDING)
        .otherwise(_CONTESTED)
    )
    return {"stands": stands, "received": _received(period), "earlier": earlier.fill_null(False)}


def _elsewhere(table: pl.DataFrame, period: Period, foreign: pl.Expr) -> list[tuple[str, str]]:
    """Code and office of the received dossiers of other units."""
    taken_in = table.select("code", "resolving_unit", "received_at").filter(foreign & _received(period))
    return list(taken_in.select("code", "resolving_unit").iter_rows())


def _received(period: Period) -> pl.Expr:
    opens, closes = int(period.opens.timestamp()), int(period.closes.timestamp())
    return pl.col("received_at").is_between(opens, closes, "left").fill_null(False)


def _count(kinds: pl.DataFrame) -> int:
    return int(kinds["len"].sum())


def _local_day(moment: pl.Expr) -> pl.Expr:
    return (moment + _SEVEN_HOURS) // _DAY


def _any_said(said: pl.Series, dossiers: Iterable[_Contested]) -> bool:
    return said.null_count() < said.len() or any(dossier.result_file_required is not None for dossier in dossiers)


def _asked_rows(named: pl.DataFrame, ended: Iterable[_Contested]) -> AskedRows:
    """The rows that were asked for, apart by what they are in the period."""
    if not named.height:
        return AskedRows()
    is_done = pl.col("own") & pl.col("stands").is_in([_CLEAR, _LATE])
    finished: list[_Entered | _Contested] = [*_rows(named.filter(is_done), _Entered), *ended]
    rest = named.filter(~is_done & ~pl.col("code").is_in([dossier.code for dossier in ended]))
    outside = frozenset(rest.filter(~(pl.col("own") & pl.col("received")))["code"])
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
