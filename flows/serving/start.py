"""Starting nights: directly, through Prefect, or by the schedule."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from config.refusals import Lacking, Refusal
from config.settings import Settings, load_settings
from flows.logs import log
from flows.on_prefect.server import PrefectDown, answers, end_with_parent, prefect_api
from flows.resources import open_ledger
from flows.running.night import NightRequestedBy, directly, require_sound_data, run_night, say
from flows.serving.environment import environment_of, export_settings
from storage.errors import StorageError
from storage.ledger.leases import owner_here
from storage.ledger.nights import NightRunning, SlotDone, nights_of
from storage.ledger.requests import LeaseLost


def run_directly(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night in this process, without an orchestrator."""
    return run_night(settings, asked, call=directly)


def run_scheduled(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run a night as the worker does: without Prefect, or on the engine that PAR_TASK_RUNNER names; {night, state}.

    An engine needs a Prefect flow, and Prefect reads its server's address once in a process: so that is one of its own.

    Raises:
        EngineMissing: the engine is not installed.
        NightRunning: somebody else runs or ran it.
        StorageError: it failed; the ledger says why.
    """
    require_task_runner(settings)
    if settings.task_runner == "process":
        return run_directly(settings, asked)
    words = [asked.who, asked.now.isoformat(), asked.slot.isoformat() if asked.slot else ""]
    done = subprocess.run(
        [sys.executable, "-m", "flows.serving.start", *words],
        env=environment_of(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        preexec_fn=end_with_parent,
    )
    if done.returncode:
        raise StorageError(f"Đêm trên {settings.task_runner} không chạy xong (mã {done.returncode}); xem sổ đêm.")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "elsewhere" in told:
        raise NightRunning(str(told["elsewhere"]))
    return told


def main() -> None:
    """One night on the engine of the settings: `python -m flows.serving.start WHO NOW SLOT`; one line of JSON."""
    who, now, slot = sys.argv[1:4]
    asked = NightRequestedBy(who, datetime.fromisoformat(now), datetime.fromisoformat(slot) if slot else None)
    try:
        summary = run_through_prefect(load_settings(), asked)
        told = {name: summary[name] for name in ("night", "state")}
    except (NightRunning, SlotDone, LeaseLost) as error:
        told = {"elsewhere": type(error).__name__}
    print(json.dumps(told), flush=True)


class EngineMissing(Lacking):
    """PAR_TASK_RUNNER names an engine that is not installed here."""


def require_task_runner(settings: Settings) -> None:
    """Refuse a night on an engine that this installation lacks, before anything is begun.

    Raises:
        EngineMissing: with the line that installs it.
    """
    package = {"dask": "prefect_dask", "ray": "prefect_ray"}.get(settings.task_runner)
    if package is not None and importlib.util.find_spec(package) is None:
        name = package.replace("_", "-")
        raise EngineMissing(
            f"PAR_TASK_RUNNER={settings.task_runner}: máy này chưa cài {name}; chưa chạy gì. "
            f"Cài bằng .venv/bin/pip install {name}, hoặc đặt PAR_TASK_RUNNER=dask (đã cài sẵn) hoặc process."
        )


def run_through_prefect(settings: Settings, asked: NightRequestedBy) -> dict[str, Any]:
    """Run the night as a Prefect flow; without Prefect, or when it dies meanwhile, the night goes on and says so."""
    require_task_runner(settings)
    require_sound_data(settings)
    with open_ledger(settings):
        pass  # what cannot be opened is told now, not after Prefect has come up
    try:
        with prefect_api(settings, services=False) as url:
            export_settings(settings)
            return _as_flow(asked, url)
    except PrefectDown as error:
        say(f"{error}. Đêm vẫn chạy, không qua Prefect, đọc tài liệu trên máy này.")
        return _ended_here(settings) or run_directly(settings, asked)


def _as_flow(asked: NightRequestedBy, url: str) -> dict[str, Any]:
    """The summary of the night.

    Raises:
        PrefectDown: the server is gone, or too busy for its clients; the night stands where it stood.
    """
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    from flows.on_prefect.night import nightly

    try:
        return nightly(asked.who, asked.now.isoformat(), asked.slot.isoformat() if asked.slot else "")
    except Refusal:
        raise
    except Exception as error:
        if not isinstance(error, PrefectException | HTTPError) and answers(url):
            raise
        raise PrefectDown(f"máy chủ Prefect mất giữa chừng ({type(error).__name__})") from error


def _ended_here(settings: Settings) -> dict[str, Any] | None:
    """What this process's own night told, if it had ended before Prefect was lost."""
    with open_ledger(settings) as database, database.read() as connection:
        rows = nights_of(connection, settings.unit, 5)
    return next((row["summary"] for row in rows if row["ended_at"] and row["owner"] == owner_here()), None)


def serve_schedule(settings: Settings, *, port: int, end: Callable[..., None]) -> None:
    """Run Prefect's scheduler and a runner until SIGTERM calls `end`: the night at PAR_SCHEDULE in PAR_TIMEZONE.

    Raises:
        PrefectDown: the server did not come up.
        EngineMissing: PAR_TASK_RUNNER names an engine that is not installed.
    """
    require_task_runner(settings)
    with prefect_api(settings, services=True, port=port) as url:
        export_settings(settings)
        from prefect.runner import Runner
        from prefect.schedules import Cron

        from flows.on_prefect.night import nightly
        from flows.on_prefect.setup import try_to_make_ready

        made, fault = try_to_make_ready()
        log(
            "prefect_serves",
            made=made,
            fault=fault,
            address=url,
            schedule=settings.schedule,
            timezone=settings.timezone,
        )
        Runner.handle_sigterm = end  # type: ignore[method-assign]
        schedule = Cron(settings.schedule, timezone=settings.timezone)
        nightly.serve(name=settings.unit, schedules=[schedule], limit=1, print_starting_message=False)


if __name__ == "__main__":
    main()
