"""Signing in and out, the language, one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from flows.people.accounts import Attempt, DoorClosed, SignInRefused, sign_in
from storage.people import sessions
from web import wording
from web.access import Deed
from web.cookies import LANGUAGE, SESSION, cookie, set_cookie
from web.doors import Visit, allowed, is_https
from web.entry import MOST_KEPT, own_path, require_entry_key, send_again, sign_in_page, start_session

router = APIRouter()


@router.get("/dang-nhap")
def ask_who(request: Request, visit: Visit = allowed(Deed.ENTER), next: str = "/") -> Response:
    """The sign-in page."""
    if visit.visitor.signed_in:
        return RedirectResponse(own_path(next), status_code=303)
    return sign_in_page(request, after=next)


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
