"""The generator of documents: any installed face, several pages, searchable and pasted scans, files with truth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.ocr.faces import FACES, NoFace, font_file, installed
from tests.ocr.ground_truth import case_of, truth_of
from tests.ocr.scanning import file_of, pictures_of
from tests.ocr.typesetting import typeset
from tests.ocr.write_papers import write_papers


def test_every_installed_family_with_vietnamese_letters_can_be_set() -> None:
    assert set(FACES) <= set(installed()) | {"Liberation Serif"}
    for face in installed():
        rows = typeset(case_of(8001, faces=(face,), grade="digital")).rows
        assert any("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in row for row in rows)


def test_a_face_may_be_a_file_with_its_siblings() -> None:
    file = font_file(FACES[0], "Regular")

    assert font_file(file, "Regular") == file
    assert Path(font_file(file, "Bold")).stem.endswith("Bold")


def test_an_unknown_face_names_those_that_are_here() -> None:
    with pytest.raises(NoFace, match=FACES[0]):
        font_file("Gelasio of nowhere", "Bold")


def test_richer_documents_have_pages_carriers_and_codes() -> None:
    cases = [case_of(seed, rich=True) for seed in range(8000, 8060)]

    assert {case.carrier for case in cases} == {"scan", "searchable", "pasted"}
    assert len({typeset(case).pages for case in cases[:30]}) >= 2
    assert any(truth_of(case)["dossier_code"] for case in cases)
    assert [case_of(seed, rich=True) for seed in range(8000, 8060)] == cases


def test_files_come_with_their_truth(tmp_path: Path) -> None:
    cases = [case_of(seed, rich=True, grade="clean") for seed in (8000, 8002)]

    write_papers(tmp_path, cases)

    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert sorted(truth) == sorted(path.name for path in tmp_path.glob("*.pdf"))
    for case in cases:
        name = f"van-ban-{case.seed}.pdf"
        assert (tmp_path / name).read_bytes() == file_of(case)
        assert truth[name]["signer"] == case.wording.signer
        assert len(PdfReader(tmp_path / name).pages) == truth[name]["made"]["pages"]


def test_the_seal_stands_on_the_last_page_alone() -> None:
    case = next(
        case for seed in range(8000, 8060) if typeset(case := case_of(seed, rich=True, grade="clean")).pages == 2
    )
    scanner = replace(case.scanner, noise=0.0, colour="RGB", turn=0, dpi=60, seal=True, signature=False)  # type: ignore[type-var]

    pages = pictures_of(replace(case, scanner=scanner, by_hand=False))

    reds = [sum(page.getchannel("R").histogram()[150:]) - sum(page.getchannel("G").histogram()[150:]) for page in pages]
    assert reds[1] > 2 * reds[0] + 300
