"""Starting nights: directly, through Prefect, or by the schedule."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from config.settings import PREFIX, Settings
from flows.night import NightRequestedBy, directly, run_night, say
from flows.prefect_server import PrefectDown, prefect_api


def run_directly(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night in this process, without an orchestrator."""
    return run_night(settings, asked, call=directly)


def run_through_prefect(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night as a Prefect flow; if Prefect does not come up, the night runs all the same and says so."""
    try:
        with prefect_api(settings, services=False):
            _export_settings(settings)
            from flows.prefect_night import nightly

            return nightly(asked.who, asked.now.isoformat())
    except PrefectDown as error:
        say(f"{error}. Đêm vẫn chạy, không qua Prefect.")
        return run_directly(settings, asked)


def serve_schedule(settings: Settings, *, ready: Callable[[dict[str, str]], None]) -> None:
    """Run the scheduler and its worker until stopped: the night at PAR_SCHEDULE in PAR_TIMEZONE."""
    with prefect_api(settings, services=True) as url:
        _export_settings(settings)
        from prefect.schedules import Cron

        from flows.prefect_night import nightly

        say(f"Bộ lập lịch đang chạy: {settings.schedule} ({settings.timezone}); Prefect: {url}. Dừng: Ctrl+C")
        ready({"schedule": settings.schedule, "timezone": settings.timezone, "prefect_api_url": url})
        schedule = Cron(settings.schedule, timezone=settings.timezone)
        nightly.serve(name=settings.unit, schedules=[schedule], limit=1, print_starting_message=False)


def _export_settings(settings: Settings) -> None:
    """Hand the settings to the flow, which reads them from the environment wherever it runs."""
    for name, value in settings.model_dump(mode="json").items():
        os.environ[PREFIX + name.upper()] = "" if value is None else str(value)
    os.environ[PREFIX + "S3_SECRET_KEY"] = settings.s3_secret_key.get_secret_value()
