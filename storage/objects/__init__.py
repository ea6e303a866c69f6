"""Evidence bytes, kept under their SHA-256: one port, two stores."""

from storage.objects.folder import FolderStore
from storage.objects.port import Kept, LockingStore, ObjectStore, Opener, WormReport
from storage.objects.s3 import S3Address, S3Store

__all__ = ["FolderStore", "Kept", "LockingStore", "ObjectStore", "Opener", "S3Address", "S3Store", "WormReport"]
