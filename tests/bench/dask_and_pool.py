"""The same documents on two Dask workers and on the process pool: `python -m tests.bench.dask_and_pool COUNT`.

The pool is asked before and after: the machine may change its speed.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from config.settings import load_settings
from flows import examination, intake
from flows.batches import batches_in_order
from flows.examination import BATCH
from flows.prefect_server import prefect_api
from flows.resources import Resources, open_resources
from storage.nights import Night

AT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


def main() -> None:
    settings = load_settings()
    with open_resources(settings) as resources:
        _copy_documents(settings.inbox_folder / settings.unit, int(sys.argv[1]))
        intake.take_documents(resources, intake.Sender("bench", "inbox", AT))
        hashes = [sha256 for batch in batches_in_order(resources) for sha256 in batch][: int(sys.argv[1])]
        examination.look_at(resources, hashes[:2], at=AT)
        seconds = {"pool": _on_the_pool(resources, hashes)}
        with prefect_api(settings, services=False):
            seconds |= _on_dask(hashes)
        seconds["pool_again"] = _on_the_pool(resources, hashes)
    print(json.dumps(seconds))


def _copy_documents(inbox: Path, wanted: int) -> None:
    """More documents than the sample has: the same ones, each with a line behind its end that makes it another."""
    files = sorted(inbox.rglob("*.pdf"))
    for number in range(1, -(-wanted // len(files))):
        for file in files:
            file.with_stem(f"{file.stem}-{number}").write_bytes(file.read_bytes() + b"\n%% %d\n" % number)


def _on_the_pool(resources: Resources, hashes: list[str]) -> float:
    began = time.perf_counter()
    examination.look_at(resources, hashes, at=AT)
    return time.perf_counter() - began


def _on_dask(hashes: list[str]) -> dict[str, float]:
    from prefect import flow

    from flows.prefect_spread import spread, task_runner

    settings = load_settings()
    night = Night("bench", settings.unit, "2025", AT, 1)

    @flow(name="bench-dask", task_runner=task_runner(settings), validate_parameters=False)
    def examine() -> dict[str, float]:
        began = time.perf_counter()
        list(spread(settings, night, [hashes[:1], hashes[1:2]]))
        warm = time.perf_counter()
        size = min(BATCH, len(hashes) // 8)  # as flows.batches cuts them for two workers
        list(spread(settings, night, [hashes[start : start + size] for start in range(0, len(hashes), size)]))
        return {"warm_up": warm - began, "dask": time.perf_counter() - warm}

    return examine()


if __name__ == "__main__":
    main()
