"""Signing in and out, the language, one's own account."""

from __future__ import annotations

import re
import secrets
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from flows.people.accounts import LONGEST, Attempt, DoorClosed, Opened, SignInRefused, sign_in
from flows.scores import browsing
from flows.scores.browsing import NoSuchComponent
from storage.errors import NoSuch
from storage.people import sessions
from web import wording
from web.access import NOBODY, Deed
from web.cookies import ENTRY, LANGUAGE, SESSION, cookie, set_cookie
from web.doors import BadForm, Visit, allowed, is_https, language_of
from web.errors import KEPT, MOST_KEPT
from web.rendering import rendered

router = APIRouter()
_DECLARATION = re.compile(r"/p/(?P<unit>[a-z0-9-]+)/(?P<period>20\d{2})/tieu-chi/(?P<component>[\d.]+)/khai")


@router.get("/dang-nhap")
def ask_who(request: Request, visit: Visit = allowed(Deed.ENTER), next: str = "/") -> Response:
    """The sign-in page."""
    if visit.visitor.signed_in:
        return RedirectResponse(own_path(next), status_code=303)
    return sign_in_page(request, after=next)


def sign_in_page(
    request: Request,
    *,
    after: str = "/",
    message: str = "",
    notice: str = "",
    resume: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HTMLResponse:
    """The sign-in form; `resume` is the address and body of a form that came after its session had ended."""
    key = request.cookies.get(ENTRY) or secrets.token_urlsafe(24)
    set_cookie(request, cookie(ENTRY, key, https=is_https(request), seconds=3600))
    house = request.app.state.house
    values = {
        "visitor": NOBODY,
        "visit": None,
        "place": None,
        "Deed": Deed,
        "entry_key": key,
        "after": own_path(after),
        "message": message,
        "notice": notice or (KEPT if resume[0] else ""),
        "resume_path": resume[0],
        "resume_body": resume[1],
        "unit_name": house.settings.unit_name,
        "elsewhere": bool(house.settings.oidc_issuer),
    }
    return HTMLResponse(rendered("sign_in.html", values, language_of(request)), status_code=status)


@router.post("/dang-nhap")
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=400)],
    entry_key: Annotated[str, Form()],
    visit: Visit = allowed(Deed.ENTER),
    code: Annotated[str, Form(max_length=20)] = "",
    after: Annotated[str, Form(max_length=500)] = "/",
    resume_path: Annotated[str, Form(max_length=500)] = "",
    resume_body: Annotated[str, Form(max_length=MOST_KEPT)] = "",
) -> Response:
    """Check name, password and code; the session gets a new secret."""
    require_entry_key(request, entry_key)
    resume = (own_path(resume_path) if resume_path else "", resume_body)
    try:
        opened = sign_in(visit.resources, Attempt(name, password, code, visit.origin, visit.now))
    except (SignInRefused, DoorClosed) as error:
        status = 429 if isinstance(error, DoorClosed) else 401
        return sign_in_page(request, after=after, message=str(error), resume=resume, status=status)
    start_session(request, opened)
    if resume[0]:
        return send_again(request, opened.form_key, resume)
    return RedirectResponse(own_path(after), status_code=303)


def send_again(request: Request, form_key: str, resume: tuple[str, str], *, status: int = 200) -> HTMLResponse:
    """What was typed before the session ended or was renewed (address, body), ready to be sent once more."""
    fields = parse_qsl(resume[1], keep_blank_values=True)
    values = {
        "visitor": NOBODY,
        "visit": None,
        "place": None,
        "Deed": Deed,
        "path": resume[0],
        "fields": fields,
        "shown": [(wording.TYPED[name], value) for name, value in fields if value and name in wording.TYPED]
        + _declared(request, resume[0], fields),
        "form_key": form_key,
    }
    return HTMLResponse(rendered("send_again.html", values, language_of(request)), status_code=status)


def _declared(request: Request, path: str, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Declared values by the names that the criteria set gives them."""
    found = _DECLARATION.fullmatch(path)
    if not found:
        return []
    resources = request.app.state.house.resources(found["unit"])
    try:
        told = browsing.component(resources, browsing.standing_run(resources, found["period"]), found["component"])
    except (NoSuch, NoSuchComponent):
        return []
    labels = {f"v.{one['key']}": str(one["label"]) for one in told["entry"].get("declared", ())}
    return [(labels[name], value) for name, value in fields if value and name in labels]


def start_session(request: Request, opened: Opened) -> None:
    """Hand the browser its secret and forget the key of the entry."""
    https = is_https(request)
    set_cookie(request, cookie(SESSION, opened.secret, https=https, seconds=int(LONGEST.total_seconds())))
    set_cookie(request, cookie(ENTRY, "", https=https, seconds=0))


def require_entry_key(request: Request, given: str) -> None:
    """The form of somebody who is not signed in carries the key of its own cookie.

    Raises:
        BadForm: it does not.
    """
    known = request.cookies.get(ENTRY, "")
    if not known or not secrets.compare_digest(known.encode(), given.encode()):
        raise BadForm


@router.post("/dang-xuat")
def leave(request: Request, visit: Visit = allowed(Deed.ENTER)) -> Response:
    """Sign out here."""
    secret = request.cookies.get(SESSION)
    if secret:
        with visit.resources.database.write() as connection:
            sessions.close_session(connection, secret)
    set_cookie(request, cookie(SESSION, "", https=is_https(request), seconds=0))
    return RedirectResponse("/dang-nhap", status_code=303)


@router.post("/ngon-ngu")
def choose_language(
    request: Request,
    language: Annotated[str, Form()],
    visit: Visit = allowed(Deed.ENTER),
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Vietnamese or English."""
    chosen = language if language in wording.LANGUAGES else wording.VIETNAMESE
    set_cookie(request, cookie(LANGUAGE, chosen, https=is_https(request), seconds=366 * 86400))
    return RedirectResponse(own_path(back), status_code=303)


def own_path(address: str) -> str:
    """A path on this site, or the start page."""
    parts = urlsplit(address)
    sound = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if sound and not any(ord(letter) < 32 for letter in address) else "/"
