"""Backup of everything a ward keeps into one folder, and the way back, with every hash proved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from config.settings import Settings
from flows.keeping.log_proofs import verify_log
from flows.keeping.store_care import open_sound
from flows.laying import write_whole
from flows.resources import open_resources, open_store, prepare_home
from storage.backup import POSTGRESQL_NAME, SQLITE_NAME, copy_database, is_empty, put_back
from storage.database.connection import sqlite_url
from storage.errors import StorageError
from storage.objects import FolderStore, Kept
from storage.objects.port import digest_of
from storage.proof import care, custody
from storage.proof.custody import Happening

_LIST, _ABOUT = "objects.txt", "backup.json"
_BESIDE = ("keys", "trust", "criteria", "profiles")
"""Folders of PAR_HOME that a backup holds too. `.env` and `sources.yaml` are left out: they may hold passwords of other
systems."""


class NoBackup(StorageError):
    """The folder holds no whole backup, or the place to restore to is not empty."""


def backup(settings: Settings, target: Path, *, at: datetime) -> dict[str, Any]:
    """Copy database, objects, keys, trust, own criteria sets, profiles into `target`; a second time only what is new.

    Raises:
        StorageError: the database or an object cannot be copied.
    """
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            happening = Happening("backed_up", target.name, "parindex backup", "command line")
            custody.append(connection, [happening], at=at)
        database = copy_database(resources.database, target)
        with resources.database.read() as connection:
            kept = list(care.objects_after(connection, ""))
        copies = FolderStore(target / "objects")
        lacking = [sha256 for sha256, _ in kept if sha256 not in copies]
        answers = copies.put_all(partial(open_sound, resources.store, sha256) for sha256 in lacking)
        copied = sum(1 for answer in answers if isinstance(answer, Kept))
    for name in _BESIDE:
        if (settings.home / name).is_dir():
            shutil.copytree(settings.home / name, target / name, dirs_exist_ok=True)
    held = [(sha256, size) for sha256, size in kept if sha256 in copies]
    write_whole(target / _LIST, "".join(f"{sha256} {size}\n" for sha256, size in held).encode())
    about = {"made_at": at.isoformat(), "database": database.name, "sha256": _digest(database), "objects": len(held)}
    write_whole(target / _ABOUT, json.dumps(about, indent=1).encode())
    damaged = sorted({sha256 for sha256, _ in kept} - {sha256 for sha256, _ in held})
    return about | {"folder": str(target), "copied": copied, "damaged": damaged}


def restore(settings: Settings, source: Path) -> dict[str, Any]:
    """Put a backup into an empty PAR_HOME, and prove every object and the whole log.

    Raises:
        NoBackup: `source` is no whole backup, or something is there already.
    """
    about = _read_about(source)
    url = settings.database_url or sqlite_url(settings.home / "parindex.db")
    _require_empty(settings)
    for name in _BESIDE:
        if (source / name).is_dir():
            shutil.copytree(source / name, settings.home / name, dirs_exist_ok=True)
    proved, damaged = _restore_objects(settings, source)
    put_back(source / str(about["database"]), url)
    log = verify_log(settings)
    return {
        "made_at": about["made_at"],
        "objects": about["objects"],
        "proved": proved,
        "damaged": damaged,
        "log": {name: log[name] for name in ("ok", "events", "checkpoints")},
    }


def _read_about(source: Path) -> Mapping[str, Any]:
    try:
        about: dict[str, Any] = json.loads((source / _ABOUT).read_text(encoding="utf-8"))
        copy = source / str(about["database"])
        sound = copy.name in (SQLITE_NAME, POSTGRESQL_NAME) and _digest(copy) == about["sha256"]
    except (OSError, ValueError, LookupError) as error:
        raise NoBackup(f"{source}: không phải bản sao lưu đầy đủ ({type(error).__name__}).") from error
    if not sound:
        raise NoBackup(f"{source}: tệp cơ sở dữ liệu của bản sao lưu đã bị thay đổi; dùng bản sao lưu khác.")
    return about


def _require_empty(settings: Settings) -> None:
    prepare_home(settings)
    if not is_empty(settings.database_url or sqlite_url(settings.home / "parindex.db")):
        raise NoBackup(f"{settings.home}: cơ sở dữ liệu đã có dữ liệu; chỉ khôi phục vào nơi trống.")


def _restore_objects(settings: Settings, source: Path) -> tuple[int, list[str]]:
    """Put every listed object into the store; how many came back under their own hash, and which did not."""
    copies, store = FolderStore(source / "objects"), open_store(settings)
    listed = [line.split()[0] for line in (source / _LIST).read_text(encoding="ascii").splitlines()]
    answers = store.put_all(partial(open_sound, copies, sha256) for sha256 in listed)
    found = {answer.sha256 for answer in answers if isinstance(answer, Kept)}
    return len(found & set(listed)), sorted(set(listed) - found)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)[0]
