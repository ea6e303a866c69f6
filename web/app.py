"""The application: `create_app(settings)`. Every route names its deed, or the application does not start."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from config.settings import Settings
from flows.examining.examination import expect_documents
from flows.watching.health_pages import health_routes
from web import errors
from web.access import Deed
from web.api import deeds, saying, seeing, taking, v1
from web.doors import Allowed
from web.headers import Headers
from web.house import House
from web.limits import Limits
from web.pages import ROUTERS
from web.rendering import STATIC

OPEN_TO_ALL = ("/static", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json")
"""Routes without an `allowed(...)`: what the machine around us asks for, and files that say nothing of the ward."""


class _LongLivedFiles(StaticFiles):
    """Static files whose address carries a mark of their contents: browsers may keep them."""

    def file_response(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(settings: Settings) -> FastAPI:
    """The pages and the API of one installation."""
    house = House(settings)
    expect_documents()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        house.close()

    app = FastAPI(
        title="parindex",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    app.state.house = house
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.include_router(v1.router)
    for more in (seeing, deeds, saying, taking):
        app.include_router(more.router)
    app.router.routes.extend(health_routes(settings))
    app.mount("/static", GZipMiddleware(_LongLivedFiles(directory=STATIC)), name="static")
    errors.answer_in_words(app)
    app.add_middleware(Limits, upload_mib=settings.upload_mib)
    app.add_middleware(Headers, https=settings.web_address.startswith("https://"))
    _require_deeds(app)
    return app


def deeds_of(app: FastAPI) -> dict[tuple[str, str], Deed]:
    """Every route (method, path) with the deed it asks for."""
    found = {}
    for route in _api_routes(app.routes):
        for method in sorted(route.methods or ()):
            found[method, route.path] = _deed_of(route)
    return found


def _require_deeds(app: FastAPI) -> None:
    for route in _api_routes(app.routes):
        _deed_of(route)


def _api_routes(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    """Every route of pages and API, also of included routers; the rest must be one that everybody may ask."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _api_routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route
        elif getattr(route, "path", None) not in OPEN_TO_ALL:
            raise RuntimeError(f"{route}: no allowed(...), and not among the routes that are open to all")


def _deed_of(route: APIRoute) -> Deed:
    deeds = {call.deed for call in _calls(route.dependant) if isinstance(call, Allowed)}
    if len(deeds) != 1:
        raise RuntimeError(f"{route.path}: a route needs exactly one allowed(...), it has {len(deeds)}")
    return deeds.pop()


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
