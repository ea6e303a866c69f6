"""On time or late: four definitions that live systems use and that do not agree. None is right; the run names one.

Each has an id and a version (`bcth_date@1`); what it counts, where it was read and its own words for officials stand
in `RULES`, earlier versions in `EARLIER`. A name without a version means the newest.

`dvcqg_766@2` takes off the time in which the citizen was to bring more papers, from the request to their arrival, on
top of the due date as it was before. That needs all three moments (the DVCQG message has them); where one is missing
the due date of the export counts as it is, because exports carry the moved one. `dvcqg_766@1` never takes any off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from .period import Period, local_day

NEW, ACCEPTED, REFUSED, IN_PROGRESS, WAITING, FEE_WAITING, WITHDRAWN, STOPPED, FINISHED, RETURNED = range(1, 11)
NOT_ACCEPTED = frozenset({NEW, REFUSED})
PAUSED = frozenset({WAITING, FEE_WAITING, STOPPED})
UNDER_WAY = frozenset({ACCEPTED, IN_PROGRESS})
DONE = frozenset({FINISHED, RETURNED})
_NEVER_FINISHED = NOT_ACCEPTED | PAUSED
_NOT_IN_PROGRESS = _NEVER_FINISHED | {WITHDRAWN}

EARLY, ON_TIME, LATE, UNDATED, OUT = "early", "on_time", "late", "undated", "out"
"""`UNDATED`: finished, but the source does not say when. `OUT`: not counted in this period under this rule."""


class UnknownOnTimeRule(ValueError):
    """The on-time rule has no such name or version."""


class Judged(Protocol):
    """What on-time rules look at in a dossier; see `Dossier`."""

    @property
    def code(self) -> str: ...
    @property
    def status(self) -> int | None: ...
    @property
    def received_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...
    @property
    def returned_at(self) -> datetime | None: ...
    @property
    def supplements(self) -> int | None: ...
    @property
    def supplement_asked_at(self) -> datetime | None: ...
    @property
    def supplement_given_at(self) -> datetime | None: ...
    @property
    def due_before(self) -> datetime | None: ...


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

    def plus(self, clear: Clear, rule: OnTimeRule) -> OnTimeCount:
        """With the dossiers on which all rules agree, those in progress where the rule counts such."""
        finished = clear.count + len(clear.late) + (clear.pending if rule.counts_open else 0)
        return replace(
            self,
            finished=self.finished + finished,
            late=self.late + len(clear.late),
            early=self.early + rule.early_among(clear),
            late_codes=tuple(sorted((*self.late_codes, *clear.late))),
        )


@dataclass(frozen=True, slots=True)
class Clear:
    """Dossiers on which all rules agree (register.py)."""

    count: int
    """Finished in time."""
    days_earlier: int
    """How many of these ended a day or more before they were due."""
    pending: int
    """In progress and not overdue at the period's end: in time where a rule counts such dossiers at all."""
    late: Sequence[str]
    """Codes of those that were finished late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTimeRule:
    """A named definition; `counts` says in Vietnamese what is counted, `title` how it compares."""

    name: str
    version: str
    title: str
    counts: str
    source: str
    judge: Callable[[Judged, Period], str]
    end: Callable[[Judged], datetime | None]
    """The moment at which a dossier counts as resolved; None while it is not."""
    compare: Callable[[Judged, datetime], str]
    """EARLY, ON_TIME or LATE of a dossier that ended at this moment."""
    early_among: Callable[[Clear], int]
    """How many of the clear dossiers are early under this rule."""
    counts_open: bool = False
    """Dossiers still in progress are counted too, on time until they are late."""

    @property
    def reference(self) -> str:
        """Name and version, as runs and reports record it."""
        return f"{self.name}@{self.version}"

    @property
    def shortest(self) -> str:
        """The name alone where it means this very version."""
        return self.name if RULES[self.name].version == self.version else self.reference


def rule_named(reference: str) -> OnTimeRule:
    """The rule of `bcth_date` or `bcth_date@1`.

    Raises:
        UnknownOnTimeRule: there is none of this name, or not in this version.
    """
    name, _, version = reference.partition("@")
    rule = RULES.get(name) if version in ("", getattr(RULES.get(name), "version", "")) else EARLIER.get(reference)
    if rule is None:
        names = ", ".join(known.reference for known in (*RULES.values(), *EARLIER.values()))
        raise UnknownOnTimeRule(f"không có cách tính đúng hạn {reference!r}; các cách: {names}")
    return rule


def count_on_time(dossiers: Iterable[Judged], rule: str, period: Period) -> OnTimeCount:
    """How many dossiers the rule counts, and how many are late. Late codes come sorted."""
    judge = rule_named(rule).judge
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


def finished_in(dossier: Judged, period: Period) -> bool:
    """Whether the dossier was finished in the period (day of finishing, otherwise day of handing over)."""
    return _end(finished_or_returned(dossier), dossier, period) in (EARLY, ON_TIME, LATE)


def still_late(dossier: Judged, period: Period) -> bool:
    """In progress at the end of the period, and past its due day."""
    ended = finished_or_returned(dossier)
    if dossier.due_at is None or dossier.status in _NOT_IN_PROGRESS or (ended is not None and ended < period.closes):
        return False
    received = dossier.received_at
    open_now = ended is not None or dossier.status not in DONE
    return open_now and (received is None or received < period.closes) and local_day(dossier.due_at) < period.last


def finished_or_returned(dossier: Judged) -> datetime | None:
    """The moment of finishing, or of handing over where the source knows no other."""
    return dossier.finished_at or dossier.returned_at


def _end(end: datetime | None, dossier: Judged, period: Period) -> str:
    """OUT, UNDATED, or ON_TIME meaning that the end lies in the period and has to be judged."""
    if dossier.status in _NEVER_FINISHED:
        return OUT
    if end is None:
        return UNDATED if dossier.status in DONE or dossier.status == WITHDRAWN else OUT
    return ON_TIME if period.opens <= end < period.closes else OUT


def _returned_at(dossier: Judged) -> datetime | None:
    return dossier.returned_at


def _finished_at(dossier: Judged) -> datetime | None:
    return dossier.finished_at


def _by_day(dossier: Judged, end: datetime) -> str:
    if dossier.due_at is None or dossier.status == WITHDRAWN:
        return ON_TIME
    ended, due = local_day(end), local_day(dossier.due_at)
    return EARLY if ended < due else ON_TIME if ended == due else LATE


def _by_moment(dossier: Judged, end: datetime) -> str:
    if dossier.due_at is None or dossier.status == WITHDRAWN:
        return ON_TIME
    return EARLY if end < dossier.due_at else ON_TIME if end == dossier.due_at else LATE


def _by_release(dossier: Judged, end: datetime) -> str:
    if dossier.due_at is None or dossier.status == WITHDRAWN:
        return ON_TIME
    if end > dossier.due_at:
        return LATE
    returned = dossier.returned_at
    return EARLY if returned is not None and returned < dossier.due_at else ON_TIME


def _by_portal(dossier: Judged, end: datetime) -> str:
    return _by_portal_until(dossier.due_at, dossier, end)


def _by_portal_without_waiting(dossier: Judged, end: datetime) -> str:
    return _by_portal_until(_due_without_waiting(dossier), dossier, end)


def _by_portal_until(due: datetime | None, dossier: Judged, end: datetime) -> str:
    if (dossier.supplements or 0) > 1:
        return LATE
    return ON_TIME if due is None or end <= due else LATE


def _none_early(_: Clear) -> int:
    """The portal tells late from in time alone."""
    return 0


def _due_without_waiting(dossier: Judged) -> datetime | None:
    """The due date that the dossier had before, later by the time the citizen took."""
    before, asked, given = dossier.due_before, dossier.supplement_asked_at, dossier.supplement_given_at
    if before is None or dossier.due_at is None or asked is None or given is None or given < asked:
        return dossier.due_at
    return before + (given - asked)


def _bcth_date(dossier: Judged, period: Period) -> str:
    end = finished_or_returned(dossier)
    counted = _end(end, dossier, period)
    return counted if counted != ON_TIME or end is None else _by_day(dossier, end)


def _bc06_datetime(dossier: Judged, period: Period) -> str:
    end = dossier.returned_at
    counted = _end(end, dossier, period)
    if counted == UNDATED and dossier.status == FINISHED:
        return OUT if dossier.finished_at is not None else UNDATED
    return counted if counted != ON_TIME or end is None else _by_moment(dossier, end)


def _opencps(dossier: Judged, period: Period) -> str:
    if dossier.status == WITHDRAWN:
        return OUT
    end = dossier.finished_at
    counted = _end(end, dossier, period)
    return counted if counted != ON_TIME or end is None else _by_release(dossier, end)


def _dvcqg_766(dossier: Judged, period: Period) -> str:
    return _dvcqg_until(dossier.due_at, dossier, period)


def _dvcqg_766_without_waiting(dossier: Judged, period: Period) -> str:
    return _dvcqg_until(_due_without_waiting(dossier), dossier, period)


def _dvcqg_until(due: datetime | None, dossier: Judged, period: Period) -> str:
    received = dossier.received_at
    if dossier.status in NOT_ACCEPTED or (received is not None and received >= period.closes):
        return OUT
    end = finished_or_returned(dossier)
    if end is not None and end < period.opens:
        return OUT
    if (dossier.supplements or 0) > 1:
        return LATE
    if end is None or end >= period.closes:
        return _dvcqg_in_progress(due, dossier, end, period)
    return _by_portal_until(due, dossier, end)


def _dvcqg_in_progress(due: datetime | None, dossier: Judged, end: datetime | None, period: Period) -> str:
    if end is None and (dossier.status in DONE or dossier.status == WITHDRAWN):
        return UNDATED
    if due is None:
        return ON_TIME
    asked = dossier.supplement_asked_at
    if dossier.status in PAUSED:
        return LATE if dossier.status == WAITING and asked is not None and asked > due else ON_TIME
    return LATE if local_day(due) < period.last else ON_TIME


RULES = {
    rule.name: rule
    for rule in (
        OnTimeRule(
            name="bcth_date",
            version="1",
            title="so theo ngày: ngày xong với ngày hẹn trả, trên hồ sơ đã giải quyết",
            counts="hồ sơ",
            source="báo cáo tổng hợp của hệ thống một cửa đang chạy; không có ngày hẹn, trả lại, xin rút tính đúng hạn",
            judge=_bcth_date,
            end=finished_or_returned,
            compare=_by_day,
            early_among=attrgetter("days_earlier"),
        ),
        OnTimeRule(
            name="bc06_datetime",
            version="1",
            title="so theo giờ: giờ trả kết quả với giờ hẹn trả, trên hồ sơ đã trả kết quả",
            counts="hồ sơ đã trả kết quả",
            source="báo cáo cũ của hệ thống một cửa đang chạy; tính theo ngày trả, không theo ngày xong",
            judge=_bc06_datetime,
            end=_returned_at,
            compare=_by_moment,
            early_among=attrgetter("count"),
        ),
        OnTimeRule(
            name="opencps",
            version="1",
            title="so theo giờ: giờ kết thúc với giờ hẹn trả, trên hồ sơ đã giải quyết",
            counts="hồ sơ",
            source="mã nguồn OpenCPS; hồ sơ rút, từ chối không tính thời hạn",
            judge=_opencps,
            end=_finished_at,
            compare=_by_release,
            early_among=attrgetter("count"),
        ),
        OnTimeRule(
            name="dvcqg_766",
            version="2",
            title="theo Quyết định 766/QĐ-TTg, cả hồ sơ đã và đang giải quyết",
            counts="hồ sơ đã và đang giải quyết",
            source=(
                "cách Cổng DVCQG tính tiêu chí tiến độ của Quyết định 766/QĐ-TTg; trừ thời gian chờ công dân bổ sung "
                "khi tệp ghi đủ ngày yêu cầu, ngày nhận bổ sung và hạn trả trước đó; bổ sung quá một lần là trễ"
            ),
            judge=_dvcqg_766_without_waiting,
            end=finished_or_returned,
            compare=_by_portal_without_waiting,
            early_among=_none_early,
            counts_open=True,
        ),
    )
}
"""The newest version of each of the four rules, by name."""

EARLIER = {
    rule.reference: rule
    for rule in (
        replace(
            RULES["dvcqg_766"],
            version="1",
            source="cách Cổng DVCQG tính tiêu chí tiến độ của Quyết định 766/QĐ-TTg; bổ sung quá một lần là trễ",
            judge=_dvcqg_766,
            compare=_by_portal,
        ),
    )
}
"""Versions that were used before, by reference: a score made with one can be asked for again."""
