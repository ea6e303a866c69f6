"""What every answer carries, and what no request may bring: an ASGI layer around everything."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""No inline script or style, nothing from elsewhere, no frames."""

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For files from outside: even a browser that opens one here runs nothing of it."""

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


class Headers:
    """Sets the security headers, and the cookies that a sign-in check left in the request's state."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, with_headers)

    def _dress(self, headers: MutableHeaders, scope: Scope) -> None:
        own = headers.get("Content-Security-Policy")
        for name, value in HEADERS.items():
            headers[name] = value
        if own == SANDBOX:
            headers["Content-Security-Policy"] = SANDBOX
        if self.https:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if not scope["path"].startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        for cookie in scope["state"].get("cookies", ()):
            headers.append("Set-Cookie", cookie)
