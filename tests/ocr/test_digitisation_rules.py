"""Thresholds of the digitisation verdict are data: by profile, each with what it rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocr import digitisation
from ocr.digitisation import Profile, judge, outcome_of, rules, thresholds_of
from ocr.page import PageReading

PROVENANCE = {"cited", "unverified", "measured", "proposal"}
A4 = (595.0, 842.0)


@pytest.mark.parametrize("profile", ["scanned", "born_digital"])
def test_every_threshold_says_what_it_rests_on(profile: str) -> None:
    references = rules()["references"]

    for name, entry in rules()["profiles"][profile].items():
        assert {"document", "part", "text", "provenance"} == set(references[entry["reference"]]), name
        assert references[entry["reference"]]["provenance"] in PROVENANCE


def test_every_threshold_and_outcome_is_used() -> None:
    folder = Path(digitisation.__file__).parent
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py")).replace("'", '"')

    names = {name for profile in rules()["profiles"].values() for name in profile}
    assert [name for name in sorted(names) if f'"{name}"' not in code] == []
    assert [name for name in rules()["outcomes"] if f'"{name}"' not in code] == []


def test_every_code_that_is_told_has_an_outcome() -> None:
    folder = Path(digitisation.__file__).parent
    told = {code for file in folder.rglob("*.py") for code in re.findall(r'Note\(\s*"(\w+)"', file.read_text("utf-8"))}

    assert {outcome_of(code) for code in told} <= {"đạt", "cần người xem", "không đạt", "ghi chú"}


@pytest.mark.parametrize(
    ("profile", "wide", "codes"),
    [("scanned", 1.05, set()), ("born_digital", 1.05, {"paper_size"}), ("born_digital", 1.01, set())],
)
def test_a_scanner_may_miss_the_paper_by_more_than_a_program(profile: Profile, wide: float, codes: set[str]) -> None:
    dpi = 300 if profile == "scanned" else None
    page = PageReading(1, "scan", A4[0] * wide, A4[1], dpi=dpi, colour="colour", source="layer", text="một")

    judged = judge([page], profile=profile, version="1.7", notes=())

    assert {reason.code for reason in judged.reasons} == codes


def test_resolution_and_colour_are_asked_of_scans_alone() -> None:
    assert {"least_dpi", "tolerated_dpi", "motto_mm"} <= set(thresholds_of("scanned"))
    assert not {"least_dpi", "tolerated_dpi", "motto_mm"} & set(thresholds_of("born_digital"))
    assert thresholds_of("image") == thresholds_of("scanned")
