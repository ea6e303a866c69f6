"""What running costs: orchestration, start of the service, an ad-hoc run, Dask against the process pool, 94 wards.

`./dev bench tests/bench/operations.py [start|orchestration|dask|wards ...]`. One run on one machine: quote ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings, load_settings
from flows.examination import BATCH
from flows.night import NightRequestedBy, run_night
from flows.requests import RunAsked, ask_for_run, progress_of
from flows.resources import open_resources
from tests.bench.night import DOCUMENTS_OF_A_BIG_NIGHT, STEPS_BESIDE_BATCHES, orchestrated, quiet
from tests.servers import free_ports

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
WARDS = 94
DOCUMENTS = 192
SECONDS_PER_DOCUMENT = 0.5
"""Core-seconds of a document in the documents' bench, for what needs a night's length; measured there, rounded up."""


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            for line in PARTS[name](Path(folder)):
                print(line, flush=True)


def start(folder: Path) -> list[str]:
    """From the command to pages that answer; from asking for a run to its start."""
    home = _sample(folder)
    port = str(free_ports(1)[0])
    began = time.perf_counter()
    environment = os.environ | {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "PAR_WEB_PORT": port, "PAR_PREFECT": "off"}
    command = [str(Path(sys.executable).parent / "parindex"), "serve", "--json"]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log)
    try:
        assert service.stdout is not None and json.loads(service.stdout.readline())
        ready = time.perf_counter() - began
        waits = _waits(load_settings({"PAR_HOME": str(home), "PAR_PERIOD": "2025"}), 7)
    finally:
        service.terminate()
        service.wait()
    return [
        f"serve: pages answer after {ready:.1f} s (goal: under 30 s)",
        f"ad-hoc run: starts {statistics.median(waits):.2f} s after asking, at most {max(waits):.2f} s (goal: under 2)",
    ]


def _waits(settings: Settings, count: int) -> list[float]:
    """Seconds from asking to the start, of runs asked one after the other."""
    waits = []
    with open_resources(settings) as resources:
        for number in range(count + 1):
            day = (NOW - timedelta(days=number)).date()
            asked = RunAsked("bench", datetime.now(UTC), as_of=day, dry_run=True)
            told = ask_for_run(resources, asked)
            while told["ended_at"] is None:
                time.sleep(0.1)
                told = progress_of(resources, told["request"])
            with resources.database.read() as connection:
                from storage.requests import request_row

                row = request_row(connection, told["request"])
            waits.append((row["started_at"] - row["asked_at"]).total_seconds())
    return waits[1:]


def orchestration(folder: Path) -> list[str]:
    """Prefect's share of a night of 5,000 documents."""
    cost = orchestrated(load_settings({"PAR_HOME": str(folder / "ward")}))
    tasks = STEPS_BESIDE_BATCHES + -(-DOCUMENTS_OF_A_BIG_NIGHT // BATCH)
    flow = cost["flow"] + tasks * max(cost["each task"], 0)
    work = DOCUMENTS_OF_A_BIG_NIGHT * SECONDS_PER_DOCUMENT / (os.cpu_count() or 1)
    parts = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in cost.items())
    standing, own = (spent / (work + spent) for spent in (flow, flow + cost["server start"]))
    return [
        f"orchestration: {parts}; of a night of {DOCUMENTS_OF_A_BIG_NIGHT:,} documents {standing:.2%} with a standing "
        f"server, {own:.2%} with one started for the night (goal: under 2 %)"
    ]


def dask(folder: Path) -> list[str]:
    """Two Dask workers against the process pool with two workers, on the same documents, both warm."""
    environment = os.environ | {"PAR_HOME": str(_sample(folder)), "PAR_PERIOD": "2025", "PAR_TASK_RUNNER": "dask"}
    command = [sys.executable, "-m", "tests.bench.dask_and_pool", str(DOCUMENTS)]
    done = subprocess.run(
        command,
        env=environment | {"PAR_WORKERS": "2", "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    wall, processor = (told[f"pool{kind}"] / told[f"dask{kind}"] for kind in ("", "_processor"))
    return [
        f"{DOCUMENTS} documents, medians of rounds by turns: process pool {told['pool']:.1f} s, two Dask workers "
        f"{told['dask']:.1f} s (start and warm-up {told['warm_up']:.1f} s): efficiency {wall:.2f}, in processor time "
        f"{processor:.2f} (goal: at least 0.9); all rounds {told['runs']}"
    ]


def wards(folder: Path) -> list[str]:
    """Nights of 94 wards in one database, one after the other, beside the night of a single one."""
    home = _sample(folder)
    alone = _night_seconds(_ward(home, "ward-0", folder / "alone"))
    seconds = [_night_seconds(_ward(home, f"ward-{number}", folder / "city")) for number in range(WARDS)]
    again = [_night_seconds(_ward(home, f"ward-{number}", folder / "city"), day=1) for number in range(10)]
    last = statistics.median(seconds[-10:])
    return [
        f"one ward alone {alone:.2f} s; {WARDS} wards {sum(seconds):.0f} s, the last ten {last:.2f} s each = "
        f"{last / alone:.2f} of one alone; an unchanged night among {WARDS} wards {statistics.median(again):.2f} s; "
        f"database {(folder / 'city/parindex.db').stat().st_size / WARDS / 2**20:.2f} MiB a ward"
    ]


def _ward(sample: Path, unit: str, home: Path) -> Settings:
    """A ward with one export and one document of its own."""
    exports, inbox = home / "exports" / unit, home / "inbox" / unit / "1.1.1"
    for target in (exports, inbox):
        target.mkdir(parents=True, exist_ok=True)
    export = next((sample / "exports").glob("Khai báo*.xlsx"))
    document = sorted((sample / "inbox").rglob("1.1.1/*.pdf"))[0]
    (exports / export.name).write_bytes(export.read_bytes())
    (inbox / document.name).write_bytes(document.read_bytes() + f"\n% {unit}\n".encode())
    return Settings(home=home, unit=unit, exports=exports, trust=sample / "trust", period="2025", workers=1)


def _night_seconds(settings: Settings, *, day: int = 0) -> float:
    began = time.perf_counter()
    with quiet():
        run_night(settings, NightRequestedBy("bench", NOW + timedelta(days=day)))
    return time.perf_counter() - began


def _sample(folder: Path) -> Path:
    from sample.ward import write_sample_ward

    write_sample_ward(folder / "sample", seed=1, say=lambda _: None)
    return folder / "sample"


PARTS: dict[str, Callable[[Path], Any]] = {
    "start": start,
    "orchestration": orchestration,
    "dask": dask,
    "wards": wards,
}

if __name__ == "__main__":
    main()
