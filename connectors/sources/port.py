"""What every source offers, whatever lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, runtime_checkable

LOCK_PREFIXES = ("~$", ".", "._")
UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".lock", ".download", ".swp")


@dataclass(frozen=True, slots=True)
class Pulled:
    """One file of a source. `name` is relative to the source, with "/" between folders.

    `open` gives its bytes; it raises `TryAgain` or `SourceRefused` when the source does not.
    """

    name: str
    open: Callable[[], BinaryIO]
    modified_at: datetime
    size: int


@runtime_checkable
class Source(Protocol):
    """A place where exports lie. Pulling never changes it."""

    @property
    def name(self) -> str:
        """How the source is called in settings, letters and the custody log."""

    def pull(self) -> Iterator[Pulled]:
        """Yield every finished file, sorted by name.

        Raises:
            TryAgain: the source does not answer now.
            SourceRefused: it does, and refuses.
        """


def is_unfinished(name: str) -> bool:
    """Whether a file name is that of a lock, a hidden file or a download in progress."""
    parts = name.split("/")
    return any(part.startswith(LOCK_PREFIXES) for part in parts) or parts[-1].lower().endswith(UNFINISHED_SUFFIXES)
