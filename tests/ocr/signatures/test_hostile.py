"""Hostile structure gets an answer with a reason within its limits, and the service goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ocr.budget import OutOfTime, at_most
from ocr.signatures import TrustStore, examine_signatures
from sandbox import Failure, Limits, run_each
from tests.ocr.signatures.authority import AT
from tests.ocr.signatures.case import signed
from tests.ocr.signatures.hostile import HOSTILE, twenty_thousand_fields
from tests.ocr.signatures.questions import verdict_of

_LIMITS = Limits(memory_bytes=1 << 30, wall_seconds=300)
"""Seconds of the clock say how busy the machine is; those of the processor are told with each answer."""


def test_every_hostile_file_is_answered_within_thirty_seconds_and_one_gigabyte(tmp_path: Path) -> None:
    files = []
    for build in (*HOSTILE, signed):
        file = tmp_path / f"{build.__name__}.pdf"
        file.write_bytes(build())
        files.append(file)

    answers = list(run_each(verdict_of, files, workers=1, limits=_LIMITS))

    failures = [answer for answer in answers if isinstance(answer, Failure)]
    assert failures == []
    reports = [answer for answer in answers if not isinstance(answer, Failure)]
    assert max(report["seconds"] for report in reports) < 30
    words = {file.stem: report["verdict"] for file, report in zip(files, reports, strict=True)}
    assert "PASSED" not in words.values(), words
    assert words["signed"] == "INDETERMINATE"
    assert words["twenty_thousand_fields"] == "UNREADABLE"
    assert words["four_hundred_revisions"] == "UNREADABLE"
    assert all(report["summary_vi"] for report in reports)


def test_the_time_bound_of_the_caller_cuts_the_check_short() -> None:
    pdf = twenty_thousand_fields()
    started = time.process_time()

    with pytest.raises(OutOfTime), at_most(0.2):
        while time.process_time() - started < 8:  # one check may be quicker than the bound; none may swallow it
            examine_signatures(pdf, trust=TrustStore(), at=AT)

    assert time.process_time() - started < 10
