"""What reading and importing an export costs, as ratios to a bare python-calamine read in the same run.

`./dev bench tests/bench/exports.py` measures what the goals ask: 50,000 and 500,000 rows in full (PostgreSQL beside
SQLite; pandas and openpyxl up to 50,000 rows), and the first import of 1,000,000 for the growth per row; some twelve
minutes. Up to 50,000 rows all steps are measured in five rounds, one after the other, and medians count. Other sizes
as arguments: `./dev bench tests/bench/exports.py 50000`. Goals that these allow are judged.
Each figure comes from a fresh process group; its peak memory is that of all its processes together (proportional set
size, sampled), sandbox included. On a busy machine quote the ratios of CPU, not the seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter

GROUPS = (
    ("", ("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị giải quyết")),
    ("Tiếp nhận", ("Kênh thực hiện", "Mức độ", "Ngày tiếp nhận", "Hạn trả")),
    ("Kết quả", ("Trạng thái", "Ngày kết thúc xử lý", "Ngày trả", "Số ký hiệu kết quả", "Tệp kết quả")),
)
NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
_NEXT = ("so.xlsx", "lai.xlsx", "khac.xlsx", "moi.xlsx")
"""Exports of one ward, a day after the other."""


def write_register(path: Path, rows: int, *, seed: int = 1, title: str = "Sổ chi tiết", corrected: int = 0) -> None:
    """A detailed register of 15 columns, dates as text; another title makes other bytes of the same rows.

    `corrected`: one row in so many tells another number of its result (0: none).
    """
    chance = random.Random(seed)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"title": title})
        sheet = book.add_worksheet("Sổ chi tiết")
        above = [label for group, own in GROUPS for label in (own if not group else [group, *[""] * (len(own) - 1)])]
        below = [label for group, own in GROUPS for label in (own if group else [""] * len(own))]
        sheet.write_row(0, 0, above)
        sheet.write_row(1, 0, below)
        for number in range(rows):
            cells = _row(number, chance)
            if corrected and number % corrected == 0:
                cells[-2] = f"{number}/GCN"
            sheet.write_row(number + 2, 0, cells)


def _row(number: int, chance: random.Random) -> list[object]:
    received = datetime(2025, 1, 2, 8) + timedelta(minutes=chance.randrange(500_000))  # noqa: DTZ001 - a cell's own
    moments = [received + timedelta(hours=hours) for hours in (0, 120, 72, 80)]
    texts = [moment.strftime("%d/%m/%Y %H:%M:%S") for moment in moments]
    return [
        *(number + 1, f"H17.57-{received:%y%m%d}-{number:06d}", f"1.00{chance.randrange(300):04d}"),
        *(f"Thủ tục số {chance.randrange(300)} về đăng ký", "Hộ tịch", "Phòng Văn hóa - Xã hội"),
        *(chance.choice(["Trực tuyến", "Trực tiếp"]), "Toàn trình", texts[0], texts[1]),
        *("Đã trả kết quả", texts[2], texts[3], f"{number}/GCN-UBND", f"kq-{number}.pdf"),
    ]


def bare_calamine(path: Path, _: Path) -> int:
    """The floor: every row through python-calamine, nothing kept."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(str(path)) as book:
        return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def openpyxl_read(path: Path, _: Path) -> int:
    """What most scripts do: openpyxl in read-only mode."""
    from openpyxl import load_workbook

    return sum(1 for _ in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))


def read_here(path: Path, _: Path) -> int:
    """Read and check in this process; columns."""
    from connectors.exports import read_export_here

    return len(read_export_here(path).rows)


def read_in_child(path: Path, _: Path) -> int:
    """Read and check in the sandbox, and look at every row here."""
    from connectors.exports import read_export

    return sum(1 for row in read_export(path).rows if row.values["code"])


def pandas_to_sql(path: Path, home: Path) -> int:
    """What most scripts do to keep a table: pandas with openpyxl, then `to_sql`; no checks, no history."""
    import pandas  # type: ignore[import-untyped]
    from sqlalchemy import create_engine

    frame = pandas.read_excel(path, header=1, engine="openpyxl", dtype=str)
    frame.to_sql("ho_so", create_engine(f"sqlite:///{home / 'pandas.db'}"), if_exists="replace", index=False)
    return len(frame)


def imported(path: Path, home: Path) -> int:
    """Read, check, store with history in SQLite, as the command does."""
    return _import(path, home, f"sqlite:///{home / 'bench.db'}")


def same_bytes_again(path: Path, home: Path) -> int:
    """The same file again. Needs the database that `imported` left."""
    return imported(path, home)


def exported_again(path: Path, home: Path) -> int:
    """Another file with the same rows: known by its parts, no cell read."""
    return imported(path.with_name("lai.xlsx"), home)


def read_again_unchanged(path: Path, home: Path) -> int:
    """The same rows in a workbook packed otherwise: every row read and known again by its print, none changed."""
    return imported(path.with_name("khac.xlsx"), home)


def read_again_corrected(path: Path, home: Path) -> int:
    """The next export: one row in a hundred is another, and one in a hundred is new."""
    return imported(path.with_name("moi.xlsx"), home)


def imported_into_postgresql(path: Path, home: Path) -> int:
    """The same into PostgreSQL."""
    return _import(path, home, os.environ["BENCH_POSTGRESQL"])


def exported_again_into_postgresql(path: Path, home: Path) -> int:
    """Every row unchanged in PostgreSQL."""
    return imported_into_postgresql(path.with_name("lai.xlsx"), home)


def _import(path: Path, home: Path, url: str) -> int:
    from config.settings import Settings
    from flows.arriving.importing import import_file

    warm_up = {} if path.parent == home else {"unit": "phuong-khac"}  # must not come between two exports of the ward
    settings = Settings.model_validate({"home": home, "database_url": url} | warm_up)
    at = NOW + timedelta(days=(*_NEXT, path.name).index(path.name))
    rows: dict[str, int] = import_file(settings, path, profile="", dry_run=False, at=at)["rows"]
    return rows["read"]


STEPS: tuple[Callable[[Path, Path], int], ...] = (
    bare_calamine,
    read_here,
    read_in_child,
    imported,
    same_bytes_again,
    exported_again,
    read_again_unchanged,
    read_again_corrected,
    imported_into_postgresql,
    exported_again_into_postgresql,
    openpyxl_read,
    pandas_to_sql,
)
SLOW = frozenset({"openpyxl_read", "pandas_to_sql"})
MOST_ROWS_FOR_SLOW = MOST_ROWS_FOR_ROUNDS = 50_000
ROUNDS = 5
"""Of a small size: a machine's speed changes from one minute to the next."""
GROWTH_ONLY = 1_000_000
DEFAULT = (50_000, 500_000, 1_000_000)


@dataclass(frozen=True)
class Goal:
    """A ratio that the issue asks for: of a step against another, in `seconds` or `mib`, at one size (0: at all)."""

    step: str
    against: str
    what: str
    limit: float
    at_most: bool = True
    only: int = 0


GOALS = (
    Goal("imported", "bare_calamine", "seconds", 2.5),
    Goal("pandas_to_sql", "imported", "seconds", 8.0, at_most=False),
    Goal("exported_again", "imported", "seconds", 0.5),
    Goal("read_again_unchanged", "imported", "seconds", 0.5),
    Goal("imported", "bare_calamine", "mib", 1.3, only=500_000),
)
GROWTH = Goal("imported", "imported", "seconds", 1.5)
_SHOWN = {"seconds": "8.2f", "cpu": "7.2f", "mib": "6.0f"}


def measured(step: str, path: Path, home: Path, url: str) -> dict[str, float]:
    """Seconds, CPU seconds with the sandbox's, and peak MiB of the step's processes together."""
    command = [sys.executable, "-m", "tests.bench.exports", "--step", step, str(path), str(home)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", "BENCH_POSTGRESQL": url}
    with (home / "said.json").open("w+") as said:
        process = subprocess.Popen(command, stdout=said, env=environment, start_new_session=True)
        peak, others = 0, dict[int, int]()
        while process.poll() is None:
            kib, ticks = _session(process.pid)
            peak, others = max(peak, kib), others | {pid: spent for pid, spent in ticks.items() if pid != process.pid}
            time.sleep(0.05)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{step} failed")
        figures: dict[str, float] = json.loads(said.read().splitlines()[-1])
    child = max(others.values(), default=0) / os.sysconf("SC_CLK_TCK")
    return figures | {"mib": peak / 1024, "cpu": figures["cpu"] + child}


def _session(leader: int) -> tuple[int, dict[int, int]]:
    """Memory in KiB of all processes of a session, shared pages counted once; CPU ticks of each."""
    total, ticks = 0, dict[int, int]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                said = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(said[3]) == leader:
                    ticks[int(entry.name)] = int(said[11]) + int(said[12])
                    total += int((entry / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return total, ticks


def run_step(step: str, path: Path, home: Path) -> None:
    """Measure after one run on a tiny file, which pays for imports and for starting the fork server."""
    function = next(function for function in STEPS if function.__name__ == step)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("tiny.xlsx", *_NEXT[1:]):
            write_register(Path(folder) / name, 10, seed=7)
        function(Path(folder) / "tiny.xlsx", home if "postgresql" in step else Path(folder))
    if step == "imported":
        from storage.database import open_database

        open_database(f"sqlite:///{home / 'bench.db'}").close()  # making the tables is not importing
    began, worked = time.perf_counter(), time.process_time()
    function(path, home)
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}))


def measure_size(size: int, url: str, steps: Sequence[str]) -> dict[str, dict[str, float]]:
    """Figures of one round of all these steps for one size; `bare_calamine` is the floor."""
    with tempfile.TemporaryDirectory() as folder:
        home, path = Path(folder), Path(folder) / "so.xlsx"
        write_register(path, size)
        if len(steps) > 1:
            _repacked(path, path.with_name("lai.xlsx"), properties=b"<!-- second export -->")
            _repacked(path, path.with_name("khac.xlsx"), level=1)
            write_register(path.with_name("moi.xlsx"), size + size // 100, corrected=100)
        return {name: measured(name, path, home, url) for name in ("bare_calamine", *steps)}


def medians(rounds: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """Of each step each figure's median over the rounds."""
    return {
        step: {what: statistics.median(one[step][what] for one in rounds) for what in figures}
        for step, figures in rounds[0].items()
    }


def show(size: int, rounds: int, found: Mapping[str, Mapping[str, float]]) -> None:
    """Print each step beside the floor."""
    floor = found["bare_calamine"]
    print(f"{size:,} rows x 15 columns" + (f", medians of {rounds} rounds" if rounds > 1 else ""))
    print(f"  {'step':30} {'seconds':>8} {'x bare':>7} {'CPU':>7} {'x bare':>7} {'MiB':>6} {'x bare':>7}")
    for name, figures in found.items():
        pairs = " ".join(f"{figures[k]:{w}} {figures[k] / floor[k]:7.2f}" for k, w in _SHOWN.items())
        print(f"  {name:30} {pairs}", flush=True)


def _repacked(book: Path, copy: Path, *, level: int | None = None, properties: bytes = b"") -> None:
    """The same rows in other bytes: with other properties (known by its parts) or packed otherwise (by nothing)."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new:
        for info in old.infolist():
            with old.open(info) as part, new.open(info.filename, "w") as target:
                shutil.copyfileobj(part, target)
                target.write(properties if info.filename.startswith("docProps/") else b"")


def _steps_for(size: int, sizes: Sequence[int]) -> list[str]:
    """Everything, but the slow comparisons only up to 50,000 rows, and of a million the growth alone."""
    names = [step.__name__ for step in STEPS if step.__name__ != "bare_calamine"]
    if size >= GROWTH_ONLY and len(sizes) > 1:
        return ["imported"]
    return [name for name in names if name not in SLOW or size <= MOST_ROWS_FOR_SLOW]


def judge(figures: Mapping[int, Mapping[str, Mapping[str, float]]]) -> None:
    """Print each goal of the issue that these figures can judge; on a busy machine look at the ratio of CPU."""
    for size, found in figures.items():
        for goal in (goal for goal in GOALS if {goal.step, goal.against} <= found.keys() and goal.only in (0, size)):
            title = f"{size:,} rows: {goal.step} against {goal.against}"
            _print_goal(title, found[goal.step], found[goal.against], goal)
    first, *larger = sorted(figures)
    for size in larger:
        per_row = [{k: v / n for k, v in figures[n]["imported"].items()} for n in (size, first)]
        _print_goal(f"a row of {size:,} against one of {first:,}", *per_row, GROWTH)


def _print_goal(title: str, step: Mapping[str, float], against: Mapping[str, float], goal: Goal) -> None:
    ratio = step[goal.what] / against[goal.what]
    met = ratio <= goal.limit if goal.at_most else ratio >= goal.limit
    side = "at most" if goal.at_most else "at least"
    cpu = "" if goal.what == "mib" else f" (CPU {step['cpu'] / against['cpu']:.2f})"
    print(f"  {'met   ' if met else 'MISSED'} {title}: {ratio:.2f}{cpu} in {goal.what}, goal {side} {goal.limit}")


def main(sizes: list[int]) -> None:
    figures = {}
    for size in sizes:
        rounds = [_round(size, _steps_for(size, sizes)) for _ in range(ROUNDS if size <= MOST_ROWS_FOR_ROUNDS else 1)]
        figures[size] = medians(rounds)
        show(size, len(rounds), figures[size])
    judge(figures)


def _round(size: int, steps: Sequence[str]) -> dict[str, dict[str, float]]:
    with contextlib.ExitStack() as stack:
        url = _postgresql(stack) if any("postgresql" in step for step in steps) else ""
        return measure_size(size, url, steps)


def _postgresql(stack: contextlib.ExitStack) -> str:
    """The address of a server of our own, new for each round."""
    from tests.servers import postgresql

    return stack.enter_context(postgresql(Path(stack.enter_context(tempfile.TemporaryDirectory()))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        run_step(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main([int(size) for size in sys.argv[1:]] or list(DEFAULT))
