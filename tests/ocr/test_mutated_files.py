"""Files broken by chance: one valid answer each, in their order (tests/bench/odd_files.py runs many)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from ocr import InspectOptions, inspect_files
from sandbox import Limits
from tests.ocr.mutated import mutated

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC))
LIMITS = Limits(wall_seconds=30)
VERDICTS = {"đạt", "không đạt", "cần người xem"}


def test_the_same_seed_breaks_a_file_the_same_way() -> None:
    assert mutated(3) == mutated(3)
    assert mutated(3) != mutated(4)


def test_each_broken_file_gets_one_answer_in_its_place(tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.pdf" for seed in range(200, 224)]
    for path in paths:
        path.write_bytes(mutated(int(path.stem)))

    answers = list(inspect_files(paths, OPTIONS, 2, LIMITS))

    assert [answer["file"] for answer in answers] == [str(path) for path in paths]
    for answer in answers:
        json.dumps(answer, allow_nan=False)
        assert answer["digitisation"]["verdict"] in VERDICTS
        assert answer["digitisation"]["reasons"] or answer["digitisation"]["verdict"] == "đạt"
        assert answer["reason_vi"] or answer["status"] == "read"
