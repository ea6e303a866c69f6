"""What can go wrong with keeping, by what to do next.

StorageError
├── StoreUnavailable   try again later: the store or the database did not answer
├── DiskFull           ask a person: make room, nothing was lost
├── Damaged            ask a person: kept bytes no longer match their hash
└── Missing            ask a person: no such object is kept
"""


class StorageError(Exception):
    """Root of this folder's errors; the message is Vietnamese, for officials."""


class StoreUnavailable(StorageError):
    """The store or the database did not answer; what was kept is untouched."""


class DiskFull(StorageError):
    """There is no room for more bytes; what was kept is untouched."""


class Damaged(StorageError):
    """Kept bytes no longer match their name."""


class Missing(StorageError):
    """No object of this hash is kept."""
