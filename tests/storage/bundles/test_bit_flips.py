"""One bit is turned over, anywhere: the check says so and names the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bundles import verify_bundle, write_bundle
from tests.storage.bundles.forge import files_of, unpacked
from tests.storage.bundles.ward import ward_contents


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(ward_contents(), tmp_path_factory.mktemp("signed") / "goi.zip").path


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(ward_contents(signing_key=None), tmp_path_factory.mktemp("unsigned") / "goi.zip").path


def flipped(data: bytes, bit: int) -> bytes:
    place = bit // 8 % len(data)
    return data[:place] + bytes([data[place] ^ 1 << bit % 8]) + data[place + 1 :]


def test_a_flipped_bit_in_each_file_in_turn_is_found(signed: Path, tmp_path: Path) -> None:
    folder = unpacked(files_of(signed), tmp_path)
    unseen, unnamed = [], []
    for number, (path, data) in enumerate(files_of(signed).items()):
        (folder / path).write_bytes(flipped(data, number * 7919))
        found = verify_bundle(folder)
        (folder / path).write_bytes(data)
        if found.ok:
            unseen.append(path)
        if path not in {fault.path for fault in found.faults} and not path.endswith("manifest-sha256.txt"):
            unnamed.append(path)
    assert (unseen, unnamed) == ([], [])
    assert verify_bundle(folder).ok


def test_every_byte_of_an_unsigned_statement_counts(unsigned: Path, tmp_path: Path) -> None:
    folder = unpacked(files_of(unsigned), tmp_path)
    statement = (folder / "statement.json").read_bytes()
    unseen = []
    for place in range(0, len(statement), 23):
        (folder / "statement.json").write_bytes(flipped(statement, place * 8 + place % 8))
        if verify_bundle(folder).ok:
            unseen.append(statement[max(0, place - 30) : place + 10])
    assert unseen == []


@settings(max_examples=30)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_the_zip_is_found(signed: Path, tmp_path: Path, share: float, bit: int) -> None:
    data = signed.read_bytes()
    (tmp_path / "x.zip").write_bytes(flipped(data, int(share * len(data)) * 8 + bit))
    assert not verify_bundle(tmp_path / "x.zip").ok


@settings(max_examples=30)
@given(back=st.integers(1, 6000), bit=st.integers(0, 7))
def test_a_flipped_bit_in_the_table_of_contents_is_found(signed: Path, tmp_path: Path, back: int, bit: int) -> None:
    data = signed.read_bytes()
    (tmp_path / "x.zip").write_bytes(flipped(data, (len(data) - back) * 8 + bit))
    assert not verify_bundle(tmp_path / "x.zip").ok


@settings(max_examples=30)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_bundle_cut_short_anywhere_is_found(signed: Path, tmp_path: Path, share: float) -> None:
    data = signed.read_bytes()
    (tmp_path / "x.zip").write_bytes(data[: int(share * len(data))])
    assert not verify_bundle(tmp_path / "x.zip").ok
