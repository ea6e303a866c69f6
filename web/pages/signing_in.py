"""Signing in and out, the language, one's own account."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from flows.accounts import LONGEST, Attempt, DoorClosed, Opened, SignInRefused, sign_in
from storage import sessions
from web import wording
from web.access import NOBODY, Deed
from web.cookies import ENTRY, LANGUAGE, SESSION, cookie, set_cookie
from web.doors import BadForm, Visit, allowed, is_https, language_of
from web.rendering import rendered

router = APIRouter()


@router.get("/dang-nhap")
def ask_who(request: Request, visit: Visit = allowed(Deed.ENTER), next: str = "/") -> Response:
    """The sign-in page."""
    if visit.visitor.signed_in:
        return RedirectResponse("/", status_code=303)
    return sign_in_page(request, after=next)


def sign_in_page(
    request: Request, *, after: str = "/", message: str = "", resume: tuple[str, str] = ("", ""), status: int = 200
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
    resume_body: Annotated[str, Form(max_length=70_000)] = "",
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
        return _send_again(request, opened, resume)
    return RedirectResponse(own_path(after), status_code=303)


def _send_again(request: Request, opened: Opened, resume: tuple[str, str]) -> HTMLResponse:
    """What was typed before the session ended, ready to be sent once more."""
    values = {
        "visitor": NOBODY,
        "visit": None,
        "place": None,
        "Deed": Deed,
        "path": resume[0],
        "fields": parse_qsl(resume[1], keep_blank_values=True),
        "form_key": opened.form_key,
    }
    return HTMLResponse(rendered("send_again.html", values, language_of(request)))


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
