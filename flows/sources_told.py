"""What is told of sources and of lists that people hand in: faults of a night, age, windows, deadlines."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.export_profiles import load_profiles
from config.settings import Settings
from config.sources import SourceEntry
from flows.resources import open_ledger
from flows.sources import sources_of
from storage.database import Connection
from storage.pulls import ASK, RETRY, Pull, last_pulls, newest_of_kinds, newest_words, pulls_at


def source_faults(connection: Connection, unit: str, at: datetime) -> list[str]:
    """What sources did wrong in the night that began at `at`, in the words of the letter."""
    ways = {RETRY: "đêm sau sẽ tự thử lại", ASK: "cần người xử lý"}
    return [f"{pull.reason} ({ways[pull.state]})" for pull in pulls_at(connection, unit, at) if pull.state in ways]


def stale_sources(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """Sources whose newest export is older than their limit, as sentences."""
    newest = newest_words(connection, settings.unit)
    lines = []
    for entry in sources_of(settings)[0]:
        last = newest.get(entry.name)
        if entry.fresh_hours and (last is None or now - last > timedelta(hours=entry.fresh_hours)):
            age = "chưa có tệp nào đọc được" if last is None else f"tệp mới nhất ngày {_day(settings, last)}"
            lines.append(f"nguồn {entry.name}: {age}, giới hạn {entry.fresh_hours} giờ; hãy kết xuất lại.")
    return lines


def sources_now(connection: Connection, settings: Settings, now: datetime) -> list[dict[str, object]]:
    """Every source with its last pull and the age of its newest export, as plain values."""
    newest, pulls = newest_words(connection, settings.unit), last_pulls(connection, settings.unit)
    return [_told(entry, pulls.get(entry.name), newest.get(entry.name), now) for entry in sources_of(settings)[0]]


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
