"""`parindex setup`: everything a new installation needs, made once; run again it only tells what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from config.settings import Settings
from flows.on_prefect.server import answers, prefect_api
from flows.people.accounts import Person, create_account, new_password
from flows.resources import open_ledger, open_store, prepare_home
from flows.watching.alarms import try_store
from storage.backup import is_empty
from storage.database.connection import sqlite_url
from storage.people.accounts import Grant, accounts_all
from storage.proof.keys import fingerprint, signing_key

ADMINISTRATOR = "quantri"


@dataclass(frozen=True, slots=True)
class Made:
    """One part: what it is, what stands there, whether this call made it; `secret` is shown once and kept nowhere."""

    name: str
    seen: str
    new: bool
    ok: bool = True
    secret: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def set_up(settings: Settings, now: datetime) -> list[Made]:
    """Make what is missing: folders, database, object store, keys, the first administrator.

    Raises:
        StorageError: a part cannot be made; what was made stays, and the next call goes on from there.
    """
    return [make(settings, now) for make in _PARTS]


def _folders(settings: Settings, _now: datetime) -> Made:
    new = not settings.home.exists()
    prepare_home(settings)
    return Made("thư mục làm việc", str(settings.home.resolve()), new)


def _database(settings: Settings, _now: datetime) -> Made:
    new = is_empty(settings.database_url or sqlite_url(settings.home / "parindex.db"))
    with open_ledger(settings) as database:
        return Made("cơ sở dữ liệu", database.engine.url.render_as_string(hide_password=True), new)


def _store(settings: Settings, now: datetime) -> Made:
    new = settings.store == "folder" and not (settings.home / "objects").exists()
    open_store(settings)
    told = try_store(settings, now)
    return Made("kho tài liệu", told["sentence"], new, ok=told["guaranteed"] or settings.store != "s3")


def _keys(settings: Settings, _now: datetime) -> Made:
    folder = settings.home / "keys"
    new = not (folder.is_dir() and any(folder.iterdir()))
    return Made("khóa ký gói", f"dấu vân tay SHA-256 {fingerprint(signing_key(folder))}", new)


def _prefect(settings: Settings, _now: datetime) -> Made:
    """Work pool, limit and automation of a Prefect server of one's own; `parindex serve` makes them for its own one."""
    name = "Prefect"
    if not settings.prefect_api_url:
        return Made(name, "parindex serve tự khởi động và tự chuẩn bị", False)
    later = "dịch vụ tự chuẩn bị khi Prefect chạy, hoặc chạy lại parindex setup"
    if not answers(settings.prefect_api_url, seconds=60.0):
        return Made(name, f"chưa trả lời; {later}", False)
    with prefect_api(settings, services=False):
        from flows.on_prefect.setup import try_to_make_ready

        made, fault = try_to_make_ready()
    if fault:
        return Made(name, f"chưa chuẩn bị được ({fault}); {later}", False)
    return Made(name, f"đã tạo {', '.join(made)}" if made else "đã có nhóm chạy, giới hạn và tự động hóa", bool(made))


def _administrator(settings: Settings, now: datetime) -> Made:
    """The first account; where anybody has one, people make the others themselves."""
    with open_ledger(settings) as database:
        with database.read() as connection:
            names = [str(row["name"]) for row in accounts_all(connection)]
        if names:
            return Made("tài khoản", f"đã có {len(names)} tài khoản", False)
        password = new_password()
        person = Person(ADMINISTRATOR, "Quản trị", password, (Grant("administrator", settings.unit),))
        create_account(database, person, who="parindex setup", at=now)
    return Made("tài khoản", f"tài khoản quản trị {ADMINISTRATOR}", True, secret=password)


_PARTS: tuple[Callable[[Settings, datetime], Made], ...] = (
    _folders,
    _database,
    _store,
    _keys,
    _prefect,
    _administrator,
)
