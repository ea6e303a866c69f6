"""The log of a bundle against signed checkpoints: whole logs, parts, rewritten ones, changed keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.bundles import LogProof, verify_bundle, write_bundle
from storage.bundles.merkle import Tree, leaf
from storage.proof.keys import KeyRing, key_ring, rotate
from tests.storage.bundles.forge import files_of, packed, resealed
from tests.storage.bundles.ward import custody_log, ward_contents

AT = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
LOG = custody_log(*(f"{number:064x}" for number in range(20)))
PROOF = "data/nhat-ky/chung-minh.json"


def proof(ring: KeyRing, part: list[dict[str, Any]], *, length: int = 20, earlier: int = 12) -> LogProof:
    tree = Tree(leaf(event["hash"]) for event in LOG[:length])
    paths = {event["seq"]: tuple(one.hex() for one in tree.inclusion(event["seq"] - 1)) for event in part}
    return LogProof(
        note=ring.note(length, tree.root()),
        keys=ring.chain,
        earlier=ring.note(earlier, Tree(tree.leaves[:earlier]).root()),
        consistency=tuple(one.hex() for one in tree.consistency(earlier)),
        inclusion={} if len(part) == length else paths,
    )


def bundle(folder: Path, ring: KeyRing, part: list[dict[str, Any]], told: LogProof | None = None) -> Path:
    contents = ward_contents(custody=part, log_proof=told or proof(ring, part), signing_key=ring.seed)
    return write_bundle(contents, folder / "b.zip").path


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return key_ring(tmp_path / "keys")


def kinds(path: Path, **wanted: Any) -> set[str]:
    return {fault.kind for fault in verify_bundle(path, **wanted).faults}


@pytest.mark.parametrize("part", [LOG, LOG[3:6] + LOG[15:], LOG[19:]])
def test_a_whole_log_and_any_part_of_it_prove_their_place(ring: KeyRing, part: Any, tmp_path: Path) -> None:
    found = verify_bundle(bundle(tmp_path, ring, part))

    assert found.ok, found.faults
    assert found.log["checkpoint"] | {"root": ""} == {
        "ok": True, "origin": ring.origin, "size": 20, "root": "", "continues": 12, "complete": part == LOG,
    }  # fmt: skip


def test_an_event_that_was_never_in_the_log_has_no_path(ring: KeyRing, tmp_path: Path) -> None:
    invented = custody_log(*(f"{number + 1:064x}" for number in range(20)))[4:6]
    assert "bad_checkpoint" in kinds(bundle(tmp_path, ring, invented))


def test_a_log_that_was_rewritten_since_the_last_checkpoint_is_found(ring: KeyRing, tmp_path: Path) -> None:
    lawful = proof(ring, LOG)
    other = ring.note(12, Tree(leaf("ab" * 32) for _ in range(12)).root())
    told = LogProof(lawful.note, lawful.keys, other, lawful.consistency)
    assert kinds(bundle(tmp_path, ring, LOG, told)) == {"rewritten_log"}


def test_an_auditor_holds_the_log_to_a_checkpoint_kept_long_ago(ring: KeyRing, tmp_path: Path) -> None:
    path = bundle(tmp_path, ring, LOG)
    kept = ring.note(7, Tree(leaf(event["hash"]) for event in LOG[:7]).root())

    assert kinds(path, before=kept) == set()
    assert kinds(path, before=ring.note(7, bytes(32))) == {"rewritten_log"}
    assert kinds(path, before=ring.note(21, bytes(32))) == {"unproved_checkpoint"}
    assert kinds(path, before="noise") == {"bad_checkpoint"}
    assert kinds(bundle(tmp_path, ring, LOG[:5]), before=kept) == {"unproved_checkpoint"}


def test_who_trusted_the_old_key_may_trust_the_new_one_and_nobody_else(ring: KeyRing, tmp_path: Path) -> None:
    old = ring.public_keys[0]
    changed = rotate(tmp_path / "keys", at=AT, record=lambda _: None)
    path = bundle(tmp_path, changed, LOG)

    assert kinds(path, trusted_keys=[old]) == kinds(path, trusted_keys=[changed.public_keys[0]]) == set()
    assert kinds(path, trusted_keys=["ab" * 32]) == {"other_key"}


def test_a_key_that_the_one_before_did_not_sign_is_found(ring: KeyRing, tmp_path: Path) -> None:
    stranger = key_ring(tmp_path / "stranger")
    forged = (*ring.chain, {"number": 2, "public_key": stranger.public_keys[0], "since": "x", "signature": "00" * 64})
    lawful = proof(stranger, LOG)
    path = bundle(tmp_path, stranger, LOG, LogProof(lawful.note, forged, lawful.earlier, lawful.consistency))
    assert kinds(path, trusted_keys=list(ring.public_keys)) == {"bad_checkpoint", "other_key"}


@pytest.mark.parametrize("name", ["moc.txt", "moc-truoc.txt", "khoa.json", "chung-minh.json"])
@pytest.mark.parametrize("noise", [b"", b"null", b"[]", b'{"consistency": 1}', b"\xff\xfe"])
def test_proofs_of_any_shape_are_a_fault_and_never_a_crash(
    ring: KeyRing, name: str, noise: bytes, tmp_path: Path
) -> None:
    files = files_of(bundle(tmp_path, ring, LOG)) | {f"data/nhat-ky/{name}": noise}
    assert kinds(packed(resealed(files), tmp_path / "forged.zip")) - {"container"}


def test_a_path_cut_short_is_named_with_its_event(ring: KeyRing, tmp_path: Path) -> None:
    files = files_of(bundle(tmp_path, ring, LOG[3:5]))
    told = json.loads(files[PROOF])
    told["inclusion"]["4"] = told["inclusion"]["4"][:-1]
    found = verify_bundle(packed(resealed(files | {PROOF: json.dumps(told).encode()}), tmp_path / "forged.zip"))
    assert ("bad_checkpoint", "seq 4") in {(fault.kind, fault.seen) for fault in found.faults}
