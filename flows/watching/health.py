"""Whether the service can do its work now, seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.settings import Settings
from flows.resources import open_ledger, open_store, require_room
from storage.errors import StorageError
from storage.ledger.nights import nights_of

_NOTHING = "0" * 64


def readiness(settings: Settings) -> dict[str, Any]:
    """{ready, checks: [{name, ok, seen}]}: database, store, disk. No secrets, no names of people."""
    checks = [_checked(name, look, settings) for name, look in _LOOKS]
    return {"ready": all(check["ok"] for check in checks), "checks": checks}


def _checked(name: str, look: Callable[[Settings], None], settings: Settings) -> dict[str, Any]:
    try:
        look(settings)
        return {"name": name, "ok": True, "seen": ""}
    except (StorageError, OSError) as error:
        return {"name": name, "ok": False, "seen": type(error).__name__}


def _database(settings: Settings) -> None:
    with open_ledger(settings) as database, database.read() as connection:
        nights_of(connection, settings.unit, 1)


def _store(settings: Settings) -> None:
    _NOTHING in open_store(settings)  # noqa: B015 - one question to the server, whatever it holds


_LOOKS = (("database", _database), ("store", _store), ("disk", require_room))
