"""The composition root: the one place where settings become open resources."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from sandbox import Slots
from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.errors import DiskFull, StoreUnavailable
from storage.objects import FolderStore, ObjectStore


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything a use case may touch."""

    settings: Settings
    database: Database
    store: ObjectStore

    @property
    def workers(self) -> int:
        """How many documents are read at a time."""
        return self.settings.workers or os.cpu_count() or 1

    @property
    def slots(self) -> Slots:
        """How many documents all processes of this machine read at a time: PAR_SLOTS, under PAR_SLOTS_FOLDER."""
        folder = self.settings.slots_folder or self.settings.home / "slots"
        return Slots(folder, self.settings.slots or max(self.workers, os.cpu_count() or 1))


@contextlib.contextmanager
def open_resources(settings: Settings) -> Iterator[Resources]:
    """Open database and object store; both are closed at the end.

    Raises:
        StorageError: the database or the store cannot be opened; the message says which and the way out.
    """
    prepare_home(settings)
    with open_ledger(settings) as database:
        yield Resources(settings, database, open_store(settings))


@contextlib.contextmanager
def open_ledger(settings: Settings) -> Iterator[Database]:
    """Open the database alone, for what needs no evidence.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    try:
        url = settings.database_url or sqlite_url(settings.home / "parindex.db")
    except OSError as error:
        raise _no_home(settings, error) from error
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def open_store(settings: Settings, kind: str = "") -> ObjectStore:
    """The object store that the settings name, or the one of another kind (folder | s3)."""
    if (kind or settings.store) == "folder":
        return FolderStore(settings.home / "objects")
    from storage.objects import S3Address, S3Store

    address = S3Address(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        region=settings.s3_region,
        secure=settings.s3_secure,
        lock_days=settings.s3_lock_days,
        encrypt=settings.s3_encrypt,
    )
    store = S3Store(address)
    store.create_bucket()
    return store


def open_mirror(settings: Settings) -> ObjectStore | None:
    """The second copy of the store; None where PAR_MIRROR is not set."""
    return FolderStore(settings.mirror) if settings.mirror else None


def prepare_home(settings: Settings) -> None:
    """Make the folders of PAR_HOME. Those that may lie elsewhere (a mounted share) are reported where they are read.

    Raises:
        StoreUnavailable: PAR_HOME itself cannot be made.
    """
    try:
        outbox(settings).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_home(settings, error) from error
    for folder in (settings.exports_folder, settings.inbox_folder / settings.unit, settings.trust_folder):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)


def _no_home(settings: Settings, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"{settings.home}: không tạo được thư mục làm việc ({error.strerror}). Kiểm tra PAR_HOME và quyền ghi."
    )


def require_room(settings: Settings) -> None:
    """Refuse to start without free disk space, before anything is half done.

    Raises:
        DiskFull: less is free than PAR_MIN_FREE_MIB.
    """
    free_mib = shutil.disk_usage(settings.home).free >> 20
    if free_mib < settings.min_free_mib:
        raise DiskFull(
            f"{settings.home}: chỉ còn {free_mib} MiB trống, cần ít nhất {settings.min_free_mib} MiB "
            "(PAR_MIN_FREE_MIB). Giải phóng hoặc mở rộng đĩa rồi chạy lại; chưa có gì bị mất."
        )


def outbox(settings: Settings) -> Path:
    """Where score sheets, bundles and letters are laid, one folder a night."""
    return settings.home / "outbox"
