"""What a bundle claims about names, hashes, keys and its log, under every change that Hypothesis can think of."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bundles.containers import Container, Entry
from storage.bundles.ed25519 import signature_holds
from storage.bundles.log import LOG, Chain, check_log
from storage.bundles.manifests import check_manifests
from storage.bundles.names import folded, name_faults, safe_name
from storage.bundles.sentences import SENTENCES
from tests.storage.bundles.forge import manifest
from tests.storage.bundles.ward import custody_log, opener

QUIET = settings(max_examples=60, deadline=None, derandomize=True)

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
"""Tests 1 to 3 of RFC 8032, section 7.1: public key, message, signature."""


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold(key: str, message: str, signature: str) -> None:
    assert signature_holds(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))
    assert not signature_holds(bytes.fromhex(key), bytes.fromhex(message) + b"\0", bytes.fromhex(signature))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=99), bit=st.integers(0, 511))
def test_our_verifier_agrees_with_openssl_and_sees_one_bit(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert signature_holds(public, message, signature)
    assert not signature_holds(public, message, bytes(flipped))


ORDER = 2**252 + 27742317777372353535851937790883648493


def test_a_signature_with_the_order_added_is_refused() -> None:
    key, message, text = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(text[32:], "little") + ORDER
    assert not signature_holds(key, message, text[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize("key", [b"", bytes(31), b"\xff" * 32, (2).to_bytes(32, "little")])
def test_a_key_that_is_no_point_never_holds(key: bytes) -> None:
    assert not signature_holds(key, b"", bytes(64))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(name=st.text(max_size=300))
def test_any_name_becomes_one_that_every_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert name_faults(f"data/tai-lieu/1.1.1/{safe}") == []
    assert safe.isascii()
    assert "/" not in safe
    assert 0 < len(safe) <= 100
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Kế hoạch số 12/KH-UBND.pdf", "Ke_hoach_so_12_KH-UBND.pdf"),
        ("Đơn vị.PDF", "Don_vi.PDF"),
        ("con.pdf", "_con.pdf"),
        ("..", "tep"),
        ("", "tep"),
    ],
)
def test_names_stay_readable(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_case_and_composition_make_no_two_files() -> None:
    assert folded("data/BIỂU.pdf") == folded("data/biê\u0309u.pdf")


PATHS = st.lists(
    st.from_regex(r"data/[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}\.txt", fullmatch=True),
    min_size=1,
    max_size=8,
    unique_by=folded,
)
CONTENTS = st.binary(max_size=40)


def container_of(files: dict[str, bytes]) -> Container:
    return Container({path: Entry(path, len(data), opener(data)) for path, data in files.items()})


def bag(payload: dict[str, bytes]) -> dict[str, bytes]:
    octets = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"Payload-Oxum: {octets}.{len(payload)}\n".encode(),
        "manifest-sha256.txt": manifest(payload),
    }
    return {**payload, **tags, "tagmanifest-sha256.txt": manifest(tags), "statement.json": b"{}"}


@QUIET
@given(paths=PATHS, data=st.data())
def test_an_honest_manifest_has_no_fault(paths: list[str], data: st.DataObject) -> None:
    files = bag({path: data.draw(CONTENTS) for path in paths})
    assert check_manifests(container_of(files)).faults == []


@QUIET
@given(paths=PATHS, data=st.data())
def test_a_changed_lost_or_added_file_is_named(paths: list[str], data: st.DataObject) -> None:
    files = bag({path: data.draw(CONTENTS) for path in paths})
    victim = data.draw(st.sampled_from(paths))
    change = data.draw(st.sampled_from(["change", "lose", "add"]))
    if change == "change":
        files[victim] += b"!"
    elif change == "lose":
        del files[victim]
    else:
        files[victim := f"{victim}.them"] = b"x"
    assert victim in {fault.path for fault in check_manifests(container_of(files)).faults}


@QUIET
@given(paths=PATHS, noise=st.binary(min_size=1, max_size=30), data=st.data())
def test_noise_in_a_manifest_is_a_fault_and_never_a_crash(paths: list[str], noise: bytes, data: st.DataObject) -> None:
    files = bag({path: data.draw(CONTENTS) for path in paths})
    name = data.draw(st.sampled_from(["manifest-sha256.txt", "tagmanifest-sha256.txt"]))
    place = data.draw(st.integers(0, len(files[name])))
    files[name] = files[name][:place] + noise + files[name][place:]
    assert check_manifests(container_of(files)).faults


@dataclass(frozen=True)
class Logged:
    faults: list[Any]
    told: Chain


def checked(events: list[dict[str, Any]], stated: list[dict[str, Any]] | None = None) -> Logged:
    """The check of a log whose statement was made over `stated`."""
    first = events if stated is None else stated
    ends = {
        "events": len(first),
        "first_seq": first[0]["seq"] if first else None,
        "last_seq": first[-1]["seq"] if first else None,
        "last_hash": first[-1]["hash"] if first else None,
    }
    lines = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)
    faults: list[Any] = []
    told = check_log(container_of({LOG: lines}), {"custody": ends}, faults)
    return Logged(faults, told)


def log_of(length: int) -> list[dict[str, Any]]:
    return custody_log(*(hashlib.sha256(bytes([number])).hexdigest() for number in range(length)))


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_honest_log_has_no_fault(length: int) -> None:
    found = checked(log_of(length))
    assert found.faults == []
    assert len(found.told.hashes) == length


def test_a_part_of_a_log_has_no_fault() -> None:
    log = log_of(9)
    assert checked([*log[1:4], *log[6:8]]).faults == []


@QUIET
@given(length=st.integers(2, 9), data=st.data())
def test_a_log_that_was_changed_cut_or_reordered_is_found(length: int, data: st.DataObject) -> None:
    log = log_of(length)
    place = data.draw(st.integers(0, length - 1))
    forged = [dict(event) for event in log]
    trick = data.draw(st.sampled_from(["edit", "rehash", "cut", "swap", "twice"]))
    if trick == "edit":
        forged[place]["who"] = "người khác"
    elif trick == "rehash":
        forged[place]["detail"] = {"name": "khác"}
        body = {name: value for name, value in forged[place].items() if name != "hash"}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        forged[place]["hash"] = hashlib.sha256(text.encode()).hexdigest()
    elif trick == "cut":
        del forged[place]
    elif trick == "swap":
        other = (place + 1) % length
        forged[place], forged[other] = forged[other], forged[place]
    else:
        forged.insert(place, forged[place])
    assert checked(forged, stated=log).faults


@pytest.mark.parametrize("line", [b"{", b"[]", b"null", b"\xff\xfe", b'{"seq": "x"}', b'{"seq": 1}'])
def test_a_log_line_of_any_shape_is_a_fault_and_never_a_crash(line: bytes) -> None:
    faults: list[Any] = []
    check_log(container_of({LOG: line + b"\n"}), {}, faults)
    assert faults


def test_every_kind_of_fault_in_the_source_has_its_sentence() -> None:
    folder = Path(__file__).resolve().parents[3] / "storage/bundles"
    said = subprocess.run(
        ["grep", "-ohP", r'(Fault\(|\.fault\()"\K[a-z_]+', *map(str, folder.glob("*.py"))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert len(set(said)) > 10
    assert set(said) <= set(SENTENCES)
