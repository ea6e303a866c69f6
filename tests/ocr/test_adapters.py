"""The adapters of the engine give the same answers, whichever version of tesseract is behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ocr import InspectOptions, inspect_file
from ocr.fields.grammar import slips
from ocr.fields.layout import head_of
from ocr.fields.number import number_of
from ocr.page import PageReading
from ocr.words import Box, Word
from tests.ocr.ground_truth import case_of
from tests.ocr.papers import Paper, Scanner, scanned
from tests.ocr.scanning import file_of

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC), budget_seconds=300)
ADAPTERS = ("tesserocr", "library", "command")


def _answers(path: Path) -> list[dict[str, Any]]:
    return [inspect_file(path, replace(OPTIONS, engine=adapter)) for adapter in ADAPTERS]


def _stated(answer: dict[str, Any]) -> dict[str, Any]:
    """What the examination says, without places and confidences.

    Recipients left out: 11-point lines under a seal, of which the versions of tesseract lose one now and then.
    """
    fields = {name: found and (found["state"], found["value"]) for name, found in answer["fields"].items()}
    del fields["recipients"]
    codes = sorted(reason["code"] for reason in answer["digitisation"]["reasons"])
    return fields | {"kinds": [page["kind"] for page in answer["pages"]], "codes": codes}


def test_all_adapters_of_the_engine_read_alike(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(scanned(replace(Paper(), body=()), Scanner()))

    texts = [answer["text"] for answer in _answers(tmp_path / "1.pdf")]

    assert texts[1] == texts[2]
    assert slips(texts[0], texts[1]) <= 0.02 * len(texts[0])  # the wheel's library is newer
    assert "HỘI AN ĐÔNG" in texts[0].replace("Á", "A")


@pytest.mark.parametrize("seed", [4004, 4010])
def test_fields_and_verdict_do_not_depend_on_the_adapter(tmp_path: Path, seed: int) -> None:
    (tmp_path / "1.pdf").write_bytes(file_of(case_of(seed, grade="clean")))

    first, *others = (_stated(answer) for answer in _answers(tmp_path / "1.pdf"))

    assert [other == first for other in others] == [True, True], [first, *others]


CUTS = {
    "surely read in the cut": ("/QĐ-BCĐ138", 0.86, "QĐ-BCĐ138"),
    "less surely read in the cut": ("/QĐ-BCĐ133", 0.4, "QĐ-BCĐ128"),
    "a slash read as a letter in the cut": ("IQĐ-BCĐ128", 0.9, "QĐ-BCĐ128"),
    "something else in the cut": ("/KH-UBND", 0.9, "QĐ-BCĐ128"),
    "nothing in the cut": ("", 0.0, "QĐ-BCĐ128"),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_doubtful_symbol_is_cut_out_and_read_once_more(name: str) -> None:
    said, confidence, wanted = CUTS[name]
    words = (
        Word("Số:", Box(100, 100, 118, 110), 0.9, "ocr", 1),
        Word("/QĐ-BCĐ128", Box(150, 100, 230, 110), 0.58, "ocr", 1),
    )
    page = PageReading(1, "scan", 595, 842, words=words, source="ocr")

    found = number_of(head_of(page), lambda _page, box: [Word(said, box, confidence, "ocr", 1)] if said else [])

    assert found is not None
    assert found.symbol.value == wanted


def test_a_sure_symbol_is_not_read_again() -> None:
    words = (
        Word("Số:", Box(100, 100, 118, 110), 0.9, "ocr", 1),
        Word("12/KH-UBND", Box(125, 100, 220, 110), 0.93, "ocr", 1),
    )
    page = PageReading(1, "scan", 595, 842, words=words, source="ocr")
    asked: list[Box] = []

    number_of(head_of(page), lambda _page, box: asked.append(box) or [])  # type: ignore[func-returns-value]

    assert asked == []
