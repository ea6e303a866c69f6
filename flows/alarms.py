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
from flows.resources import open_ledger, open_store
from storage.care import open_damages
from storage.chores import chore_rows
from storage.deliveries import FAILED, delivery_rows
from storage.errors import StorageError
from storage.imports import READ, REJECTED, imports_of
from storage.nights import DONE, GAPS, nights_of

_FILE = Path(__file__).parent.parent / "config" / "alarms.yaml"


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """One entry of config/alarms.yaml."""

    id: str
    name: str
    limit: int
    look: str
    way_out: str


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


def alarms_now(settings: Settings, now: datetime) -> list[Alarm]:
    """Every alarm that rings. One that cannot look rings too: its reason says why it could not."""
    return [
        Alarm(kind.id, kind.name, seen, kind.way_out)
        for kind in alarm_kinds()
        if (seen := _seen(kind, settings, now)) is not None
    ]


def no_good_night(settings: Settings, now: datetime, limit: int) -> str | None:
    """No night ended well for `limit` hours, although there were nights before."""
    nights = _nights(settings)
    good = [night["ended_at"] for night in nights if night["state"] in (DONE, GAPS)]
    since = max(good) if good else min((night["started_at"] for night in nights), default=None)
    if since is None or now - since < timedelta(hours=limit):
        return None
    hours = int((now - since).total_seconds() // 3600)
    return f"đã {hours} giờ không có đêm nào chạy xong (giới hạn {limit} giờ)."


def layout_changed(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Exports lie here that no known layout fits."""
    names = [str(row["name"]) for row in _imports(settings) if row["status"] == REJECTED]
    return f"{len(names)} tệp chưa đọc được: {', '.join(names[:3])}." if len(names) > limit else None


def source_not_fresh(settings: Settings, now: datetime, limit: int) -> str | None:
    """The newest export that could be read is older than `limit` days."""
    newest = max(
        (row["exported_at"] or row["imported_at"] for row in _imports(settings) if row["status"] == READ), default=None
    )
    if newest is None or now - newest < timedelta(days=limit):
        return None
    return f"tệp kết xuất mới nhất đã {(now - newest).days} ngày (giới hạn {limit} ngày)."


def disk_low(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Less than `limit` MiB are free where the service writes."""
    free = shutil.disk_usage(settings.home).free >> 20
    return f"chỉ còn {free} MiB trống (giới hạn {limit} MiB)." if free < limit else None


def letter_not_sent(settings: Settings, _now: datetime, limit: int) -> str | None:
    """Letters whose sending was given up."""
    with open_ledger(settings) as database, database.read() as connection:
        failed = [row for row in delivery_rows(connection, settings.unit) if row["state"] == FAILED]
    return f"{len(failed)} thư không gửi được; lần cuối: {failed[0]['reason']}." if len(failed) > limit else None


def try_store(settings: Settings, _now: datetime) -> dict[str, Any]:
    """Try to destroy a locked canary of the store; the ledger keeps the answer for `store_not_locked`."""
    return open_store(settings).worm().plain()


def store_not_locked(settings: Settings, _now: datetime, _limit: int) -> str | None:
    """The last try showed that an S3 store lets locked evidence be destroyed. A folder promises nothing."""
    with open_ledger(settings) as database, database.read() as connection:
        tries = [row["outcome"] for row in chore_rows(connection, settings.unit) if row["chore"] == "store-test"]
    last = next((told for told in reversed(tries) if "guaranteed" in told), None)
    return str(last["sentence"]) if last and last["store"] == "s3" and not last["guaranteed"] else None


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


def _nights(settings: Settings) -> list[Mapping[str, Any]]:
    with open_ledger(settings) as database, database.read() as connection:
        return nights_of(connection, settings.unit)


def _imports(settings: Settings) -> list[Mapping[str, Any]]:
    with open_ledger(settings) as database, database.read() as connection:
        return imports_of(connection, settings.unit)
