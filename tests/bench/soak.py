"""Thirty nights undisturbed in one process, then thirty with faults: does memory stay flat, is growth data alone?

`./dev bench tests/bench/soak.py`, or with NIGHTS SEED. One long-lived process runs night after night, as the worker
does. In the second series it is killed with SIGKILL at random moments and begun again, the database is gone or the disk
full when a night begins, and strangers' files lie in the inbox. Ends with an error where a goal is missed. Draws
docs/soak.svg from the undisturbed series.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from config.settings import Settings
from flows.resources import open_ledger
from flows.running.night import NightRequestedBy, run_night
from storage.errors import StorageError
from storage.ledger.nights import nights_of

FIRST = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
FAULTS = 0.4
"""Share of nights that are disturbed."""

MOST_MEMORY_GROWTH = 1.1
"""Of the median of the undisturbed series' last third over its middle third: flat."""

MOST_GROWTH_PER_NIGHT = 1.3
"""Of the database: the last third's nights over the middle third's, which brought the same."""


def main() -> None:
    if sys.argv[1:2] == ["child"]:
        home, begin, count, seed = sys.argv[2:6]
        run_nights(Path(home), int(begin), int(count), int(seed))
        return
    count, seed = (int(word) for word in (sys.argv[1:3] or ["30", "1"]))
    with tempfile.TemporaryDirectory() as folder:
        quiet, disturbed = (soak_ward(Path(folder) / name) for name in ("quiet", "disturbed"))
        rows, _ = soak(quiet, count, None)
        print(f"{count} nights undisturbed in one process")
        require_flat(rows, quiet)
        draw(rows, Path("docs/soak.svg"))
        broken, kills = soak(disturbed, count, random.Random(seed))
        require_whole(disturbed, broken, count, kills)


def soak(home: Path, count: int, chance: random.Random | None) -> tuple[list[dict[str, Any]], int]:
    """Run all nights, disturbed by `chance` if given; what each left behind, and how often the process was killed."""
    rows: dict[int, dict[str, Any]] = {}
    kills = 0
    while (begin := len(ended_nights(home))) < count:
        seed = chance.randrange(1, 1 << 30) if chance else 0
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.soak", "child", *map(str, (home, begin, count, seed))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert child.stdout is not None
        for line in child.stdout:
            row = json.loads(line)
            rows[row["number"]] = row
            if chance is not None and chance.random() < FAULTS / 2:
                try:
                    child.wait(timeout=chance.uniform(0.05, 1.5))
                except subprocess.TimeoutExpired:
                    child.kill()
                    kills += 1
        assert child.wait() in (0, -9), "a night ended its process"
    return [rows[number] for number in sorted(rows)], kills


def run_nights(home: Path, begin: int, count: int, seed: int) -> None:
    """Nights in one process, with one new document each; a line of figures after each. `seed` 0: without faults."""
    settings = Settings(home=home, period="2025", workers=1)
    chance = random.Random(seed)
    for number in range(begin, count):
        _bring_something(home, number)
        slot = FIRST + timedelta(days=number)
        fault = chance.choice(list(FAULT_KINDS)) if seed and chance.random() < FAULTS else ""
        if fault:
            _begin_in_vain(settings, slot, fault, number)
        run_night(settings, NightRequestedBy("schedule", slot, slot))
        row = {
            "number": number,
            "fault": fault,
            "rss": psutil.Process().memory_info().rss,
            "database": (home / "parindex.db").stat().st_size,
            "custody": _events(settings),
            "kept": sum(path.stat().st_size for path in (home / "objects").rglob("*") if path.is_file()),
        }
        print(json.dumps(row), flush=True)


def _begin_in_vain(settings: Settings, slot: datetime, fault: str, number: int) -> None:
    """A night that finds the database gone or the disk full has to say so; a stranger's file hinders none."""
    if fault == "stranger":
        inbox = settings.inbox_folder / settings.unit / "1.7.1"
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / f"la-{number}.pdf").write_bytes(b"%PDF-1.7\n" + random.Random(number).randbytes(20_000))
        return
    full = settings.model_copy(update={"min_free_mib": 1 << 40}) if fault == "disk full" else settings
    with suppress(StorageError), _database_gone(settings) if fault == "database gone" else nullcontext():
        run_night(full, NightRequestedBy("schedule", slot, slot))
        raise AssertionError(f"{fault}: the night did not notice")


FAULT_KINDS = ("stranger", "disk full", "database gone")


@contextmanager
def _database_gone(settings: Settings) -> Iterator[None]:
    """A folder lies where the database was."""
    file, aside = settings.home / "parindex.db", settings.home / "parindex.aside"
    if file.exists():
        file.rename(aside)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        if aside.exists():
            aside.rename(file)


def require_flat(rows: list[dict[str, Any]], home: Path) -> None:
    """Memory and the database's growth a night do not rise with the nights; each table's share of the growth."""
    third = len(rows) // 3
    middle, last = rows[third : 2 * third], rows[-third:]
    memory = [statistics.median(row["rss"] for row in part) / 2**20 for part in (middle, last)]
    grown = [(part[-1]["database"] - part[0]["database"]) / (third - 1) / 1024 for part in (middle, last)]
    events = (last[-1]["custody"] - middle[0]["custody"]) / (last[-1]["number"] - middle[0]["number"])
    print(f"memory of the process, median: {memory[0]:.0f} MiB in the middle third, {memory[1]:.0f} MiB in the last")
    print(f"database: {grown[0]:.0f} and {grown[1]:.0f} KiB a night, {events:.1f} events of the custody log")
    print("its tables at the end: " + ", ".join(f"{name} {size >> 10} KiB" for name, size in _tables(home)[:6]))
    assert memory[1] <= memory[0] * MOST_MEMORY_GROWTH, "memory grows"
    assert grown[1] <= grown[0] * MOST_GROWTH_PER_NIGHT + 16, "a night costs more the more nights there were"


def require_whole(home: Path, rows: list[dict[str, Any]], count: int, kills: int) -> None:
    """Every slot has one night that ended well, every document is there once, the log is one chain."""
    nights = ended_nights(home)
    faults = Counter(row["fault"] for row in rows if row["fault"])
    told = ", ".join(f"{fault} {times}" for fault, times in sorted(faults.items()))
    print(f"{count} nights disturbed: killed {kills} times, {told}; all ended, custody log one chain")
    assert len({night["slot"] for night in nights}) == len(nights) == count
    assert {night["state"] for night in nights} <= {"done", "gaps"}
    assert _events(Settings(home=home)) == rows[-1]["custody"]


def _tables(home: Path) -> list[tuple[str, int]]:
    """Bytes of each table with its indexes, largest first."""
    with closing(sqlite3.connect(home / "parindex.db")) as connection:
        found = connection.execute(
            "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY 1"
        ).fetchall()
    return sorted(((str(name), int(size)) for name, size in found), key=lambda it: -it[1])


def draw(rows: list[dict[str, Any]], into: Path) -> None:
    """Memory and database over the nights, as SVG."""
    into.parent.mkdir(exist_ok=True)
    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{_points(rows, name)}"/>'
        f'<text x="8" y="{y}" fill="{colour}" font-size="12">{label}: {_told(rows[-1], name)}</text>'
        for name, colour, y, label in (
            ("rss", "#a03020", -8, "memory of the process"),
            ("database", "#205080", 8, "database"),
            ("custody", "#307030", 24, "events of the custody log"),
        )
    )
    into.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -24 640 264">{lines}</svg>')


def _told(row: dict[str, Any], name: str) -> str:
    return str(row[name]) if name == "custody" else f"{row[name] / 2**20:.1f} MiB"


def _points(rows: list[dict[str, Any]], name: str) -> str:
    most = max(row[name] for row in rows)
    return " ".join(
        f"{8 + 620 * n / max(len(rows) - 1, 1):.0f},{232 - 190 * row[name] / most:.0f}" for n, row in enumerate(rows)
    )


def ended_nights(home: Path) -> list[Any]:
    with open_ledger(Settings(home=home)) as database, database.read() as connection:
        return [night for night in nights_of(connection, "hoi-an-dong") if night["ended_at"]]


def _events(settings: Settings) -> int:
    from storage.proof import custody

    with open_ledger(settings) as database, database.read() as connection:
        log = custody.events(connection)
    assert custody.first_break(log) is None
    return len(log)


def soak_ward(folder: Path) -> Path:
    from sample.ward import write_sample_ward

    write_sample_ward(folder / "sample", seed=1, say=lambda _: None)
    home = folder / "ward"
    (home / "exports").mkdir(parents=True)
    for name in ("Khai báo số liệu_2025.xlsx", "Phản ánh kiến nghị_2025.xlsx"):
        (home / "exports" / name).write_bytes((folder / "sample" / "exports" / name).read_bytes())
    document = sorted((folder / "sample" / "inbox").rglob("1.1.1/*.pdf"))[0]
    (home / "template.pdf").write_bytes(document.read_bytes())
    return home


def _bring_something(home: Path, number: int) -> None:
    """A new document of the night: the same words, other bytes."""
    target = home / "inbox" / "hoi-an-dong" / "1.1.1" / f"ke-hoach-{number:03}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes((home / "template.pdf").read_bytes() + f"\n% {number}\n".encode())


if __name__ == "__main__":
    main()
