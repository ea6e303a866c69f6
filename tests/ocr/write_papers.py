"""Random documents as files with their truth, for whoever wants to judge a reader of documents.

    .venv/bin/python -m tests.ocr.write_papers FOLDER [--from 8000] [--count 20] [--grades clean,fair] [--plain]
        [--faces "DejaVu Serif,/path/to/Face-Regular.ttf"]

FOLDER gets van-ban-8000.pdf, ... and truth.json: by file what must be read (tests/ocr/ground_truth.py, `truth_of`),
and how the document was made (seed, face, grade, flaw, carrier, pages). The seed alone decides: it can be made again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.ocr.faces import FACES
from tests.ocr.ground_truth import Case, case_of, truth_of
from tests.ocr.scanning import file_of
from tests.ocr.typesetting import typeset


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--from", type=int, default=8000, dest="first")
    asked.add_argument("--count", type=int, default=20)
    asked.add_argument("--grades", default="", help="clean, fair, poor, fax, photo, digital; else as the seed says")
    asked.add_argument("--faces", default="", help="installed families or font files, parted by commas")
    asked.add_argument("--plain", action="store_true", help="one page, one picture each")
    options = asked.parse_args()
    faces = tuple(options.faces.split(",")) if options.faces else FACES
    grades = options.grades.split(",")
    write_papers(
        options.folder,
        [
            case_of(seed, faces=faces, grade=grades[seed % len(grades)], rich=not options.plain)
            for seed in range(options.first, options.first + options.count)
        ],
    )


def write_papers(folder: Path, cases: list[Case]) -> None:
    """Each case as a PDF, and truth.json over all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, Any] = {}
    for case in cases:
        name = f"van-ban-{case.seed}.pdf"
        (folder / name).write_bytes(file_of(case))
        made = {key: getattr(case, key) for key in ("seed", "face", "grade", "flaw", "carrier")}
        truth[name] = truth_of(case) | {"made": made | {"pages": typeset(case).pages}}
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
