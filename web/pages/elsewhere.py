"""Signing in with the city's account (OpenID Connect)."""

from __future__ import annotations

import base64
import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from flows.people.accounts import SignInRefused
from flows.people.elsewhere import Departure, ProviderUnreachable, arrive, depart
from flows.people.kept_forms import keep_form, taken_form
from web.access import Deed
from web.cookies import DEPARTURE, cookie, set_cookie
from web.doors import Visit, allowed, is_https
from web.entry import MOST_KEPT, own_path, require_entry_key, send_again, sign_in_page, start_session
from web.errors import problem

router = APIRouter()


@router.get("/dang-nhap/ngoai")
def go(request: Request, visit: Visit = allowed(Deed.ENTER), next: str = "/") -> Response:
    """Send the browser to the issuer."""
    return _go(request, visit, own_path(next), "")


@router.post("/dang-nhap/ngoai")
def go_with_form(
    request: Request,
    entry_key: Annotated[str, Form()],
    resume_path: Annotated[str, Form(max_length=500)],
    resume_body: Annotated[str, Form(max_length=MOST_KEPT)],
    visit: Visit = allowed(Deed.ENTER),
) -> Response:
    """Send the browser to the issuer; the form that came too late waits here until it is back."""
    require_entry_key(request, entry_key)
    kept = keep_form(visit.resources, own_path(resume_path), resume_body)
    if not kept:
        message = "Hệ thống chưa giữ được nội dung vừa nhập. Đăng nhập bằng tài khoản ở đây để gửi tiếp."
        return sign_in_page(request, message=message, resume=(own_path(resume_path), resume_body), status=503)
    return _go(request, visit, "/", kept)


def _go(request: Request, visit: Visit, after: str, kept: str) -> Response:
    if not visit.house.settings.oidc_issuer:
        return problem(request, 404, "Chưa cài đặt đăng nhập bằng tài khoản thành phố.")
    try:
        departed = depart(visit.resources, _redirect(request))
    except ProviderUnreachable as error:
        return sign_in_page(request, message=str(error), resume=taken_form(visit.resources, kept), status=503)
    packed = json.dumps([departed.state, departed.nonce, departed.verifier, after, kept])
    sent = base64.urlsafe_b64encode(packed.encode()).decode()
    set_cookie(request, cookie(DEPARTURE, sent, https=is_https(request), seconds=600, path="/dang-nhap"))
    return RedirectResponse(departed.address, status_code=303)


@router.get("/dang-nhap/ve")
def come_back(request: Request, visit: Visit = allowed(Deed.ENTER)) -> Response:
    """The browser comes back with a code, and goes where it wanted to go, or gets its form back."""
    try:
        state, nonce, verifier, after, kept = json.loads(base64.urlsafe_b64decode(request.cookies.get(DEPARTURE, "")))
        departed = Departure("", str(state), str(nonce), str(verifier))
    except ValueError:
        return sign_in_page(request, message="Lần đăng nhập này đã quá hạn. Đề nghị bấm đăng nhập lại.", status=401)
    resume = taken_form(visit.resources, str(kept))
    returned = f"{_redirect(request)}?{request.url.query}"
    try:
        opened = arrive(visit.resources, departed, returned, _redirect(request), origin=visit.origin, at=visit.now)
    except (SignInRefused, ProviderUnreachable) as error:
        return sign_in_page(request, message=str(error), resume=resume, status=401)
    set_cookie(request, cookie(DEPARTURE, "", https=is_https(request), seconds=0, path="/dang-nhap"))
    start_session(request, opened)
    if resume[0]:
        return send_again(request, opened.form_key, resume)
    return RedirectResponse(own_path(str(after)), status_code=303)


def _redirect(request: Request) -> str:
    """Our own address that the issuer knows."""
    base = request.app.state.house.settings.web_address.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/dang-nhap/ve"
