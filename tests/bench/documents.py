"""What reading documents costs: ratios measured in one run. How well they are read: tests/bench/accuracy.py.

    .venv/bin/python -m tests.bench.documents [--pages 12] [--documents 100,2000] [--only scanned_pages,...]

Costs are CPU seconds of this process and its children, which a busy machine changes little; where a goal speaks of
faster, wall-clock seconds of both sides. Both sides take turns in several rounds; a ratio is the median of the rounds'.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pypdf
import pypdfium2 as pdfium
from PIL import Image

from ocr import InspectOptions, inspect_file, inspect_files
from ocr.batch import HEAD_AND_SIGNATURE
from ocr.engines.port import DEFAULT_LANGUAGE, PAGE, Engine, engine_for
from sandbox import Limits
from tests.ocr.ground_truth import case_of
from tests.ocr.papers import Paper, born_digital
from tests.ocr.scanning import file_of, picture_of

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC), budget_seconds=600)
_ROUNDS = 5


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--pages", type=int, default=12)
    asked.add_argument("--documents", default="100,500")
    asked.add_argument("--only", default="")
    options = asked.parse_args()
    counts = [int(count) for count in options.documents.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: dict[str, Callable[[], Any]] = {
            "scanned_pages": lambda: scanned_pages(folder, options.pages),
            "fields_first": lambda: fields_first(folder),
            "text_layer": lambda: text_layer(folder),
            "growth": lambda: growth(folder, counts),
            "against_ocrmypdf": lambda: against_ocrmypdf(folder, options.pages),
            "memory": lambda: memory(folder),
        }
        chosen = options.only.split(",") if options.only else list(parts)
        report = {part: parts[part]() for part in chosen}
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    print()


def _scans(folder: Path, count: int) -> tuple[list[Path], list[tuple[Image.Image, float]]]:
    """`count` different scans of 200 to 300 dpi as files, and their pictures with their dpi."""
    cases = [case_of(seed, grade="fair") for seed in range(100, 100 + 4 * count)]
    sound = [case for case in cases if not case.flaw][:count]
    paths = [folder / f"scan-{case.seed}.pdf" for case in sound]
    for path, case in zip(paths, sound, strict=True):
        path.write_bytes(file_of(case))
    return paths, [(picture_of(case), float(case.scanner.dpi)) for case in sound if case.scanner]


def scanned_pages(folder: Path, count: int) -> dict[str, float]:
    """Scans in one worker a core (text, fields, verdict, signature) against the engine alone, as the goal says.

    `ratio`: wall-clock seconds of all pages, over CPU seconds of the engine alone on the same pictures, as scanned,
    divided by cores. `cost_ratio`: CPU seconds of both in one process, which a busy machine changes little.
    `wall_ratio`: the same seconds of all pages over those of the engine alone in one process a core. Two cores that
    share caches, or are two threads of one, never read twice as much as one; `ratio` charges that to us, this does not.
    `cost_ratio_with_decoding`: as `cost_ratio`, the engine alone with the time in which Pillow makes these files' own
    pictures grey: a bare engine that is given the scan must do that too.
    """
    cores = len(os.sched_getaffinity(0))
    paths, pictures = _scans(folder, max(count, 2 * cores))
    engine = engine_for(DEFAULT_LANGUAGE, "")
    grey = [(picture.convert("L"), dpi) for picture, dpi in pictures]
    _read_all(engine, grey[:1])
    inspect_file(paths[0], OPTIONS)
    list(inspect_files(paths[:cores], OPTIONS, cores))  # the fork server is started, readers are loaded
    rounds = [
        (
            cost(lambda: _read_all(engine, grey)),
            cost(lambda: [inspect_file(path, OPTIONS) for path in paths]),
            _wall(lambda: list(inspect_files(paths, OPTIONS, cores, Limits(wall_seconds=600)))),
            _engine_on_all_cores(grey, cores),
            cost(lambda: [_embedded_grey(path) for path in paths]),
        )
        for _ in range(_ROUNDS)
    ]
    alone, whole, wall, alone_wall, decoding = (median(side) / len(paths) for side in zip(*rounds, strict=True))
    return {
        "engine_alone_a_page": round(alone, 3),
        "inspect_a_page": round(whole, 3),
        "cost_ratio": round(median(whole / alone for alone, whole, *_ in rounds), 2),
        "decoding_a_page": round(decoding, 3),
        "cost_ratio_with_decoding": round(median(one[1] / (one[0] + one[4]) for one in rounds), 2),
        "cores": cores,
        "wall_a_page": round(wall, 3),
        "ratio": round(median(wall / (alone / cores) for alone, _, wall, *_ in rounds), 2),
        "engine_wall_a_page": round(alone_wall, 3),
        "wall_ratio": round(median(wall / alone_wall for _, _, wall, alone_wall, _ in rounds), 2),
    }


def _engine_on_all_cores(pictures: Sequence[tuple[Image.Image, float]], cores: int) -> float:
    """Wall-clock seconds of the engine alone on these pictures, in copies of this process with the model loaded."""
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        pool.map(_read_one, pictures[:cores], chunksize=1)
        return _wall(lambda: pool.map(_read_one, pictures, chunksize=1))


def _read_one(picture: tuple[Image.Image, float]) -> None:
    _read_all(engine_for(DEFAULT_LANGUAGE, ""), [picture])


def _embedded_grey(path: Path) -> Image.Image:
    """The picture in a scan's file, decoded to grey by Pillow."""
    picture = next(pdfium.PdfDocument(path)[0].get_objects())
    return Image.open(io.BytesIO(bytes(picture.get_data()))).convert("L")


def _wall(deed: Callable[[], Any]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def fields_first(folder: Path, pages: int = 20) -> dict[str, float]:
    """CPU seconds until the fields of a scan of 20 pages stand (the first answer of `inspect_fields_first`), against
    the whole text; both with the verdict on what was read, the signature and the marks."""
    paths, _ = _scans(folder, 2)
    path, whole = folder / "long.pdf", pypdf.PdfWriter()
    for number in range(pages):
        whole.append(paths[0 if number in (0, pages - 1) else 1])
    whole.write(path)
    answers: list[dict[str, Any]] = []
    first = replace(OPTIONS, max_pages=HEAD_AND_SIGNATURE)
    inspect_file(paths[0], OPTIONS)
    fields = cost(lambda: answers.append(inspect_file(path, first)))
    text = cost(lambda: answers.append(inspect_file(path, OPTIONS)))
    assert answers[0]["fields"]["signer"] == answers[1]["fields"]["signer"]
    return {"fields": fields, "whole_text": text, "share": round(fields / text, 2)}


def _read_all(engine: Engine, pictures: Sequence[tuple[Image.Image, float]]) -> None:
    for picture, dpi in pictures:
        engine.read(picture, dpi=dpi, layout=PAGE, seconds=300)


def text_layer(folder: Path) -> dict[str, float]:
    """A born-digital document against pypdf's text alone."""
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
    bare()
    rounds = [(cost(bare), cost(ours)) for _ in range(_ROUNDS)]
    alone, whole = (median(side) / 20 for side in zip(*rounds, strict=True))
    ratio = median(inspected / read for read, inspected in rounds)
    return {"pypdf_alone": round(alone, 4), "inspect": round(whole, 4), "ratio": round(ratio, 2)}


def growth(folder: Path, counts: Sequence[int]) -> dict[str, float]:
    """Wall-clock milliseconds for each of 100, 2,000, ... text documents in two sandbox workers: level when linear."""
    found = {}
    for count in counts:
        paths = []
        for number in range(count):
            paths.append(folder / f"many-{number}.pdf")
            paths[-1].write_bytes(born_digital(replace(Paper(), number=str(number + 1))))
        started = time.perf_counter()
        for answer in inspect_files(paths, OPTIONS, 2, Limits(wall_seconds=120)):
            assert answer["fields"]["type"], answer["file"]
        found[str(count)] = round(1000 * (time.perf_counter() - started) / count, 1)
    return found


def against_ocrmypdf(folder: Path, count: int) -> dict[str, Any] | str:
    """Fields and verdict (with the whole text) against `ocrmypdf --jobs 2` on the same scans, in wall-clock seconds."""
    command = shutil.which("ocrmypdf") or shutil.which("ocrmypdf", path=str(Path(sys.executable).parent))
    if command is None:
        return "ocrmypdf is not installed here"
    paths, _ = _scans(folder, count)
    started = time.perf_counter()
    list(inspect_files(paths, OPTIONS, 2, Limits(wall_seconds=600)))
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for path in paths:
        asked = [command, "--jobs", "2", "-l", "vie", "-q", "--output-type", "pdf", path, folder / "out.pdf"]
        subprocess.run(asked, check=True, env=dict(os.environ))
    theirs = time.perf_counter() - started
    return {"inspect": round(ours, 1), "ocrmypdf": round(theirs, 1), "times_faster": round(theirs / ours, 1)}


def memory(folder: Path) -> dict[str, int]:
    """Peak resident memory in MiB of a worker that read a text document, then also a scan."""
    text, (scan,) = folder / "one.pdf", _scans(folder, 1)[0]
    text.write_bytes(born_digital(Paper()))
    return {"text": _peak_of(text), "scan": _peak_of(scan)}


def _peak_of(path: Path) -> int:
    asked = (
        "import re, sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from ocr import InspectOptions, inspect_file;"
        "inspect_file(Path(sys.argv[1]), InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC), budget_seconds=600));"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", asked, path], check=True, capture_output=True, text=True)
    return int(done.stdout)


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
