"""Taking in what lies outside: exports from their sources, documents from the inbox. Bytes first, then meaning."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from connectors.errors import ConnectorError, TryAgain
from connectors.exports import Export, read_export
from connectors.sources import FolderSource
from flows.resources import Resources
from storage.custody import UNREACHABLE, Happening, append
from storage.evidence import Upload, receipts_of, record_object, record_upload
from storage.imports import Arrival, known_import, record_export, record_rejected_export
from storage.objects import Kept
from storage.objects.port import digest_of

PROFILES = Path(__file__).parent.parent / "config" / "exports"
_TEMPORARY = ("~$", ".")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings something, from where, at which moment."""

    who: str
    where: str
    at: datetime


def pull_exports(resources: Resources, sender: Sender) -> int:
    """Import every export of the configured source that is new by content; how many were new."""
    source = FolderSource("exports", resources.settings.exports_folder)
    fresh: dict[str, tuple[str, Kept]] = {}
    try:
        for pulled in source.pull():
            with _noted(resources, pulled.name, sender), pulled.open() as stream:
                fresh |= _kept_if_new(resources, normalize("NFC", pulled.name), stream)
    except ConnectorError as error:
        _note_unreachable(resources, str(resources.settings.exports_folder), str(error), sender)
    import_kept(resources, list(fresh.values()), sender)
    return len(fresh)


def import_kept(resources: Resources, arrivals: list[tuple[str, Kept]], sender: Sender) -> None:
    """Import exports that lie in the store, in an order that their content alone decides."""
    read = [(name, kept, _read(resources, kept.sha256, name)) for name, kept in arrivals]
    for name, kept, said in sorted(read, key=lambda item: (_exported_at(item[2]), item[1].sha256)):
        _record(resources, kept, name, said, sender)


def take_documents(resources: Resources, sender: Sender) -> int:
    """Keep every document of the unit's inbox; the originals stay where they are. How many receipts were new."""
    with resources.database.read() as connection:
        known = {(row["path"], row["sha256"]) for row in receipts_of(connection, resources.settings.unit)}
    new = 0
    for path, name in inbox_files(resources):
        with _noted(resources, name, sender):
            if (name, _digest(path)) not in known:
                new += keep_document(resources, path, name, sender)
    return new


def inbox_files(resources: Resources) -> Iterator[tuple[Path, str]]:
    """Files of the unit's inbox with their names inside it, by name."""
    root = resources.settings.inbox_folder / resources.settings.unit
    files = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(_TEMPORARY)]
    named = [(path, normalize("NFC", path.relative_to(root).as_posix())) for path in files]
    return iter(sorted(named, key=lambda pair: pair[1]))


def keep_document(resources: Resources, path: Path, name: str, sender: Sender) -> bool:
    """Keep one document's bytes, then record its receipt; whether anything was new."""
    with path.open("rb") as stream:
        kept = resources.store.put(stream)
    upload = Upload(resources.settings.unit, name, sender.who, sender.where, sender.at)
    with resources.database.write() as connection:
        return record_upload(connection, kept, upload)


def _kept_if_new(resources: Resources, name: str, stream: BinaryIO) -> dict[str, tuple[str, Kept]]:
    """The export under its hash, kept; nothing for one that was imported before."""
    sha256, _ = digest_of(stream)
    if _known(resources, sha256):
        return {}
    stream.seek(0)
    return {sha256: (name, resources.store.put(stream))}


@contextlib.contextmanager
def _noted(resources: Resources, name: str, sender: Sender) -> Iterator[None]:
    """A file that cannot be opened is noted for the letter; the others go on."""
    try:
        yield
    except OSError as error:
        _note_unreachable(resources, name, error.strerror or str(error), sender)


def _note_unreachable(resources: Resources, name: str, reason: str, sender: Sender) -> None:
    happening = Happening(UNREACHABLE, name, sender.who, sender.where, {"reason": reason})
    with resources.database.write() as connection:
        append(connection, [happening], at=sender.at)


def _known(resources: Resources, sha256: str) -> bool:
    with resources.database.read() as connection:
        return known_import(connection, resources.settings.unit, sha256, layouts_version())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)[0]


@functools.cache
def layouts_version() -> str:
    """Names the export profiles of this installation: a rejected file is tried again when they change."""
    hasher = hashlib.sha256()
    for path in sorted(PROFILES.glob("*.yaml")):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()[:16]


def _read(resources: Resources, sha256: str, name: str) -> Export | ConnectorError:
    with resources.store.local(sha256) as path:
        try:
            return read_export(path, name=name)
        except ConnectorError as error:
            return error


def _exported_at(said: Export | ConnectorError) -> str:
    moment = said.exported_at if isinstance(said, Export) else None
    return moment.isoformat() if moment else ""


def _record(resources: Resources, kept: Kept, name: str, said: Export | ConnectorError, sender: Sender) -> None:
    arrival = Arrival(
        resources.settings.unit, name, kept.sha256, sender.who, sender.where, sender.at, layouts_version()
    )
    with resources.database.write() as connection:
        record_object(connection, kept, who=sender.who, where=sender.where, at=sender.at)
        if isinstance(said, Export):
            record_export(connection, arrival, said)
        elif not isinstance(said, TryAgain):
            record_rejected_export(connection, arrival, str(said))
