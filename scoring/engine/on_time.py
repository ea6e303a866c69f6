"""On time or late: four definitions that live systems use and that do not agree. None is right; the run names one.

- bcth_date: date only, finished dossiers; no due date and withdrawn count as on time (main report of one-stop systems).
- bc06_datetime: full timestamp of handing over the result, not of finishing it (older report).
- opencps: full timestamp of finishing after the due time is late; refused and withdrawn ones are not timed.
- dvcqg_766: done and in progress, full timestamp; asking for more papers more than once is late (Decision 766).

What our data do not hold is left out of dvcqg_766: the day of a request for supplement (a waiting dossier counts as on
time) and the time the citizen took to answer (exports carry the moved due date already).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .facts import Dossier
from .period import Period, local_day

NEW, ACCEPTED, REFUSED, IN_PROGRESS, WAITING, FEE_WAITING, WITHDRAWN, STOPPED, FINISHED, RETURNED = range(1, 11)
_NOT_ACCEPTED = frozenset({NEW, REFUSED})
_PAUSED = frozenset({WAITING, FEE_WAITING, STOPPED})
_DONE = frozenset({FINISHED, RETURNED})
_NEVER_FINISHED = _NOT_ACCEPTED | _PAUSED
_NOT_IN_PROGRESS = _NEVER_FINISHED | {WITHDRAWN}

EARLY, ON_TIME, LATE, UNDATED, OUT = "early", "on_time", "late", "undated", "out"
"""`UNDATED`: finished, but the source does not say when. `OUT`: not counted in this period under this rule."""


@dataclass(frozen=True, slots=True)
class OnTimeCount:
    """Dossiers of a period under one rule."""

    finished: int
    """All that the rule counts: early, on time and late."""
    late: int
    early: int
    undated: int
    without_due: int
    late_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnTimeRule:
    """A named definition; `counts` says in Vietnamese what is counted."""

    name: str
    counts: str
    judge: Callable[[Dossier, Period], str]


def count_on_time(dossiers: Iterable[Dossier], rule: str, period: Period) -> OnTimeCount:
    """How many dossiers the rule counts, and how many are late. Late codes come sorted."""
    judge = RULES[rule].judge
    tally = {EARLY: 0, ON_TIME: 0, LATE: 0, UNDATED: 0, OUT: 0}
    late: list[str] = []
    without_due = 0
    for dossier in dossiers:
        verdict = judge(dossier, period)
        tally[verdict] += 1
        if verdict == LATE:
            late.append(dossier.code)
        elif verdict == ON_TIME and dossier.due_at is None:
            without_due += 1
    finished = tally[EARLY] + tally[ON_TIME] + tally[LATE]
    return OnTimeCount(finished, tally[LATE], tally[EARLY], tally[UNDATED], without_due, tuple(sorted(late)))


def finished_in(dossier: Dossier, period: Period) -> bool:
    """Whether the dossier was finished in the period (day of finishing, otherwise day of handing over)."""
    return _end(dossier.finished_at or dossier.returned_at, dossier, period) in (EARLY, ON_TIME, LATE)


def still_late(dossier: Dossier, period: Period) -> bool:
    """In progress at the end of the period, and past its due day."""
    ended = dossier.finished_at or dossier.returned_at
    if dossier.due_at is None or dossier.status in _NOT_IN_PROGRESS or (ended is not None and ended < period.closes):
        return False
    received = dossier.received_at
    open_now = ended is not None or dossier.status not in _DONE
    return open_now and (received is None or received < period.closes) and local_day(dossier.due_at) < period.last


def _end(end: datetime | None, dossier: Dossier, period: Period) -> str:
    """OUT, UNDATED, or ON_TIME meaning that the end lies in the period and has to be judged."""
    if dossier.status in _NEVER_FINISHED:
        return OUT
    if end is None:
        return UNDATED if dossier.status in _DONE or dossier.status == WITHDRAWN else OUT
    return ON_TIME if period.opens <= end < period.closes else OUT


def _bcth_date(dossier: Dossier, period: Period) -> str:
    end = dossier.finished_at or dossier.returned_at
    counted = _end(end, dossier, period)
    if counted != ON_TIME or end is None or dossier.due_at is None or dossier.status == WITHDRAWN:
        return counted
    ended, due = local_day(end), local_day(dossier.due_at)
    return EARLY if ended < due else ON_TIME if ended == due else LATE


def _bc06_datetime(dossier: Dossier, period: Period) -> str:
    end = dossier.returned_at
    counted = _end(end, dossier, period)
    if counted == UNDATED and dossier.status == FINISHED:
        return OUT if dossier.finished_at is not None else UNDATED
    if counted != ON_TIME or end is None or dossier.due_at is None or dossier.status == WITHDRAWN:
        return counted
    return EARLY if end < dossier.due_at else ON_TIME if end == dossier.due_at else LATE


def _opencps(dossier: Dossier, period: Period) -> str:
    if dossier.status == WITHDRAWN:
        return OUT
    end = dossier.finished_at
    counted = _end(end, dossier, period)
    if counted != ON_TIME or end is None or dossier.due_at is None:
        return counted
    if end > dossier.due_at:
        return LATE
    returned = dossier.returned_at
    return EARLY if returned is not None and returned < dossier.due_at else ON_TIME


def _dvcqg_766(dossier: Dossier, period: Period) -> str:
    received = dossier.received_at
    if dossier.status in _NOT_ACCEPTED or (received is not None and received >= period.closes):
        return OUT
    end = dossier.finished_at or dossier.returned_at
    if end is not None and end < period.opens:
        return OUT
    if (dossier.supplements or 0) > 1:
        return LATE
    if end is None or end >= period.closes:
        return _dvcqg_in_progress(dossier, end, period)
    return ON_TIME if dossier.due_at is None or end <= dossier.due_at else LATE


def _dvcqg_in_progress(dossier: Dossier, end: datetime | None, period: Period) -> str:
    if end is None and (dossier.status in _DONE or dossier.status == WITHDRAWN):
        return UNDATED
    if dossier.status in _PAUSED or dossier.due_at is None:
        return ON_TIME
    return LATE if local_day(dossier.due_at) < period.last else ON_TIME


RULES = {
    rule.name: rule
    for rule in (
        OnTimeRule("bcth_date", "hồ sơ", _bcth_date),
        OnTimeRule("bc06_datetime", "hồ sơ đã trả kết quả", _bc06_datetime),
        OnTimeRule("opencps", "hồ sơ", _opencps),
        OnTimeRule("dvcqg_766", "hồ sơ đã và đang giải quyết", _dvcqg_766),
    )
}
"""The four named rules."""
