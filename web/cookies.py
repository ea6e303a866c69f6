"""Cookies: the session's secret, the key of forms before sign-in, the language."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Literal

from starlette.requests import Request

SESSION, ENTRY, LANGUAGE, DEPARTURE = "par_phien", "par_cua", "par_ngon_ngu", "par_di"


def cookie(name: str, value: str, *, https: bool, seconds: int | None = None, path: str = "/") -> str:
    """The text of a Set-Cookie header; `seconds` 0 forgets it, None keeps it until the browser closes."""
    jar = SimpleCookie()
    jar[name] = value
    morsel = jar[name]
    morsel["path"], morsel["httponly"], morsel["samesite"] = path, True, _same_site(name)
    if https:
        morsel["secure"] = True
    if seconds is not None:
        morsel["max-age"] = seconds
    return morsel.OutputString()


def set_cookie(request: Request, text: str) -> None:
    """Have the answer to this request carry a cookie."""
    request.state.cookies = [*getattr(request.state, "cookies", ()), text]


def _same_site(name: str) -> Literal["Lax", "Strict"]:
    """Lax, because an auditor comes by a link from a letter; forms carry a key of their own."""
    return "Strict" if name == ENTRY else "Lax"
