"""The port both object stores fill."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept object: its SHA-256 in hex, its size in bytes, and whether this put was the first."""

    sha256: str
    size: int
    new: bool


class ObjectStore(Protocol):
    """Write-once bytes under their SHA-256. Putting the same bytes again changes nothing."""

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`; they are durable when this returns.

        Raises:
            DiskFull, StoreUnavailable: nothing visible was written.
        """

    def open(self, sha256: str) -> BinaryIO:
        """A reader of the object. Raises `Missing`."""

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """The object as a read-only file on this machine, for as long as the context lasts."""

    def sweep(self) -> int:
        """Remove what writers that were killed left half-written; how many."""

    def __contains__(self, sha256: object) -> bool: ...

    def __iter__(self) -> Iterator[str]:
        """Every kept hash, sorted."""


def digest_of(source: BinaryIO) -> tuple[str, int]:
    """SHA-256 in hex and size of all that `source` still holds."""
    hasher, size = hashlib.sha256(), 0
    while block := source.read(CHUNK_BYTES):
        hasher.update(block)
        size += len(block)
    return hasher.hexdigest(), size
