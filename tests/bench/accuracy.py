"""How well documents are read: strict character errors, each field, handwriting, verdicts, over random documents.

    .venv/bin/python -m tests.bench.accuracy [--from 1000] [--count 60] [--grades clean,fair] [--show] [--json OUT]

Character error rate: edit distance of the whole page's text, row by row as it was set, over its length; white space
counts once. Documents whose number and day are written by pen are left out of it: nobody knows what their text is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ocr import InspectOptions, inspect_file
from ocr.words import plain
from tests.ocr.faces import FACES
from tests.ocr.ground_truth import Case, case_of, truth_of
from tests.ocr.scanning import file_of
from tests.ocr.typesetting import typeset

OPTIONS = InspectOptions(at=datetime(2026, 12, 1, tzinfo=UTC), budget_seconds=600)
FIELDS = (
    *("number", "symbol", "type", "issued_on", "issuer", "place", "subject"),
    *("signer", "signer_title", "authority", "recipients", "dossier_code"),
)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--from", type=int, default=1000, dest="first")
    asked.add_argument("--count", type=int, default=60)
    asked.add_argument("--grades", default="clean,fair")
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--show", action="store_true", help="every difference")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--faces", default="", help="families or font files, parted by commas; else the usual ones")
    asked.add_argument("--rich", action="store_true", help="more pages, searchable and pasted scans, dossier codes")
    options = asked.parse_args()
    faces = tuple(options.faces.split(",")) if options.faces else FACES
    grades = options.grades.split(",")
    cases = [
        case_of(seed, grade=grades[seed % len(grades)], faces=faces, rich=options.rich)
        for seed in range(options.first, options.first + options.count)
    ]
    with ProcessPoolExecutor(options.workers) as pool:
        outcomes = list(pool.map(examined, cases, chunksize=4))
    if options.show:
        for outcome in outcomes:
            for name, (got, wanted) in outcome["wrong"].items():
                print(f"{outcome['seed']} {outcome['grade']} {name}: {got!r} , true {wanted!r}", file=sys.stderr)
    report = summed(outcomes)
    if options.json:
        options.json.write_text(json.dumps(outcomes, ensure_ascii=False, indent=1), encoding="utf-8")
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    print()


def examined(case: Case) -> dict[str, Any]:
    """One document made, inspected and compared: {seed, grade, asked: {name: right?}, wrong, errors, length}."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "van-ban.pdf"
        path.write_bytes(file_of(case))
        answer = inspect_file(path, OPTIONS)
    pairs = {name: pair for name, pair in _pairs(case, answer).items() if pair is not None}
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    counted = not case.by_hand and case.flaw != "low_dpi" and case.carrier != "pasted"
    return {
        "seed": case.seed,
        "grade": case.flaw if case.flaw in ("low_dpi", "bilevel") and case.grade != "fax" else case.grade,
        "carrier": case.carrier,
        "asked": {name: name not in wrong for name in pairs},
        "wrong": wrong,
        "false_pass": answer["digitisation"]["verdict"] == "đạt" and case.verdict == "không đạt",
        "text": _errors(typeset(case).rows, answer["text"]) if counted else None,
        "seconds": answer["took_seconds"],
    }


def _pairs(case: Case, answer: dict[str, Any]) -> dict[str, tuple[Any, Any] | None]:
    """What was read and what is true, by field; None where the question does not arise."""
    truth, fields = truth_of(case), {name: found or {} for name, found in answer["fields"].items()}
    pairs: dict[str, tuple[Any, Any] | None] = {name: (fields[name].get("value"), truth[name]) for name in FIELDS}
    state = (fields["number"].get("state"), fields["issued_on"].get("state"))
    kind = truth["state"]
    if kind != "read":
        pairs |= {"number": None, "issued_on": None}
    if case.flaw == "low_dpi":
        pairs |= dict.fromkeys(("recipients", "dossier_code"))  # small print that nobody asks a poor scan for
    verdict = answer["digitisation"]["verdict"]
    return pairs | {
        "handwriting": (state, ("handwritten", "handwritten")) if kind == "handwritten" else None,
        "blank": (state, ("blank", "blank")) if kind == "blank" else None,
        "verdict": (verdict, case.verdict) if case.verdict else None,
    }


def _errors(rows: Iterable[str], text: str) -> dict[str, int]:
    """Characters wrong, missing or too many, with and without diacritics, and the length of the truth."""
    truth, got = _flat(" ".join(rows)), _flat(text)
    return {"errors": distance(truth, got), "plain": distance(plain(truth), plain(got)), "length": len(truth)}


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def distance(one: str, other: str) -> int:
    """Levenshtein distance, a row at a time."""
    letters = np.array([ord(c) for c in other], dtype=np.int64)
    steps = np.arange(len(other) + 1)
    row = steps.copy()
    for place, letter in enumerate(one, 1):
        best = np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))
        best = np.concatenate(([place], best))
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def summed(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares by grade and field."""
    by_grade: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for outcome in outcomes:
        by_grade[outcome["grade"]].append(outcome)
    if {"clean", "fair"} <= set(by_grade):
        by_grade["clean and fair"] = by_grade["clean"] + by_grade["fair"]
    return {grade: _shares(every) for grade, every in sorted(by_grade.items())}


def _shares(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    texts = [one["text"] for one in outcomes if one["text"]]
    length = max(1, sum(text["length"] for text in texts))
    told: dict[str, Any] = {"documents": len(outcomes)}
    for name, key in (("character errors", "errors"), ("without diacritics", "plain")):
        told[name] = f"{100 * sum(text[key] for text in texts) / length:.2f} %"
    for name in (*FIELDS, "handwriting", "blank", "verdict"):
        asked = [one["asked"][name] for one in outcomes if name in one["asked"]]
        if asked:
            told[name] = f"{sum(asked)}/{len(asked)} = {100 * sum(asked) / len(asked):.1f} %"
    return told | {"false passes": sum(one["false_pass"] for one in outcomes)}


if __name__ == "__main__":
    main()
