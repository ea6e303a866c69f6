"""What somebody typed before the session ended, kept while he signs in at the city's account: sealed, for an hour."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken

from flows.people.accounts import seal_of
from flows.resources import Resources

HOUR = timedelta(hours=1)
_ID = re.compile(r"[A-Za-z0-9_-]{20,40}")
_MOST = 500
"""Forms kept at a time: anybody may send one before signing in."""


def keep_form(resources: Resources, path: str, body: str) -> str:
    """Keep a form (address, body as it was encoded): the id under which `taken_form` gives it back; empty: no room."""
    folder = resources.settings.home / "forms"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sum(1 for _ in folder.iterdir()) >= _MOST:
        return ""
    kept = secrets.token_urlsafe(24)
    sealed = seal_of(resources).encrypt(json.dumps([path, body]).encode())
    (folder / kept).write_bytes(sealed)
    return kept


def taken_form(resources: Resources, kept: str) -> tuple[str, str]:
    """The form (address, body) that was kept, once; empty where there is none any more."""
    file = resources.settings.home / "forms" / kept
    if not _ID.fullmatch(kept) or not file.is_file():
        return "", ""
    sealed = file.read_bytes()
    file.unlink(missing_ok=True)
    try:
        path, body = json.loads(seal_of(resources).decrypt(sealed, ttl=int(HOUR.total_seconds())))
    except InvalidToken:
        return "", ""
    return str(path), str(body)


def forget_forms(resources: Resources, now: datetime) -> int:
    """Drop what nobody came back for; how many."""
    until = (now - HOUR).timestamp()
    old = [file for file in (resources.settings.home / "forms").glob("*") if file.stat().st_mtime < until]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
