"""Pulling exports from all sources: what one of them does wrong never stops the others."""

from __future__ import annotations

import datetime as clock
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, TypeVar
from unicodedata import normalize
from zoneinfo import ZoneInfo

from config.export_profiles import load_profiles
from config.settings import Settings
from config.sources import SourceEntry
from connectors.errors import ConnectorError, TryAgain
from connectors.sources import Pulled
from flows.resources import Resources, open_ledger
from flows.sources import LISTING_TELLS, source_of, sources_of
from storage.custody import UNREACHABLE, Happening, append
from storage.database import Connection
from storage.evidence import record_object
from storage.imports import known_import
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.pulls import (
    ASK,
    ASLEEP,
    PULLED,
    RETRY,
    Pull,
    fetched_files,
    last_pulls,
    newest_of_kinds,
    newest_words,
    pulls_at,
    record_fetched,
    record_pull,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fresh:
    """An export that is new by content and lies in the store."""

    name: str
    kept: Kept
    source: str


@dataclass(frozen=True, slots=True)
class Puller:
    """Who pulls, when, and with which layouts: a file that those rejected is taken again only when they change."""

    who: str
    at: datetime
    layouts: str


@dataclass(slots=True)
class _Haul:
    """What one source gave."""

    files: int = 0
    fresh: list[Fresh] = field(default_factory=list)
    listed: dict[str, tuple[int, datetime, str]] = field(default_factory=dict)
    faults: list[tuple[str, ConnectorError]] = field(default_factory=list)


def pull_all(resources: Resources, puller: Puller) -> list[Fresh]:
    """Ask every source of the unit that is open now, and keep the bytes of what is new."""
    found: dict[str, Fresh] = {}
    for entry in sources_of(resources.settings):
        if entry.is_open(_local_time(resources.settings, puller.at)):
            haul = _haul(resources, entry, puller)
            _record(resources, entry, haul, puller)
            found |= {fresh.kept.sha256: fresh for fresh in reversed(haul.fresh) if fresh.kept.sha256 not in found}
        else:
            _note(resources, Pull(entry.name, puller.at, ASLEEP, _sleeps(entry)), [])
    return list(found.values())


def source_faults(connection: Connection, unit: str, at: datetime) -> list[str]:
    """What sources did wrong in the night that began at `at`, in the words of the letter."""
    ways = {RETRY: "đêm sau sẽ tự thử lại", ASK: "cần người xử lý"}
    return [f"{pull.reason} ({ways[pull.state]})" for pull in pulls_at(connection, unit, at) if pull.state in ways]


def stale_sources(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """Sources whose newest export is older than their limit, as sentences."""
    newest = newest_words(connection, settings.unit)
    lines = []
    for entry in sources_of(settings):
        last = newest.get(entry.name)
        if entry.fresh_hours and (last is None or now - last > timedelta(hours=entry.fresh_hours)):
            age = "chưa có tệp nào đọc được" if last is None else f"tệp mới nhất ngày {_day(settings, last)}"
            lines.append(f"nguồn {entry.name}: {age}, giới hạn {entry.fresh_hours} giờ; hãy kết xuất lại.")
    return lines


def sources_now(connection: Connection, settings: Settings, now: datetime) -> list[dict[str, object]]:
    """Every source with its last pull and the age of its newest export, as plain values."""
    newest, pulls = newest_words(connection, settings.unit), last_pulls(connection, settings.unit)
    return [_told(entry, pulls.get(entry.name), newest.get(entry.name), now) for entry in sources_of(settings)]


def _told(entry: SourceEntry, pull: Pull | None, newest: datetime | None, now: datetime) -> dict[str, object]:
    hours = None if newest is None else round((now - newest).total_seconds() / 3600, 1)
    late = bool(entry.fresh_hours) and (hours is None or hours > entry.fresh_hours)
    return {
        "source": entry.name,
        "kind": entry.kind,
        "window": [f"{entry.opens:%H:%M}", f"{entry.closes:%H:%M}"] if entry.opens and entry.closes else None,
        "fresh_hours": entry.fresh_hours or None,
        "newest": newest and newest.isoformat(),
        "age_hours": hours,
        "fresh": not late,
        "state": pull.state if pull else None,
        "reason": pull.reason if pull else None,
        "pulled_at": pull.at.isoformat() if pull else None,
        "files": pull.files if pull else None,
        "new_files": pull.fresh if pull else None,
    }


def _haul(resources: Resources, entry: SourceEntry, puller: Puller) -> _Haul:
    haul = _Haul()
    try:
        listed = _tried(entry, lambda: list(source_of(entry).pull()))
    except ConnectorError as error:
        haul.faults.append((_place(entry), error))
        return haul
    haul.files = len(listed)
    with resources.database.read() as connection:
        before = fetched_files(connection, resources.settings.unit, entry.name)
    for pulled in listed:
        name = normalize("NFC", pulled.name)
        seen = (pulled.size, pulled.modified_at)
        if entry.kind in LISTING_TELLS and name in before and _is_imported(resources, before[name], seen, puller):
            continue
        try:
            sha256, fresh = _tried(entry, partial(_kept, resources, entry, pulled, puller))
        except ConnectorError as error:
            haul.faults.append((name, error))
            continue
        haul.fresh += [fresh] if fresh else []
        if fresh and entry.kind in LISTING_TELLS:
            haul.listed[name] = (*seen, sha256)
    return haul


def _is_imported(
    resources: Resources, before: tuple[int, datetime, str], seen: tuple[int, datetime], puller: Puller
) -> bool:
    """Whether a file is listed as it was when it was fetched, and was imported then."""
    with resources.database.read() as connection:
        return before[:2] == seen and known_import(connection, resources.settings.unit, before[2], puller.layouts)


def _kept(resources: Resources, entry: SourceEntry, pulled: Pulled, puller: Puller) -> tuple[str, Fresh | None]:
    """The export kept; None for one that was imported before.

    Raises:
        ConnectorError: it cannot be opened or read to its end.
    """
    name = normalize("NFC", pulled.name)
    try:
        with pulled.open() as stream:
            return _kept_if_new(resources, stream, name, entry.name, puller)
    except OSError as error:
        raise TryAgain(f"{entry.name}: không đọc được {name} ({error.strerror or error})") from error


def _kept_if_new(
    resources: Resources, stream: BinaryIO, name: str, source: str, puller: Puller
) -> tuple[str, Fresh | None]:
    sha256, _ = digest_of(stream)
    with resources.database.read() as connection:
        if known_import(connection, resources.settings.unit, sha256, puller.layouts):
            return sha256, None
    stream.seek(0)
    return sha256, Fresh(name, resources.store.put(stream), source)


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
    if haul.listed:
        by_hash = {fresh.kept.sha256: fresh.kept for fresh in haul.fresh}
        with resources.database.write() as connection:
            for sha256 in sorted({sha256 for *_, sha256 in haul.listed.values()}):
                record_object(connection, by_hash[sha256], who=puller.who, where=entry.name, at=puller.at)
            record_fetched(connection, resources.settings.unit, entry.name, haul.listed)


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


def _local_time(settings: Settings, at: datetime) -> clock.time:
    return at.astimezone(ZoneInfo(settings.timezone)).time()


def _day(settings: Settings, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(settings.timezone)).strftime("%d/%m/%Y %H:%M")


def source_too_old(settings: Settings, now: datetime, _limit: int) -> str | None:
    """For config/alarms.yaml: the sources that are older than their own limits, in one sentence."""
    with open_ledger(settings) as database, database.read() as connection:
        lines = stale_sources(connection, settings, now)
    return "; ".join(lines) or None


def lists_overdue(settings: Settings, now: datetime, _limit: int) -> str | None:
    """For config/alarms.yaml: lists that were handed in before and are due again, with who keeps them."""
    today = settings.local_day(now)
    with open_ledger(settings) as database, database.read() as connection:
        newest = newest_of_kinds(connection, settings.unit)
    late = [
        f"{profile.name} ({profile.owner}, hạn {due:%d/%m/%Y}{' theo đề xuất' if profile.proposed else ''})"
        for profile in load_profiles()
        if profile.deadline is not None and profile.kind in newest
        if settings.local_day(newest[profile.kind]) < (due := profile.deadline.last_before(today)).replace(day=1)
    ]
    return "; ".join(late) or None
