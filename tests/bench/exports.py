"""What reading and importing an export costs, as ratios to a bare python-calamine read in the same run.

`./dev bench tests/bench/exports.py` measures 50,000 rows; give other sizes as arguments:
`.venv/bin/python tests/bench/exports.py 50000 500000`. Each figure comes from a fresh process, so that its peak memory
is its own. The machine is shared and noisy: quote the ratios, not the seconds.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter

GROUPS = (
    ("", ("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị giải quyết")),
    ("Tiếp nhận", ("Kênh thực hiện", "Mức độ", "Ngày tiếp nhận", "Hạn trả")),
    ("Kết quả", ("Trạng thái", "Ngày kết thúc xử lý", "Ngày trả", "Số ký hiệu kết quả", "Tệp kết quả")),
)
NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


def write_register(path: Path, rows: int) -> None:
    """A detailed register of 15 columns, dates as text."""
    chance = random.Random(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sổ chi tiết")
        above = [label for group, own in GROUPS for label in (own if not group else [group, *[""] * (len(own) - 1)])]
        below = [label for group, own in GROUPS for label in (own if group else [""] * len(own))]
        sheet.write_row(0, 0, above)
        sheet.write_row(1, 0, below)
        for number in range(rows):
            sheet.write_row(number + 2, 0, _row(number, chance))


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


def imported(path: Path, home: Path) -> int:
    """Read, check, store with history in SQLite."""
    return _import(path, home, "0" * 64)


def imported_again(path: Path, home: Path) -> int:
    """The same rows again, under another hash: all unchanged. Needs the database `imported` left."""
    return _import(path, home, "1" * 64)


def _import(path: Path, home: Path, sha256: str) -> int:
    from connectors.exports import read_export
    from storage.database import open_database
    from storage.evidence import record_object
    from storage.imports import Arrival, record_export
    from storage.objects import Kept

    export = read_export(path)
    arrival = Arrival("bench", path.name, sha256, "bench", "bench", NOW, "bench")
    database = open_database(f"sqlite:///{home / 'bench.db'}")
    with database.write() as connection:
        record_object(connection, Kept(sha256, path.stat().st_size, True), who="bench", where="bench", at=NOW)
        counts = record_export(connection, arrival, export)
    return counts.read


STEPS: tuple[Callable[[Path, Path], int], ...] = (
    bare_calamine,
    openpyxl_read,
    read_here,
    read_in_child,
    imported,
    imported_again,
)


def measured(step: str, path: Path, home: Path) -> dict[str, float]:
    """Seconds, CPU seconds and peak MiB of one step, in a process of its own. What its sandbox child uses is not in
    the last two: `read_here` shows that.
    """
    command = [sys.executable, __file__, "--step", step, str(path), str(home)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def run_step(step: str, path: Path, home: Path) -> None:
    """Measure after one run on a tiny file, which pays for imports and for starting the fork server."""
    function = next(function for function in STEPS if function.__name__ == step)
    with tempfile.TemporaryDirectory() as folder:
        write_register(Path(folder) / "tiny.xlsx", 10)
        function(Path(folder) / "tiny.xlsx", Path(folder))
    began, worked = time.perf_counter(), time.process_time()
    function(path, home)
    figures = {"seconds": time.perf_counter() - began, "own_cpu": time.process_time() - worked}
    print(json.dumps(figures | {"own_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "so.xlsx"
            write_register(path, size)
            floor = min(measured("bare_calamine", path, Path(folder))["seconds"] for _ in range(2))
            print(f"{size:,} rows x 15 columns, {path.stat().st_size >> 20} MiB")
            print(f"  {'step':16} {'seconds':>8} {'x bare':>7} {'own CPU':>8} {'own MiB':>8}")
            for step in STEPS:
                figures = measured(step.__name__, path, Path(folder))
                ratio = figures["seconds"] / floor
                rest = f"{figures['own_cpu']:8.2f} {figures['own_mib']:8.0f}"
                print(f"  {step.__name__:16} {figures['seconds']:8.2f} {ratio:7.2f} {rest}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        run_step(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main([int(size) for size in sys.argv[1:]] or [50_000])
