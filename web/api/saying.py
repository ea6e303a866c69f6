"""/api/v1, what people say and have to do: declared values, periods and links of documents, another try, the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from config.refusals import WrongUse
from flows.arriving.declaring import EditedMeanwhile, declared_now
from flows.examining.documents import release_documents
from flows.scores import browsing
from flows.telling import ordering
from flows.telling.proving import date_document, term_seen
from storage.ledger import uploads
from web.access import Deed
from web.api import examples
from web.api.places import PLACE, Period, Unit, api_router
from web.api.v1 import Component
from web.doors import Visit, allowed
from web.errors import problem
from web.pages.auditing import Order, own_order
from web.pages.documents import Sha256, seen_document
from web.pages.proving import linked, sayable, unlinked
from web.pages.uploads import declaring
from web.pages.work import work_of

router = api_router()
_DOCUMENT = PLACE + "/documents/{sha256}"


class TermWish(BaseModel):
    """For which period a document speaks and its last day of use; `version` as the term showed it."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.TERM_WISH}}

    speaks_from: date | None = None
    speaks_to: date | None = None
    expires_on: date | None = None
    version: str | None = Field(None, max_length=60)


class LinkWish(BaseModel):
    """Where in a document the proof of a component stands, as officials write it."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": {"section": "II.3", "pages": "4-5"}}}

    section: str | None = Field(None, max_length=100)
    pages: str | None = Field(None, max_length=40)


class DeclaredWish(BaseModel):
    """Declared values of a component by key, as a person types them; `version` as GET showed it."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.DECLARED_WISH}}

    values: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=400)]] = Field(max_length=100)
    version: str = Field("", max_length=200)
    owner: str = Field("", max_length=200)
    source: str = Field("", max_length=500)
    evidence: str = Field("", max_length=1000)
    explanation: str = Field("", max_length=4000)


@router.get(PLACE + "/work", responses=examples.of(examples.WORK))
def work(unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_WORK)) -> dict[str, Any]:
    """Components, tasks of the plan, notes and reminders of this key's office; SIPAS and PAPI for the whole unit."""
    found = work_of(visit)
    return {
        "components": [item["id"] for item in found.items],
        "tasks": found.tasks,
        "notes": [row["id"] for row in found.notes],
        "reminders": found.reminders,
        "indices": found.indices,
    }


@router.get(_DOCUMENT + "/term", responses=examples.of(examples.TERM))
def term(unit: Unit, period: Period, sha256: Sha256, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> dict[str, Any]:
    """For which period a document speaks, how that is known, and whether it is good for this one."""
    told, _ = seen_document(visit, sha256)
    return term_seen(visit.resources, told, period, visit.resources.settings.local_day(visit.now))


@router.put(_DOCUMENT + "/term", responses=examples.of(examples.TERM_SAID))
def say_term(unit: Unit, period: Period, sha256: Sha256, wish: TermWish, visit: Visit = allowed(Deed.DECLARE)) -> Any:
    """Say for which period a document speaks; all null takes back what was said."""
    sayable(visit, sha256)
    days = {"speaks_from": wish.speaks_from, "speaks_to": wish.speaks_to, "expires_on": wish.expires_on}
    try:
        return date_document(visit.resources.settings, sha256, days, visit.said, shown=wish.version)
    except WrongUse as error:
        return problem(visit.request, 409, str(error))


@router.put(_DOCUMENT + "/links/{component}", responses=examples.of(examples.LINKED))
def link(
    unit: Unit,
    period: Period,
    sha256: Sha256,
    component: Component,
    wish: LinkWish,
    visit: Visit = allowed(Deed.DECLARE),
) -> dict[str, Any]:
    """Let a document prove a component."""
    sayable(visit, sha256)
    return linked(visit, sha256, {"component": component, "section": wish.section, "pages": wish.pages})


@router.delete(_DOCUMENT + "/links/{component}", responses=examples.of({"unlinked": True}))
def unlink(
    unit: Unit, period: Period, sha256: Sha256, component: Component, visit: Visit = allowed(Deed.DECLARE)
) -> dict[str, bool]:
    """Take back a link that a person made."""
    sayable(visit, sha256)
    return {"unlinked": unlinked(visit, sha256, component)}


@router.post(_DOCUMENT + "/release", responses=examples.of({"released": True}))
def release(unit: Unit, period: Period, sha256: Sha256, visit: Visit = allowed(Deed.RELEASE)) -> dict[str, bool]:
    """Give a quarantined document another try."""
    seen_document(visit, sha256)
    visit.house.verdicts.submit(release_documents, visit.resources, [sha256], who=visit.visitor.name, at=visit.now)
    return {"released": True}


@router.get(PLACE + "/components/{component}/declared", responses=examples.of(examples.DECLARED))
def declared(unit: Unit, period: Period, component: Component, visit: Visit = allowed(Deed.DECLARE)) -> dict[str, Any]:
    """What is declared of a component now, and the version to send with a change."""
    told = _own(visit, component)
    values, version = declared_now(visit.resources, component, int(period[:4]))
    return {"inputs": list(told["entry"].get("declared", ())), "values": values, "version": version}


@router.post(PLACE + "/components/{component}/declared", responses=examples.of({"declared": ["plan_issued"]}))
def declare_values(
    unit: Unit, period: Period, component: Component, wish: DeclaredWish, visit: Visit = allowed(Deed.DECLARE)
) -> Any:
    """Record declared values; 409 where somebody else changed them meanwhile, 422 where one cannot be read."""
    told = _own(visit, component)
    typed = {f"v.{key}": value for key, value in wish.values.items()}
    typed |= wish.model_dump(exclude={"values"})
    try:
        return {"declared": sorted(declaring(visit, told, component, typed))}
    except EditedMeanwhile:
        return problem(visit.request, 409, "Người khác vừa sửa mục này; đọc lại rồi gửi lần nữa.")
    except WrongUse as error:
        return problem(visit.request, 422, str(error))


@router.get(PLACE + "/bundles/{order_id}/verification", responses=examples.of(examples.VERIFICATION))
def verification(unit: Unit, period: Period, order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Any:
    """What the bundle's own verifier says, step by step."""
    row = own_order(visit, order_id)
    if row["state"] != uploads.READY or not ordering.order_path(visit.resources, row).exists():
        return problem(visit.request, 404, "Gói này chưa lập xong hoặc không còn; hãy yêu cầu lại.")
    return ordering.checked_order(visit.resources, row)


def _own(visit: Visit, component: str) -> Mapping[str, Any]:
    run = browsing.standing_run(visit.resources, visit.here.period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(Deed.DECLARE, visit.here, told["item"]))
    return told
