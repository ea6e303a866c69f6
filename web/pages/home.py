"""The start, and Today: the score, why it moved, what is stuck, what is due, what to do next."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from flows import browsing
from flows.explaining import Outlook, outlook
from flows.requests import waiting_runs
from flows.resources import Resources
from web.access import Deed
from web.doors import Visit, allowed

router = APIRouter()
PLACE = "/p/{unit}/{period}"


@router.get("/")
def start(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """Where this visitor works; one place is gone to at once."""
    places = [(unit, period or current_period(visit)) for unit, period in visit.visitor.places()]
    if not places and visit.may(Deed.ADMINISTER):
        return RedirectResponse("/tai-khoan/danh-sach", status_code=303)
    if len(places) == 1:
        unit, period = places[0]
        return RedirectResponse(f"/p/{unit}/{period}/hom-nay", status_code=303)
    return visit.page("start.html", places=places)


def current_period(visit: Visit) -> str:
    """The period that the installation scores now."""
    settings = visit.house.settings
    return settings.period_on(settings.local_day(visit.now))


@router.get(PLACE + "/hom-nay")
def today(visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """Today."""
    told = browsing.today(visit.resources, visit.here.period, visit.now)
    shown = [item for item in told["run"]["score"]["components"] if _shown(visit, item)] if told["run"] else []
    ids = {item["id"] for item in shown}
    told |= {
        "actions": [action for action in told.get("actions", ()) if action.component in ids],
        "due": [item for item in told.get("due", ()) if item["id"] in ids],
        "whole": visit.visitor.whole_unit(Deed.SEE_SCORE, visit.here),
        "mine": shown,
        "waiting": waiting_runs(visit.resources, visit.here.unit) if visit.may(Deed.SEE_RUNS) else [],
    }
    ahead = (
        _ahead(visit.resources, told["run"]["id"], visit.now.date()) if told["run"] and _sees_dossiers(visit) else None
    )
    return visit.page("today.html", told=told, ids=ids, ahead=ahead)


def _sees_dossiers(visit: Visit) -> bool:
    return visit.visitor.whole_unit(Deed.SEE_DOSSIERS, visit.here)


@functools.lru_cache(maxsize=32)
def _ahead(resources: Resources, run_id: str, day: date) -> Outlook:
    """What lies ahead of a run on a day: it changes with neither the visitor nor the hour."""
    noon = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return outlook(resources, browsing.run(resources, run_id), noon)


def _shown(visit: Visit, item: dict[str, str]) -> bool:
    return visit.visitor.may_component(Deed.SEE_SCORE, visit.here, item)
