"""Signing in with the city's account (OpenID Connect)."""

from __future__ import annotations

import base64
import json

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from flows.accounts import SignInRefused
from flows.elsewhere import Departure, ProviderUnreachable, arrive, depart
from web.access import Deed
from web.cookies import DEPARTURE, cookie, set_cookie
from web.doors import Visit, allowed, is_https
from web.errors import problem
from web.pages.signing_in import sign_in_page, start_session

router = APIRouter()


@router.get("/dang-nhap/ngoai")
def go(request: Request, visit: Visit = allowed(Deed.ENTER)) -> Response:
    """Send the browser to the issuer."""
    if not visit.house.settings.oidc_issuer:
        return problem(request, 404, "Chưa cài đặt đăng nhập bằng tài khoản thành phố.")
    try:
        departed = depart(visit.resources, _redirect(request))
    except ProviderUnreachable as error:
        return sign_in_page(request, message=str(error), status=503)
    kept = base64.urlsafe_b64encode(json.dumps([departed.state, departed.nonce, departed.verifier]).encode()).decode()
    set_cookie(request, cookie(DEPARTURE, kept, https=is_https(request), seconds=600, path="/dang-nhap"))
    return RedirectResponse(departed.address, status_code=303)


@router.get("/dang-nhap/ve")
def come_back(request: Request, visit: Visit = allowed(Deed.ENTER)) -> Response:
    """The browser comes back with a code."""
    try:
        state, nonce, verifier = json.loads(base64.urlsafe_b64decode(request.cookies.get(DEPARTURE, "")))
        departed = Departure("", str(state), str(nonce), str(verifier))
    except ValueError:
        return sign_in_page(request, message="Lần đăng nhập này đã quá hạn. Đề nghị bấm đăng nhập lại.", status=401)
    returned = f"{_redirect(request)}?{request.url.query}"
    try:
        opened = arrive(visit.resources, departed, returned, _redirect(request), origin=visit.origin, at=visit.now)
    except (SignInRefused, ProviderUnreachable) as error:
        return sign_in_page(request, message=str(error), status=401)
    set_cookie(request, cookie(DEPARTURE, "", https=is_https(request), seconds=0, path="/dang-nhap"))
    start_session(request, opened)
    return RedirectResponse("/", status_code=303)


def _redirect(request: Request) -> str:
    """Our own address that the issuer knows."""
    base = request.app.state.house.settings.web_address.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/dang-nhap/ve"
