"""The embedded object store: files under `sha256/ab/<hex>` that are never overwritten.

Written to a temporary name in the same file system while hashed, made durable, linked into place (create-only), the
name made durable. So a kill at any moment leaves either no object or a whole one. Many files at a time share two
syncs of the file system, which costs less than one of each file and folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from storage.errors import Damaged, DiskFull, Missing
from storage.objects.port import CHUNK_BYTES, Kept, Opener, WormReport
from storage.processes import start_of

_READ_ONLY = 0o440
_LAYOUT = "layout-2"
"""Marks a store with one level of 256 folders. Making two levels (65,536 folders) cost more than writing the files."""
_BATCH_FILES, _BATCH_BYTES = 256, 512 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_HONEST = (
    "Kho là thư mục trên máy này: tệp chỉ đọc, không bao giờ ghi đè, mọi thay đổi bị phát hiện khi kiểm tra mã băm; "
    "nhưng người quản trị máy vẫn có thể xóa hoặc sửa tệp. Muốn máy chủ tự từ chối xóa, dùng kho S3 có khóa đối tượng."
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A source whose bytes lie under a temporary name, not yet durable."""

    path: Path
    sha256: str
    size: int


class _SourceFailed(Exception):
    """The source could not be read; the cause says why."""


class FolderStore:
    """Objects in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        if not (root / _LAYOUT).exists():
            _flatten(root)

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`."""
        with self._translated(), self._temporary() as temporary:
            try:
                written = _written(source, temporary, durable=True)
            except _SourceFailed as error:
                raise error.__cause__ or error from None
            return Kept(written.sha256, written.size, self._link(written, durable=True))

    def put_all(self, openers: Iterable[Opener]) -> Iterator[Kept | OSError]:
        """Keep many sources."""
        remaining = iter(openers)
        while batch := list(islice(remaining, _BATCH_FILES)):
            while batch:
                with self._translated():
                    answers = self._put_batch(batch)
                yield from answers
                batch = batch[len(answers) :]

    def open(self, sha256: str) -> BinaryIO:
        """A reader of the object."""
        try:
            return self.path_of(sha256).open("rb")
        except FileNotFoundError as error:
            raise Missing(f"{self.root}: không có tài liệu {sha256}", sha256) from error

    @contextlib.contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """The kept file itself; it is read-only."""
        path = self.path_of(sha256)
        if not path.exists():
            raise Missing(f"{self.root}: không có tài liệu {sha256}", sha256)
        yield path

    def mend(self, sha256: str, source: BinaryIO) -> None:
        """Put sound bytes in place; damaged ones go to `damaged/`."""
        final = self.path_of(sha256)
        with self._translated(), self._temporary() as temporary:
            written = _written(source, temporary, durable=True)
            if written.sha256 != sha256:
                raise Damaged(f"{sha256}: bản sao dùng để khôi phục cũng không đúng mã băm; chưa đổi gì.", sha256)
            if final.exists():
                aside = self.root / "damaged" / f"{sha256}.{written.path.name.rsplit('-', 1)[-1]}"
                aside.parent.mkdir(exist_ok=True)
                os.link(final, aside)
                _sync_folder(aside.parent)
            final.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(final)
            _sync_folder(final.parent)

    def worm(self) -> WormReport:
        """A folder is honest: it cannot refuse its administrator."""
        return WormReport("folder", guaranteed=False, sentence=_HONEST)

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and self.path_of(sha256).exists()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name for path in (self.root / "sha256").glob("??/*")))

    def path_of(self, sha256: str) -> Path:
        """Where an object of this hash lies, kept or not."""
        return self.root / "sha256" / sha256[:2] / sha256

    def sweep(self) -> int:
        """Remove what dead writers left half-written; the number of files removed. Living writers are left alone."""
        left = [path for path in self._incoming.iterdir() if not _writer_lives(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _put_batch(self, openers: list[Opener]) -> list[Kept | OSError]:
        """As many of the openers as fit into a batch; all that is returned is durable."""
        answers: list[_Written | OSError] = []
        with contextlib.ExitStack() as temporaries:
            total = 0
            for opener in openers:
                temporary = temporaries.enter_context(self._temporary())
                answers.append(_try_to_write(opener, temporary))
                total += answers[-1].size if isinstance(answers[-1], _Written) else 0
                if total > _BATCH_BYTES:
                    break
            _sync_file_system(self._incoming)
            kept = [self._linked(answer) for answer in answers]
        _sync_file_system(self._incoming)
        return kept

    def _linked(self, answer: _Written | OSError) -> Kept | OSError:
        if isinstance(answer, OSError):
            return answer
        return Kept(answer.sha256, answer.size, self._link(answer, durable=False))

    def _link(self, written: _Written, *, durable: bool) -> bool:
        """Show the object under its name; whether this was the first time."""
        final = self.path_of(written.sha256)
        try:
            os.link(written.path, final)
        except FileExistsError:
            return False
        except FileNotFoundError:
            self._make_shard(final.parent, durable=durable)
            return self._link(written, durable=durable)
        if durable:
            _sync_folder(final.parent)
        return True

    def _make_shard(self, shard: Path, *, durable: bool) -> None:
        for folder in (shard.parent, shard):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                if durable:
                    _sync_folder(folder.parent)

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[Path]:
        """A new temporary name that tells whose it is; gone at the end."""
        handle, name = tempfile.mkstemp(dir=self._incoming, prefix=_writer_here(os.getpid()))
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise DiskFull(
                    f"{self.root}: hết chỗ khi đang lưu tài liệu ({error.strerror}). Chưa có gì bị mất; "
                    "hãy giải phóng hoặc mở rộng đĩa rồi chạy lại."
                ) from error
            raise


@functools.lru_cache(maxsize=4)
def _writer_here(pid: int) -> str:
    return f"{pid}-{start_of(pid)}-"


def _writer_lives(path: Path) -> bool:
    pid, _, rest = path.name.partition("-")
    started = rest.partition("-")[0]
    return bool(started) and start_of(int(pid)) == started


def _flatten(root: Path) -> None:
    """Bring a store of the first layout (`sha256/ab/cd/<hex>`) to this one; may be killed and repeated."""
    for path in (root / "sha256").glob("??/??/*"):
        path.replace(path.parent.parent / path.name)
    for folder in (root / "sha256").glob("??/??"):
        with contextlib.suppress(OSError):
            folder.rmdir()
    _sync_file_system(root)
    (root / _LAYOUT).mkdir(exist_ok=True)
    _sync_folder(root)


def _try_to_write(opener: Opener, temporary: Path) -> _Written | OSError:
    """A source that cannot be opened or read gives its error; a failing disk raises."""
    try:
        source = opener()
    except OSError as error:
        return error
    with source:
        try:
            return _written(source, temporary, durable=False)
        except _SourceFailed as error:
            return error.__cause__ if isinstance(error.__cause__, OSError) else OSError(str(error.__cause__))


def _written(source: BinaryIO, temporary: Path, *, durable: bool) -> _Written:
    hasher, size = hashlib.sha256(), 0
    with temporary.open("wb", buffering=0) as target:
        while block := _read(source):
            hasher.update(block)
            _write(target.fileno(), block)
            size += len(block)
        os.fchmod(target.fileno(), _READ_ONLY)
        if durable:
            os.fsync(target.fileno())
    return _Written(temporary, hasher.hexdigest(), size)


def _write(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(CHUNK_BYTES)
    except OSError as error:
        raise _SourceFailed from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file_system(folder: Path) -> None:
    """syncfs(2): all data and names of the file system are durable when it returns; it tells of write errors."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)
