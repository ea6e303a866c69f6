"""Thirty nights with random faults: does memory stay flat, does the database grow by its data alone?

`./dev bench tests/bench/soak.py`, or with NIGHTS SEED. One long-lived process runs night after
night, as the worker does; it is killed with SIGKILL at random moments and begun again. Draws docs/soak.svg.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from config.settings import Settings
from flows.night import NightRequestedBy, run_night
from flows.resources import open_ledger
from storage.nights import nights_of

FIRST = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
FAULTS = 0.4
"""Share of nights that are disturbed."""


def main() -> None:
    if sys.argv[1:2] == ["child"]:
        run_nights(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    count, seed = (int(word) for word in (sys.argv[1:3] or ["30", "1"]))
    with tempfile.TemporaryDirectory() as folder:
        home = soak_ward(Path(folder))
        rows, kills = soak(home, count, random.Random(seed))
        report(rows, kills)
        draw(rows, Path("docs/soak.svg"))


def soak(home: Path, count: int, chance: random.Random) -> tuple[list[dict[str, Any]], int]:
    """Run all nights; what each left behind, and how often the process was killed."""
    rows: dict[int, dict[str, Any]] = {}
    kills = 0
    while (begin := len(ended_nights(home))) < count:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.soak", "child", str(home), str(begin), str(count)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert child.stdout is not None
        for line in child.stdout:
            row = json.loads(line)
            rows[row["number"]] = row
            if chance.random() < FAULTS:
                try:
                    child.wait(timeout=chance.uniform(0.05, 1.5))
                except subprocess.TimeoutExpired:
                    child.kill()
                    kills += 1
        child.wait()
    return [rows[number] for number in sorted(rows)], kills


def run_nights(home: Path, begin: int, count: int) -> None:
    """Nights in one process, with one new document and one changed export each; a line of figures after each."""
    settings = Settings(home=home, period="2025", workers=1)
    for number in range(begin, count):
        _bring_something(home, number)
        slot = FIRST + timedelta(days=number)
        run_night(settings, NightRequestedBy("schedule", slot, slot))
        row = {
            "number": number,
            "rss": psutil.Process().memory_info().rss,
            "database": (home / "parindex.db").stat().st_size,
            "custody": _events(settings),
            "kept": sum(path.stat().st_size for path in (home / "objects").rglob("*") if path.is_file()),
        }
        print(json.dumps(row), flush=True)


def report(rows: list[dict[str, Any]], kills: int) -> None:
    """The ratios that count."""
    middle, last = rows[len(rows) // 3], rows[-1]
    nights = last["number"] - middle["number"]
    grown = (last["database"] - middle["database"]) / nights
    events = (last["custody"] - middle["custody"]) / nights
    print(f"{len(rows)} nights, killed {kills} times, all ended; custody log one chain")
    third, last_rss = middle["rss"] / 2**20, last["rss"] / 2**20
    print(f"memory of the process: {third:.0f} MiB after a third, {last_rss:.0f} MiB at the end")
    print(f"database: {grown / 1024:.0f} KiB a night for {events:.1f} events of the custody log and one document")


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
    from storage import custody

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
