"""The same documents on two Dask workers and on the process pool: `python -m tests.bench.dask_and_pool COUNT`."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime

from config.settings import load_settings
from flows import examination, intake
from flows.batches import batches_in_order
from flows.prefect_server import prefect_api
from flows.resources import open_resources
from storage.nights import Night

AT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


def main() -> None:
    settings = load_settings()
    with open_resources(settings) as resources:
        intake.take_documents(resources, intake.Sender("bench", "inbox", AT))
        hashes = [sha256 for batch in batches_in_order(resources) for sha256 in batch][: int(sys.argv[1])]
        examination.look_at(resources, hashes[:2], at=AT)
        began = time.perf_counter()
        examination.look_at(resources, hashes, at=AT)
        seconds = {"pool": time.perf_counter() - began}
    with prefect_api(settings, services=False):
        seconds |= _on_dask(hashes)
    print(json.dumps(seconds))


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
        size = max(1, len(hashes) // 8)
        list(spread(settings, night, [hashes[start : start + size] for start in range(0, len(hashes), size)]))
        return {"warm_up": warm - began, "dask": time.perf_counter() - warm}

    return examine()


if __name__ == "__main__":
    main()
