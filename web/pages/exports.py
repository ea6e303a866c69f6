"""Exports: sources, freshness, imports, rejected rows by cell."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import RedirectResponse, Response

from flows.arriving.importing import BadDismissal, dismiss_layout
from flows.arriving.sources_told import sources_now
from flows.scores import browsing
from storage.database.slices import Slice
from storage.dismissals import Dismissal
from web.access import Deed
from web.doors import Visit, allowed
from web.pages.home import PLACE

router = APIRouter()
_PAGE_ROWS, _REJECTED = 50, 200
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]


@router.get(PLACE + "/du-lieu")
def listed(visit: Visit = allowed(Deed.SEE_EXPORTS), trang: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """How fresh each kind of data is, and every import, newest first."""
    told = browsing.exports(visit.resources, Slice((trang - 1) * _PAGE_ROWS, _PAGE_ROWS))
    pages = max(1, -(-told["total"] // _PAGE_ROWS))
    with visit.resources.database.read() as connection:
        sources = sources_now(connection, visit.resources.settings, visit.now)
    others = browsing.left_out(visit.resources, visit.here.period)
    return visit.page("exports.html", told=told, sources=sources, others=others, page=trang, pages=pages)


@router.get(PLACE + "/du-lieu/{number}")
def one_import(
    number: Number,
    visit: Visit = allowed(Deed.SEE_EXPORTS),
    trang: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """One import with its rejected rows by cell."""
    return _one(visit, number, trang)


@router.post(PLACE + "/du-lieu/{number}/bo-qua")
def dismiss(
    number: Number,
    visit: Visit = allowed(Deed.RELEASE),
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Put the layout of a rejected export aside, with the reason."""
    said = Dismissal(visit.visitor.name, "web", why.strip(), visit.now)
    try:
        dismiss_layout(visit.resources.settings, number, said)
    except BadDismissal as error:
        return _one(visit, number, 1, str(error), 422)
    return RedirectResponse(visit.request.url.path.removesuffix("/bo-qua"), status_code=303)


def _one(visit: Visit, number: int, trang: int, message: str = "", status: int = 200) -> Response:
    told = browsing.export(visit.resources, number, Slice((trang - 1) * _REJECTED, _REJECTED))
    pages = max(1, -(-told["total"] // _REJECTED))
    return visit.page("export.html", told=told, page=trang, pages=pages, message=message, status=status)
