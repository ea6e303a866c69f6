"""Which documents a visitor may see in a place: the one answer for pages, pictures, search and the API.

Applicants' personal data asks for `Deed.SEE_DOSSIERS`, as in bundles: without it, results of dossiers are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.scores import browsing
from storage.scored.cycle import NoCycle, cycle_of
from web.access import Deed
from web.doors import Visit


def visible_documents(visit: Visit) -> frozenset[str] | None:
    """Hashes that this visitor may see in this unit and period; None: all.

    The ward's own people see everything, unless their grant holds for one period alone. Everybody else sees what the
    score of the period rests on, what was named in its cycle, and what they sent themselves.
    """
    whole = visit.visitor.whole_unit(Deed.SEE_EVIDENCE, visit.here)
    inside = visit.may(Deed.SEE_DOSSIERS)
    if whole and inside and visit.visitor.any_period(Deed.SEE_EVIDENCE, visit.here):
        return None
    seen = frozenset(_named_in_cycle(visit))
    if run_id := browsing.newest_run_id(visit.resources, visit.here.period):
        run = browsing.run(visit.resources, run_id)
        of_run = browsing.documents_of_run(visit.resources, run)
        seen |= frozenset(_cited(visit, run))
        seen |= of_run.counted if whole else frozenset()
        seen = seen - of_run.personal if not inside else seen
    return seen | browsing.sent_by(visit.resources, visit.visitor.name)


def _cited(visit: Visit, run: Mapping[str, Any]) -> Iterator[str]:
    for item in run["score"]["components"]:
        if visit.visitor.may_component(Deed.SEE_EVIDENCE, visit.here, item):
            yield from (proof["sha256"] for proof in item["evidence"])


def _named_in_cycle(visit: Visit) -> Iterator[str]:
    """Documents that the ward named for the components that this visitor sees, and the sheet it signed."""
    try:
        with visit.resources.database.read() as connection:
            cycle = cycle_of(connection, visit.here.unit, visit.here.period).cycle
    except NoCycle:
        return
    if cycle.lock and cycle.lock.get("sheet") and visit.visitor.whole_unit(Deed.SEE_EVIDENCE, visit.here):
        yield str(cycle.lock["sheet"])
    for name, entry in cycle.entries.items():
        about = {"id": name, "responsible": str(entry["office"])}
        if visit.visitor.may_component(Deed.SEE_EVIDENCE, visit.here, about):
            for said in (entry, entry.get("override"), entry.get("explanation")):
                yield from (str(proof["sha256"]) for proof in (said or {}).get("evidence") or ())
