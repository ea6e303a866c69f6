"""The inbox of the sample holds what its truth says, told by the signature checker itself."""

from __future__ import annotations

import zipfile
from collections import Counter
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from ocr.signatures import TrustStore, examine_signatures
from sample.ward import UNIT, SampleReport
from sample.worktime import VIETNAM

AT = datetime(2026, 1, 5, 1, 0, tzinfo=VIETNAM)
FLAWED = ("organ_only", "expired", "changed", "stamp_picture", "other_agency")


@pytest.fixture(scope="module")
def inbox(ward: SampleReport) -> Path:
    return ward.folder / "inbox" / UNIT


@pytest.fixture(scope="module")
def truth(ward: SampleReport) -> dict[str, dict[str, Any]]:
    documents: dict[str, dict[str, Any]] = ward.truth["documents"]
    return documents


def test_every_file_has_its_truth_and_the_whole_is_small(
    inbox: Path, truth: dict[str, dict[str, Any]], ward: SampleReport
) -> None:
    assert {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()} == set(truth)
    assert ward.documents == len(truth) == 62
    assert ward.bytes < 40_000_000


def test_the_mixture_is_the_one_asked_for(truth: dict[str, dict[str, Any]]) -> None:
    forms, flaws = (Counter(said[name] for said in truth.values()) for name in ("form", "flaw"))

    assert forms == {"born": 49, "scan": 11, "plan": 1, "docx": 1}
    assert all(flaws[flaw] == 1 for flaw in (*FLAWED, "truncated", "grey", "coarse", "docx_named_pdf"))


@pytest.mark.parametrize("flaw", FLAWED)
def test_each_flawed_signature_gets_its_verdict(
    flaw: str, inbox: Path, truth: dict[str, dict[str, Any]], ward: SampleReport
) -> None:
    path, said = next((path, said) for path, said in truth.items() if said["flaw"] == flaw)

    report = examine_signatures((inbox / path).read_bytes(), trust=TrustStore.load(ward.folder / "trust"), at=AT)

    assert report.plain()["verdict"] == said["signature"]


@pytest.mark.parametrize("folder", ["ho-so", "1.1.1", "van-ban-di", "4.1.2"])
def test_a_sound_document_of_each_kind_is_validly_signed(
    folder: str, inbox: Path, truth: dict[str, dict[str, Any]], ward: SampleReport
) -> None:
    path, said = next((p, s) for p, s in truth.items() if p.startswith(folder) and s["flaw"] == "none")

    trust = TrustStore.load(ward.folder / "trust")
    report = examine_signatures((inbox / path).read_bytes(), trust=trust, at=AT, scanned=said["form"] == "scan")

    assert report.plain()["verdict"] == "PASSED"
    assert report.plain()["profile"]["met"] is said["profile_met"] is True


def test_the_truncated_file_has_lost_its_end(inbox: Path, truth: dict[str, dict[str, Any]]) -> None:
    path = next(path for path, said in truth.items() if said["flaw"] == "truncated")
    content = (inbox / path).read_bytes()

    assert content.startswith(b"%PDF-1.")
    assert b"startxref" not in content


def test_the_word_file_named_pdf_is_a_word_file(inbox: Path, truth: dict[str, dict[str, Any]]) -> None:
    path = next(path for path, said in truth.items() if said["form"] == "docx")

    with zipfile.ZipFile(inbox / path) as archive:
        assert "rà soát" in archive.read("word/document.xml").decode()


def test_the_text_of_a_result_names_its_dossier(inbox: Path, truth: dict[str, dict[str, Any]]) -> None:
    sound = [(p, s) for p, s in truth.items() if p.startswith("ho-so/") and (s["form"], s["flaw"]) == ("born", "none")]

    for path, said in sound[::6]:
        text = PdfReader(inbox / path).pages[0].extract_text()
        assert said["dossier_code"] in text
        assert said["number"] in text


def test_the_changed_file_reads_another_amount_than_was_signed(inbox: Path, truth: dict[str, dict[str, Any]]) -> None:
    path = next(path for path, said in truth.items() if said["flaw"] == "changed")
    content = (inbox / path).read_bytes()
    signed = content[: content[: content.rindex(b"%%EOF")].rindex(b"%%EOF") + 6]

    assert "900.000.000" in PdfReader(inbox / path).pages[0].extract_text()
    assert "900.000.000" not in PdfReader(BytesIO(signed)).pages[0].extract_text()
