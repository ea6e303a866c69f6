"""The pages in a process of their own: `python -m flows.serving.web_process`, with PAR_... set.

`web.app` is loaded by name, because flows/ stands below web/; while it is not installed the health pages answer alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from config.settings import Settings, load_settings
from flows.logs import log, take_over_logging

if TYPE_CHECKING:
    import uvicorn


def main() -> None:
    """Serve until SIGTERM."""
    import uvicorn

    take_over_logging()
    settings = load_settings()
    server = uvicorn.Server(serving(settings, application(settings)))
    server.run()
    sys.exit(0 if server.started else 1)


def serving(settings: Settings, pages: Any) -> uvicorn.Config:
    """How the pages are served. Of a visitor's address only the proxies in PAR_WEB_PROXIES are believed."""
    import uvicorn

    return uvicorn.Config(
        pages,
        host=settings.web_host,
        port=settings.web_port,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        forwarded_allow_ips=settings.web_proxies.split(","),
    )


def application(settings: Settings) -> Any:
    """The ASGI application: the pages, or the health pages alone."""
    if importlib.util.find_spec("web") is not None and importlib.util.find_spec("web.app") is not None:
        return importlib.import_module("web.app").create_app(settings)
    log("pages_missing")
    from flows.watching.health_pages import health_pages

    return health_pages(settings)


if __name__ == "__main__":
    main()
