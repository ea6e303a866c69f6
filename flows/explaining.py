"""Why a score is what it is, why it moved, what to do next: for the command line, the page and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flows import browsing
from flows.cycle import run_as_corrected
from flows.resources import Resources
from scoring import compare, late_margin, loss_if_late, next_actions
from scoring.engine.facts import Dossier
from scoring.engine.on_time import rule_named
from storage.links import expiring_terms

LATEST, CYCLE = "latest", "cycle"
_LATE_LIMIT = Fraction(1, 100)


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


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Why the score moved from one run to another; the differences add up to the change of the totals."""
    return {"runs": [before["id"], after["id"]], **compare(before["score"], after["score"]).plain()}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of a run: things to do, dossiers falling due, what they would cost, what expires."""

    run: str
    actions: tuple[Mapping[str, Any], ...]
    due: tuple[Dossier, ...]
    loss_if_all_late: Decimal
    late_margin: Mapping[str, int | None]
    """By component counted from finished dossiers: how many more may end late before 1 % is reached; None: lost."""
    expiring: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        due = [{"code": one.code, "due_at": one.due_at.isoformat() if one.due_at else None} for one in self.due]
        return {
            "run": self.run,
            "actions": list(self.actions),
            "due": due,
            "loss_if_all_late": f"{self.loss_if_all_late:.2f}",
            "late_margin": dict(self.late_margin),
            "expiring": list(self.expiring),
        }


def outlook(resources: Resources, run: Mapping[str, Any], now: datetime, *, appraisal: date | None = None) -> Outlook:
    """What to do next and what is at stake; `appraisal` is the day until which evidence has to stay good."""
    today = resources.settings.local_day(now)
    score, criteria = run["score"], browsing.criteria_of(resources, run)
    due = browsing.due_soon_of(resources, run, today)
    days = max(0, (appraisal - today).days) if appraisal else 90
    with resources.database.read() as connection:
        expiring = expiring_terms(connection, resources.settings.unit, today, within_days=days)
    return Outlook(
        run=str(run["id"]),
        actions=tuple(action.plain() for action in next_actions(score, criteria, today)),
        due=due,
        loss_if_all_late=loss_if_late(score, criteria, len(due)),
        late_margin=_margins(score),
        expiring=expiring,
    )


def _margins(score: Mapping[str, Any]) -> dict[str, int | None]:
    counted = ((item["id"], item["numbers"]) for item in score["components"])
    counts_open = rule_named(score["on_time_rule"]).counts_open
    return {
        name: late_margin(numbers["finished"], numbers["late"], _LATE_LIMIT, counts_open=counts_open)
        for name, numbers in counted
        if {"finished", "late"} <= numbers.keys()
    }
