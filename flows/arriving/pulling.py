"""Pulling exports from all sources: what one of them does wrong never stops the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from config.settings import Settings
from config.sources import SourceEntry
from connectors.errors import ConnectorError, TryAgain
from connectors.sources import Known, Pulled, Unchanged, faults_of
from connectors.sources.port import NEVER
from flows.arriving.sources import source_of, sources_of
from flows.resources import Resources
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.proof.custody import UNREACHABLE, Happening, append
from storage.records.imports import known_import
from storage.records.pulls import (
    ASK,
    ASLEEP,
    PULLED,
    RETRY,
    Pull,
    fetched_files,
    record_fetched,
    record_pull,
    waiting_sources,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fresh:
    """An export that is new by content and lies in the store. `modified_at`: when its source says it last changed."""

    name: str
    kept: Kept
    source: str
    modified_at: datetime | None = None
    stood_at: datetime | None = None
    """When a file that is read again was handed in first; None: it comes now."""


@dataclass(frozen=True, slots=True)
class Puller:
    """Who pulls, when, and with which layouts: a file that those rejected is taken again only when they change."""

    who: str
    at: datetime
    layouts: str


@dataclass(slots=True)
class _Haul:
    """What one source gave. `marks`: name -> mark and SHA-256 of what need not be fetched again."""

    files: int = 0
    fresh: list[Fresh] = field(default_factory=list)
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: list[tuple[str, ConnectorError]] = field(default_factory=list)


def pull_all(resources: Resources, puller: Puller) -> list[Fresh]:
    """Ask every source of the unit that is open now, and keep the bytes of what is new."""
    awake = []
    for entry in sources_of(resources.settings)[0]:
        if _is_open(resources.settings, entry, puller.at):
            awake.append(entry)
        else:
            _note(resources, Pull(entry.name, puller.at, ASLEEP, _sleeps(entry)), [])
    return _pull(resources, awake, puller)


def pull_woken(resources: Resources, puller: Puller) -> list[Fresh]:
    """The same for those sources alone that a night found asleep and that are open now; one that refuses is let be."""
    with resources.database.read() as connection:
        waiting = waiting_sources(connection, resources.settings.unit)
    woken = [
        entry
        for entry in sources_of(resources.settings)[0]
        if entry.name in waiting and _is_open(resources.settings, entry, puller.at)
        if (failed := waiting[entry.name].failed) is None or failed.state == RETRY
    ]
    return _pull(resources, woken, puller)


def _pull(resources: Resources, entries: Sequence[SourceEntry], puller: Puller) -> list[Fresh]:
    found: dict[str, Fresh] = {}
    for entry in entries:
        haul = _haul(resources, entry, puller)
        _record(resources, entry, haul, puller)
        found |= {fresh.kept.sha256: fresh for fresh in reversed(haul.fresh) if fresh.kept.sha256 not in found}
    return list(found.values())


def _haul(resources: Resources, entry: SourceEntry, puller: Puller) -> _Haul:
    """Everything that one source gives. Asked again, it is not asked for what it gave already."""
    with resources.database.read() as connection:
        known = fetched_files(connection, resources.settings.unit, entry.name, puller.layouts)
    haul = _Haul()

    def ask() -> None:
        haul.files, haul.faults = 0, []
        for item in _items(entry, {**known, **{name: mark for name, (mark, _) in haul.marks.items()}}):
            haul.files += 1
            if isinstance(item, Pulled):
                _take(resources, entry, item, puller, haul)

    try:
        _tried(entry, ask)
    except ConnectorError as error:
        haul.faults.append((_place(entry), error))
    return haul


def _items(entry: SourceEntry, known: Known) -> Iterator[Pulled | Unchanged]:
    """What a source shows. Raises `ConnectorError` and nothing else."""
    with faults_of(entry.name):
        yield from source_of(entry).pull(known)


def _take(resources: Resources, entry: SourceEntry, pulled: Pulled, puller: Puller, haul: _Haul) -> None:
    """Keep one file, or note what is wrong with it."""
    try:
        sha256, fresh = _tried(entry, partial(_kept, resources, entry, pulled, puller))
    except ConnectorError as error:
        haul.faults.append((pulled.name, error))
        return
    haul.fresh += [fresh] if fresh else []
    if pulled.mark:
        haul.marks[pulled.name] = (pulled.mark, sha256)


def _kept(resources: Resources, entry: SourceEntry, pulled: Pulled, puller: Puller) -> tuple[str, Fresh | None]:
    """The export kept; None for one that was imported before.

    Raises:
        ConnectorError: it cannot be opened or read to its end.
    """
    with faults_of(entry.name):
        stream = pulled.open()
    try:
        with stream:
            return _kept_if_new(resources, stream, pulled, entry.name, puller)
    except OSError as error:
        raise TryAgain(f"{entry.name}: không đọc được {pulled.name} ({error.strerror or error})") from error


def _kept_if_new(
    resources: Resources, stream: BinaryIO, pulled: Pulled, source: str, puller: Puller
) -> tuple[str, Fresh | None]:
    sha256, _ = digest_of(stream)
    with resources.database.read() as connection:
        if known_import(connection, resources.settings.unit, sha256, puller.layouts):
            return sha256, None
    stream.seek(0)
    modified_at = None if pulled.modified_at == NEVER else pulled.modified_at
    return sha256, Fresh(pulled.name, resources.store.put(stream), source, modified_at)


def _tried(entry: SourceEntry, ask: Callable[[], T]) -> T:
    """What a source answers, asked again after a while when it does not.

    Raises:
        ConnectorError: it refuses, or does not answer `attempts` times.
    """
    for wait in _waits(entry):
        try:
            return ask()
        except TryAgain:
            time.sleep(wait)
    return ask()


def _waits(entry: SourceEntry) -> Iterator[float]:
    return (entry.wait_seconds * 2**n for n in range(entry.attempts - 1))


def _record(resources: Resources, entry: SourceEntry, haul: _Haul, puller: Puller) -> None:
    states = {RETRY if isinstance(error, TryAgain) else ASK for _, error in haul.faults}
    state = ASK if ASK in states else RETRY if states else PULLED
    reason = "; ".join(_said(entry, name, error) for name, error in haul.faults) or None
    pull = Pull(entry.name, puller.at, state, reason, haul.files, len(haul.fresh))
    faults = [
        Happening(UNREACHABLE, name, puller.who, entry.name, {"reason": str(error), "next": error.next_step})
        for name, error in haul.faults
    ]
    _note(resources, pull, faults)
    if haul.marks:
        with resources.database.write() as connection:
            for fresh in haul.fresh:
                record_object(connection, fresh.kept, who=puller.who, where=entry.name, at=puller.at)
            record_fetched(connection, resources.settings.unit, entry.name, haul.marks)


def _said(entry: SourceEntry, name: str, error: ConnectorError) -> str:
    """The fault, with the file where it is one file's."""
    return str(error) if name == _place(entry) or name in str(error) else f"{name}: {error}"


def _place(entry: SourceEntry) -> str:
    return str(entry.folder) if entry.kind == "folder" else entry.name


def _note(resources: Resources, pull: Pull, faults: list[Happening]) -> None:
    with resources.database.write() as connection:
        record_pull(connection, resources.settings.unit, pull)
        append(connection, faults, at=pull.at)


def _sleeps(entry: SourceEntry) -> str:
    return f"{entry.name}: chỉ lấy dữ liệu từ {entry.opens:%H:%M} đến {entry.closes:%H:%M}"


def _is_open(settings: Settings, entry: SourceEntry, at: datetime) -> bool:
    return entry.is_open(at.astimezone(ZoneInfo(settings.timezone)).time())
