"""Backup of everything a ward keeps into one folder, by hand or day by day, and the way back, every hash proved."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
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

_LIST, _ABOUT, _OBJECTS = "objects.txt", "backup.json", "objects"
_BESIDE = ("keys", "trust", "criteria", "profiles")
"""Folders of PAR_HOME that a backup holds too. `.env` and `sources.yaml` are left out: they may hold passwords of other
systems."""


class NoBackup(StorageError):
    """The folder holds no whole backup, or the place to restore to is not empty."""


def back_up_daily(settings: Settings, now: datetime) -> dict[str, Any]:
    """The chore: a backup of this day in PAR_BACKUPS; all days share their objects, days beyond PAR_BACKUP_DAYS go.

    Raises:
        NoBackup: the folder is not there: nobody makes it, lest a backup lands on the disk that it should outlive.
        StorageError: the database or an object cannot be copied.
    """
    folder = settings.backups
    if folder is None or not settings.backup_days:
        return {"made": False}
    if not folder.is_dir():
        raise NoBackup(f"{folder}: không thấy thư mục sao lưu. Gắn lại ổ đĩa sao lưu, hoặc sửa PAR_BACKUPS.")
    today = settings.local_day(now)
    told = backup(settings, folder / today.isoformat(), at=now, objects=folder / _OBJECTS)
    forgotten = _forget(folder, before=today - timedelta(days=settings.backup_days))
    return {"made": True, "objects": told["objects"], "copied": told["copied"], "forgotten": forgotten} | {
        "damaged": len(told["damaged"])
    }


def _forget(folder: Path, *, before: date) -> int:
    """Delete the backups of days before `before`, but not their objects; how many they were."""
    days = [about.parent for about in folder.glob(f"*/{_ABOUT}")]
    old = [day for day in days if re.fullmatch(r"\d{4}-\d\d-\d\d", day.name) and day.name < before.isoformat()]
    for day in old:
        (day / _ABOUT).unlink()  # first: what is left of it is no backup
        shutil.rmtree(day)
    return len(old)


def backup(settings: Settings, target: Path, *, at: datetime, objects: Path | None = None) -> dict[str, Any]:
    """Copy database, objects, keys, trust, own criteria sets, profiles into `target`; a second time only what is new.

    `objects`: a folder beside it, which backups share.

    Raises:
        StorageError: the database or an object cannot be copied.
    """
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            who = ("parindex backup", "command line") if objects is None else ("backup", "chore")
            happening = Happening("backed_up", target.name, *who)
            custody.append(connection, [happening], at=at)
        database = copy_database(resources.database, target)
        with resources.database.read() as connection:
            kept = list(care.objects_after(connection, ""))
        copies = FolderStore(objects or target / _OBJECTS)
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
    own, shared = source / _OBJECTS, source.parent / _OBJECTS
    copies, store = FolderStore(own if own.is_dir() else shared), open_store(settings)
    listed = [line.split()[0] for line in (source / _LIST).read_text(encoding="ascii").splitlines()]
    answers = store.put_all(partial(open_sound, copies, sha256) for sha256 in listed)
    found = {answer.sha256 for answer in answers if isinstance(answer, Kept)}
    return len(found & set(listed)), sorted(set(listed) - found)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)[0]
