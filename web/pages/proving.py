"""What people say of a document: for which period it speaks, and which component it proves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from flows.telling.proving import BadTerm, SaidMeanwhile, date_document, link_document, unlink_document
from web import wording
from web.access import Deed
from web.doors import Visit, allowed
from web.pages.documents import Sha256, document_page, may_say, own_components, seen_document
from web.pages.home import PLACE

router = APIRouter()
_HERE = PLACE + "/tai-lieu/{sha256}"
_DAYS = {"speaks_from": "Từ ngày", "speaks_to": "Đến ngày", "expires_on": "Dùng được đến hết ngày"}
_Day = Annotated[str, Form(max_length=20)]


@router.post(_HERE + "/thoi-gian")
def say_term(
    sha256: Sha256,
    visit: Visit = allowed(Deed.DECLARE),
    speaks_from: _Day = "",
    speaks_to: _Day = "",
    expires_on: _Day = "",
    version: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Say for which period a document speaks; all empty: what was said is taken back."""
    typed = {"speaks_from": speaks_from, "speaks_to": speaks_to, "expires_on": expires_on}
    told, serves = sayable(visit, sha256)
    try:
        days = {name: _day(text, _DAYS[name]) for name, text in typed.items()}
        date_document(visit.resources.settings, sha256, days, visit.said, shown=version)
    except (BadTerm, SaidMeanwhile) as error:
        status = 409 if isinstance(error, SaidMeanwhile) else 422
        return document_page(visit, told, serves, typed=typed, refusal=(status, str(error)))
    return _back(visit, sha256)


@router.post(_HERE + "/gan")
def link(
    sha256: Sha256,
    visit: Visit = allowed(Deed.DECLARE),
    muc: Annotated[str, Form(max_length=20)] = "",
    section: Annotated[str, Form(max_length=100)] = "",
    pages: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Let a document prove a component."""
    sayable(visit, sha256)
    linked(visit, sha256, {"component": muc, "section": section.strip() or None, "pages": pages.strip() or None})
    return _back(visit, sha256)


@router.post(_HERE + "/bo-gan")
def unlink(
    sha256: Sha256, visit: Visit = allowed(Deed.DECLARE), muc: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Take back a link that a person made."""
    sayable(visit, sha256)
    unlinked(visit, sha256, muc)
    return _back(visit, sha256)


def sayable(visit: Visit, sha256: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A document of which this visitor may say something, with the components it proves."""
    told, serves = seen_document(visit, sha256)
    visit.require(may_say(visit, told, serves))
    return told, serves


def linked(visit: Visit, sha256: str, one: Mapping[str, str | None]) -> dict[str, Any]:
    """Link a document to a component of this visitor's own: {component, section, pages}."""
    visit.require(one["component"] in {item["id"] for item in own_components(visit)})
    return link_document(visit.resources.settings, sha256, dict(one), visit.said)


def unlinked(visit: Visit, sha256: str, component: str) -> bool:
    """Take back a link to a component of this visitor's own; whether there was one."""
    visit.require(component in {item["id"] for item in own_components(visit)})
    return unlink_document(visit.resources.settings, sha256, component, visit.said)


def _day(text: str, what: str) -> date | None:
    try:
        return wording.day_typed(text.strip()) if text.strip() else None
    except ValueError as error:
        raise BadTerm(f"{what}: {text!r} không phải ngày; ví dụ đúng: 31/12/2025.") from error


def _back(visit: Visit, sha256: str) -> Response:
    root = f"/p/{visit.here.unit}/{visit.here.period}/tai-lieu/{sha256}"
    return RedirectResponse(f"{root}?xong=1", status_code=303)
