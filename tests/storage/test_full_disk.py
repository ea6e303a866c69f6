"""A full disk: nothing half-written stays, the message names the place and the way out."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import signal
from pathlib import Path

import pytest

from storage.errors import DiskFull
from storage.objects import FolderStore


def test_a_put_that_finds_no_room_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        message = pool.apply(_put_with_little_room, (str(tmp_path),))

    assert str(tmp_path) in message and "hết chỗ" in message
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_really_full_file_system_keeps_what_was_there(tmp_path: Path) -> None:
    with _small_file_system(tmp_path / "disk", kib=512) as folder:
        store = FolderStore(folder)
        first = store.put(io.BytesIO(b"x" * 100_000))
        with pytest.raises(DiskFull):
            store.put(io.BytesIO(os.urandom(2 << 20)))
        assert list(store) == [first.sha256]
        assert list((folder / "incoming").iterdir()) == []


def _put_with_little_room(folder: str) -> str:
    """In a process of its own, whose files may not grow over 1 MiB: the kernel answers as a full disk does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    try:
        FolderStore(Path(folder)).put(io.BytesIO(bytes(4 << 20)))
    except DiskFull as error:
        return str(error)
    return "kept"


class _small_file_system:  # noqa: N801 - reads as a deed
    def __init__(self, folder: Path, *, kib: int) -> None:
        self.folder, self.kib = folder, kib

    def __enter__(self) -> Path:
        self.folder.mkdir()
        if os.system(f"mount -t tmpfs -o size={self.kib}k tmpfs '{self.folder}'") != 0:
            pytest.skip("this machine does not let root mount a file system")
        return self.folder

    def __exit__(self, *_: object) -> None:
        os.system(f"umount '{self.folder}'")
