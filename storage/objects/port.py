"""The port both object stores fill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, runtime_checkable

CHUNK_BYTES = 1 << 20
Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept object: its SHA-256 in hex, its size in bytes, and whether this put was the first."""

    sha256: str
    size: int
    new: bool


@dataclass(frozen=True, slots=True)
class WormReport:
    """What a store guarantees about kept versions, found by trying: nobody may delete or replace them."""

    store: str
    """folder | s3"""
    guaranteed: bool
    """The server itself refuses to delete and to replace a locked version."""
    sentence: str
    """For officials, in Vietnamese."""

    def plain(self) -> dict[str, Any]:
        """For JSON; the same store gives the same value."""
        return {"store": self.store, "guaranteed": self.guaranteed, "sentence": self.sentence}


class ObjectStore(Protocol):
    """Write-once bytes under their SHA-256. Putting the same bytes again changes nothing."""

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`; they are durable when this returns.

        Raises:
            DiskFull, StoreUnavailable: nothing visible was written.
        """

    def put_all(self, openers: Iterable[Opener]) -> Iterator[Kept | OSError]:
        """Keep many sources, in order; each answer is durable when it is yielded.

        A source that cannot be read gives its error and stops nobody. Raises as `put` does.
        """

    def open(self, sha256: str) -> BinaryIO:
        """A reader of the object. Raises `Missing`."""

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """The object as a read-only file on this machine, for as long as the context lasts."""

    def mend(self, sha256: str, source: BinaryIO) -> None:
        """Put sound bytes in the place of damaged or missing ones; the damaged ones are set aside, not destroyed.

        Raises:
            Damaged: `source` does not hold what the hash says; nothing was changed.
        """

    def worm(self) -> WormReport:
        """Try to delete and to replace a locked canary."""

    def sweep(self) -> int:
        """Remove what writers that were killed left half-written; how many."""

    def __contains__(self, sha256: object) -> bool: ...

    def __iter__(self) -> Iterator[str]:
        """Every kept hash, sorted."""


@runtime_checkable
class LockingStore(Protocol):
    """A store whose server can lock single objects; raises `NotPossible` where the bucket was made without."""

    def protect(self, sha256: str, *, until: datetime, for_all: bool) -> None:
        """Lock an object until a moment; `for_all` binds the administrator too."""

    def hold(self, sha256: str, *, on: bool) -> None:
        """Put or lift a legal hold."""


def digest_of(source: BinaryIO) -> tuple[str, int]:
    """SHA-256 in hex and size of all that `source` still holds."""
    hasher, size = hashlib.sha256(), 0
    while block := source.read(CHUNK_BYTES):
        hasher.update(block)
        size += len(block)
    return hasher.hexdigest(), size
