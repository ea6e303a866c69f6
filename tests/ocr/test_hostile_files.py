"""Files of strangers: each gets an answer with a verdict and a Vietnamese reason, and the next file is read."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ocr import EngineMissing, InspectOptions, inspect_file, inspect_files
from ocr.engines.port import engine_for
from sandbox import Limits
from tests.ocr import exotic, hostile
from tests.ocr.answer_shape import faults_of_shape
from tests.ocr.layered import searchable
from tests.ocr.papers import Paper, Scanner, born_digital, scan, scanned

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC))
SHORT = replace(Paper(), body=())
KEYS = {"file", "sha256", "media_type", "pdf_version", "pages", "text_source", "took_seconds"} | {
    "fields",
    "digitisation",
    "signature",
    "status",
    "reason_vi",
}


def inspected(folder: Path, content: bytes, **options: Any) -> dict[str, Any]:
    path = folder / "tep.pdf"
    path.write_bytes(content)
    answer = inspect_file(path, replace(OPTIONS, **options))
    assert set(answer) >= KEYS
    assert faults_of_shape(answer) == []
    json.dumps(answer, allow_nan=False)
    return answer


def codes(answer: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answer["digitisation"]["reasons"]}


UNREADABLE = {
    "empty": (lambda: b"", "unreadable", "PARSE"),
    "a Word file named pdf": (hostile.word_document, "not_pdf", "NOT_PDF"),
    "a web page": (lambda: b"<html><body>404</body></html>", "not_pdf", "NOT_PDF"),
    "a telephone's picture": (lambda: b"\0\0\0\x18ftypheic" + bytes(40), "not_pdf", "NOT_PDF"),
    "truncated": (lambda: born_digital(SHORT)[:20_000], "unreadable", "PARSE"),
    "a header and noise": (lambda: b"%PDF-1.4\n" + bytes(range(256)) * 40, "unreadable", "PARSE"),
    "locked by a password": (lambda: hostile.locked(born_digital(SHORT), user="secret"), "password", "PASSWORD"),
    "a picture of 400 million pixels": (hostile.png_bomb, "limit", "LIMIT"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_a_reason_and_the_way_out(tmp_path: Path, name: str) -> None:
    made, code, sub = UNREADABLE[name]

    answer = inspected(tmp_path, made())

    assert answer["status"] == "unreadable"
    assert "Đề nghị" in answer["reason_vi"]
    assert codes(answer) == {code}
    assert answer["digitisation"]["verdict"] != "đạt"
    assert (answer["signature"]["verdict"], answer["signature"]["sub"]) == ("UNREADABLE", sub)


TRAPS = {
    "a picture of 400 million pixels in a PDF": hostile.image_bomb,
    "a page tree that holds itself": hostile.looping_tree,
    "a cross-reference table before itself": hostile.looping_previous,
    "a form that draws itself": hostile.looping_form,
    "forms that draw forms 30 ** 11 times": hostile.form_fan,
    "a catalogue of 100,000 nested arrays": hostile.nested_arrays,
    "a page of five metres": hostile.huge_page,
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_answered_in_seconds_and_never_passes(tmp_path: Path, name: str) -> None:
    trap, began = TRAPS[name](), time.process_time()
    answer = inspected(tmp_path, trap, budget_seconds=20)

    assert time.process_time() - began < 30
    assert answer["digitisation"]["verdict"] != "đạt"
    assert answer["status"] == "read" or "Đề nghị" in answer["reason_vi"]


LAWFUL_BUT_ODD = {
    "no pages": exotic.no_pages,
    "no media box": exotic.no_media_box,
    "a page of one point": exotic.tiny_page,
    "a page without bounds": exotic.endless_box,
    "letters that are drawings": exotic.drawn_font,
    "3,000 notes": exotic.many_annotations,
    "400 filters": exotic.filter_chain,
    "5,000 levels of pages": exotic.deep_tree,
    "2,000 million pages promised": exotic.lying_count,
    "a pattern of tiny cells": exotic.pattern_flood,
}


@pytest.mark.parametrize("name", LAWFUL_BUT_ODD)
def test_an_odd_file_gets_an_answer_and_never_passes(tmp_path: Path, name: str) -> None:
    answer = inspected(tmp_path, LAWFUL_BUT_ODD[name](), budget_seconds=20)

    assert answer["digitisation"]["verdict"] != "đạt"
    assert answer["digitisation"]["reasons"]


@pytest.fixture(scope="module")
def page_picture() -> Image.Image:
    return scan(SHORT, Scanner(dpi=150))


@pytest.mark.parametrize("way", exotic.SCANS)
def test_a_page_is_read_however_the_scanner_stored_it(tmp_path: Path, page_picture: Image.Image, way: str) -> None:
    answer = inspected(tmp_path, exotic.SCANS[way](page_picture))

    assert answer["fields"]["type"]["value"] == "THÔNG BÁO"
    assert answer["fields"]["symbol"]["value"] == "TB-UBND"
    (page,) = answer["pages"]
    assert (page["dpi"], page["kind"]) == (150, "scan")
    assert (page["colour"] == "bilevel") == (way in {"bilevel", "bilevel_inverted", "stencil", "fax", "jbig2"})


def test_a_picture_behind_a_mask_is_white_paper(tmp_path: Path, page_picture: Image.Image) -> None:
    answer = inspected(tmp_path, exotic.behind_mask(page_picture))

    assert "blank_document" in codes(answer)


@pytest.mark.parametrize("way", ["stencil", "fax", "jbig2", "mirrored_matrix", "strips"])
def test_words_printed_over_a_scan_hide_it_in_no_storage(tmp_path: Path, page_picture: Image.Image, way: str) -> None:
    """The typed words are seen, yet repeat what the picture says; fax and jbig2 are negatives here."""
    scan_file = exotic.SCANS[way](page_picture)

    answer = inspected(tmp_path, searchable(scan_file, born_digital(SHORT), visible=True))

    assert (answer["pages"][0]["kind"], answer["pages"][0]["dpi"]) == ("mixed", 150)
    assert answer["fields"]["number"]["value"] == "12/TB-UBND"
    assert "low_resolution" in codes(answer)


@pytest.mark.parametrize("made", [exotic.portfolio, exotic.xfa_form], ids=["portfolio", "form"])
def test_what_a_reader_does_not_show_is_told(tmp_path: Path, made: Callable[[Paper], bytes]) -> None:
    answer = inspected(tmp_path, made(SHORT))

    assert "active_content" in codes(answer)
    assert answer["fields"]["number"]["value"] == "12/TB-UBND"


def test_text_that_lies_on_its_side_is_read_and_fails(tmp_path: Path) -> None:
    answer = inspected(tmp_path, exotic.negative_rotation(SHORT))

    assert answer["fields"]["number"]["value"] == "12/TB-UBND"
    assert answer["pages"][0]["rotation"] == 270
    assert "rotated" in codes(answer)


def test_a_drawing_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.reading.pdf_page._MOST_DRAWING_SECONDS", 0.0)

    answer = inspected(tmp_path, exotic.many_paths(60_000))

    assert codes(answer) == {"page_unread"}
    assert "nét vẽ" in answer["reason_vi"]


def test_letters_that_json_and_databases_refuse_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "\udce9.pdf"
    path.write_bytes(exotic.unicode_traps())

    answer = inspect_file(path, OPTIONS)

    said = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    assert said.encode()
    assert "\\u0000" not in said
    assert "THONG" in answer["text"]


def test_ten_thousand_pages_are_capped_with_a_note(tmp_path: Path) -> None:
    answer = inspected(tmp_path, hostile.many_pages(10_000), max_pages=20)

    assert answer["page_count"] == 10_000
    assert len(answer["pages"]) == 20
    assert "pages_unread" in codes(answer)


def test_a_broken_cross_reference_does_not_hide_the_text(tmp_path: Path) -> None:
    answer = inspected(tmp_path, hostile.broken_references(born_digital(SHORT)))

    assert answer["fields"]["number"]["value"] == "12/TB-UBND"
    assert codes(answer) == {"repaired"}
    assert answer["digitisation"]["verdict"] == "cần người xem"


def test_a_table_that_leads_to_other_objects_is_told_though_readers_mend_it_in_silence(tmp_path: Path) -> None:
    sound = born_digital(SHORT)
    shifted = re.sub(rb"(\d{10})(?= 00000 n)", lambda place: b"%010d" % (int(place[1]) + 20), sound)
    spoilt = sound.replace(b" 00000 n", b" 00000 ?", 1)

    assert codes(inspected(tmp_path, sound)) == set()
    for broken in (shifted, spoilt):
        answer = inspected(tmp_path, broken)
        assert answer["fields"]["number"]["value"] == "12/TB-UBND" and codes(answer) == {"repaired"}


def test_a_lock_without_password_a_script_and_an_attachment_are_told(tmp_path: Path) -> None:
    locked = inspected(tmp_path, hostile.locked(born_digital(SHORT), user=""))
    scripted = inspected(tmp_path, hostile.with_script_and_attachment(born_digital(SHORT)))

    assert locked["fields"]["number"]["value"] == "12/TB-UBND"
    assert "encrypted" in codes(locked)
    details = [r["detail"] for r in scripted["digitisation"]["reasons"] if r["code"] == "active_content"]
    assert len(details) == 2


def test_when_time_runs_out_page_one_is_read_and_the_rest_is_noted(tmp_path: Path) -> None:
    answer = inspected(tmp_path, hostile.many_pages(50), budget_seconds=0.01)

    assert [page["number"] for page in answer["pages"]] == [1]
    assert "pages_unread" in codes(answer)


def test_a_missing_file_is_an_answer_too(tmp_path: Path) -> None:
    answer = inspect_file(tmp_path / "khong-co.pdf", OPTIONS)

    assert (answer["status"], answer["sha256"]) == ("unreadable", None)


def test_a_killed_worker_costs_its_own_file_alone(tmp_path: Path) -> None:
    """A page that swells to 900 MiB in a worker that may have 1.25 GiB; the documents before and after it are read."""
    names = {"1.pdf": born_digital(SHORT), "2.pdf": exotic.flate_bomb(), "3.pdf": born_digital(SHORT)}
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)

    answers = list(
        inspect_files([tmp_path / name for name in names], OPTIONS, 1, Limits(wall_seconds=60, memory_bytes=1280 << 20))
    )

    assert [Path(answer["file"]).name for answer in answers] == list(names)
    assert [answer["fields"]["number"] and answer["fields"]["number"]["value"] for answer in answers][::2] == [
        "12/TB-UBND",
        "12/TB-UBND",
    ]
    assert answers[1]["status"] == "unreadable"
    assert answers[1]["reason_vi"]


def test_a_worker_over_its_time_gives_an_answer_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(scanned(Paper(), Scanner(dpi=300)))

    (answer,) = inspect_files([tmp_path / "1.pdf"], OPTIONS, 1, Limits(wall_seconds=0.3))

    assert (answer["failure"], answer["took_seconds"]) == ("timeout", 0.3)
    assert answer["sha256"]
    assert answer["digitisation"]["verdict"] == "cần người xem"
    assert (answer["signature"]["verdict"], answer["signature"]["sub"]) == ("UNREADABLE", "TIMEOUT")


def test_a_language_that_is_not_installed_names_the_line_that_installs_it(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(scanned(SHORT, Scanner()))
    engine_for.cache_clear()

    with pytest.raises(EngineMissing, match="apt-get install"):
        inspect_file(tmp_path / "1.pdf", replace(OPTIONS, language="xyz"))


@pytest.mark.parametrize(("header", "version"), [(b"junk\r\n%PDF-1.7", "1.7"), (b"%PDF-", None)])
def test_a_pdf_is_read_whatever_stands_before_or_lacks_in_its_header(
    tmp_path: Path, header: bytes, version: str | None
) -> None:
    sound = born_digital(SHORT)

    answer = inspected(tmp_path, header + sound[len(b"%PDF-1.7") :])

    assert answer["pdf_version"] == version
    assert answer["fields"]["number"]["value"] == "12/TB-UBND"


def test_a_page_whose_letters_nobody_sees_is_blank_not_typed(tmp_path: Path) -> None:
    answer = inspected(tmp_path, exotic.invisible_text())

    assert codes(answer) == {"blank_document"}
