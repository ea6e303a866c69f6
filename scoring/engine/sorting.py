"""Dossiers sorted into a period in one pass: received, finished, still late, and those on which rules may differ.

Most dossiers are clear: finished and handed over in the period, before they were due. Every on-time rule counts those
and finds none late, so only the others are judged one by one under each rule. A property test holds both ways equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from .facts import Dossier
from .on_time import DONE, Clear, OnTimeCount, count_on_time, finished_in, rule_named, still_late
from .period import Period, local_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Dossiers of one period. `contested` are all that are not clear, whatever their period."""

    received: tuple[Dossier, ...]
    finished: tuple[Dossier, ...]
    contested: tuple[Dossier, ...]
    other_periods: tuple[Dossier, ...]
    """Neither received nor finished in this one."""
    apologised: frozenset[str]
    """Codes of contested dossiers with a letter of apology."""
    clear: Clear
    in_progress_late: int

    def on_time(self, rule: str, period: Period) -> OnTimeCount:
        """What `count_on_time` says of all dossiers: clear ones counted together, the others judged."""
        return count_on_time(self.contested, rule, period).plus(self.clear, rule_named(rule))


def sorted_into(period: Period, dossiers: Iterable[Dossier]) -> Sorted:
    """The dossiers sorted; one pass, because a ward has tens of thousands.

    Clear: received before the period's end; finished and handed over in it, before the due moment; no supplement.
    """
    opens, closes = period.opens, period.closes
    received: list[Dossier] = []
    finished: list[Dossier] = []
    contested: list[Dossier] = []
    others: list[Dossier] = []
    count = days_earlier = 0
    for dossier in dossiers:
        taken_in, due, end, handed = dossier.received_at, dossier.due_at, dossier.finished_at, dossier.returned_at
        begun = taken_in is not None and taken_in < closes
        mine = begun and taken_in is not None and opens <= taken_in
        if mine:
            received.append(dossier)
        if (
            begun
            and due is not None
            and end is not None
            and handed is not None
            and opens <= end < due
            and opens <= handed < due
            and (due < closes or (end < closes and handed < closes))
            and dossier.status in DONE
            and not dossier.supplements
            and dossier.due_before is None
        ):
            finished.append(dossier)
            count += 1
            days_earlier += due - end >= _DAY or local_day(end) < local_day(due)
            continue
        contested.append(dossier)
        if finished_in(dossier, period):
            finished.append(dossier)
        elif not mine:
            others.append(dossier)
    waiting = sum(1 for dossier in contested if still_late(dossier, period))
    parts = tuple(received), tuple(finished), tuple(contested), tuple(others)
    apologised = frozenset(dossier.code for dossier in contested if dossier.apology_number)
    return Sorted(*parts, apologised, Clear(count, days_earlier), waiting)
