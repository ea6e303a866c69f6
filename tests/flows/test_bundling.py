"""Bundles of a kept ward: what is missing is refused or named, damage mended or named, a run keeps its bundle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.settings import Settings
from flows.arriving import intake
from flows.arriving.intake import Sender
from flows.keeping import log_proofs, store_care
from flows.resources import open_resources
from flows.telling.bundling import Incomplete, Wanted, bundle_run
from storage.bundles import verify_bundle
from storage.objects import FolderStore
from storage.proof import custody
from storage.scored.runs import run_of, scored_in_log
from tests.storage.keeping_ward import AT, DOCUMENTS, forget_inbox, kept_ward, score_now

PLAN = hashlib.sha256(DOCUMENTS["1.7.1/ke-hoach.pdf"]).hexdigest()
PARTIAL = Wanted(allow_partial=True)


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    return kept_ward(tmp_path / "ward")


def made(ward: Settings, wanted: Wanted, path: Path) -> dict[str, Any]:
    return bundle_run(ward, wanted, output=path, at=AT)


def within(bundle: Path, name: str) -> bytes:
    """One file of a bundle."""
    with zipfile.ZipFile(bundle) as opened:
        return opened.read(next(entry for entry in opened.namelist() if entry.endswith(name)))


def lose(ward: Settings, sha256: str) -> None:
    path = FolderStore(ward.home / "objects").path_of(sha256)
    path.chmod(0o600)
    path.write_bytes(b"rotten")


def test_missing_evidence_fails_the_bundle_and_is_all_named(ward: Settings, tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match=r"yêu cầu 60 .* thiếu \d+:\n[\s\S]*--allow-partial"):
        made(ward, Wanted(), tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_partial_bundle_is_sound_and_states_what_it_lacks(ward: Settings, tmp_path: Path) -> None:
    told = made(ward, PARTIAL, tmp_path / "b.zip")
    found = verify_bundle(tmp_path / "b.zip")

    assert found.ok and found.completeness is not None
    listed = openpyxl.load_workbook(io.BytesIO(within(tmp_path / "b.zip", "BANG_KE_TLKC.xlsx"))).active
    assert "Phòng Văn hóa - Xã hội" in {row[10] for row in listed.iter_rows(values_only=True)}
    assert told["requested"] == len(found.completeness["requested"]) == 60
    assert told["included"] == 60 - len({item["component"] for item in found.completeness["missing"]})


def test_a_damaged_document_is_mended_for_the_bundle_or_left_out_and_named(ward: Settings, tmp_path: Path) -> None:
    lose(ward, PLAN)
    assert made(ward, PARTIAL, tmp_path / "mended.zip")["files"]
    assert store_care.scrub_store(ward, store_care.Asker("test", AT))["damages"] == []

    forget_inbox(ward)
    lose(ward, PLAN)
    told = made(ward, PARTIAL, tmp_path / "without.zip")
    found = verify_bundle(tmp_path / "without.zip")
    assert found.ok, found.faults
    assert {"id": "1.7.1", "reason": "tệp trong kho bị hỏng hoặc mất: ke-hoach.pdf"} in told["missing"]
    assert [item["sha256"] for item in found.completeness["absent"]] == [PLAN]  # type: ignore[index]


def test_the_bundle_of_a_run_is_the_same_bytes_whatever_came_later(ward: Settings, tmp_path: Path) -> None:
    first = made(ward, Wanted("2025-0001", allow_partial=True), tmp_path / "first.zip")
    later = ward.inbox_folder / ward.unit / "1.1.1/later.pdf"
    later.parent.mkdir()
    later.write_bytes(b"%PDF later")
    with open_resources(ward) as resources:
        intake.take_documents(resources, Sender("night y", "inbox", AT))
        assert score_now(resources) == "2025-0002"
        log_proofs.publish_checkpoint(resources, at=AT)

    again = made(ward, Wanted("2025-0001", allow_partial=True), tmp_path / "again.zip")

    assert again["sha256"] == first["sha256"]


def test_a_bundle_of_some_components_holds_their_events_alone_and_proves_their_place(
    ward: Settings, tmp_path: Path
) -> None:
    with open_resources(ward) as resources:
        log_proofs.publish_checkpoint(resources, at=AT)
    made(ward, Wanted(components=("1.7.1", "1.1.1"), allow_partial=True), tmp_path / "b.zip")
    found = verify_bundle(tmp_path / "b.zip")

    assert found.ok, found.faults
    assert not found.log["checkpoint"]["complete"] and 0 < found.log["events"] < found.log["checkpoint"]["size"]


def test_the_bundle_of_a_ward_holds_nothing_of_the_other_wards_of_its_installation(
    ward: Settings, tmp_path: Path
) -> None:
    other = ward.model_copy(update={"unit": "phuong-khac"})
    stranger = b"%PDF of another ward"
    (other.inbox_folder / other.unit / "ho-so").mkdir(parents=True)
    (other.inbox_folder / other.unit / "ho-so" / "HS-KHAC.pdf").write_bytes(stranger)
    with open_resources(other) as resources:
        intake.take_documents(resources, Sender("night y", "inbox", AT))
        run = score_now(resources)
    made(ward, Wanted("2025-0001", allow_partial=True), tmp_path / "first.zip")
    made(other, Wanted(run, allow_partial=True), tmp_path / "other.zip")
    found = verify_bundle(tmp_path / "other.zip")

    events = [json.loads(line) for line in within(tmp_path / "other.zip", "nhat-ky.jsonl").splitlines()]
    assert found.ok, found.faults
    assert {event["subject"] for event in events} >= {hashlib.sha256(stranger).hexdigest()}
    assert events[-1]["detail"]["run"] == run
    assert b"ke-hoach.pdf" not in within(tmp_path / "other.zip", "nhat-ky.jsonl")
    assert verify_bundle(tmp_path / "first.zip").log["checkpoint"]["complete"], "a ward that was alone keeps the whole"


def test_the_log_is_asked_for_some_subjects_or_its_beginning_and_gives_just_these(ward: Settings) -> None:
    with open_resources(ward) as resources, resources.database.read() as connection:
        run = run_of(connection, "2025-0001")
        log = custody.events(connection)
        number = scored_in_log(connection, run)
        assert custody.events(connection, {PLAN}) == [event for event in log if event["subject"] == PLAN]
        assert custody.events(connection, up_to=number) == log[:number]
    assert log[number - 1]["detail"]["run"] == "2025-0001"
