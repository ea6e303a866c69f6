"""For those who check: search in the evidence, bundles on request, verification step by step, share links."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from flows.examining.searching import Asked, NothingAsked, search
from flows.people.accounts import open_session
from flows.people.documents_seen import note_access, note_search
from flows.scores import browsing
from flows.telling import ordering
from flows.telling.ordering import OrderAsked
from storage.database.slices import Slice
from storage.ledger import uploads
from storage.people import sessions
from storage.people.sessions import NewLink, Opening
from web.access import NOBODY, Deed
from web.cookies import ENTRY, cookie, set_cookie
from web.doors import Visit, allowed, is_https, language_of
from web.entry import require_entry_key, start_session
from web.errors import problem
from web.pages.documents import LargeFile, attachment
from web.pages.home import PLACE
from web.reach import visible_documents
from web.rendering import rendered

router = APIRouter()
_SHOWN = 50
Order = Annotated[str, Path(pattern=r"^g-[0-9a-f-]{6,40}$")]
Link = Annotated[str, Path(pattern=r"^l-[0-9a-f]{6,40}$")]


@router.get(PLACE + "/tim")
def find(
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
    q: Annotated[str, Query(max_length=200)] = "",
    trang: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Full text of all evidence, with and without diacritics, page by page."""
    told: dict[str, Any] | None = None
    if q.strip():
        told = found(visit, q, Slice((trang - 1) * _SHOWN, _SHOWN))
        told["hits"] = [hit | {"pieces": _pieces(hit)} for hit in told["hits"]]
    pages = max(1, -(-told["count"] // _SHOWN)) if told else 1
    return visit.page("search.html", q=q, told=told, page=trang, pages=pages)


def found(visit: Visit, words: str, part: Slice) -> dict[str, Any]:
    """Pages that this visitor may see and that hold the words (searching.py); noted in the custody log."""
    try:
        told = search(visit.resources, Asked(words, within=visible_documents(visit)), part)
    except NothingAsked:
        return {"words": words, "exact": True, "count": 0, "hits": []}
    shown = {hit["sha256"] for hit in told["hits"]}
    note_search(visit.resources, shown, visit.said)
    return told


def _pieces(hit: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The snippet in pieces: text, and whether it was asked for."""
    pieces, at = [], 0
    for start, end in hit["marks"]:
        pieces += [(hit["snippet"][at:start], False), (hit["snippet"][start:end], True)]
        at = end
    return [*pieces, (hit["snippet"][at:], False)]


@router.get(PLACE + "/goi-tai-lieu")
def orders(visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Response:
    """Bundles asked for, and the form to ask for one."""
    whole = visit.visitor.whole_unit(Deed.SHARE, visit.here)
    with visit.resources.database.read() as connection:
        asked = uploads.orders_of(connection, visit.here.unit, "" if whole else visit.visitor.name)
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    return visit.page("orders.html", orders=asked, run_id=run_id, items=_shown_items(visit, run_id))


def _shown_items(visit: Visit, run_id: str | None) -> list[Mapping[str, Any]]:
    items = browsing.run(visit.resources, run_id)["score"]["components"] if run_id else []
    return [item for item in items if visit.visitor.may_component(Deed.SEE_EVIDENCE, visit.here, item)]


@router.post(PLACE + "/goi-tai-lieu")
def order(
    visit: Visit = allowed(Deed.ORDER_BUNDLE),
    components: Annotated[list[str] | None, Form()] = None,
    redact: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for a bundle."""
    order_id = ordered(visit, set(components or ()), redact=redact)
    return RedirectResponse(f"{visit.request.url.path}/{order_id}", status_code=303)


def ordered(visit: Visit, wanted: set[str], *, redact: bool) -> str:
    """Ask for a bundle of the newest run; others than the ward itself get it without applicants' personal data."""
    run = browsing.standing_run(visit.resources, visit.here.period)
    shown = {item["id"] for item in _shown_items(visit, str(run["id"]))}
    visit.require(wanted <= shown)
    whole = visit.visitor.whole_unit(Deed.ORDER_BUNDLE, visit.here)
    chosen = tuple(wanted) if wanted or whole else tuple(shown)
    hidden = redact or not visit.may(Deed.SEE_DOSSIERS)
    asked = OrderAsked(str(run["id"]), chosen, hidden, visit.visitor.name, visit.now)
    order_id = ordering.order_bundle(visit.resources, asked)
    visit.house.work_on(order_id, partial(ordering.make_ordered, visit.resources, order_id))
    return order_id


@router.get(PLACE + "/goi-tai-lieu/{order_id}")
def one_order(order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Response:
    """How far a bundle is, then where to fetch it."""
    row = own_order(visit, order_id)
    if row["state"] in (uploads.WAITING, uploads.MAKING):
        visit.house.work_on(order_id, partial(ordering.make_ordered, visit.resources, order_id))
    part = "hx-request" in visit.request.headers
    done, of = visit.house.how_far(order_id)
    gone = row["state"] == uploads.READY and not ordering.order_path(visit.resources, row).exists()
    template = "parts/order.html" if part else "order.html"
    return visit.page(template, order=row, done=done, of=of, gone=gone)


@router.get(PLACE + "/goi-tai-lieu/{order_id}/tai-ve")
def fetch(order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Response:
    """The bundle; a broken download goes on where it stopped (Range)."""
    row = own_order(visit, order_id)
    path = ordering.order_path(visit.resources, row)
    if row["state"] != uploads.READY or not path.exists():
        return problem(visit.request, 404, "Gói này chưa lập xong hoặc không còn. Bấm Lập gói để lập lại.")
    return handed_out(visit, row, path)


def handed_out(visit: Visit, row: Mapping[str, Any], path: FilePath) -> Response:
    """A bundle, or the part of it that is asked for; every time is noted, also what goes on after a break."""
    part = visit.request.headers.get("range", "")[:100]
    detail = {"range": part} if part else {}
    note_access(visit.resources, row["sha256"], "downloaded", visit.said, **detail)
    headers = attachment(path.name) | {"ETag": f'"{row["sha256"]}"'}
    return LargeFile(path, media_type="application/octet-stream", headers=headers)


@router.get(PLACE + "/goi-tai-lieu/{order_id}/kiem-tra")
def verification(order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Response:
    """What the bundle's own verifier says, step by step; it works beside the page, which asks until it is done."""
    row = own_order(visit, order_id)
    if row["state"] != uploads.READY or not ordering.order_path(visit.resources, row).exists():
        return problem(visit.request, 404, "Gói này chưa lập xong hoặc không còn. Bấm Lập gói để lập lại.")
    verdict = ordering.order_verdict(visit.resources, row)
    if verdict is None:
        visit.house.work_on(f"check {order_id}", lambda _: ordering.checked_order(visit.resources, row))
    part = "hx-request" in visit.request.headers
    return visit.page("parts/verified.html" if part else "verified.html", order=row, found=verdict)


def own_order(visit: Visit, order_id: str) -> Mapping[str, Any]:
    """An order of this visitor (the ward sees all) in this place."""
    with visit.resources.database.read() as connection:
        row = uploads.order_row(connection, visit.here.unit, order_id)
    run = browsing.run(visit.resources, str(row["run_id"]))
    own = row["asked_by"] == visit.visitor.name or visit.visitor.whole_unit(Deed.SHARE, visit.here)
    visit.require(own and run["period"] == visit.here.period)
    return row


@router.get(PLACE + "/chia-se")
def links(visit: Visit = allowed(Deed.SHARE)) -> Response:
    """Share links with their receipts."""
    return _links(visit)


def _links(visit: Visit, *, fresh: str = "", message: str = "", status: int = 200) -> Response:
    with visit.resources.database.read() as connection:
        rows = sessions.links_of(connection, visit.here.unit, visit.here.period)
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    items = _shown_items(visit, run_id)
    return visit.page("shares.html", status, links=rows, items=items, fresh=fresh, message=message)


@router.post(PLACE + "/chia-se")
def share(
    recipient: Annotated[str, Form(max_length=200)],
    visit: Visit = allowed(Deed.SHARE),
    days: Annotated[int, Form(ge=1, le=90)] = 14,
    components: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a link; its secret is shown once."""
    if not recipient.strip():
        return _links(visit, message="Ghi rõ gửi liên kết cho ai.", status=422)
    return _links(visit, fresh=shared(visit, recipient.strip(), components or (), days)["address"])


def shared(visit: Visit, recipient: str, components: Iterable[str], days: int) -> dict[str, Any]:
    """A new link: {id, address, expires_at}; its address holds its secret and is told this once."""
    secret, expires_at = secrets.token_urlsafe(32), visit.now + timedelta(days=days)
    new = NewLink(
        id=f"l-{secrets.token_hex(5)}",
        secret=secret,
        unit=visit.here.unit,
        period=visit.here.period,
        components=tuple(sorted(set(components))),
        recipient=recipient,
        made_by=visit.visitor.name,
        at=visit.now,
        expires_at=expires_at,
    )
    with visit.resources.database.write() as connection:
        sessions.add_link(connection, new)
    address = visit.house.settings.web_address.rstrip("/") or str(visit.request.base_url).rstrip("/")
    return {"id": new.id, "address": f"{address}/chia-se/{secret}", "expires_at": expires_at}


@router.post(PLACE + "/chia-se/{link_id}/huy")
def revoke(link_id: Link, visit: Visit = allowed(Deed.SHARE)) -> Response:
    """End a link before its time."""
    revoked(visit, link_id)
    return RedirectResponse(f"/p/{visit.here.unit}/{visit.here.period}/chia-se", status_code=303)


def revoked(visit: Visit, link_id: str) -> None:
    """End a link of this place."""
    with visit.resources.database.read() as connection:
        row = sessions.link_of(connection, link_id=link_id)
    visit.require((row["unit"], row["period"]) == (visit.here.unit, visit.here.period))
    with visit.resources.database.write() as connection:
        sessions.revoke_link(connection, link_id, who=visit.visitor.name, at=visit.now)


Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]


@router.get("/chia-se/{secret}")
def ask_guest(request: Request, secret: Secret, visit: Visit = allowed(Deed.ENTER)) -> Response:
    """Who opens the link: name and office, for the receipt."""
    return _guest_form(request, visit, secret)


def _guest_form(request: Request, visit: Visit, secret: str, message: str = "", status: int = 200) -> Response:
    with visit.resources.database.read() as connection:
        row = sessions.link_of(connection, secret=secret)
    if over := _over(row, visit):
        return problem(request, 410, over, "Liên kết không còn dùng được")
    key = request.cookies.get(ENTRY) or secrets.token_urlsafe(24)
    set_cookie(request, cookie(ENTRY, key, https=is_https(request), seconds=3600))
    values = {"visitor": NOBODY, "visit": None, "place": None, "Deed": Deed, "entry_key": key, "link": row}
    values |= {"secret": secret, "message": message, "unit_name": visit.house.settings_for(row["unit"]).unit_name}
    return HTMLResponse(rendered("guest.html", values, language_of(request)), status_code=status)


def _over(row: Mapping[str, Any], visit: Visit) -> str:
    if row["revoked_at"]:
        return "Liên kết này đã được thu hồi. Đề nghị hỏi lại người đã gửi."
    if row["expires_at"] <= visit.now:
        return "Liên kết này đã hết hạn. Đề nghị hỏi lại người đã gửi."
    return ""


@router.post("/chia-se/{secret}")
def enter_guest(
    request: Request,
    secret: Secret,
    who: Annotated[str, Form(max_length=200)],
    office: Annotated[str, Form(max_length=200)],
    entry_key: Annotated[str, Form()],
    visit: Visit = allowed(Deed.ENTER),
) -> Response:
    """Keep the receipt, open a session that sees what the link shows."""
    require_entry_key(request, entry_key)
    if not who.strip() or not office.strip():
        return _guest_form(request, visit, secret, "Ghi họ tên và cơ quan để lưu biên nhận.", 422)
    with visit.resources.database.write() as connection:
        row = sessions.link_of(connection, secret=secret)
        if over := _over(row, visit):
            return problem(request, 410, over, "Liên kết không còn dùng được")
        opening = Opening(who.strip(), office.strip(), visit.origin, visit.now)
        sessions.record_opening(connection, str(row["id"]), opening)
        opened = open_session(connection, visit.origin, visit.now, share=str(row["id"]))
    start_session(request, opened)
    return RedirectResponse(f"/p/{row['unit']}/{row['period']}/hom-nay", status_code=303)
