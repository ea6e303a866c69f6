"""The start, and Today: the score, why it moved, what is stuck, what is due, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from config.settings import Settings
from flows.resources import Resources
from flows.running.requests import STEPS, waiting_runs
from flows.scores import browsing
from flows.scores.cycle import locked_line
from flows.telling.explaining import Outlook, outlook
from flows.watching.alarms import Alarm, alarms_now
from flows.years import leading_year, years_at_work
from web.access import Deed
from web.doors import Visit, allowed, language_of
from web.rendering import once
from web.shared import made_once

router = APIRouter()
PLACE = "/p/{unit}/{period}"
_ALARM_SECONDS, _SECONDS = 60, 5


@router.get("/")
def start(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """Where this visitor works; one place is gone to at once."""
    places = [(unit, period or current_period(visit, unit)) for unit, period in visit.visitor.places()]
    if not places and visit.may(Deed.ADMINISTER):
        return RedirectResponse("/tai-khoan/danh-sach", status_code=303)
    if len(places) == 1:
        unit, period = places[0]
        return RedirectResponse(f"/p/{unit}/{period}/hom-nay", status_code=303)
    compared = sorted({period for _, period in places if len(visit.visitor.units_seen(period)) > 1})
    return visit.page("start.html", places=places, compared=compared)


def current_period(visit: Visit, unit: str) -> str:
    """The year that a unit works on now."""
    settings = visit.house.settings_for(unit)
    return leading_year(settings, settings.local_day(visit.now))


@router.get(PLACE + "/hom-nay")
def today(visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """Today."""
    told = _day(
        visit.resources,
        visit.here.period,
        browsing.newest_event(visit.resources),
        int(visit.now.timestamp() // _SECONDS),
    )
    whole = visit.visitor.whole_unit(Deed.SEE_SCORE, visit.here)
    return visit.page(
        "today.html",
        told=told,
        whole=whole,
        waiting=told["waiting"] if visit.may(Deed.SEE_RUNS) else [],
        standing=_standing(visit, told, whole=whole) if told["run"] else "",
        alarms=_alarms(visit.resources.settings, int(visit.now.timestamp() // _ALARM_SECONDS)) if whole else (),
        steps=STEPS,
        years=_others(visit, told["at_work"]),
    )


@made_once(64)
def _day(resources: Resources, period: str, _newest: int, slot: int) -> dict[str, Any]:
    """What a unit's day is made of, before anybody's rights: asked for once after each event of the custody log, and
    every _SECONDS for what moves without one (progress of nights and runs)."""
    now = datetime.fromtimestamp(slot * _SECONDS, UTC)
    unit = resources.settings.unit
    told = browsing.today(resources, period, now)
    with resources.database.read() as connection:
        locked = locked_line(connection, unit, period)
        at_work = years_at_work(connection, resources.settings, resources.settings.local_day(now))
    return told | {"locked": locked, "at_work": at_work, "waiting": waiting_runs(resources, unit)}


def _others(visit: Visit, at_work: tuple[str, ...]) -> list[str]:
    """The other years at work that this visitor may see."""
    held = visit.visitor.places()
    seen = [one for one in at_work if (visit.here.unit, one) in held or (visit.here.unit, "") in held]
    return [one for one in seen if one != visit.here.period]


def _standing(visit: Visit, told: Mapping[str, Any], *, whole: bool) -> Markup:
    """What the newest two runs and the day say: made once for all who may see the same."""
    before = told["before"]["id"] if told["before"] else ""
    day = visit.resources.settings.local_day(visit.now)
    key = (visit.resources, told["run"]["id"], before, day, visit.visitor.rights, visit.here)
    return once("parts/today_score.html", language_of(visit.request), key, lambda: seen_today(visit, told, whole=whole))


def seen_today(visit: Visit, told: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """What this visitor may know of a day that has a run: {told, ids, whole, ahead, works, place}."""
    ids = {item["id"] for item in told["run"]["score"]["components"] if _shown(visit, item)}
    shown = {
        "actions": [action for action in told["actions"] if action.component in ids],
        "due": [item for item in told["due"] if item["id"] in ids],
    }
    day = visit.resources.settings.local_day(visit.now)
    ahead = _ahead(visit.resources, told["run"]["id"], day) if _sees_dossiers(visit) else None
    works = visit.may(Deed.SEE_WORK)
    return {"told": {**told, **shown}, "ids": ids, "whole": whole, "ahead": ahead, "works": works, "place": visit.here}


def _sees_dossiers(visit: Visit) -> bool:
    return visit.visitor.whole_unit(Deed.SEE_DOSSIERS, visit.here)


@made_once(128)
def _alarms(settings: Settings, minute: int) -> tuple[Alarm, ...]:
    """What rings, looked at once in _ALARM_SECONDS for all visitors of a unit."""
    return tuple(alarms_now(settings, datetime.fromtimestamp(minute * _ALARM_SECONDS, UTC)))


@made_once(32)
def _ahead(resources: Resources, run_id: str, day: date) -> Outlook:
    """What lies ahead of a run on a day: it changes with neither the visitor nor the hour."""
    noon = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return outlook(resources, browsing.run(resources, run_id), noon)


def _shown(visit: Visit, item: dict[str, str]) -> bool:
    return visit.visitor.may_component(Deed.SEE_SCORE, visit.here, item)
