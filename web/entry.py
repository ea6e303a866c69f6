"""The sign-in form; what was typed before a session ended waits in it and is shown once more afterwards."""

from __future__ import annotations

import re
import secrets
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse

from flows.people.accounts import LONGEST, Opened
from flows.scores import browsing
from flows.scores.browsing import NoSuchComponent
from storage.errors import NoSuch
from web import wording
from web.access import NOBODY, Deed
from web.cookies import ENTRY, SESSION, cookie, set_cookie
from web.doors import BadForm, is_https, language_of
from web.rendering import rendered

MOST_KEPT = 1 << 20
"""Characters of an encoded form that the sign-in page carries: several times the longest of our forms."""
ENDED = "Phiên làm việc đã hết hạn. Đăng nhập lại để làm tiếp."
KEPT = "Phiên làm việc đã hết hạn. Nội dung vừa nhập vẫn còn; đăng nhập lại để gửi tiếp."
FILES_LOST = "Phiên làm việc đã hết hạn nên tệp chưa được nhận. Đăng nhập lại rồi chọn lại tệp."
TOO_LONG = "Phiên làm việc đã hết hạn; nội dung vừa gửi quá dài nên không giữ được. Bấm quay lại để chép ra trước."
NOTICES = (ENDED, KEPT, FILES_LOST, TOO_LONG)
_DECLARATION = re.compile(r"/p/(?P<unit>[a-z0-9-]+)/(?P<period>20\d{2})/tieu-chi/(?P<component>[\d.]+)/khai")


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


def own_path(address: str) -> str:
    """A path on this site, or the start page."""
    parts = urlsplit(address)
    sound = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if sound and not any(ord(letter) < 32 for letter in address) else "/"
