"""The way in: who asks, where, and whether `web.access` lets them. Every route has exactly one `allowed(...)`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from flows.people.accounts import IDLE, LONGEST, TURN_AFTER, TURN_GRACE
from flows.resources import Resources
from storage.documents.links import Said
from storage.people import accounts, sessions
from storage.people.accounts import NoSuchAccount
from storage.people.sessions import NoSuchLink
from web import wording
from web.access import NOBODY, Deed, Place, Refused, Visitor, guest
from web.cookies import LANGUAGE, SESSION, cookie, set_cookie
from web.house import House
from web.rendering import once, rendered

_UNIT, _PERIOD = re.compile(r"[a-z0-9][a-z0-9-]{1,63}"), re.compile(r"20\d{2}")
_SAFE = ("GET", "HEAD", "OPTIONS")


class BadForm(Exception):
    """A form without this session's key, or from another site.

    `key` is the session's key where the browser vouches that one of our own pages sent the form: that page was opened
    before the visitor signed in again, so the form may be shown once more, to be sent by hand.
    """

    def __init__(self, key: str = "") -> None:
        super().__init__()
        self.key = key


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that was let in: by whom, for which deed, where."""

    request: Request
    house: House
    visitor: Visitor
    deed: Deed
    place: Place | None
    now: datetime

    @property
    def resources(self) -> Resources:
        """Resources of the unit that the address names."""
        return self.house.resources(self.place.unit if self.place else "")

    @property
    def said(self) -> Said:
        """Who does this, from where, when: for the custody log."""
        return Said(self.visitor.name, self.origin, self.now)

    @property
    def here(self) -> Place:
        """The place of a page that has one."""
        if self.place is None:
            raise HTTPException(404)
        return self.place

    @property
    def origin(self) -> str:
        """The address that asks."""
        return origin_of(self.request)

    def may(self, deed: Deed, office: str = "") -> bool:
        """Whether this visitor may also do that here."""
        return self.visitor.may(deed, self.place, office)

    def require(self, allowed: bool) -> None:
        """Refuse what `web.access` did not allow on this object."""
        if not allowed:
            raise Refused(self.deed, self.visitor.signed_in)

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return str(self.request.scope["path"])

    @property
    def menu(self) -> Markup:
        """Links to the pages that this visitor may see here; the same for all with the same rights."""
        rights, room = self.visitor.rights, self.path.split("/")[4]
        key = (rights, self.here, room)
        values = {"rights": rights, "place": self.here, "room": room, "Deed": Deed}
        return once("parts/menu.html", language_of(self.request), key, lambda: values)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page, or the part of one that HTMX asked for."""
        frame = {"visit": self, "visitor": self.visitor, "place": self.place, "now": self.now, "Deed": Deed}
        language = language_of(self.request)
        return HTMLResponse(rendered(template, frame | values, language), status_code=status)


class Allowed:
    """The dependency of a route: who asks, and whether this deed is theirs in the place that the address names."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed

    async def __call__(self, request: Request) -> Visit:
        house: House = request.app.state.house
        place = place_of(request.path_params)
        now = house.now()
        visitor = await _who_asks(house, request, now)
        if not visitor.may(self.deed, place):
            raise Refused(self.deed, visitor.signed_in)
        if request.method not in _SAFE:
            await _require_own_form(request, visitor)
        request.state.visit = Visit(request, house, visitor, self.deed, place, now)
        return request.state.visit  # type: ignore[no-any-return]


def allowed(deed: Deed) -> Any:
    """`visit: Visit = allowed(Deed.X)` in a route's arguments."""
    return Depends(Allowed(deed))


def place_of(parameters: Mapping[str, Any]) -> Place | None:
    """The unit and period of an address; None where it has none.

    Raises:
        HTTPException: 404, they have an impossible form.
    """
    if "unit" not in parameters:
        return None
    unit, period = str(parameters["unit"]), str(parameters.get("period", ""))
    if not _UNIT.fullmatch(unit) or not _PERIOD.fullmatch(period):
        raise HTTPException(404)
    return Place(unit, period)


async def _who_asks(house: House, request: Request, now: datetime) -> Visitor:
    """Who asks. Looking a session up in SQLite takes a third of a millisecond and waits for no writer: less than a
    turn through a thread, which writing and asking a server are worth.
    """
    if request.url.path.startswith("/api/") or not house.reads_without_waiting:
        return await run_in_threadpool(visitor_of, house, request, now)
    visitor, session = _by_session(house, request, now)
    if session and _is_due(request, session, now):
        await run_in_threadpool(_keep_fresh, house, request, session, now)
    return visitor


def visitor_of(house: House, request: Request, now: datetime) -> Visitor:
    """Who asks: by token for the API, by session for everything else."""
    if request.url.path.startswith("/api/"):
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        return _by_token(house, secret.strip(), now) if scheme.lower() == "bearer" else NOBODY
    visitor, session = _by_session(house, request, now)
    if session and _is_due(request, session, now):
        _keep_fresh(house, request, session, now)
    return visitor


def _by_token(house: House, secret: str, now: datetime) -> Visitor:
    with house.resources().database.read() as connection:
        token = sessions.token_of(connection, secret) if secret else None
        if token is None or token["revoked_at"] or token["expires_at"] <= now:
            return NOBODY
        account = accounts.account_of(connection, token["account"])
    if account["state"] != accounts.OPEN:
        return NOBODY
    with house.resources().database.write() as connection:
        sessions.touch_token(connection, token["id"], now)
    at_most = frozenset(deed for deed in Deed if deed.value in token["deeds"])
    return Visitor(account["name"], account["full_name"], account["grants"], at_most=at_most)


def _by_session(house: House, request: Request, now: datetime) -> tuple[Visitor, Mapping[str, Any] | None]:
    """Who has this session, and the session itself where it may be kept fresh."""
    secret = request.cookies.get(SESSION, "")
    if not secret:
        return NOBODY, None
    with house.resources().database.read() as connection:
        session = sessions.session_of(connection, secret)
        if session is None or not _still_good(session, now):
            return NOBODY, None
        try:
            visitor = _visitor(connection, session, now)
        except (NoSuchAccount, NoSuchLink):
            return NOBODY, None
    return visitor, session if visitor.signed_in and session["replaced_at"] is None else None


def _still_good(session: Mapping[str, Any], now: datetime) -> bool:
    replaced = session["replaced_at"] is not None and now - session["replaced_at"] > TURN_GRACE
    return not replaced and now - session["seen_at"] < IDLE and now - session["started_at"] < LONGEST


def _visitor(connection: Any, session: Mapping[str, Any], now: datetime) -> Visitor:
    if session["share"]:
        link = sessions.link_of(connection, link_id=session["share"])
        over = link["revoked_at"] or link["expires_at"] <= now
        return NOBODY if over else guest(link, str(link["recipient"]), str(session["form_key"]))
    account = accounts.account_of(connection, session["account"])
    if account["state"] != accounts.OPEN:
        return NOBODY
    form_key = str(session["form_key"])
    return Visitor(account["name"], account["full_name"], account["grants"], form_key=form_key)


def _is_due(request: Request, session: Mapping[str, Any], now: datetime) -> bool:
    """Whether the use of a session is to be noted again, or its secret exchanged."""
    return _turns(request, session, now) or (now - session["seen_at"]).total_seconds() >= 60


def _turns(request: Request, session: Mapping[str, Any], now: datetime) -> bool:
    page = request.method == "GET" and "hx-request" not in request.headers
    return page and now - session["turned_at"] > TURN_AFTER


def _keep_fresh(house: House, request: Request, session: Mapping[str, Any], now: datetime) -> None:
    """Note the use now and then, and exchange the secret of a page that a person opened."""
    secret, fresh = request.cookies[SESSION], secrets.token_urlsafe(32)
    with house.resources().database.write() as connection:
        sessions.touch_session(connection, secret, now)
        turned = _turns(request, session, now) and sessions.turn_session(connection, secret, fresh, at=now)
    if turned:
        set_cookie(request, cookie(SESSION, fresh, https=is_https(request), seconds=int(LONGEST.total_seconds())))


async def _require_own_form(request: Request, visitor: Visitor) -> None:
    """A form must come from our own pages and carry its session's key; programs with a token have no browser."""
    if request.url.path.startswith("/api/"):
        return
    require_same_site(request)
    if not visitor.signed_in:
        return  # sign-in and share links check the key of their own cookie
    given = request.headers.get("x-form-key") or ""
    if not given and "form" in request.headers.get("content-type", ""):
        given = str((await request.form()).get("form_key", ""))
    if not secrets.compare_digest(given.encode(), visitor.form_key.encode()):
        raise BadForm(visitor.form_key if given and _is_vouched_for(request) else "")


def _is_vouched_for(request: Request) -> bool:
    """Whether the browser says that this comes from our own page (`require_same_site` found nothing against it)."""
    return request.headers.get("sec-fetch-site") == "same-origin" or "origin" in request.headers


def require_same_site(request: Request) -> None:
    """Refuse what another site's page sends.

    Raises:
        BadForm: the browser says that it comes from elsewhere.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise BadForm
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise BadForm


def is_https(request: Request) -> bool:
    """Whether browsers reach us over TLS."""
    house: House = request.app.state.house
    return house.settings.web_address.startswith("https://") or request.url.scheme == "https"


def origin_of(request: Request) -> str:
    """The address that asks, as uvicorn gives it (behind a trusted proxy: what that says)."""
    return request.client.host if request.client else "unknown"


def language_of(request: Request) -> str:
    """vi, or en by switch."""
    chosen = request.cookies.get(LANGUAGE, wording.VIETNAMESE)
    return chosen if chosen in wording.LANGUAGES else wording.VIETNAMESE
