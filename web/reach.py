"""Which documents a visitor may see in a place: the one answer for pages, pictures, search and the API.

Applicants' personal data asks for `Deed.SEE_DOSSIERS`, as in bundles: without it, results of dossiers are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows import browsing
from flows.cycle import cycle_seen
from storage.cycle import NoCycle
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
        seen = cycle_seen(visit.resources, visit.here.period, visit.now)
    except NoCycle:
        return
    if seen["lock"] and seen["lock"].get("sheet") and visit.visitor.whole_unit(Deed.SEE_EVIDENCE, visit.here):
        yield str(seen["lock"]["sheet"])
    for row in seen["components"]:
        about = {"id": row["id"], "responsible": row["office"]}
        if visit.visitor.may_component(Deed.SEE_EVIDENCE, visit.here, about):
            for said in (row["entry"], row["entry"].get("override"), row["entry"].get("explanation")):
                yield from (str(proof["sha256"]) for proof in (said or {}).get("evidence") or ())
