"""The same documents on two Dask workers and on the process pool, by turns: arguments COUNT.

The machine may change its speed and be shared: each way is asked ROUNDS times, wall clock and processor time of the
whole process tree (Prefect's server and Dask's scheduler with it) are taken, and the medians count.

On both sides PAR_WORKERS documents are read at a time, nothing is recorded; what a night pays once is left out, to be
told by itself: the fork servers that load engine and grammar, for Dask also scheduler, workers and their imports. The
pool begins its readers within its time (a tenth of a second), those of Dask stand since the warm-up.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from config.settings import Settings, load_settings
from flows.arriving import intake
from flows.examining import examination
from flows.examining.batches import batches_in_order
from flows.on_prefect.server import prefect_api
from flows.resources import Resources, open_resources
from storage.ledger.nights import Night

AT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
ROUNDS = 3


def main() -> None:
    settings = load_settings()
    examination.expect_documents()
    with open_resources(settings) as resources:
        _copy_documents(settings.inbox_folder / settings.unit, int(sys.argv[1]))
        intake.take_documents(resources, intake.Sender("bench", "inbox", AT))
        with prefect_api(settings, services=False):
            taken = _by_turns(resources, settings)
    print(json.dumps({name: statistics.median(values) for name, values in taken.items()} | {"runs": taken}))


def _copy_documents(inbox: Path, wanted: int) -> None:
    """More documents than the sample has: the same ones, each with a line behind its end that makes it another."""
    files = sorted(inbox.rglob("*.pdf"))
    for number in range(1, -(-wanted // len(files))):
        for file in files:
            file.with_stem(f"{file.stem}-{number}").write_bytes(file.read_bytes() + b"\n%% %d\n" % number)


def _by_turns(resources: Resources, settings: Settings) -> dict[str, list[float]]:
    """Seconds of each way and round: pool, dask, their processor time, and start and warm-up of each."""
    from prefect import flow

    from flows.on_prefect.spread import spread, task_runner

    night = Night("bench", settings.unit, "2025", AT, 1)
    batches = _up_to(int(sys.argv[1]), batches_in_order(resources, shared_by=resources.workers))
    hashes = [sha256 for batch in batches for sha256 in batch]
    taken: defaultdict[str, list[float]] = defaultdict(list)

    @flow(name="bench-dask", task_runner=task_runner(settings), validate_parameters=False)
    def examine(began: float) -> None:
        list(spread(settings, night, [hashes[:1], hashes[1:2], hashes[2:3], hashes[3:4]]))
        taken["warm_up"].append(time.perf_counter() - began)
        _timed(taken, "dask", lambda: list(spread(settings, night, batches)))

    for _ in range(ROUNDS):
        began = time.perf_counter()
        examination.look_at(resources, hashes[:2], at=AT)
        taken["pool_warm_up"].append(time.perf_counter() - began)
        _timed(taken, "pool", lambda: examination.look_at(resources, hashes, at=AT))
        examine(time.perf_counter())
    return taken


def _up_to(count: int, batches: list[list[str]]) -> list[list[str]]:
    """The last batches, which hold so many documents at least: the portions of a night's end are among them."""
    chosen: list[list[str]] = []
    for batch in reversed(batches):
        if sum(map(len, chosen)) < count:
            chosen.insert(0, batch)
    return chosen


def _timed(taken: dict[str, list[float]], name: str, work: Callable[[], object]) -> None:
    began, used = time.perf_counter(), _processor_seconds()
    work()
    taken[name].append(round(time.perf_counter() - began, 2))
    taken[f"{name}_processor"].append(round(_processor_seconds() - used, 2))


def _processor_seconds() -> float:
    """Of this process and all below it, those that ended included."""
    return sum(map(_of_one, (psutil.Process(), *psutil.Process().children(recursive=True))))


def _of_one(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)


if __name__ == "__main__":
    main()
