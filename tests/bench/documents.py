"""What reading documents costs: ratios measured in one run, and how well fields are read.

    .venv/bin/python -m tests.bench.documents [--pages 4] [--papers 8] [--documents 20,80]

Costs are CPU seconds of this process and its children, so that a busy machine changes them little.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf

from ocr import InspectOptions, inspect_file, inspect_files
from ocr.engine import PAGE, engine_for
from ocr.page_image import ready_for_reading
from ocr.words import plain
from sandbox import Limits
from tests.ocr.papers import Paper, Scanner, born_digital, pages_pdf, scan, scanned, typeset

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--pages", type=int, default=4)
    asked.add_argument("--papers", type=int, default=8)
    asked.add_argument("--documents", default="20,80")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = {
            "scanned_pages": scanned_pages(folder, options.pages),
            "text_layer": text_layer(folder),
            "growth": growth(folder, [int(count) for count in options.documents.split(",")]),
            "against_ocrmypdf": against_ocrmypdf(folder, options.pages),
            "accuracy": accuracy(folder, options.papers),
            "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        }
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    print()


def scanned_pages(folder: Path, count: int) -> dict[str, float]:
    """A document of `count` scanned pages against the engine alone on the same pictures."""
    scanner = Scanner(dpi=300)
    pictures = [scan(replace(Paper(), number=str(10 + n)), replace(scanner, seed=n)) for n in range(count)]
    path = folder / "scan.pdf"
    path.write_bytes(pages_pdf(pictures, scanner))
    engine = engine_for("vie")
    ready = [ready_for_reading(picture, 300.0) for picture in pictures]

    def bare() -> None:
        for picture, dpi in ready:
            engine.read(picture, dpi=dpi, layout=PAGE, seconds=60)

    bare()
    alone, whole = cost(bare), cost(lambda: inspect_file(path, OPTIONS))
    return {
        "engine_alone": alone,
        "inspect": whole,
        "ratio": round(whole / alone, 2),
        "a_page": round(whole / count, 2),
    }


def text_layer(folder: Path) -> dict[str, float]:
    """A born-digital page against pypdf's text alone."""
    content = born_digital(Paper())
    path = folder / "text.pdf"
    path.write_bytes(content)

    def bare() -> None:
        for _ in range(20):
            [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]

    def ours() -> None:
        for _ in range(20):
            inspect_file(path, OPTIONS)

    inspect_file(path, OPTIONS)
    alone, whole = cost(bare), cost(ours)
    return {"pypdf_alone": round(alone / 20, 4), "inspect": round(whole / 20, 4), "ratio": round(whole / alone, 2)}


def growth(folder: Path, counts: list[int]) -> dict[str, float]:
    """Wall-clock milliseconds for each of 20, 80, ... text documents in two sandbox workers: level when linear."""
    found = {}
    for count in counts:
        paths = []
        for number in range(count):
            paths.append(folder / f"many-{number}.pdf")
            paths[-1].write_bytes(born_digital(replace(Paper(), number=str(number + 1))))
        started = time.perf_counter()
        list(inspect_files(paths, OPTIONS, 2, Limits(wall_seconds=60)))
        found[str(count)] = round(1000 * (time.perf_counter() - started) / count, 1)
    return found


def against_ocrmypdf(folder: Path, count: int) -> dict[str, Any] | str:
    """Fields and verdict against `ocrmypdf --jobs 2` on the same scans, in wall-clock seconds."""
    if shutil.which("ocrmypdf") is None:
        return "ocrmypdf is not installed here"
    paths = []
    for number in range(count):
        paths.append(folder / f"one-{number}.pdf")
        paths[-1].write_bytes(scanned(replace(Paper(), number=str(number + 20)), Scanner(dpi=300, seed=number)))
    started = time.perf_counter()
    list(inspect_files(paths, OPTIONS, 2, Limits(wall_seconds=120)))
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for path in paths:
        subprocess.run(["ocrmypdf", "--jobs", "2", "-l", "vie", "-q", path, folder / "out.pdf"], check=True)
    theirs = time.perf_counter() - started
    return {"inspect": round(ours, 1), "ocrmypdf": round(theirs, 1), "times_faster": round(theirs / ours, 1)}


def accuracy(folder: Path, count: int) -> dict[str, Any]:
    """Shares of fields read rightly and of words found, over random papers scanned at 200 to 300 dpi."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for seed in range(count):
        chance = random.Random(seed)
        paper, scanner = _random_paper(chance, seed)
        path = folder / "paper.pdf"
        path.write_bytes(scanned(paper, scanner))
        answer = inspect_file(path, OPTIONS)
        for name, (got, wanted) in _compared(paper, scanner, answer).items():
            asked[name] += 1
            right[name] += got == wanted
        truth = [word for line in typeset(paper).lines for word in line.split()]
        for name, how in (("words", str), ("words without diacritics", plain)):
            lacking = Counter(map(how, truth)) - Counter(map(how, answer["text"].split()))
            asked[name] += len(truth)
            right[name] += len(truth) - lacking.total()
    return {name: f"{right[name]}/{asked[name]} = {100 * right[name] / asked[name]:.1f} %" for name in asked}


def _random_paper(chance: random.Random, seed: int) -> tuple[Paper, Scanner]:
    by_hand = chance.random() < 0.4
    number, day = str(chance.randint(1, 2000)).zfill(2), f"{chance.randint(1, 28):02d}"
    kind, symbol = chance.choice((("QUYẾT ĐỊNH", "QĐ"), ("THÔNG BÁO", "TB"), ("KẾ HOẠCH", "KH"), ("TỜ TRÌNH", "TTr")))
    paper = Paper(number="" if by_hand else number, day="" if by_hand else day, kind=kind, symbol=f"{symbol}-UBND")
    scanner = Scanner(
        dpi=chance.choice((200, 250, 300)),
        seed=seed,
        skew=chance.choice((-1.2, 0, 0, 0.8)),
        noise=chance.choice((3, 6, 10)),
        hand_number=number if by_hand else "",
        hand_day=day if by_hand else "",
    )
    return paper, scanner


def _compared(paper: Paper, scanner: Scanner, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    fields = {name: found or {} for name, found in answer["fields"].items()}
    pairs = {
        "symbol": (fields["symbol"].get("value"), paper.symbol),
        "type": (fields["type"].get("value"), paper.kind),
        "issuer": (fields["issuer"].get("value"), " ".join(paper.organ)),
        "signer": (fields["signer"].get("value"), paper.signer),
        "title": (fields["signer_title"].get("value"), paper.stack[-1]),
        "verdict": (answer["digitisation"]["verdict"], "đạt"),
    }
    if scanner.hand_number:
        states = fields["number"].get("state"), fields["issued_on"].get("state")
        return pairs | {"handwriting known as such": (states, ("handwritten", "handwritten"))}
    day = f"{paper.year}-{paper.month}-{paper.day}"
    printed = fields["number"].get("value"), fields["issued_on"].get("value")
    return pairs | {
        "number": (printed[0], f"{paper.number}/{paper.symbol}"),
        "day of issue": (printed[1], day),
    }


def cost(deed: Callable[[], Any]) -> float:
    """CPU seconds of this process and of the children it has waited for."""
    before = _spent()
    deed()
    return round(_spent() - before, 3)


def _spent() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
