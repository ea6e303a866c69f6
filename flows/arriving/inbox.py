"""The inbox: which of its files are the unit's documents, and which lie where nobody takes them in."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from config.units_here import settings_of_units
from connectors.sources import shown_name
from connectors.sources.port import is_unfinished
from flows.resources import open_ledger
from storage.browsing import units_known

_FURNITURE = frozenset({"thumbs.db", "desktop.ini"})
"""What Windows leaves in a shared folder, in small letters."""
_NAMED = 3


def inbox_files(settings: Settings) -> list[tuple[Path, str]]:
    """Files of the unit's inbox with their names inside it, by name."""
    root = settings.inbox_folder / settings.unit
    named = [(path, shown_name(path.relative_to(root).as_posix())) for path in _files_in(root, root)]
    return sorted(((path, name) for path, name in named if _is_document(name)), key=lambda pair: pair[1])


def documents_astray(settings: Settings, _now: datetime, limit: int) -> str | None:
    """For config/alarms.yaml: more than `limit` files of the inbox lie in no unit's folder, where no night looks."""
    root = settings.inbox_folder
    if not root.is_dir():
        return None
    with open_ledger(settings) as database, database.read() as connection:
        units = {one.unit for one in settings_of_units(settings)} | set(units_known(connection))
    elsewhere = [entry for entry in root.iterdir() if not (entry.is_dir() and entry.name in units)]
    files = [path for entry in elsewhere for path in (_files_in(entry, root) if entry.is_dir() else (entry,))]
    names = sorted(name for path in files if _is_document(name := shown_name(path.relative_to(root).as_posix())))
    if len(names) <= limit:
        return None
    first, whose = ", ".join(names[:_NAMED]), ", ".join(sorted(units))
    return f"{len(names)} tệp không nằm trong thư mục của đơn vị nào ({whose}): {first}."


def _files_in(folder: Path, root: Path) -> Iterator[Path]:
    """Plain files, and folders that may not be looked into; links that lead out of `root` are not followed."""
    inside, closed = root.resolve(), list[OSError]()
    for at, _, names in os.walk(folder, onerror=closed.append):
        yield from (path for name in names if _is_offered(path := Path(at, name), inside))
    yield from (Path(os.fsdecode(error.filename)) for error in closed if error.errno != errno.ENOENT)


def _is_offered(path: Path, inside: Path) -> bool:
    """What may not be looked at is offered as well: opening it tells why."""
    try:
        return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(inside))
    except OSError:
        return True


def _is_document(name: str) -> bool:
    """No lock, hidden file or download in progress, nor what a system leaves."""
    return not is_unfinished(name) and name.rsplit("/", 1)[-1].lower() not in _FURNITURE
