"""A zip written in one pass with constant memory, whose bytes depend on its contents alone."""

from __future__ import annotations

import errno
import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

from storage.errors import Damaged, DiskFull

_CHUNK = 1 << 20
_STORED_ENDINGS = (".pdf", ".zip", ".xlsx", ".docx", ".jpg", ".jpeg", ".png", ".p7s", ".gz", ".sig")
"""Already compressed inside, or too small to gain."""
_REGULAR_FILE = 0o100644 << 16


class Archive:
    """An open zip. `digests` holds the SHA-256 of every file written so far, by its path inside the bag."""

    def __init__(self, stream: BinaryIO, top: str, made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(stream, "w", allowZip64=True)
        self._top = top
        self._moment = zip_moment(made_at)
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def add(self, path: str, data: bytes) -> None:
        """Write a small file."""
        with self._zip.open(self._entry(path, len(data)), "w") as target:
            target.write(data)
        self.digests[path], self.sizes[path] = hashlib.sha256(data).hexdigest(), len(data)

    def add_stream(self, path: str, stream: BinaryIO, size: int, sha256: str) -> None:
        """Copy a kept file, hashing what is really written.

        Raises:
            Damaged: the bytes are not those that the hash and size promise.
        """
        digest, written = hashlib.sha256(), 0
        with self._zip.open(self._entry(path, size), "w") as target:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                written += len(chunk)
                if written > size:
                    break
                target.write(chunk)
        if (written, digest.hexdigest()) != (size, sha256):
            raise Damaged(
                f"{path}: tệp trong kho không còn đúng mã băm {sha256} ({written} byte, cần {size}). "
                "Khôi phục tệp này từ bản sao lưu rồi tạo gói lại."
            )
        self.digests[path], self.sizes[path] = sha256, size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write the table of contents; after a fault too, since the file is then thrown away."""
        self._zip.close()

    def _entry(self, path: str, size: int) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(f"{self._top}/{path}", self._moment)
        entry.create_system = 3  # Unix, whatever machine writes it
        entry.external_attr = _REGULAR_FILE
        entry.file_size = size  # decides beforehand whether the entry needs zip64
        stored = path.lower().endswith(_STORED_ENDINGS)
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        return entry


def zip_moment(made_at: datetime) -> tuple[int, int, int, int, int, int]:
    """The moment in UTC as zip keeps it: even seconds, years 1980 to 2107."""
    utc = made_at.astimezone(UTC)
    year = min(max(utc.year, 1980), 2107)
    return year, utc.month, utc.day, utc.hour, utc.minute, utc.second // 2 * 2


@contextmanager
def written_whole(out: Path) -> Iterator[BinaryIO]:
    """A stream that becomes `out` at the end, on disk, or leaves nothing behind.

    Raises:
        DiskFull: there is no room; nothing was left behind.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
        _sync_folder(out.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"{out}: hết chỗ trên đĩa khi ghi gói tài liệu. Dọn bớt rồi tạo gói lại.") from error
        raise
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
