"""Random documents of the ground-truth generator: a small sample of what tests/bench/accuracy.py measures."""

from __future__ import annotations

import dataclasses
import io
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from ocr import InspectOptions, inspect_fields_first, inspect_file, inspect_files
from ocr.fields.spelling import with_set_phrases
from ocr.pictures.page_image import lines_run_down, without_seal
from ocr.pictures.skew import level_cut, turned_upright
from ocr.words import Box, Word
from sandbox import Limits
from tests.bench.accuracy import distance, examined
from tests.ocr.ground_truth import case_of
from tests.ocr.papers import Paper, Scanner, pages_pdf, scan
from tests.ocr.scanning import file_of, picture_of
from tests.ocr.typesetting import typeset

OPTIONS = InspectOptions(at=datetime(2026, 12, 1, tzinfo=UTC), budget_seconds=300)


def test_the_same_seed_makes_the_same_file() -> None:
    case = case_of(7, grade="fair")

    assert case == case_of(7, grade="fair")
    assert picture_of(case).tobytes() == picture_of(case).tobytes()
    assert case != case_of(8, grade="fair")


def test_a_born_digital_document_is_read_without_an_error() -> None:
    outcome = examined(case_of(1, grade="digital"))

    assert outcome["wrong"] == {}
    assert outcome["text"]["errors"] == 0


@pytest.mark.parametrize("seed", [3006, 4004])
def test_a_scanned_document_is_read(seed: int) -> None:
    """One grey with a seal over the name, one clean in colour."""
    outcome = examined(case_of(seed, grade="clean"))

    assert set(outcome["wrong"]) <= {"subject"}
    if outcome["text"]:
        assert outcome["text"]["errors"] <= 0.05 * outcome["text"]["length"]


def test_a_full_page_on_its_side_is_not_left_on_its_head(tmp_path: Path) -> None:
    """On its head a page full of lines gives more letters surely read than a short one the right way up."""
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(file_of(case_of(11053, grade="fair", rich=True))), pages=(1, 2))
    writer.write(tmp_path / "2.pdf")

    page = inspect_file(tmp_path / "2.pdf", OPTIONS)["pages"][0]

    assert page["rotation"] == 270
    assert page["confidence"] > 0.9


def test_a_page_on_its_side_is_turned_before_the_engine_sees_it(tmp_path: Path) -> None:
    upright = scan(dataclasses.replace(Paper(), body=()), Scanner(dpi=150))
    lying = upright.rotate(90, expand=True)
    (tmp_path / "1.pdf").write_bytes(pages_pdf([lying], Scanner(dpi=150)))

    answer = inspect_file(tmp_path / "1.pdf", OPTIONS)

    assert lines_run_down(without_seal(lying))
    assert not lines_run_down(without_seal(upright))
    assert answer["pages"][0]["rotation"] == 90
    assert answer["fields"]["number"]["value"] == "12/TB-UBND"
    left, top, right, bottom = answer["fields"]["type"]["box"]
    assert 0.4 < (left + right) / 2 < 0.6
    assert 0.1 < (top + bottom) / 2 < 0.3


def test_pages_read_by_several_processes_are_those_read_by_one(tmp_path: Path) -> None:
    pages = [
        scan(dataclasses.replace(Paper(), number=str(10 + n), body=()), Scanner(dpi=150, seed=n)) for n in range(5)
    ]
    path = tmp_path / "long.pdf"
    path.write_bytes(pages_pdf(pages, Scanner(dpi=150)))

    (spread,) = inspect_files([path], OPTIONS, 2, Limits(wall_seconds=250))
    alone = inspect_file(path, OPTIONS)

    assert len(spread["pages"]) == 5
    assert spread["text"] == alone["text"]
    assert spread["fields"] == alone["fields"]


def test_a_cut_of_a_skewed_page_is_what_the_level_page_shows_there() -> None:
    picture = Image.linear_gradient("L").resize((800, 1000)).convert("RGB")
    cut = Box(300, 500, 600, 700)

    level = turned_upright(picture, 1.5).crop((300, 500, 600, 700)).convert("L")
    alone = level_cut(picture, 1.5, cut, lambda piece: piece.convert("L"))

    assert max(abs(a - b) for a, b in zip(level.tobytes(), alone.tobytes(), strict=True)) <= 2


PHRASES = {
    "one wrong mark": ("phạm vỉ,", "phạm vi,"),
    "in capitals": ("THỦ TỰC", "THỦ TỤC"),
    "two wrong marks may be another phrase": ("phố biển", "phố biển"),
    "no phrase": ("cần bổ", "cần bổ"),
}


@pytest.mark.parametrize("case", PHRASES)
def test_a_set_phrase_is_put_right(case: str) -> None:
    said, wanted = PHRASES[case]
    words = [Word(text, Box(10.0 * n, 0, 10.0 * n + 9, 10), 0.9, "ocr", 1) for n, text in enumerate(said.split())]

    assert " ".join(word.text for word in with_set_phrases(words)) == wanted


def test_the_measure_counts_letters_not_words() -> None:
    assert distance("Hội An", "Hôi An.") == 2
    assert distance("", "abc") == 3


def test_the_generator_knows_its_rows() -> None:
    case = case_of(1, grade="digital")

    rows = typeset(case).rows

    assert rows[0].endswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert rows[-1].endswith(case.wording.signer)
    assert file_of(case)[:5] == b"%PDF-"


def test_the_fields_of_all_files_stand_before_the_whole_text_of_a_long_one(tmp_path: Path) -> None:
    pages = [scan(dataclasses.replace(Paper(), number=str(10 + n), body=()), Scanner(dpi=150)) for n in range(3)]
    long, short = tmp_path / "long.pdf", tmp_path / "short.pdf"
    long.write_bytes(pages_pdf(pages, Scanner(dpi=150)))
    short.write_bytes(pages_pdf(pages[:1], Scanner(dpi=150)))

    answers = list(inspect_fields_first([long, short], OPTIONS, 1, Limits(wall_seconds=250)))

    assert [(Path(one["file"]).name, one["stage"]) for one in answers] == [
        ("long.pdf", "fields"),
        ("short.pdf", "whole"),
        ("long.pdf", "whole"),
    ]
    assert answers[0]["fields"] == answers[2]["fields"]
    assert [len(one["pages"]) for one in answers] == [2, 1, 3]


def test_a_seal_is_lifted_out_of_the_red_channel_wherever_it_lies_and_grey_paper_stays_as_it_is() -> None:
    page = Image.new("RGB", (800, 1000), (250, 250, 250))
    page.paste((30, 30, 30), (100, 100, 300, 120))
    plain_print = without_seal(page)
    page.paste((200, 40, 50), (700, 930, 760, 990))

    lifted = without_seal(page)

    assert lifted.getpixel((730, 960)) == 255
    assert lifted.getpixel((200, 110)) == 30
    assert lifted.crop((0, 0, 600, 900)).tobytes() == plain_print.crop((0, 0, 600, 900)).tobytes()
