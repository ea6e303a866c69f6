"""What a Prefect server needs of ours, made once and only told the next time: the work pool with its limit that
prefect.yaml names, and the automation that ends the record of a run whose heartbeat stopped.

The run ledger resumes such a night by itself; the automation only keeps Prefect's picture true.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from prefect.events.schemas.automations import AutomationCore

WORK_POOL = "parindex"
MOST_RUNS = 4
"""Runs of the work pool at a time: the night and three chores."""
AUTOMATION = "parindex: lần chạy mất liên lạc"
_SILENT = "Không còn nhịp tim; sổ đêm tự chạy tiếp phần còn lại."
HEARTBEAT_SECONDS = 30
SILENCE = timedelta(seconds=4 * HEARTBEAT_SECONDS)
"""Longer than the 90 s after which the ledger gives a night away: the resumed one is shown as the one that runs."""


def make_ready() -> list[str]:
    """Make what PREFECT_API_URL's server lacks; the names of what was made.

    Raises:
        httpx.HTTPError, prefect.exceptions.PrefectException: the server does not answer or refuses.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate

    made = []
    with get_client(sync_client=True) as client:
        if WORK_POOL not in {pool.name for pool in client.read_work_pools()}:
            client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process", concurrency_limit=MOST_RUNS))
            made.append(WORK_POOL)
        if not client.read_automations_by_name(AUTOMATION):
            client.create_automation(_silent_runs_crashed())
            made.append(AUTOMATION)
    return made


def try_to_make_ready() -> tuple[list[str], str]:
    """The same for whoever goes on without them: the names of what was made, and the kind of fault if one came."""
    from prefect.exceptions import PrefectException

    try:
        return make_ready(), ""
    except (PrefectException, httpx.HTTPError) as error:
        return [], type(error).__name__


def _silent_runs_crashed() -> AutomationCore:
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    ended = {f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
    trigger = EventTrigger(
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.heartbeat"} | ended,
        match={"prefect.resource.id": ["prefect.flow-run.*"]},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=SILENCE,
    )
    action = ChangeFlowRunState(name=None, state=StateType.CRASHED, message=_SILENT, force=False)
    return AutomationCore(name=AUTOMATION, description=_SILENT, trigger=trigger, actions=[action])
