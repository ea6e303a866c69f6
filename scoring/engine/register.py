"""The register of a unit as the measures of one period ask for it: dossiers counted in one pass, never looked at twice.

Most dossiers are clear: finished and handed over in the period before they were due, or late by every on-time rule, or
still in progress and not overdue. Only the contested others are judged, under each rule. `registered` counts plain
dossiers, `scoring/columns.py` columns of them; property tests hold both equal to judging one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any, Protocol

from .agreement import Entered
from .facts import Dossier, UnitName
from .on_time import DONE, UNDER_WAY, Clear, Judged, OnTimeCount, count_on_time, finished_in, rule_named, still_late
from .period import Period, local_day
from .places import offices_elsewhere, offices_of

_DAY = timedelta(days=1)


class Contested(Judged, Protocol):
    """What is looked at in a dossier on which rules may differ."""

    @property
    def result_file_required(self) -> bool | int | None: ...


class Wanting(Entered, Protocol):
    """What is looked at in a dossier that a result file names."""

    @property
    def result_file_required(self) -> bool | int | None: ...


ANSWERS = ("channel", "full_online", "fee_due", "paid_online", "papers_digitised", "papers_reused", "synced")
"""Fields of a dossier with a handful of answers: a ward's dossiers differ in few dozens of combinations of them."""


@dataclass(frozen=True, slots=True)
class AskedRows:
    """Dossiers that were asked for by code, by result files that name them."""

    ended: Mapping[str, Wanting] = field(default_factory=dict)
    """Finished in the period, here."""
    others: Mapping[str, Entered] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    """Of the others those that were not received in the period either, or that another unit resolves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is counted of a unit's dossiers; those that another unit resolves stand only in the last six."""

    period: Period
    received: int
    answers: Mapping[tuple[Any, ...], int]
    """Dossiers received in the period by their `ANSWERS`."""
    procedures: frozenset[tuple[str | None, bool, bool]]
    """Procedures of the received: code or name, taken online, whether the source says if it is offered online."""
    finished: int
    says_results: bool
    """Of some finished dossier the source says whether a result file is required."""
    required: int
    """Finished dossiers that need a result file."""
    clear: Clear
    contested: Sequence[Contested]
    """All that are neither clear nor past, whatever their period: rules may differ on them."""
    in_progress_late: int
    apologies: frozenset[str]
    """Codes with a letter of apology, of all that are late or contested: no other can be late."""
    imported: int
    """All dossiers, of any period and unit."""
    lacks_receipt: bool
    """Nothing was received in the period, and some dossier does not say when it was."""
    foreign: frozenset[str | None]
    """Offices of other units."""
    elsewhere: Sequence[tuple[str, str]]
    """Code and office of dossiers taken in here in the period and resolved by another unit: not scored."""
    elsewhere_counted: Mapping[str, int]
    """Dossiers by office of another ward where no units are known by date: told, and still scored."""
    asked: AskedRows = field(default_factory=AskedRows)
    """Of the codes that were asked for."""

    def on_time(self, rule: str) -> OnTimeCount:
        """What `count_on_time` says of all dossiers: clear ones counted together, the contested ones judged."""
        return count_on_time(self.contested, rule, self.period).plus(self.clear, rule_named(rule))


def registered(
    dossiers: Sequence[Dossier],
    period: Period,
    unit: str,
    units: Sequence[UnitName] = (),
    asked: Collection[str | None] = (),
) -> Register:
    """Dossiers counted for a period; of the codes `asked` for it also tells where they belong and what stands there."""
    offices = offices_of(dossiers)
    foreign = foreign_offices(offices, period, unit, units)
    own = [dossier for dossier in dossiers if dossier.resolving_unit not in foreign] if foreign else dossiers
    others = [dossier for dossier in dossiers if dossier.resolving_unit in foreign] if foreign else ()
    found = _sorted_out(own, period)
    ended, waiting = _split(found.contested, period)
    also_finished, unfinished = [*found.clear, *found.late, *ended], [*waiting, *found.pending, *found.past]
    rest = [dossier for dossier in (*also_finished, *unfinished) if period.holds(dossier.received_at)]
    usual = _kinds(found.usual)
    received, finished = usual + _kinds(rest), usual + _kinds(also_finished)
    return Register(
        period=period,
        received=received.total(),
        answers=_answers(received),
        procedures=procedures_among((name, channel, said) for channel, said, *_, name, _ in received),
        finished=finished.total(),
        says_results=any(required is not None for *_, required in finished),
        required=sum(number for (*_, required), number in finished.items() if required),
        clear=Clear(len(found.usual) + len(found.clear), found.days_earlier, len(found.pending),
                    tuple(dossier.code for dossier in found.late)),
        contested=found.contested,
        in_progress_late=sum(1 for dossier in found.contested if still_late(dossier, period)),
        apologies=frozenset(d.code for d in chain(found.late, found.contested) if d.apology_number),
        imported=len(dossiers),
        lacks_receipt=not received and any(dossier.received_at is None for dossier in dossiers),
        foreign=foreign,
        elsewhere=[(d.code, d.resolving_unit or "") for d in others if period.holds(d.received_at)],
        elsewhere_counted={} if units else offices_elsewhere(offices, unit),
        asked=_asked_rows(chain(found.usual, also_finished), chain(unfinished, others), rest, asked),
    )  # fmt: skip


def _asked_rows(
    finished: Iterable[Dossier], others: Iterable[Dossier], received: Iterable[Dossier], asked: Collection[str | None]
) -> AskedRows:
    if not asked:
        return AskedRows()
    apart = {dossier.code: dossier for dossier in others if dossier.code in asked}
    inside = {dossier.code for dossier in received}
    ended = {dossier.code: dossier for dossier in finished if dossier.code in asked}
    return AskedRows(ended, apart, frozenset(code for code in apart if code not in inside))


def _split(contested: Iterable[Dossier], period: Period) -> tuple[list[Dossier], list[Dossier]]:
    """Those finished in the period, and the others."""
    ended, waiting = list[Dossier](), list[Dossier]()
    for dossier in contested:
        (ended if finished_in(dossier, period) else waiting).append(dossier)
    return ended, waiting


def foreign_offices(
    offices: Mapping[str | None, int], period: Period, unit: str, units: Sequence[UnitName]
) -> frozenset[str | None]:
    """Offices of other units. Without names of merged units nobody can tell a former name from another unit."""
    known = tuple(name for name in units if name.since <= period.ends)
    return frozenset(offices_elsewhere(offices, unit, known)) if units else frozenset()


@dataclass(slots=True)
class _SortedOut:
    """Dossiers by what is left to ask of them."""

    usual: list[Dossier] = field(default_factory=list)
    """Received, finished and handed over in the period in this order, and due in it but later."""
    clear: list[Dossier] = field(default_factory=list)
    """Others that were finished and handed over in the period, before they were due: in time by every rule."""
    late: list[Dossier] = field(default_factory=list)
    """Finished and handed over in the period, on a later day than they were due: late by every rule."""
    pending: list[Dossier] = field(default_factory=list)
    """In progress and not overdue at the period's end: in time where a rule counts such dossiers at all."""
    past: list[Dossier] = field(default_factory=list)
    """Finished and handed over before the period: no rule counts them."""
    contested: list[Dossier] = field(default_factory=list)
    days_earlier: int = 0
    """How many of the usual and the clear ones ended a day or more before they were due."""


def _sorted_out(dossiers: Iterable[Dossier], period: Period) -> _SortedOut:
    """One pass, because a ward has tens of thousands: the order of moments that most have is tried first."""
    found, opens, closes, earlier = _SortedOut(), period.opens, period.closes, 0
    usual, others = found.usual.append, []
    for dossier in dossiers:
        taken, end, handed, due = dossier.received_at, dossier.finished_at, dossier.returned_at, dossier.due_at
        if (
            taken is not None
            and end is not None
            and handed is not None
            and due is not None
            and opens <= taken <= end <= handed < due < closes
            and dossier.status in DONE
            and not dossier.supplements
            and dossier.due_before is None
        ):
            usual(dossier)
            earlier += due - end >= _DAY or local_day(end) < local_day(due)
        else:
            others.append(dossier)
    found.days_earlier = earlier
    for dossier in others:
        _sort_out(dossier, period, found)
    return found


def _sort_out(dossier: Dossier, period: Period, found: _SortedOut) -> None:
    """Received before the period's end, with a due date, no supplement, and one of the orders of moments that all
    rules judge alike; contested otherwise."""
    taken, end, handed, due = dossier.received_at, dossier.finished_at, dossier.returned_at, dossier.due_at
    opens, closes = period.opens, period.closes
    if end is not None and handed is not None and end < opens and handed < opens:
        found.past.append(dossier)
    elif taken is None or due is None or taken >= closes or dossier.supplements or dossier.due_before is not None:
        found.contested.append(dossier)
    elif end is None and handed is None and dossier.status in UNDER_WAY and due >= closes - _DAY:
        found.pending.append(dossier)
    elif end is None or handed is None or not (period.holds(end) and period.holds(handed) and dossier.status in DONE):
        found.contested.append(dossier)
    elif end < due and handed < due:
        found.clear.append(dossier)
        found.days_earlier += local_day(end) < local_day(due)
    elif local_day(end) > local_day(due) and handed > due:
        found.late.append(dossier)
    else:
        found.contested.append(dossier)


def _kinds(dossiers: Iterable[Dossier]) -> Counter[tuple[Any, ...]]:
    """By `ANSWERS`, procedure and whether a result file is required: a ward's dossiers differ in some hundreds of
    combinations. Written out, because looking fields up by name costs half as much again."""
    return Counter(
        (d.channel, d.full_online, d.fee_due, d.paid_online, d.papers_digitised, d.papers_reused, d.synced,
         d.procedure_code or d.procedure, d.result_file_required)
        for d in dossiers
    )  # fmt: skip


def _answers(kinds: Mapping[tuple[Any, ...], int]) -> Mapping[tuple[Any, ...], int]:
    found = Counter[tuple[Any, ...]]()
    for kind, dossiers in kinds.items():
        found[kind[: len(ANSWERS)]] += dossiers
    return found


def procedures_among(seen: Iterable[tuple[str | None, str | None, Any]]) -> frozenset[tuple[str | None, bool, bool]]:
    """`Register.procedures` of (code or name, channel, offered online) as they occur."""
    return frozenset((name, channel == "online", said is not None) for name, channel, said in seen)
