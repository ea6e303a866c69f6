"""/healthz, /readyz and /metrics as a small ASGI application; the pages mount the same three."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from config.settings import Settings
from flows.watching.health import readiness
from flows.watching.metrics import CONTENT_TYPE, metrics_text


def health_pages(settings: Settings) -> Starlette:
    """The application."""
    return Starlette(routes=health_routes(settings))


def health_routes(settings: Settings) -> list[Route]:
    """Alive: this process answers. Ready: database, store and disk can be used. Metrics: for Prometheus."""

    def alive(_: Request) -> Response:
        return JSONResponse({"alive": True})

    def ready(_: Request) -> Response:
        told = readiness(settings)
        return JSONResponse(told, status_code=200 if told["ready"] else 503)

    def metrics(_: Request) -> Response:
        return Response(metrics_text(settings), media_type=CONTENT_TYPE)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
