"""Words are kept with their places, so that a search marks its hits on the page; nothing printed grows by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from flows.examining.documents import list_documents
from flows.examining.searching import places_on_page, rebuild_index
from flows.examining.uploading import upload_files
from flows.resources import open_resources
from flows.scores import browsing
from ocr import InspectOptions, inspect_file
from ocr.kept_words import packed_words, unpacked_words
from ocr.page import PageReading
from ocr.words import Box, Word
from storage.documents.search import Query, answering
from tests.ocr.papers import Paper, born_digital

AT = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_hit_is_marked_where_the_word_stands_and_still_after_the_index_is_made_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1, min_free_mib=0)
    paper = tmp_path / "12-TB.pdf"
    paper.write_bytes(born_digital(replace(Paper(), number="12")))
    upload_files(settings, [paper], folder="1.7.1", at=AT)

    with open_resources(settings) as resources:
        (sha256,) = (row["sha256"] for row in list_documents(resources))
        signer = browsing.document(resources, sha256)["said"]["result"]["fields"]["signer"]
        found = places_on_page(resources, sha256, signer["page"], f'"{signer["value"]}"')
        rebuild_index(resources)
        after = places_on_page(resources, sha256, signer["page"], f'"{signer["value"]}"')
        nothing = places_on_page(resources, sha256, signer["page"], "khôngcótừnày")

    assert (found, nothing) == (after, [])
    assert len(found) == len(signer["value"].split())
    box = min(b[0] for b in found), min(b[1] for b in found), max(b[2] for b in found), max(b[3] for b in found)
    assert box == pytest.approx(signer["box"], abs=0.002)


def test_words_keep_text_box_and_confidence() -> None:
    words = (
        Word("Số:", Box(59.5, 84.2, 119.0, 100.0), 1.0, "layer"),
        Word("½\ud800", Box(0, 0, 595, 842), 0.876, "ocr"),
    )

    kept = unpacked_words(packed_words(PageReading(1, "text", 595.0, 842.0, words=words)))

    assert [(word.text, word.confidence) for word in kept] == [("Số:", 1.0), ("½\ud800", 0.88)]
    assert kept[0].box == pytest.approx((0.1, 0.1, 0.2, 0.1188), abs=1e-4)
    assert unpacked_words(packed_words(PageReading(2, "blank", 595.0, 842.0))) == []


def test_an_examination_gives_words_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(born_digital(Paper()))

    plain, kept = (inspect_file(path, InspectOptions(at=AT, keep_words=asked)) for asked in (False, True))

    assert "words" not in plain
    assert [len(unpacked_words(data)) for data in kept.pop("words").values()] == [
        page["words"] for page in kept["pages"]
    ]
    assert {**kept, "took_seconds": 0} == {**plain, "took_seconds": 0}


PAGE = ["Số:", "12/KH-UBND", "cải", "cách", "hành", "chính", "(Cải", "cách)"]
ASKED = {
    "cai cach": [2, 3, 6, 7],
    '"hành chính"': [4, 5],
    "CẢI": [2, 6],
    "12/KH-UBND": [1],
    "cài": [2, 6],
    "chín*": [5],
    "tiền": [],
}


@pytest.mark.parametrize("asked", ASKED)
def test_words_that_answer_are_found_in_the_spelling_asked_for_else_in_any(asked: str) -> None:
    query = Query.of(asked)
    assert query is not None

    assert answering(PAGE, query) == ASKED[asked]
