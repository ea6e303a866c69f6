"""Why a score is what it is, why it moved, what to do next: for the command line, the page and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flows.resources import Resources
from flows.scores import browsing
from flows.scores.cycle import run_as_corrected
from flows.scores.inputs import criteria_of
from flows.scores.moves import moved_between
from flows.telling import morning
from scoring import late_margin, loss_if_late, next_actions
from scoring.engine.facts import Dossier
from scoring.engine.on_time import rule_named
from scoring.forecast import Endings
from storage.database import Connection
from storage.documents.links import expiring_terms, terms_ending
from storage.scored.cycle import NoCycle, cycle_of

LATEST, CYCLE = "latest", "cycle"
_ON_TIME, _LATE_LIMIT = "on_time_share", Fraction(1, 100)
"""The plan's target (II.2.2): late dossiers under one in a hundred."""
_WITHOUT_CYCLE = timedelta(days=90)


def run_named(resources: Resources, name: str, period: str) -> Mapping[str, Any]:
    """A run by id, with `latest` the one that stands, with `cycle` as it was corrected by hand in the yearly cycle.

    Raises:
        NoSuchRun, NoCycle: there is none.
    """
    if name == CYCLE:
        return run_as_corrected(resources, period)
    return browsing.standing_run(resources, period) if name == LATEST else browsing.run(resources, name)


def explained(resources: Resources, run: Mapping[str, Any], component: str, limit: int = 200) -> dict[str, Any]:
    """One component of a run: points, formula, the rows and files behind it, the legal sentence.

    Raises:
        UnknownComponent: the run has no such component.
    """
    return {"run": run["id"]} | browsing.rows_behind(resources, run, component, limit)


def moved(resources: Resources, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Why the score moved from one run to another; the differences add up to the change of the totals."""
    return {"runs": [before["id"], after["id"]], **moved_between(resources, before, after).plain()}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of a run: things to do, dossiers falling due, what they would cost, what expires."""

    run: str
    actions: tuple[Mapping[str, Any], ...]
    due: tuple[Dossier, ...]
    loss_if_all_late: Decimal
    late_margin: Mapping[str, int | None]
    """By component that counts dossiers in time: how many more may end late before 1 % is reached; None: lost."""
    until: date
    """Up to this day it is asked what expires: the next appraisal of the cycle, where none was named."""
    expiring: tuple[str, ...]
    loss_when_expired: Mapping[str, Decimal]
    """Points that components lose once all of that has expired, by component."""

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        due = [{"code": one.code, "due_at": one.due_at.isoformat() if one.due_at else None} for one in self.due]
        return {
            "run": self.run,
            "actions": list(self.actions),
            "due": due,
            "loss_if_all_late": f"{self.loss_if_all_late:.2f}",
            "late_margin": dict(self.late_margin),
            "until": self.until.isoformat(),
            "expiring": list(self.expiring),
            "loss_when_expired": {name: f"{points:.2f}" for name, points in self.loss_when_expired.items()},
        }


def outlook(resources: Resources, run: Mapping[str, Any], now: datetime, *, appraisal: date | None = None) -> Outlook:
    """What to do next and what is at stake; `appraisal` is the day until which evidence has to stay good (None: the
    next appraisal of the cycle, without one 90 days)."""
    today = resources.settings.local_day(now)
    score, criteria = run["score"], criteria_of(resources, run)
    due = browsing.due_soon_of(resources, run, today)
    unit = resources.settings.unit
    with resources.database.read() as connection:
        until = max(today, appraisal or _next_appraisal(connection, unit, str(run["period"]), today))
        last = now + (until + timedelta(days=1) - today)
        expiring = expiring_terms(connection, unit, today, within_days=(until - today).days)
        expiring = (*expiring, *morning.expiring(connection, unit, now, last))
        terms = terms_ending(connection, unit, today, until)
        certificates = morning.certificates_ending(connection, unit, now, last)
    endings = Endings({sha256 for *_, sha256 in terms}, {sha256 for *_, sha256 in certificates})
    lost = browsing.lost_when_ended_of(resources, run, endings) if expiring else {}
    return Outlook(
        run=str(run["id"]),
        actions=tuple(action.plain() for action in next_actions(score, criteria, today)),
        due=due,
        loss_if_all_late=loss_if_late(score, criteria, len(due)),
        late_margin=margins_of(score),
        until=until,
        expiring=expiring,
        loss_when_expired=lost,
    )


def _next_appraisal(connection: Connection, unit: str, period: str, today: date) -> date:
    """The next day of appraisal in the cycle; without one, 90 days ahead."""
    try:
        deadlines = cycle_of(connection, unit, period).cycle.deadlines
    except NoCycle:
        deadlines = {}
    ahead = [deadlines[name] for name in ("appraisal_1", "appraisal_2") if deadlines.get(name, date.min) >= today]
    return min(ahead, default=today + _WITHOUT_CYCLE)


def margins_of(score: Mapping[str, Any]) -> dict[str, int | None]:
    """How many more dossiers may end late before 1 % is reached, by component that counts dossiers in time."""
    counts_open = rule_named(score["on_time_rule"]).counts_open
    counted = {item["id"]: item["numbers"] for item in score["components"] if item.get("measure") == _ON_TIME}
    return {
        name: late_margin(numbers["finished"], numbers["late"], _LATE_LIMIT, counts_open=counts_open)
        for name, numbers in counted.items()
        if {"finished", "late"} <= numbers.keys()
    }
