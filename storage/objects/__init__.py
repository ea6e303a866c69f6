"""Evidence bytes, kept under their SHA-256: one port, two stores.

The S3 store is imported on first use: an embedded ward never loads its client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.objects.folder import FolderStore
from storage.objects.port import Kept, LockingStore, ObjectStore, Opener, WormReport

if TYPE_CHECKING:
    from storage.objects.s3 import S3Address, S3Store

__all__ = ["FolderStore", "Kept", "LockingStore", "ObjectStore", "Opener", "S3Address", "S3Store", "WormReport"]


def __getattr__(name: str) -> Any:
    if name in ("S3Address", "S3Store"):
        from storage.objects import s3

        return getattr(s3, name)
    raise AttributeError(f"module 'storage.objects' has no attribute {name!r}")
