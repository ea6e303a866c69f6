"""A folder becomes trust: what lies where, what is refused, and how the digest names it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from config.trust_policy import SHIPPED
from ocr.signatures import BadTrustStore, TrustStore, examine_signatures
from tests.ocr.signatures.authority import AT, leaf, pki
from tests.ocr.signatures.case import signed


def test_a_written_folder_trusts_what_was_written(tmp_path: Path) -> None:
    pki().write_trust(tmp_path)

    store = TrustStore.load(tmp_path)

    assert (len(store.anchors), len(store.intermediates), len(store.crls)) == (2, 2, 12)
    assert examine_signatures(signed(), trust=store, at=AT).verdict.word == "PASSED"
    assert pickle.loads(pickle.dumps(store)).digest == store.digest


def test_loose_files_are_sorted_by_what_they_are(tmp_path: Path) -> None:
    for name in ("root", "ca"):
        (tmp_path / f"{name}.cer").write_bytes(leaf(name).der)
    for name in ("root", "ca"):
        (tmp_path / f"{name}.crl").write_bytes(pki().crl(name, "2026-11-20"))

    store = TrustStore.load(tmp_path)

    assert (store.anchors, store.intermediates) == ((leaf("root").der,), (leaf("ca").der,))
    assert examine_signatures(signed(), trust=store, at=AT).verdict.word == "PASSED"


def test_no_folder_trusts_nobody(tmp_path: Path) -> None:
    assert TrustStore.load(None) == TrustStore.load(tmp_path / "missing") == TrustStore()


def test_the_shipped_folder_trusts_nobody_and_is_valid() -> None:
    store = TrustStore.load(SHIPPED)

    assert (store.anchors, store.intermediates, store.crls, store.staff) == ((), (), (), ())
    assert {anchor.kind for anchor in store.policy.anchors} == {"official_duty"}
    assert all("UNVERIFIED" in anchor.name for anchor in store.policy.anchors)


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    pki().write_trust(tmp_path)
    (tmp_path / "anchors" / "hong.pem").write_bytes(b"khong phai chung thu")
    (tmp_path / "crls" / "hong.crl").write_bytes(b"\x30\x03\x02\x01")
    (tmp_path / "policy.yaml").write_text("sha1: everything\n", encoding="utf-8")
    (tmp_path / "staff.yaml").write_text("staff: [{fingerprint: ngan, person: A, role: king}]\n", encoding="utf-8")

    with pytest.raises(BadTrustStore) as caught:
        TrustStore.load(tmp_path)

    message = str(caught.value)
    assert all(name in message for name in ("anchors/hong.pem", "crls/hong.crl", "sha1", "fingerprint", "role"))


@pytest.mark.parametrize("change", ["anchors", "crls", "policy.yaml", "staff.yaml"])
def test_the_digest_changes_with_everything_that_can_change_a_verdict(tmp_path: Path, change: str) -> None:
    pki().write_trust(tmp_path)
    before = TrustStore.load(tmp_path).digest

    if change.endswith(".yaml"):
        text = {"policy.yaml": "sha1: strict\n", "staff.yaml": "staff: []\n"}[change]
        (tmp_path / change).write_text(text, encoding="utf-8")
    else:
        next((tmp_path / change).iterdir()).unlink()

    assert TrustStore.load(tmp_path).digest != before
