"""What an office has to do: its components, its tasks, deadlines and notes, on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.scores import browsing
from flows.scores.cycle import cycle_seen
from flows.scores.other_indices import indices_seen
from scoring.other_indices import STANDINGS
from storage.scored.cycle import NoCycle
from web.access import Deed
from web.doors import Visit, allowed
from web.pages.cycle import told_to
from web.pages.home import PLACE

router = APIRouter()
_OWED = ("overdue", "open")


@dataclass(frozen=True, slots=True)
class Work:
    """What one visitor has to do; `indices` stays None where it is not the whole unit that is seen."""

    items: list[Mapping[str, Any]]
    tasks: list[Mapping[str, Any]]
    notes: list[Mapping[str, Any]]
    reminders: list[str]
    indices: Mapping[str, Any] | None
    whole: bool


@router.get(PLACE + "/viec")
def work(visit: Visit = allowed(Deed.SEE_WORK)) -> Response:
    """Components, tasks, deadlines and notes of the visitor's office, or of the whole unit."""
    return visit.page("work.html", work=work_of(visit), standings=STANDINGS)


def work_of(visit: Visit) -> Work:
    """What this visitor has to do, most urgent first."""
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    items = browsing.run(visit.resources, run_id)["score"]["components"] if run_id else []
    own = [item for item in items if visit.visitor.may_component(Deed.SEE_WORK, visit.here, item)]
    whole = visit.visitor.whole_unit(Deed.SEE_WORK, visit.here)
    indices = indices_seen(visit.resources, visit.here.period, visit.now)
    tasks = [task for task in _tasks(indices) if whole or _is_own(visit, task)]
    cycle = _cycle(visit)
    return Work(
        items=sorted(own, key=lambda item: (item["state"] not in ("no_data", "no_evidence"), item["deadline"])),
        tasks=sorted(tasks, key=lambda task: (task["standing"] not in _OWED, task["due"] or "9", task["code"])),
        notes=[row for row in cycle["components"] if _has_notes(row) and _is_own(visit, row)] if cycle else [],
        reminders=told_to(visit, cycle)["reminder_lines"] if cycle else [],
        indices=indices if whole else None,
        whole=whole,
    )


def _tasks(indices: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Tasks of the plan with the duty they carry out (one without an office is its part's), then those of others."""
    plan = indices["plan"]
    for part in plan["parts"] if plan else ():
        for task in part["tasks"]:
            yield {**task, "office": task["office"] or part["office"], "duty": part["duty"]}
    for task in [*(plan["without_part"] if plan else ()), *indices["other_tasks"]]:
        yield {**task, "office": task["office"] or "", "duty": ""}


def _is_own(visit: Visit, about: Mapping[str, Any]) -> bool:
    """Whether a task or a row of the cycle is this visitor's; what names no office is the whole unit's."""
    if not about["office"]:
        return visit.visitor.whole_unit(Deed.SEE_WORK, visit.here)
    return visit.may(Deed.SEE_WORK, str(about["office"]))


def _has_notes(row: Mapping[str, Any]) -> bool:
    entry = row["entry"]
    return any(entry.get(name) for name in ("note", "appraisal_1", "explanation", "appraisal_2"))


def _cycle(visit: Visit) -> dict[str, Any] | None:
    try:
        return cycle_seen(visit.resources, visit.here.period, visit.now)
    except NoCycle:
        return None
