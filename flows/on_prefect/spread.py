"""Examining documents on Dask or Ray: batches are submitted to the running flow's cluster, a few at a time.

A batch whose worker died is examined again on another one; nothing was recorded, so nothing is doubled.
"""

from __future__ import annotations

import importlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from prefect.context import FlowRunContext
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from config.settings import Settings
from flows.examining.examination import Look
from flows.examining.reading_there import look_at_batch, trust_digest
from flows.logs import log
from sandbox import forget_main
from storage.ledger.nights import Night

_AHEAD = 3
"""Batches submitted for each worker: the next ones wait beside it while it reads."""

_AT_ONCE = 2
"""Batches under way in each worker of our own cluster: while one begins or ends, the other reads. How many documents
are read at a time is held by the slots (sandbox/slots.py)."""

_RETRIES = 2

_QUIET = {
    "WORKER__DAEMON": "False",  # a daemon may not start the readers of documents
    "WORKER__PROFILE__ENABLED": "False",
    "WORKER__MEMORY__MONITOR_INTERVAL": "5s",
    "ADMIN__TICK__INTERVAL": "500ms",
    "ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
}
"""Dask's looks at itself (hundreds a second by default) take 11 % of a core with two workers, so 1.4 %."""


def task_runner(settings: Settings) -> TaskRunner[Any]:
    """The engine that PAR_TASK_RUNNER names; flows.serving.start.require_task_runner has seen that it is installed."""
    if settings.task_runner == "dask":
        os.environ |= {f"DASK_DISTRIBUTED__{name}": value for name, value in _QUIET.items()}
        from prefect_dask.task_runners import DaskTaskRunner

        if settings.dask_address:
            return DaskTaskRunner(address=settings.dask_address)
        alone = {"n_workers": workers(settings), "threads_per_worker": _AT_ONCE, "dashboard_address": None}
        return DaskTaskRunner(cluster_kwargs=alone)
    if settings.task_runner == "ray":
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it reports itself to its makers
        own = {"num_cpus": workers(settings), "include_dashboard": False}
        runner: TaskRunner[Any] = importlib.import_module("prefect_ray").RayTaskRunner(
            init_kwargs={} if os.environ.get("RAY_ADDRESS") else own
        )
        return runner
    return ThreadPoolTaskRunner(max_workers=1)


def workers(settings: Settings) -> int:
    """How many batches are examined at a time."""
    return settings.workers or os.cpu_count() or 1


def spread(
    settings: Settings, night: Night, batches: Iterable[list[str]], /
) -> Iterator[tuple[list[str], list[Look] | None]]:
    """Each batch with what was said of its documents, in order; each worker reads one document at a time.

    None: the batch ended its worker again and again, or the worker holds other trust material than this machine: then
    it is read here, where a document that ends its reader is blamed alone.
    """
    submit = _submitter(settings, _there(settings), night.started_at, trust_digest(settings))
    waiting: deque[tuple[list[str], Any]] = deque()
    for batch in batches:
        waiting.append((batch, submit(batch)))
        if len(waiting) >= _AHEAD * _AT_ONCE * workers(settings):
            yield _first(waiting)
    while waiting:
        yield _first(waiting)


def _submitter(settings: Settings, *terms: Any) -> Callable[[list[str]], Any]:
    """How a batch is sent to the flow's cluster; what it gives has a `result()`.

    To Dask's or Ray's own client: as a task of Prefect a batch costs 0.15 s of processor time more, and each worker two
    seconds to import Prefect. The flow shows each batch all the same, when it is recorded
    (flows.running.night.record_batch).
    """
    forget_main()  # else each worker would import the program that was started
    if settings.task_runner == "ray":
        remote = importlib.import_module("ray").remote(max_retries=_RETRIES)(look_at_batch)
        return lambda batch: remote.remote(*terms, batch).future()
    running = FlowRunContext.get()
    client = running.task_runner.client  # type: ignore[union-attr]
    return partial(client.submit, partial(look_at_batch, *terms), pure=False, retries=_RETRIES)


def _there(settings: Settings) -> Settings:
    """What a batch is read with: one document at a time of each batch, in our own cluster one of each worker."""
    own = not settings.dask_address
    return settings.model_copy(update={"workers": 1, "slots": settings.slots or (workers(settings) if own else 0)})


def _first(waiting: deque[tuple[list[str], Any]]) -> tuple[list[str], list[Look] | None]:
    batch, future = waiting.popleft()
    try:
        looks: list[Look] | None = future.result()
    except Exception as error:  # noqa: BLE001 - whatever befell the worker, this machine can read the batch itself
        log("batch_failed_there", reason=type(error).__name__, documents=len(batch))
        return batch, None
    if looks is None:
        log("other_trust_there", documents=len(batch))
    return batch, looks
