"""/api/v1, what is taken away as a file (score sheets, reports, pictures of pages), and links for other offices."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from storage.people import sessions
from web.access import Deed
from web.api import examples
from web.api.places import PLACE, Period, Unit, api_router
from web.doors import Visit, allowed
from web.pages.auditing import Link, revoked, shared
from web.pages.documents import FieldName, Sha256, field_picture, picture
from web.pages.reports import Kind, Span, report_in
from web.pages.runs import FORM, sheet_in

router = api_router()
_Run = Annotated[str, Path(pattern=r"^20\d{2}-\d{4,8}$", examples=["2025-0001"])]
_Form = Annotated[str, Path(pattern=rf"^(xlsx|{FORM})$", examples=["xlsx"])]
_OF_LINK = ("id", "recipient", "components", "made_by", "made_at", "expires_at", "revoked_at")
_OF_OPENING = ("number", "who", "office", "opened_at")


class LinkWish(BaseModel):
    """For whom a link is, for how many days, and which components it opens (none: all)."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.LINK_WISH}}

    recipient: str = Field(min_length=1, max_length=200, pattern=r"\S")
    days: int = Field(14, ge=1, le=90)
    components: list[str] = Field(default_factory=list, max_length=200)


@router.get(PLACE + "/runs/{run_id}/sheets/{form}/content", response_class=Response)
def sheet(unit: Unit, period: Period, run_id: _Run, form: _Form, visit: Visit = allowed(Deed.REPORT)) -> Response:
    """The score sheet of a run (xlsx recomputes; docx and pdf to sign), its report, the appraisal, tasks by office."""
    return sheet_in(visit, run_id, form)


@router.get(PLACE + "/reports/{kind}/content", response_class=Response)
def report(
    unit: Unit,
    period: Period,
    kind: Kind,
    visit: Visit = allowed(Deed.REPORT),
    span: Annotated[str, Query(pattern=Span)] = "",
    form: Annotated[str, Query(pattern="^(xlsx|docx|pdf)$")] = "xlsx",
) -> Response:
    """Form II.06a, the overdue list (xlsx, docx, pdf) or the set of Decision 766 (xlsx); `span` 2025, 2025-Q3 or
    2025-07.
    """
    return report_in(visit, kind, span, form)


@router.get(PLACE + "/documents/{sha256}/pages/{page}/content", response_class=Response)
def page_picture(
    unit: Unit,
    period: Period,
    sha256: Sha256,
    page: Annotated[int, Path(ge=1, le=10_000)],
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
) -> Response:
    """The picture of a page (PNG)."""
    return picture(sha256, page, visit)


@router.get(PLACE + "/documents/{sha256}/fields/{field}/content", response_class=Response)
def place_picture(
    unit: Unit, period: Period, sha256: Sha256, field: FieldName, visit: Visit = allowed(Deed.SEE_EVIDENCE)
) -> Response:
    """The picture of the place where a field stands, or was left blank or written by hand (PNG)."""
    return field_picture(sha256, field, visit)


@router.get(PLACE + "/shares", responses=examples.of(examples.LINKS))
def links(unit: Unit, period: Period, visit: Visit = allowed(Deed.SHARE)) -> dict[str, Any]:
    """Share links, newest first, each with who opened it when; their secrets are told once, when they are made."""
    with visit.resources.database.read() as connection:
        rows = sessions.links_of(connection, visit.here.unit, visit.here.period)
    return {"links": [_told(row) for row in rows]}


@router.post(PLACE + "/shares", status_code=201, responses={201: examples.body(examples.SHARED)})
def share(unit: Unit, period: Period, wish: LinkWish, visit: Visit = allowed(Deed.SHARE)) -> dict[str, Any]:
    """Make a link; its address is told this once."""
    return shared(visit, wish.recipient.strip(), wish.components, wish.days)


@router.delete(PLACE + "/shares/{link_id}", responses=examples.of({"id": "l-0b1c2d3e4a", "revoked": True}))
def revoke(unit: Unit, period: Period, link_id: Link, visit: Visit = allowed(Deed.SHARE)) -> dict[str, Any]:
    """End a link before its time."""
    revoked(visit, link_id)
    return {"id": link_id, "revoked": True}


def _told(row: Any) -> dict[str, Any]:
    openings = [{name: one[name] for name in _OF_OPENING} for one in row["openings"]]
    return {name: row[name] for name in _OF_LINK} | {"openings": openings}
