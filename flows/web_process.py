"""The pages in a process of their own: `python -m flows.web_process`, with PAR_... set.

`web.app` is loaded by name, because flows/ stands below web/; while it is not installed the health pages answer alone.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from config.settings import Settings, load_settings
from flows.logs import log


def main() -> None:
    """Serve until SIGTERM."""
    import uvicorn

    settings = load_settings()
    uvicorn.run(
        application(settings),
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )


def application(settings: Settings) -> Any:
    """The ASGI application: the pages, or the health pages alone."""
    if importlib.util.find_spec("web") is not None and importlib.util.find_spec("web.app") is not None:
        return importlib.import_module("web.app").create_app(settings)
    log("pages_missing")
    from flows.health_pages import health_pages

    return health_pages(settings)


if __name__ == "__main__":
    main()
