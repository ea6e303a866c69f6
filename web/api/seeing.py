"""/api/v1, what a day begins with: the score and why it moved, what to do next; where the data comes from."""

from __future__ import annotations

from typing import Any

from flows.arriving.sources_told import sources_now
from flows.scores import browsing
from storage.database.slices import Slice
from web.access import Deed
from web.api import examples
from web.api.places import PLACE, Period, Unit, api_router
from web.api.v1 import Limit, Offset, plain_row
from web.doors import Visit, allowed
from web.pages.city import city_seen
from web.pages.exports import Number
from web.pages.home import seen_today

router = api_router()


@router.get(PLACE + "/today", responses=examples.of(examples.TODAY))
def today(unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_SCORE)) -> dict[str, Any]:
    """The newest run, why it moved since the one before, what falls due, and what brings the most points next.

    Totals for the whole unit alone; `actions` for those who see work, `ahead` for those who see dossiers; `run` is null
    before the first score.
    """
    told = browsing.today(visit.resources, period, visit.now)
    if not told["run"]:
        return {"run": None, "before": None, "moved": [], "totals": None, "actions": None, "due": [], "ahead": None}
    whole = visit.visitor.whole_unit(Deed.SEE_SCORE, visit.here)
    seen = seen_today(visit, told, whole=whole)
    moved = told["moved"]["components"] if told["moved"] else []
    return {
        "run": told["run"]["id"],
        "before": told["before"] and told["before"]["id"],
        "moved": [change for change in moved if change["id"] in seen["ids"]],
        "totals": told["run"]["score"]["totals"] if whole else None,
        "actions": [action.plain() for action in seen["told"]["actions"]] if seen["works"] else None,
        "due": [{name: item[name] for name in ("id", "deadline", "state")} for item in seen["told"]["due"]],
        "ahead": seen["ahead"] and seen["ahead"].plain(),
    }


@router.get("/periods/{period}/city", responses=examples.of(examples.CITY))
def city(period: Period, visit: Visit = allowed(Deed.COMPARE_UNITS)) -> dict[str, Any]:
    """The units that this key sees beside each other, from the newest run of each: ranks, totals, published results,
    and the lowest, median and highest points of each component. Nothing is computed anew."""
    return city_seen(visit, period)


@router.get(PLACE + "/sources", responses=examples.of(examples.SOURCES))
def sources(unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_EXPORTS)) -> list[dict[str, Any]]:
    """Every source with its last pull, the age of its newest export, and whether that is fresh enough."""
    with visit.resources.database.read() as connection:
        return sources_now(connection, visit.resources.settings, visit.now)


@router.get(PLACE + "/imports/{number}", responses=examples.of(examples.IMPORT))
def one_import(
    unit: Unit,
    period: Period,
    number: Number,
    visit: Visit = allowed(Deed.SEE_EXPORTS),
    offset: Offset = 0,
    limit: Limit = 200,
) -> dict[str, Any]:
    """One import with its alarms and a part of its rejected rows, by cell."""
    told = browsing.export(visit.resources, number, Slice(offset, limit))
    named = ("sheet", "row", "cell", "reason")
    rejected = [{name: row[name] for name in named} for row in told["rejected"]]
    return {"import": plain_row(told["row"]), "alarms": told["alarms"], "total": told["total"], "rejected": rejected}
