"""The embedded object store: files under `sha256/ab/cd/<hex>` that are never overwritten.

Written to a temporary name in the same file system while hashed, fsync, linked into place (create-only),
fsync of the folder. So a kill at any moment leaves either no object or a whole one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.errors import DiskFull, Missing
from storage.objects.port import CHUNK_BYTES, Kept
from storage.processes import start_of

_READ_ONLY = 0o440


class FolderStore:
    """Objects in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`."""
        try:
            return self._put(source)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise DiskFull(
                    f"{self.root}: hết chỗ khi đang lưu tài liệu ({error.strerror}). Chưa có gì bị mất; "
                    "hãy giải phóng hoặc mở rộng đĩa rồi chạy lại."
                ) from error
            raise

    def open(self, sha256: str) -> BinaryIO:
        """A reader of the object."""
        try:
            return self.path_of(sha256).open("rb")
        except FileNotFoundError as error:
            raise Missing(f"{self.root}: không có tài liệu {sha256}") from error

    @contextlib.contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """The kept file itself; it is read-only."""
        path = self.path_of(sha256)
        if not path.exists():
            raise Missing(f"{self.root}: không có tài liệu {sha256}")
        yield path

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and self.path_of(sha256).exists()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name for path in (self.root / "sha256").glob("??/??/*")))

    def path_of(self, sha256: str) -> Path:
        """Where an object of this hash lies, kept or not."""
        return self.root / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def sweep(self) -> int:
        """Remove what dead writers left half-written; the number of files removed. Living writers are left alone."""
        left = [path for path in self._incoming.iterdir() if not _writer_lives(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _put(self, source: BinaryIO) -> Kept:
        handle, name = tempfile.mkstemp(dir=self._incoming, prefix=f"{os.getpid()}-{start_of(os.getpid())}-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                sha256, size = _copy_hashed(source, target)
                target.flush()
                os.fchmod(target.fileno(), _READ_ONLY)
                os.fsync(target.fileno())
            return Kept(sha256, size, self._link(temporary, self.path_of(sha256)))
        finally:
            temporary.unlink(missing_ok=True)

    def _link(self, temporary: Path, final: Path) -> bool:
        if final.exists():
            return False
        for folder in (final.parent.parent.parent, final.parent.parent, final.parent):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                _sync_folder(folder.parent)
        try:
            os.link(temporary, final)
        except FileExistsError:
            return False
        _sync_folder(final.parent)
        return True


def _writer_lives(path: Path) -> bool:
    pid, _, rest = path.name.partition("-")
    started = rest.partition("-")[0]
    return bool(started) and start_of(int(pid)) == started


def _copy_hashed(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    while block := source.read(CHUNK_BYTES):
        hasher.update(block)
        target.write(block)
        size += len(block)
    return hasher.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
