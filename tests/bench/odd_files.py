"""Odd files through `parindex inspect --json`: each must get one valid JSON object, in order, within 45 seconds.

    .venv/bin/python -m tests.bench.odd_files [--from 0] [--count 200] [FOLDER_OR_PDF ...]

Mutated files by seed (tests/ocr/mutated.py), then those of the folders named, in one run of the command.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.ocr.mutated import mutated


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--count", type=int, default=200)
    asked.add_argument("others", nargs="*", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for seed in range(options.first, options.first + options.count):
            paths.append(Path(name) / f"{seed:06}.pdf")
            paths[-1].write_bytes(mutated(seed))
        report = asked_of_all([*paths, *_pdfs(options.others)])
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    print()


def _pdfs(places: Sequence[Path]) -> list[Path]:
    return [file for place in places for file in (sorted(place.rglob("*.pdf")) if place.is_dir() else [place])]


def asked_of_all(paths: Sequence[Path]) -> dict[str, Any]:
    """One run of the command over all files: what came back, and how long the slowest waited."""
    command = [str(Path(sys.executable).parent / "parindex"), "inspect", *map(str, paths), "--json"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["file"] for answer in answers] == [str(path) for path in paths], done.stderr[-2000:]
    slowest = max(answers, key=lambda answer: answer["took_seconds"] or 0)
    return {
        "files": len(answers),
        "exit": done.returncode,
        "seconds": round(time.monotonic() - started, 1),
        "slowest": [Path(slowest["file"]).name, slowest["took_seconds"]],
        "killed": [Path(answer["file"]).name for answer in answers if answer.get("failure")],
        "verdicts": Counter(answer["digitisation"]["verdict"] for answer in answers),
        "reasons": Counter(reason["code"] for answer in answers for reason in answer["digitisation"]["reasons"]),
    }


if __name__ == "__main__":
    main()
