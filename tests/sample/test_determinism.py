"""The same seed gives the same bytes: exports, trust, born-digital, signed, scanned and broken documents alike."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sample.__main__ import main
from sample.dossiers import dossiers_of_2025
from sample.inbox import Planned, planned_inbox
from sample.pki import Pki
from sample.registers import petitions_of_2025
from sample.ward import EXPORTS, UNIT, SampleReport, standing_truth, write_exports, write_sample_ward
from tests.sample.conftest import DOSSIERS


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def one_of_each(planned: list[Planned]) -> list[Planned]:
    """The first file of every form and flaw."""
    kinds = {(plan.truth["form"], plan.truth["flaw"]): plan for plan in reversed(planned)}
    return list(kinds.values())


def test_a_second_generation_writes_the_same_exports_and_trust(ward: SampleReport, tmp_path: Path) -> None:
    write_exports(tmp_path / "exports", dossiers_of_2025(1, DOSSIERS), petitions_of_2025(1))
    Pki.from_seed(1).write_trust(tmp_path / "trust")

    assert hashes(tmp_path / "exports") == hashes(ward.folder / "exports")
    assert hashes(tmp_path / "trust") == hashes(ward.folder / "trust")


def test_documents_of_every_kind_are_made_again_byte_for_byte(ward: SampleReport) -> None:
    planned = list(planned_inbox(dossiers_of_2025(1, DOSSIERS), Pki.from_seed(1), 1))

    chosen = one_of_each(planned)

    assert len(chosen) >= 11
    for plan in chosen:
        assert plan.make() == (ward.folder / "inbox" / UNIT / plan.path).read_bytes(), plan.path


def test_another_seed_gives_other_documents_for_other_people(ward: SampleReport) -> None:
    other = planned_inbox(dossiers_of_2025(2, DOSSIERS), Pki.from_seed(1), 2)
    codes = {plan.truth.get("dossier_code") for plan in other}

    assert codes != {said.get("dossier_code") for said in ward.truth["documents"].values()}


def test_a_sample_that_lies_there_whole_is_left_alone(ward: SampleReport) -> None:
    before = {path: path.stat().st_mtime_ns for path in ward.folder.rglob("*")}
    said: list[str] = []

    again = write_sample_ward(ward.folder, seed=1, dossiers=DOSSIERS, say=said.append)

    assert again == ward
    assert before == {path: path.stat().st_mtime_ns for path in ward.folder.rglob("*")}
    assert len(said) == 1


def test_a_damaged_or_other_sample_is_not_taken_for_whole(ward: SampleReport, tmp_path: Path) -> None:
    made_from = ward.truth["made_from"]
    copy = Path(shutil.copytree(ward.folder, tmp_path / "copy"))

    assert standing_truth(copy, made_from) == ward.truth
    assert standing_truth(copy, made_from | {"seed": 2}) is None
    (copy / "exports" / EXPORTS["survey"]).write_bytes(b"")
    assert standing_truth(copy, made_from) is None
    assert standing_truth(tmp_path / "nowhere", made_from) is None


def test_too_few_dossiers_are_a_wrong_use(tmp_path: Path) -> None:
    assert main(["--into", str(tmp_path), "--dossiers", "5"]) == 2
