"""The counts behind the measures for many units at once, over columns instead of dossiers (Polars).

For a city's millions of rows; a ward's own score is made by the engine, and a property test holds the two equal.
Columns are those of the table `dossiers`: moments in seconds since 1970 (UTC), yes and no as 1 and 0, null: not said.
Dossiers that another unit resolves have to be left out before (engine/places.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.engine.on_time import DONE, FINISHED, NOT_ACCEPTED, PAUSED, WAITING, WITHDRAWN, rule_named
from scoring.engine.period import Period

_VIETNAM, _DAY = 7 * 3600, 86_400
NEEDED = (
    "unit", "status", "channel", "full_online", "received_at", "due_at", "finished_at", "returned_at", "supplements",
    "supplement_asked_at", "supplement_given_at", "due_before",
    "fee_due", "paid_online", "papers_digitised", "papers_reused", "synced", "apology_number",
)  # fmt: skip
"""Columns that the counts need."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One of late, on time, early or undated for each row; rows with none of them are out."""

    late: pl.Expr
    early: pl.Expr
    on_time: pl.Expr
    undated: pl.Expr


def counts_by_unit(frame: pl.LazyFrame | pl.DataFrame, period: Period, on_time_rule: str) -> pl.DataFrame:
    """One row for each unit, in the order of units: finished, late, early, undated, without_due, with_letter,
    in_progress_late, received, and of the received: online, full_online, digitised, reused, synced, with_fee,
    paid_online, with `<flag>_unknown` where the source is silent."""
    verdict = _VERDICTS[rule_named(on_time_rule).reference](period)
    received = _between("received_at", period)
    chosen = frame.lazy().select(
        "unit",
        late=verdict.late,
        early=verdict.early,
        finished=verdict.late | verdict.early | verdict.on_time,
        undated=verdict.undated,
        without_due=verdict.on_time & pl.col("due_at").is_null(),
        with_letter=verdict.late & (pl.col("apology_number").fill_null("") != ""),
        in_progress_late=_still_late(period),
        received=received,
        **_flags(received),
    )
    return chosen.group_by("unit").agg(pl.all().sum()).sort("unit").collect()


def _flags(received: pl.Expr) -> Mapping[str, pl.Expr]:
    """Counts of yes and of silence among the received ones."""
    online = pl.col("channel") == "online"
    fee = received & _yes("fee_due")
    found = {
        "online": received & _sure(online),
        "online_unknown": received & pl.col("channel").is_null(),
        "full_online": received & _yes("full_online") & _sure(online),
        "with_fee": fee,
        "paid_online": fee & _yes("paid_online"),
        "paid_online_unknown": fee & pl.col("paid_online").is_null(),
    }
    for name, column in (("digitised", "papers_digitised"), ("reused", "papers_reused"), ("synced", "synced")):
        found |= {name: received & _yes(column), f"{name}_unknown": received & pl.col(column).is_null()}
    return found


def _sure(condition: pl.Expr) -> pl.Expr:
    """Null is no."""
    return condition.fill_null(False)


def _yes(column: str) -> pl.Expr:
    return _sure(pl.col(column) == 1)


def _status_in(codes: frozenset[int]) -> pl.Expr:
    return pl.col("status").fill_null(0).is_in(sorted(codes))


def _between(column: str, period: Period) -> pl.Expr:
    opens, closes = _seconds(period)
    return _sure((pl.col(column) >= opens) & (pl.col(column) < closes))


def _seconds(period: Period) -> tuple[int, int]:
    return int(period.opens.timestamp()), int(period.closes.timestamp())


def _local_day(moment: pl.Expr) -> pl.Expr:
    return (moment + _VIETNAM) // _DAY


def _day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


_END = pl.coalesce("finished_at", "returned_at")
_NO_TERM = pl.col("due_at").is_null() | _status_in(frozenset({WITHDRAWN}))
_NEVER_FINISHED = NOT_ACCEPTED | PAUSED


def _judged(end: pl.Expr, period: Period, late: pl.Expr, early: pl.Expr) -> _Verdict:
    """Rows whose end lies in the period, judged; ended without a day they are undated."""
    opens, closes = _seconds(period)
    counted = ~_status_in(_NEVER_FINISHED) & _sure((end >= opens) & (end < closes))
    is_late, is_early = counted & ~_NO_TERM & _sure(late), counted & ~_NO_TERM & _sure(early)
    undated = end.is_null() & _status_in(DONE | {WITHDRAWN})
    return _Verdict(is_late, is_early, counted & ~is_late & ~is_early, undated)


def _bcth_date(period: Period) -> _Verdict:
    ended, due = _local_day(_END), _local_day(pl.col("due_at"))
    return _judged(_END, period, ended > due, ended < due)


def _bc06_datetime(period: Period) -> _Verdict:
    end, due = pl.col("returned_at"), pl.col("due_at")
    found = _judged(end, period, end > due, end < due)
    waits_to_be_handed_over = _status_in(frozenset({FINISHED})) & pl.col("finished_at").is_not_null()
    return _Verdict(found.late, found.early, found.on_time, found.undated & ~waits_to_be_handed_over)


def _opencps(period: Period) -> _Verdict:
    end, due = pl.col("finished_at"), pl.col("due_at")
    found = _judged(end, period, end > due, (end <= due) & (pl.col("returned_at") < due))
    kept = ~_status_in(frozenset({WITHDRAWN}))
    return _Verdict(found.late & kept, found.early & kept, found.on_time & kept, found.undated & kept)


def _dvcqg_766(period: Period) -> _Verdict:
    return _by_portal(period, pl.col("due_at"))


def _dvcqg_766_without_waiting(period: Period) -> _Verdict:
    asked, given, due = pl.col("supplement_asked_at"), pl.col("supplement_given_at"), pl.col("due_at")
    moved = pl.when((given >= asked) & due.is_not_null()).then(pl.col("due_before") + given - asked)
    return _by_portal(period, pl.coalesce(moved, due))


def _by_portal(period: Period, due: pl.Expr) -> _Verdict:
    opens, closes = _seconds(period)
    counted = ~_status_in(NOT_ACCEPTED) & ~_sure(pl.col("received_at") >= closes) & ~_sure(opens > _END)
    again = _sure(pl.col("supplements") > 1)
    going_on = ~_sure(closes > _END)
    undated = counted & ~again & _END.is_null() & _status_in(DONE | {WITHDRAWN})
    waits_late = _status_in(frozenset({WAITING})) & _sure(pl.col("supplement_asked_at") > due)
    past_due = _sure(_local_day(due) < _day_number(period.last))
    late_now = pl.when(_status_in(PAUSED)).then(waits_late).otherwise(past_due)
    late = again | pl.when(going_on).then(late_now).otherwise(_sure(due < _END))
    is_late = counted & ~undated & late
    return _Verdict(is_late, pl.lit(False), counted & ~undated & ~is_late, undated)


def _still_late(period: Period) -> pl.Expr:
    _, closes = _seconds(period)
    out = _status_in(_NEVER_FINISHED | {WITHDRAWN}) | _sure(closes > _END)
    open_now = _END.is_not_null() | ~_status_in(DONE)
    begun = ~_sure(pl.col("received_at") >= closes)
    return ~out & open_now & begun & _sure(_local_day(pl.col("due_at")) < _day_number(period.last))


_VERDICTS: Mapping[str, Callable[[Period], _Verdict]] = {
    "bcth_date@1": _bcth_date,
    "bc06_datetime@1": _bc06_datetime,
    "opencps@1": _opencps,
    "dvcqg_766@1": _dvcqg_766,
    "dvcqg_766@2": _dvcqg_766_without_waiting,
}
