"""What can go wrong with keeping, by what to do next.

StorageError
├── StoreUnavailable   try again later: the store or the database did not answer
├── DiskFull           ask a person: make room, nothing was lost
├── Damaged            ask a person: kept bytes no longer match their hash
├── Missing            ask a person: no such object is kept
├── NoSuch             ask otherwise: nothing of this name or id is kept
├── Unkeepable         ask otherwise: a text holds a sign that no database keeps
└── NotPossible        ask a person: this kind of store cannot do that
"""

from __future__ import annotations

from config.refusals import Lacking, WrongUse


class StorageError(Lacking):
    """Root of this folder's errors; the message is Vietnamese, for officials."""


class StoreUnavailable(StorageError):
    """The store or the database did not answer; what was kept is untouched."""


class DiskFull(StorageError):
    """There is no room for more bytes; what was kept is untouched."""


class _OfObject(StorageError):
    """An error about one object; `sha256` names it, empty where it is no kept one."""

    def __init__(self, message: str, sha256: str = "") -> None:
        super().__init__(message)
        self.sha256 = sha256


class Damaged(_OfObject):
    """Kept bytes no longer match their name."""


class Missing(_OfObject):
    """No object of this hash is kept."""


class NoSuch(WrongUse, StorageError):
    """Nothing of this name or id is kept; each reader has its own subclass."""


class Unkeepable(WrongUse, StorageError):
    """A text holds the sign of code 0, which PostgreSQL cannot keep and nobody types."""


class NotPossible(StorageError):
    """This kind of store cannot do what was asked."""
