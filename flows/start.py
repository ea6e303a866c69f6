"""Starting nights: directly, through Prefect, or by the schedule."""

from __future__ import annotations

import os
from typing import Any

from pydantic import SecretStr

from config.settings import PREFIX, Settings
from flows.logs import log
from flows.night import NightRequestedBy, directly, run_night, say
from flows.prefect_server import PrefectDown, prefect_api


def run_directly(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night in this process, without an orchestrator."""
    return run_night(settings, asked, call=directly)


def run_through_prefect(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night as a Prefect flow; if Prefect does not come up, the night runs all the same and says so."""
    try:
        with prefect_api(settings, services=False):
            export_settings(settings)
            from flows.prefect_night import nightly

            return nightly(asked.who, asked.now.isoformat())
    except PrefectDown as error:
        say(f"{error}. Đêm vẫn chạy, không qua Prefect.")
        return run_directly(settings, asked)


def serve_schedule(settings: Settings, *, port: int) -> None:
    """Run Prefect's scheduler and a runner until stopped: the night at PAR_SCHEDULE in PAR_TIMEZONE.

    Raises:
        PrefectDown: the server did not come up.
    """
    with prefect_api(settings, services=True, port=port) as url:
        export_settings(settings)
        from prefect.schedules import Cron

        from flows.prefect_night import nightly

        log("prefect_serves", address=url, schedule=settings.schedule, timezone=settings.timezone)
        schedule = Cron(settings.schedule, timezone=settings.timezone)
        nightly.serve(name=settings.unit, schedules=[schedule], limit=1, print_starting_message=False)


def export_settings(settings: Settings) -> None:
    """Hand the settings to other processes, which read them from the environment wherever they run."""
    for name in Settings.model_fields:
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        os.environ[PREFIX + name.upper()] = "" if plain is None else str(plain)
        os.environ.pop(f"{PREFIX}{name.upper()}_FILE", None)
