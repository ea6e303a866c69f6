"""A redacted bundle shows no applicant, and still proves which files there were and the same score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.bundles import verify_bundle, write_bundle
from storage.bundles.redaction import MASK, masked_text
from tests.storage.bundles.forge import files_of, packed, resealed
from tests.storage.bundles.ward import EXPORT, RESULT, sha, ward_contents


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(ward_contents(redact=True), tmp_path_factory.mktemp("redacted") / "goi.zip").path


def test_no_personal_data_is_left_in_any_file(bundle: Path) -> None:
    everything = b"\n".join(files_of(bundle).values()).decode("utf-8", "replace")
    for personal in ("Nguyễn Văn A", "048123456789", "0905123456", "Kết quả.pdf", RESULT.decode(), EXPORT.decode()):
        assert personal not in everything


def test_a_redacted_bundle_is_sound_and_its_score_can_be_recomputed(bundle: Path) -> None:
    found = verify_bundle(bundle)
    assert found.faults == ()
    assert found.score.equal


def test_what_was_withheld_is_told_by_hash_and_size(bundle: Path) -> None:
    stated = json.loads(files_of(bundle)["statement.json"])
    assert stated["redacted"] is True
    withheld = {(item["sha256"], item["size"]) for item in stated["completeness"]["withheld"]}
    assert withheld == {(sha(RESULT), len(RESULT)), (sha(EXPORT), len(EXPORT))}


def test_the_chain_of_the_log_is_still_checked(bundle: Path, tmp_path: Path) -> None:
    files = files_of(bundle)
    path = next(path for path in files if path.endswith(".jsonl"))
    lines = files[path].splitlines(keepends=True)
    del lines[1]
    forged = packed(resealed({**files, path: b"".join(lines)}), tmp_path / "x.zip")
    assert "broken_log" in {fault.kind for fault in verify_bundle(forged).faults}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CCCD 048123456789.", f"CCCD {MASK}."),
        ("điện thoại 0905123456, thư a.b@c.vn", f"điện thoại {MASK}, thư {MASK}"),
        ("Quyết định số 1234/QĐ-UBND ngày 05/01/2026", "Quyết định số 1234/QĐ-UBND ngày 05/01/2026"),
        ("mã hồ sơ H17.21-250303-0001", "mã hồ sơ H17.21-250303-0001"),
    ],
)
def test_numbers_of_persons_are_masked_and_others_stay(text: str, masked: str) -> None:
    assert masked_text(text) == masked
