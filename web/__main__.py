"""`python -m web`: the pages alone, on PAR_WEB_HOST and PAR_WEB_PORT."""

from __future__ import annotations

import uvicorn

from config.settings import load_settings
from web.app import create_app


def main() -> None:
    """Serve until stopped."""
    settings = load_settings()
    uvicorn.run(create_app(settings), host=settings.web_host, port=settings.web_port, access_log=False)


if __name__ == "__main__":
    main()
