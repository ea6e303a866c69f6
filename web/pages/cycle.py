"""The yearly cycle: where it stands, three scores side by side, and what this visitor may do in it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from config.refusals import WrongUse
from flows.scores.cycle import VALUE, Wish, act, cycle_seen, inputs_of_entry, open_period
from scoring.cycle import DEADLINES, BadDeed
from scoring.cycle_sheet import reminder_lines
from storage.errors import StorageError
from storage.scored.cycle import NoCycle
from web import wording
from web.access import CYCLE, Deed
from web.doors import Visit, allowed
from web.pages.home import PLACE

router = APIRouter()
_ROOT = PLACE + "/ky-cham"
_TEXTS = ("note", "points", "deducted", "because", "office", "source", "sheet")
_MOST_TEXT = 8000
_PROOF = ("name", "section", "pages")
SLUGS = {
    Deed.ASSIGN: "phan-cong",
    Deed.DECLARE: "tu-cham",
    Deed.APPROVE: "duyet",
    Deed.LOCK: "chot",
    Deed.APPRAISE: "tham-dinh",
    Deed.EXPLAIN: "giai-trinh",
}
"""Where the deeds of each right are sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed of `scoring.cycle.STEPS`, on which component (empty: the whole year), with what is said."""

    deed: str
    component: str
    said: Mapping[str, Any]
    version: int | None


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What somebody typed that was not taken, and why: shown again, so that nothing is lost."""

    typed: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    status: int = 200


_NOTHING = _Refusal()


@router.get(_ROOT)
def cycle(visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """The whole year: state, deadlines, scores side by side, disputes, what can be done now."""
    return _whole(visit)


@router.get(_ROOT + "/{component}")
def entry(component: str, visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """One component: what everybody said of it, and what can be said now; the year's page while it is not opened."""
    try:
        _seen(visit)
    except NoCycle:
        return _whole(visit)
    return _entry(visit, component)


@router.post(_ROOT + "/mo")
async def open_year(request: Request, visit: Visit = allowed(Deed.ASSIGN)) -> Response:
    """Open the year with its four deadlines."""
    return await run_in_threadpool(_opened, visit, await _typed(request))


@router.post(_ROOT + "/phan-cong")
async def assign(request: Request, visit: Visit = allowed(Deed.ASSIGN)) -> Response:
    """Begin the self-score, give a component to an office."""
    return await run_in_threadpool(_done, visit, await _typed(request))


@router.post(_ROOT + "/tu-cham")
async def fill(request: Request, visit: Visit = allowed(Deed.DECLARE)) -> Response:
    """Note and evidence of a component."""
    return await run_in_threadpool(_done, visit, await _typed(request))


@router.post(_ROOT + "/duyet")
async def approve(request: Request, visit: Visit = allowed(Deed.APPROVE)) -> Response:
    """Approve, send back, correct points with a reason."""
    return await run_in_threadpool(_done, visit, await _typed(request))


@router.post(_ROOT + "/chot")
async def lock(request: Request, visit: Visit = allowed(Deed.LOCK)) -> Response:
    """Lock with the signed sheet; lock the explanations."""
    return await run_in_threadpool(_done, visit, await _typed(request))


@router.post(_ROOT + "/tham-dinh")
async def appraise(request: Request, visit: Visit = allowed(Deed.APPRAISE)) -> Response:
    """Points, notes and requests of the appraisal; survey points; the end."""
    return await run_in_threadpool(_done, visit, await _typed(request))


@router.post(_ROOT + "/giai-trinh")
async def explain(request: Request, visit: Visit = allowed(Deed.EXPLAIN)) -> Response:
    """The ward's answer to a request, with further evidence."""
    return await run_in_threadpool(_done, visit, await _typed(request))


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: str(value)[:_MOST_TEXT] for name, value in form.items() if isinstance(value, str)}


def _opened(visit: Visit, typed: Mapping[str, str]) -> Response:
    visit.require(visit.visitor.whole_unit(Deed.ASSIGN, visit.here))
    wish = Wish("open", visit.visitor.name, visit.origin, visit.now)
    try:
        deadlines = {name: _day(typed.get(name, ""), what) for name, what in DEADLINES.items() if typed.get(name)}
        open_period(visit.resources, visit.here.period, deadlines, wish)
    except WrongUse as error:
        return _whole(visit, _Refusal(typed, str(error), 422))
    return _back(visit)


def _day(typed: str, what: str) -> date:
    for form in (wording.day_typed, date.fromisoformat):
        try:
            return form(typed.strip())
        except ValueError:
            continue
    raise BadDeed(f"{what[:1].upper()}{what[1:]}: {typed!r} không phải ngày; ví dụ đúng: 31/01/2026.")


def _done(visit: Visit, typed: Mapping[str, str]) -> Response:
    component, version = typed.get("muc", ""), typed.get("phien_ban", "")
    asked = Asked(typed.get("viec", ""), component, _said(typed), int(version) if version.isdecimal() else None)
    try:
        done(visit, asked)
    except (WrongUse, StorageError) as error:
        refused = _Refusal(typed, str(error), 409)
        return _entry(visit, component, refused) if component else _whole(visit, refused)
    return _back(visit, component)


def done(visit: Visit, asked: Asked) -> dict[str, Any]:
    """Do a deed of the cycle, if it is this route's and this visitor's; where the cycle stands then.

    Raises:
        WrongUse: it has no place now, cannot be taken, or somebody was faster; nothing was recorded.
    """
    if CYCLE.get(asked.deed) != visit.deed:
        raise HTTPException(422)
    if asked.component:
        row = _row(seen_or_missing(visit), asked.component)
        visit.require(visit.visitor.may_component(visit.deed, visit.here, _about(row)))
    else:
        visit.require(visit.visitor.whole_unit(visit.deed, visit.here))
    whose = (asked.deed, visit.visitor.name, visit.origin, visit.now)
    wish = Wish(*whose, component=asked.component, said=asked.said, version=asked.version)
    return act(visit.resources, visit.here.period, wish)


def _said(typed: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {name: typed[name].strip() for name in _TEXTS if typed.get(name, "").strip()}
    said |= {name: text.strip() for name, text in typed.items() if name.startswith(VALUE) and text.strip()}
    if typed.get("asks"):
        said["asks"] = True
    lines = [line for line in typed.get("evidence", "").splitlines() if line.strip()]
    if lines:
        parts = ((part.strip() for part in line.split("|")) for line in lines)
        said["evidence"] = [dict(zip(_PROOF, each, strict=False)) for each in parts]
    return said


def _back(visit: Visit, component: str = "") -> Response:
    root = f"/p/{visit.here.unit}/{visit.here.period}/ky-cham"
    return RedirectResponse(f"{root}/{component}?xong=1" if component else f"{root}?xong=1", status_code=303)


def _whole(visit: Visit, refused: _Refusal = _NOTHING) -> Response:
    said = {"typed": refused.typed, "message": refused.message}
    try:
        seen = _seen(visit)
    except NoCycle:
        may_open = visit.visitor.whole_unit(Deed.ASSIGN, visit.here)
        return visit.page("cycle_unopened.html", refused.status, may_open=may_open, deadlines=DEADLINES, **said)
    told = told_to(visit, seen)
    return visit.page(
        "cycle.html",
        refused.status,
        seen=told,
        whole=told["totals"] is not None,
        deeds=[name for name in seen["deeds"] if name in wording.WHOLE_DEEDS and _may_whole(visit, name)],
        slugs={name: SLUGS[deed] for name, deed in CYCLE.items()},
        **said,
    )


def _entry(visit: Visit, component: str, refused: _Refusal = _NOTHING) -> Response:
    seen = seen_or_missing(visit)
    row = _row(seen, component)
    visit.require(visit.visitor.may_component(Deed.SEE_SCORE, visit.here, _about(row)))
    return visit.page(
        "cycle_entry.html",
        refused.status,
        seen=seen,
        row=row,
        entry=row["entry"],
        inputs=inputs_of_entry(visit.resources, visit.here.period, component) if visit.may(Deed.APPRAISE) else [],
        deeds=[name for name in seen["deeds"] if name not in wording.WHOLE_DEEDS and _may_entry(visit, name, row)],
        slugs={name: SLUGS[deed] for name, deed in CYCLE.items()},
        reads_notes=reads_notes(visit, row),
        typed=refused.typed,
        message=refused.message,
    )


def _seen(visit: Visit) -> dict[str, Any]:
    return cycle_seen(visit.resources, visit.here.period, visit.now)


def seen_or_missing(visit: Visit) -> dict[str, Any]:
    """Where the cycle stands; 404 where it was not opened."""
    try:
        return _seen(visit)
    except NoCycle as error:
        raise HTTPException(404) from error


def _row(seen: Mapping[str, Any], component: str) -> dict[str, Any]:
    row = next((row for row in seen["components"] if row["id"] == component), None)
    if row is None:
        raise HTTPException(404)
    return dict(row)


def _about(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as `web.access` asks about it: the office it is assigned to answers for it."""
    return {"id": row["id"], "responsible": row["office"]}


def told_to(visit: Visit, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The cycle as this visitor may see it: their components, notes and reminders; totals only with all components."""
    rows = [row for row in seen["components"] if visit.visitor.may_component(Deed.SEE_SCORE, visit.here, _about(row))]
    shown = {row["id"] for row in rows}
    noted = {row["id"] for row in rows if reads_notes(visit, row)}
    owed = [one for one in seen["reminders"] if _is_reminded(visit, one["office"])]
    return {
        **seen,
        "components": [row if row["id"] in noted else row | {"entry": {}} for row in rows],
        "totals": seen["totals"] if len(rows) == len(seen["components"]) else None,
        "overridden": [line for line in seen["overridden"] if line.split(" ", 1)[0] in shown],
        "disputed": [_dispute(one, one["id"] in noted) for one in seen["disputed"] if one["id"] in shown],
        "reminders": owed,
        "reminder_lines": list(reminder_lines(owed)),
    }


def _dispute(one: Mapping[str, Any], noted: bool) -> dict[str, Any]:
    return dict(one) if noted else {**one, "asked": "", "explained": ""}


def _is_reminded(visit: Visit, office: str) -> bool:
    return visit.visitor.whole_unit(Deed.SEE_WORK, visit.here) or bool(office and visit.may(Deed.SEE_WORK, office))


def reads_notes(visit: Visit, row: Mapping[str, Any]) -> bool:
    """Whether this visitor reads what the ward and the appraisers write of a component to each other."""
    return any(visit.visitor.may_component(deed, visit.here, _about(row)) for deed in (Deed.SEE_WORK, Deed.APPRAISE))


def _may_whole(visit: Visit, name: str) -> bool:
    return name in CYCLE and visit.visitor.whole_unit(CYCLE[name], visit.here)


def _may_entry(visit: Visit, name: str, row: Mapping[str, Any]) -> bool:
    fits = row["survey"] == (name == "add_survey") or name == "assign"
    return fits and name in CYCLE and visit.visitor.may_component(CYCLE[name], visit.here, _about(row))
