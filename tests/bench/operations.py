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
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from config.settings import Settings, load_settings
from config.units_here import settings_of_units
from flows.examining.examination import BATCH
from flows.resources import open_ledger, open_resources
from flows.running.requests import RunAsked, ask_for_run, progress_of
from flows.serving.worker import Look, _due, do_next
from storage.ledger.watched import watched_since
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
                from storage.ledger.requests import request_row

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
        f"{told['dask']:.1f} s (not in them, once a night: start and warm-up of Dask {told['warm_up']:.1f} s, "
        f"of the pool {told['runs']['pool_warm_up'][0]:.1f} s): efficiency {wall:.2f}, in processor time "
        f"{processor:.2f} (goal: at least 0.9); all rounds {told['runs']}"
    ]


def wards(folder: Path) -> list[str]:
    """First and next, unchanged nights of 94 wards in one worker, beside those of a worker with a single ward."""
    sample = _sample(folder)
    single, city = _city(sample, folder / "alone", 1), _city(sample, folder / "city", WARDS)
    first, alone, again, again_alone = (_nights(home, day) for day in (0, 1) for home in (city, single))
    look = _look_seconds(city)
    ends = [statistics.median(part) for part in (first[:10], first[-10:], again[:10], again[-10:])]
    return [
        f"processor time: one ward alone {alone[0]:.2f} s, its unchanged night {again_alone[0]:.2f} s; {WARDS} wards "
        f"in one worker {sum(first):.0f} s, the first ten {ends[0]:.2f}, the last ten {ends[1]:.2f} s each "
        f"= {ends[1] / ends[0]:.2f}; unchanged nights of all {sum(again):.0f} s, {ends[2]:.2f} and {ends[3]:.2f} each; "
        f"an idle look at {WARDS} wards {look * 1000:.0f} ms; "
        f"database {(folder / 'city/parindex.db').stat().st_size / WARDS / 2**20:.2f} MiB a ward"
    ]


def _city(sample: Path, home: Path, count: int) -> Settings:
    """So many wards, each with one export and one document of its own; the list has them all."""
    units = [f"ward-{number:02}" for number in range(count)]
    home.mkdir()
    for unit in units:
        _bring(sample, unit, home)
    (home / "units.yaml").write_text("units:\n" + "".join(f"- {{id: {unit}, name: Ward {unit}}}\n" for unit in units))
    return Settings(home=home, unit=units[0], trust=sample / "trust", period="2025", workers=1, prefect="off")


def _bring(sample: Path, unit: str, home: Path) -> None:
    exports, inbox = home / "exports" / unit, home / "inbox" / unit / "1.1.1"
    for target in (exports, inbox):
        target.mkdir(parents=True, exist_ok=True)
    export = next((sample / "exports").glob("Khai báo*.xlsx"))
    document = sorted((sample / "inbox").rglob("1.1.1/*.pdf"))[0]
    (exports / export.name).write_bytes(export.read_bytes())
    (inbox / document.name).write_bytes(document.read_bytes() + f"\n% {unit}\n".encode())


def _nights(settings: Settings, day: int) -> list[float]:
    """Processor seconds of each unit's night of the slot of that day, in the order in which the worker ran them."""
    slot = NOW + timedelta(days=day)
    look, count = Look(settings, slot + timedelta(minutes=1)), len(settings_of_units(settings))
    with open_ledger(settings) as database, quiet():
        watched_since(database, [unit.unit for unit in look.units], slot - timedelta(minutes=1))
        return [_processor_seconds(partial(do_next, look, database)) for _ in range(count)]


def _look_seconds(settings: Settings) -> float:
    """Of a look at the schedule in which no night is due."""
    look = Look(settings, NOW + timedelta(days=1, minutes=2))
    with open_ledger(settings) as database:
        return statistics.median(_processor_seconds(partial(_due, database, look)) for _ in range(9))


def _processor_seconds(deed: Callable[[], object]) -> float:
    """Of this process and its readers: the machine may be shared."""
    before = _used()
    deed()
    return _used() - before


def _used() -> float:
    times = [one.cpu_times() for one in (psutil.Process(), *psutil.Process().children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


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
