"""Writing one zip: entries stored as they are, hashed on the way, in memory that does not grow, whole or not at all.

Nothing is compressed: PDFs would not shrink, the bytes then depend on no zlib, and every bit of the file is checkable
(layout.py checks that the zip is exactly what this module writes).
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO

from storage.errors import Damaged, DiskFull

VIETNAM = timezone(timedelta(hours=7))
_BLOCK = 1 << 20
_UNIX = 3


@dataclass(slots=True)
class Archive:
    """A zip being written below one base folder. `written` tells hash and size by path inside that folder."""

    zip: zipfile.ZipFile
    base: str
    moment: tuple[int, int, int, int, int, int]
    written: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, path: str, data: bytes) -> None:
        """Write a small file."""
        with self.zip.open(self._entry(path, len(data)), "w") as target:
            target.write(data)
        self.written[path] = (hashlib.sha256(data).hexdigest(), len(data))

    def add_stream(self, path: str, source: BinaryIO, size: int, sha256: str) -> None:
        """Copy a kept file, hashing what is really written.

        Raises:
            Damaged: the bytes are not those that hash and size promise.
        """
        digest, copied = hashlib.sha256(), 0
        with self.zip.open(self._entry(path, size), "w") as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                copied += len(block)
                if copied > size:
                    break
                target.write(block)
        if (copied, digest.hexdigest()) != (size, sha256):
            raise Damaged(
                f"{path}: tệp trong kho không còn đúng mã băm {sha256} ({copied} byte, cần {size}). "
                "Chưa tạo gói; khôi phục tệp này từ bản sao lưu rồi tạo gói lại.",
                sha256,
            )
        self.written[path] = (sha256, size)

    def _entry(self, path: str, size: int) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(f"{self.base}/{path}", self.moment)
        entry.create_system = _UNIX
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        entry.file_size = size  # decides beforehand whether the entry needs zip64
        return entry


@contextmanager
def new_archive(out: Path, base: str, made_at: datetime) -> Iterator[Archive]:
    """A zip that appears under the name `out` only when it is whole and on the disk.

    Raises:
        DiskFull: there was no room; nothing is left behind.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb", buffering=_BLOCK) as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
                yield Archive(archive, base, zip_moment(made_at))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
        _sync_folder(out.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = f"{out}: hết chỗ trên đĩa khi ghi gói tài liệu. Giải phóng chỗ trống rồi tạo gói lại; chưa mất gì."
            raise DiskFull(what) from error
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def zip_moment(made_at: datetime) -> tuple[int, int, int, int, int, int]:
    """The moment in Vietnam as zip keeps it: even seconds, years 1980 to 2107."""
    local = made_at.astimezone(VIETNAM)
    year = min(max(local.year, 1980), 2107)
    return year, local.month, local.day, local.hour, local.minute, local.second // 2 * 2


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
