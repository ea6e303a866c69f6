"""One contract for both object stores."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from storage.errors import Damaged, Missing, StoreUnavailable
from storage.objects import FolderStore, Kept, LockingStore, ObjectStore, Opener, S3Store
from storage.processes import start_of
from tests.servers import s3_address

SIZES = (0, 1, 4096, 3 << 20, 9 << 20)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "objects")
    bucket = "t" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    made = S3Store(s3_address(request.getfixturevalue("s3_endpoint"), bucket))
    made.create_bucket()
    return made


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_comes_back_under_its_hash(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)

    kept = store.put(io.BytesIO(data))

    assert (kept.sha256, kept.size, kept.new) == (hashlib.sha256(data).hexdigest(), size, True)
    with store.open(kept.sha256) as stream:
        assert stream.read() == data
    with store.local(kept.sha256) as path:
        assert path.read_bytes() == data
    assert kept.sha256 in store


def test_putting_the_same_bytes_again_changes_nothing(store: ObjectStore) -> None:
    first = store.put(io.BytesIO(b"once"))
    second = store.put(io.BytesIO(b"once"))

    assert (first.new, second.new, first.sha256) == (True, False, second.sha256)
    assert list(store) == [first.sha256]


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    absent = "ab" * 32
    assert absent not in store
    with pytest.raises(Missing, match=absent):
        store.open(absent)


def test_the_listing_is_sorted_and_complete(store: ObjectStore) -> None:
    kept = {store.put(io.BytesIO(bytes([n]))).sha256 for n in range(20)}
    assert list(store) == sorted(kept)


def test_many_sources_are_kept_in_order_and_one_that_cannot_be_read_stops_nobody(store: ObjectStore) -> None:
    def unreadable() -> BinaryIO:
        raise PermissionError("no access")

    data = [os.urandom(number) for number in (10, 4096, 70_000)] + [b"twin", b"twin"]
    openers: list[Opener] = [partial(io.BytesIO, one) for one in data]
    answers = list(store.put_all([*openers[:2], unreadable, *openers[2:]]))

    assert isinstance(answers.pop(2), PermissionError)
    kept = [answer for answer in answers if isinstance(answer, Kept)]
    assert [(one.sha256, one.size) for one in kept] == [(hashlib.sha256(one).hexdigest(), len(one)) for one in data]
    assert list(store) == sorted({one.sha256 for one in kept})
    assert sum(one.new for one in kept) == 4


def test_more_sources_than_a_batch_holds_are_all_kept(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = list(store.put_all(partial(io.BytesIO, f"{number}".encode()) for number in range(600)))
    assert len(list(store)) == len(kept) == 600
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_damaged_object_is_mended_and_never_by_other_bytes(store: ObjectStore) -> None:
    sha256 = store.put(io.BytesIO(b"sound")).sha256
    with pytest.raises(Damaged, match=sha256):
        store.mend(sha256, io.BytesIO(b"other"))
    if isinstance(store, FolderStore):
        store.path_of(sha256).chmod(0o600)
        store.path_of(sha256).write_bytes(b"rotten")

    store.mend(sha256, io.BytesIO(b"sound"))

    with store.open(sha256) as stream:
        assert stream.read() == b"sound"
    if isinstance(store, FolderStore):
        assert [path.read_bytes() for path in (store.root / "damaged").iterdir()] == [b"rotten"]
        assert store.path_of(sha256).stat().st_mode & 0o777 == 0o440


def test_a_store_of_the_first_layout_is_taken_over(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"old").hexdigest()
    old = tmp_path / "sha256" / sha256[:2] / sha256[2:4] / sha256
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")

    store = FolderStore(tmp_path)
    assert list(store) == [sha256]
    with store.open(sha256) as stream:
        assert stream.read() == b"old"


def test_a_folder_says_honestly_that_it_cannot_refuse_its_administrator(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert not store.worm().guaranteed and "người quản trị" in store.worm().sentence
    assert not isinstance(store, LockingStore)


def test_a_folder_object_is_read_only_and_no_temporary_file_stays(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = store.put(io.BytesIO(b"evidence"))

    assert store.path_of(kept.sha256).stat().st_mode & 0o777 == 0o440
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_failing_reader_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the network share went away")
            return super().read(10)

    store = FolderStore(tmp_path)
    with pytest.raises(OSError, match="went away"):
        store.put(Broken(b"x" * 100))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("address_of", "seen"),
    [
        (lambda endpoint: s3_address(endpoint, "ready", secret="wrong"), "PAR_S3_SECRET_KEY"),
        (lambda _: s3_address("127.0.0.1:1", "ready", timeout_seconds=1), "PAR_S3_ENDPOINT"),
    ],
)
def test_an_s3_server_that_refuses_or_is_gone_is_named(
    s3_endpoint: str, address_of: Callable[[str], object], seen: str
) -> None:
    store = S3Store(address_of(s3_endpoint))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable, match=seen):
        store.put(io.BytesIO(b"x"))


def test_a_sweep_removes_what_dead_writers_left_and_spares_living_ones(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    incoming = tmp_path / "incoming"
    (incoming / "999999-123-abc").write_bytes(b"half")
    (incoming / f"{os.getpid()}-{start_of(os.getpid())}-abc").write_bytes(b"half")

    assert store.sweep() == 1
    assert [path.name.split("-")[0] for path in incoming.iterdir()] == [str(os.getpid())]
