"""What a night costs, step by step; the share of orchestration; what a second, unchanged night costs.

`./dev bench tests/bench/night.py`. All figures come from one run on one machine; quote the ratios.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings, load_settings
from flows.examining.examination import BATCH
from flows.on_prefect.server import prefect_api
from flows.running.night import NightRequestedBy, directly, run_night

DOCUMENTS_OF_A_BIG_NIGHT = 5_000
STEPS_BESIDE_BATCHES = 5
NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


class Clock:
    """Seconds of each step, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, step: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = directly(step, *arguments)
        self.seconds[step.__name__] = self.seconds.get(step.__name__, 0.0) + time.perf_counter() - began
        return result

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, quiet():
        from sample.ward import write_sample_ward  # heavy, and every worker imports what stands at the top

        home = Path(folder) / "ward"
        write_sample_ward(home, seed=1, say=lambda _: None)
        settings = load_settings({"PAR_HOME": str(home), "PAR_PERIOD": "2025"})
        first, second = Clock(), Clock()
        run_night(settings, NightRequestedBy("bench", NOW), call=first)
        run_night(settings, NightRequestedBy("bench", NOW + timedelta(days=1)), call=second)
        orchestration = orchestrated(settings)
        documents = sum(path.is_file() for path in (home / "inbox").rglob("*"))
    print_report(first, second, orchestration, documents)


def orchestrated(settings: Settings) -> dict[str, float]:
    """Seconds that Prefect adds: a server's start (its database exists), a flow, each task."""
    with prefect_api(settings, services=False):
        pass  # the first start of all makes Prefect's database
    began = time.perf_counter()
    with prefect_api(settings, services=False):
        start = time.perf_counter() - began
        few, many = _median_of_flows(5), _median_of_flows(105)
    each = (many - few) / 100
    return {"server start": start, "flow": few - 5 * each, "each task": each}


def _median_of_flows(tasks: int) -> float:
    """Median seconds of three flows with so many tasks that do nothing."""
    from prefect import flow

    from flows.on_prefect.night import as_task

    @flow(name="bench", validate_parameters=False)
    def empty_night() -> None:
        for number in range(tasks):
            as_task(_nothing, number)

    return sorted(_seconds(empty_night) for _ in range(3))[1]


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def _nothing(_: int) -> None:
    """A step without work."""


def print_report(first: Clock, second: Clock, orchestration: dict[str, float], documents: int) -> None:
    print(f"first night, {documents} documents, 2,000 dossiers: {first.total:.1f} s")
    for name, seconds in first.seconds.items():
        print(f"  {name:<18}{seconds:8.2f} s  {seconds / first.total:6.1%}")
    share = second.total / first.total
    print(f"second, unchanged night: {second.total:.2f} s = {share:.1%} of the first (goal: under 3 %)")
    for name, seconds in second.seconds.items():
        print(f"  {name:<18}{seconds:8.2f} s")
    for name, seconds in orchestration.items():
        print(f"orchestration, {name:<15}{seconds:8.3f} s")
    per_document = first.seconds["examine_batch"] / documents
    work = first.total - first.seconds["examine_batch"] + per_document * DOCUMENTS_OF_A_BIG_NIGHT
    tasks = STEPS_BESIDE_BATCHES + -(-DOCUMENTS_OF_A_BIG_NIGHT // BATCH)
    cost = orchestration["server start"] + orchestration["flow"] + tasks * orchestration["each task"]
    print(
        f"a night of {DOCUMENTS_OF_A_BIG_NIGHT:,} documents, extrapolated: {work:.0f} s of work, "
        f"{cost:.1f} s of orchestration = {cost / (work + cost):.2%} (goal: under 2 %)"
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Progress lines of the nights do not belong in a report."""
    kept = sys.stderr
    with Path(os.devnull).open("w") as nowhere:
        sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stderr = kept


if __name__ == "__main__":
    main()
