"""Alarms: what is wrong with the service as a whole, in plain words. Which there are, and their limits, is data."""

from __future__ import annotations

import functools
import importlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.strict_yaml import read_strict_yaml
from config.units_here import settings_of_units
from connectors.errors import ConnectorError
from connectors.sources import FolderSource
from flows.resources import open_ledger, open_store
from flows.watching.chores import chore_kinds
from storage.dismissals import ringing
from storage.errors import StorageError
from storage.ledger import chores
from storage.ledger.chores import newest_of
from storage.ledger.deliveries import FAILED, SENT, delivery_rows
from storage.ledger.nights import last_good_night
from storage.ledger.watched import first_heard_of
from storage.proof.care import open_damages
from storage.records.imports import READ, imports_of

_REMEMBERED = timedelta(days=2)
_TOLD_FOR = timedelta(days=7)
_FILE = Path(__file__).parents[2] / "config" / "alarms.yaml"


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """One entry of config/alarms.yaml."""

    id: str
    name: str
    limit: int
    look: str
    way_out: str
    in_letter: bool = True
    """False where the morning letter says the same in its own words."""
    once: bool = False
    """It is the installation's: of several units it rings for the one that the list names first."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong now: what was seen, and the way out."""

    id: str
    name: str
    seen: str
    way_out: str

    def plain(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)

    def sentence(self) -> str:
        """One line for a letter."""
        return f"{self.name}: {self.seen} → {self.way_out}"


@functools.cache
def alarm_kinds() -> tuple[AlarmKind, ...]:
    """All alarms, most urgent first, as in the file."""
    return tuple(AlarmKind(**entry) for entry in read_strict_yaml(_FILE.read_text(encoding="utf-8")).value["alarms"])


def alarms_for_letter(settings: Settings, now: datetime) -> tuple[str, ...]:
    """What rings and is not told by another line of the morning letter, a sentence each."""
    told = {kind.id for kind in alarm_kinds() if not kind.in_letter}
    return tuple(alarm.sentence() for alarm in alarms_now(settings, now) if alarm.id not in told)


def alarms_now(settings: Settings, now: datetime) -> list[Alarm]:
    """Every alarm that rings. One that cannot look rings too: its reason says why it could not."""
    first = settings_of_units(settings)[0].unit == settings.unit
    return [
        Alarm(kind.id, kind.name, seen, kind.way_out)
        for kind in alarm_kinds()
        if (first or not kind.once) and (seen := _seen(kind, settings, now)) is not None
    ]


def no_good_night(settings: Settings, now: datetime, limit: int) -> str | None:
    """No night ended well for `limit` hours; where none ever did, since the service first looked at the unit."""
    with open_ledger(settings) as database, database.read() as connection:
        good = last_good_night(connection, settings.unit)
        since = good["ended_at"] if good else first_heard_of(connection, settings.unit)
    if since is None or now - since < timedelta(hours=limit):
        return None
    hours = int((now - since).total_seconds() // 3600)
    return f"đã {hours} giờ không có đêm nào chạy xong (giới hạn {limit} giờ)."


def layout_changed(settings: Settings, now: datetime, limit: int) -> str | None:
    """Exports that no known layout fits: as long as they lie in PAR_EXPORTS, or a week where they came another way.

    Not those whose layout a person put aside.
    """
    with open_ledger(settings) as database, database.read() as connection:
        rejected = ringing(connection, settings.unit)
    there = _names_in_exports(settings) if rejected else set()
    names = [
        str(row["name"])
        for row in rejected
        if (row["name"] in there if row["source"] == "exports" else now - row["imported_at"] < _TOLD_FOR)
    ]
    return f"{len(names)} tệp chưa đọc được: {', '.join(names[:3])}." if len(names) > limit else None


def source_not_fresh(settings: Settings, now: datetime, limit: int) -> str | None:
    """The newest export that could be read is older than `limit` days, or none came since the unit is looked after."""
    with open_ledger(settings) as database, database.read() as connection:
        read = [row for row in imports_of(connection, settings.unit) if row["status"] == READ]
        begun = first_heard_of(connection, settings.unit)
    newest = max((row["exported_at"] or row["imported_at"] for row in read), default=begun)
    if newest is None or now - newest < timedelta(days=limit):
        return None
    what = "tệp kết xuất mới nhất đã" if read else "chưa đọc được tệp kết xuất nào trong"
    return f"{what} {(now - newest).days} ngày (giới hạn {limit} ngày)."


def disk_low(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Less than `limit` MiB are free where the service writes."""
    free = shutil.disk_usage(settings.home).free >> 20
    return f"còn dưới {limit} MiB trống." if free < limit else None


def letter_not_sent(settings: Settings, now: datetime, limit: int) -> str | None:
    """A channel whose last try failed, for the `limit`th time at least, or something given up within two days."""
    with open_ledger(settings) as database, database.read() as connection:
        rows = delivery_rows(connection, settings.unit, now - _REMEMBERED)
    newest = {row["channel"]: row for row in reversed(rows)}
    failing = [row for row in newest.values() if row["state"] != SENT and row["attempts"] >= limit]
    failing += [row for row in rows if row["state"] == FAILED and row not in failing]
    if not failing:
        return None
    return f"{len(failing)} thư chưa gửi được; lần cuối qua {failing[0]['channel']}: {failing[0]['reason']}."


def try_store(settings: Settings, _now: datetime) -> dict[str, Any]:
    """Try to destroy a locked canary of the store; the ledger keeps the answer for `store_not_locked`."""
    return open_store(settings).worm().plain()


def store_not_locked(settings: Settings, _now: datetime, _limit: int) -> str | None:
    """The last try showed that an S3 store lets locked evidence be destroyed, or could not be made.

    A folder promises nothing.
    """
    if settings.store != "s3":
        return None
    with open_ledger(settings) as database, database.read() as connection:
        last = newest_of(connection, settings.unit, "store-test", chores.DONE, chores.FAILED)
    if last is None or last["outcome"].get("guaranteed"):
        return None
    return str(last["outcome"].get("sentence") or f"không thử được kho ({last['outcome'].get('reason')}).")


def chore_given_up(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Chores whose newest slot failed `limit` times, so that nobody tries it again. Mail has an alarm of its own."""
    with open_ledger(settings) as database, database.read() as connection:
        newest = [(kind, newest_of(connection, settings.unit, kind.id)) for kind in chore_kinds()]
    failed = [
        f"{kind.name} ({row['outcome'].get('reason', '')})"
        for kind, row in newest
        if row is not None and row["state"] == chores.FAILED and row["attempts"] >= limit and not _is_mail(row)
    ]
    return f"{'; '.join(failed)}." if failed else None


def no_backup(settings: Settings, now: datetime, limit: int) -> str | None:
    """The newest backup in PAR_BACKUPS is older than `limit` hours, or there is none."""
    if settings.backups is None:
        return None
    made = [path.stat().st_mtime for path in settings.backups.glob("database-*.dump") if path.stat().st_size]
    made += [
        path.stat().st_mtime for place in ("backup.json", "*/backup.json") for path in settings.backups.glob(place)
    ]
    if not made:
        return f"chưa có bản sao lưu nào trong {settings.backups}."
    hours = int((now.timestamp() - max(made)) // 3600)
    return f"bản sao lưu mới nhất đã {hours} giờ (giới hạn {limit} giờ)." if hours >= limit else None


def damage_found(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Kept objects no longer hold what their name says."""
    with open_ledger(settings) as database, database.read() as connection:
        found = len(open_damages(connection))
    return f"{found} tệp đã lưu bị hỏng hoặc mất." if found > limit else None


def _seen(kind: AlarmKind, settings: Settings, now: datetime) -> str | None:
    module, _, name = kind.look.partition(":")
    look: Callable[[Settings, datetime, int], str | None] = getattr(importlib.import_module(module), name)
    try:
        return look(settings, now, kind.limit)
    except (StorageError, OSError) as error:
        return f"không xem được ({error})."


def _is_mail(row: Mapping[str, Any]) -> bool:
    return str(row["outcome"].get("reason", "")).startswith("NotSent")


def _names_in_exports(settings: Settings) -> set[str]:
    """Names of the files there now; a folder that cannot be read is an alarm of its own."""
    try:
        return {found.name for found in FolderSource("exports", settings.exports_folder).pull()}
    except ConnectorError:
        return set()
