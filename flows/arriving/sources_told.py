"""What is told of sources and of lists that people hand in: faults of a night, age, windows, deadlines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.export_profiles import Profile, load_profiles
from config.settings import Settings
from config.sources import SourceEntry
from flows.arriving.sources import sources_of
from flows.resources import open_ledger
from storage.database import Connection
from storage.ledger.nights import nights_of
from storage.records.pulls import (
    ASK,
    ASLEEP,
    RETRY,
    Pull,
    Waiting,
    last_pulls,
    newest_of_kinds,
    newest_words,
    pulls_at,
    waiting_sources,
)

_WAYS = {RETRY: "đêm sau sẽ tự thử lại", ASK: "cần người xử lý"}
_ONE_DAY = timedelta(hours=26)
"""A source with a window of its own is pulled once a day; a night may begin a little late."""


def source_faults(connection: Connection, unit: str, at: datetime) -> list[str]:
    """What sources did wrong in the night that began at `at`, in the words of the letter."""
    waiting = waiting_sources(connection, unit)
    told = (_fault(pull, waiting.get(pull.source)) for pull in pulls_at(connection, unit, at))
    return [line for line in told if line]


def _fault(pull: Pull, waiting: Waiting | None) -> str:
    """What is wrong with a source: in this night, or in its own window since; "" is nothing."""
    failed = waiting.failed if pull.state == ASLEEP and waiting else pull
    if failed is not None and failed.state in _WAYS:
        return f"{failed.reason} ({_WAYS[failed.state]})"
    if pull.state == ASLEEP and waiting and pull.at - waiting.since > _ONE_DAY:
        return (
            f"{pull.reason}, không trùng giờ chạy đêm, nên chưa được lấy lần nào từ {waiting.since:%d/%m/%Y};"
            " để parindex serve chạy suốt ngày, hoặc sửa opens, closes trong sources.yaml (cần người xử lý)"
        )
    return ""


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


def sources_unusable(settings: Settings, _now: datetime, _limit: int) -> str | None:
    """For config/alarms.yaml: what is wrong in the list of sources; the others are pulled."""
    return "; ".join(sources_of(settings)[1]) or None


def lists_overdue(settings: Settings, now: datetime, _limit: int) -> str | None:
    """For config/alarms.yaml: lists that are due, with who keeps them: again, or for the first time.

    What was due before the month of this installation's first night is nobody's debt here. Of layouts that bring the
    same kind of facts one is enough.
    """
    today = settings.local_day(now)
    with open_ledger(settings) as database, database.read() as connection:
        newest = newest_of_kinds(connection, settings.unit)
        first = min((night["started_at"] for night in nights_of(connection, settings.unit)), default=now)
    late: dict[str, str] = {}
    for profile in load_profiles():
        handed_in = settings.local_day(newest.get(profile.kind, first))
        due = profile.deadline.last_before(today) if profile.deadline else date.min
        if handed_in < due.replace(day=1):
            remark = _remark(profile, handed_in=profile.kind in newest)
            late.setdefault(profile.kind, f"{profile.name} ({profile.owner}, hạn {due:%d/%m/%Y}{remark})")
    return "; ".join(late.values()) or None


def _remark(profile: Profile, *, handed_in: bool) -> str:
    return (" theo đề xuất" if profile.proposed else "") + ("" if handed_in else ", chưa nộp lần nào")
