"""How much a request may bring: counted while it comes, so that nothing large is ever kept for nobody."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_FORM = 2 << 20
"""Bytes of a form or of JSON: the longest text field of a page, percent-encoded, stays far below."""
_UPLOADS = re.compile(r"/p/[^/]+/[^/]+/nop-tai-lieu(/[^/]+)?|/api/v1/units/[^/]+/periods/[^/]+/uploads/[^/]+")


class TooLarge(HTTPException):
    """More than this address takes; the message says how much that is."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"Nội dung gửi lên lớn hơn mức cho phép ({most >> 20} MB). Gửi từng tệp, hoặc tách nhỏ.")


class Limits:
    """Refuses a body that is announced too large before its first byte, and one that grows too large at that byte."""

    def __init__(self, app: ASGIApp, *, upload_mib: int) -> None:
        self.app = app
        self.upload = (upload_mib << 20) + MOST_FORM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.upload if _UPLOADS.fullmatch(scope["path"]) else MOST_FORM
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        come = int(announced) if announced.isdigit() and int(announced) > most else 0

        async def counted() -> Message:
            nonlocal come
            if come > most:
                raise TooLarge(most)
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise TooLarge(most)
            return message

        await self.app(scope, counted, send)
