"""Where the API's objects lie: the unit and the period of an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.security import HTTPBearer

from web.api import examples

PLACE = "/units/{unit}/periods/{period}"
Unit = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", examples=["hoi-an-dong"])]
Period = Annotated[str, Path(pattern=r"^20\d{2}$", examples=["2025"])]


def api_router() -> APIRouter:
    """A router of /api/v1: its token, and its errors as the description shows them."""
    return APIRouter(
        prefix="/api/v1",
        dependencies=[Depends(HTTPBearer(auto_error=False, description="Khóa tạo ở trang Tài khoản"))],
        responses={code: dict(examples.ERROR) for code in (401, 403, 404, 422, 503)},
    )
