"""Signing in and what belongs to it: accounts, passwords, six-digit codes, sessions, tokens."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import pyotp
from cryptography.fernet import Fernet

from config.refusals import WrongUse
from flows.resources import Resources
from storage.database import Connection, Database
from storage.people import accounts, sessions
from storage.people.accounts import Grant, NewAccount, NoSuchAccount
from storage.people.sessions import NewSession, NewToken

ROLES = {
    "coordinator": "Đầu mối tổng hợp",
    "unit": "Phòng, đơn vị",
    "auditor": "Thẩm định",
    "supervisor": "Giám sát",
    "leader": "Lãnh đạo",
    "administrator": "Quản trị tài khoản",
}
"""Roles and what officials call them."""

IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
"""A session ends after this long without a request, and after this long in all."""
TURN_AFTER, TURN_GRACE = timedelta(minutes=30), timedelta(seconds=60)
"""A session's secret is exchanged this often; the old one works a moment longer, for requests under way."""
_FREE_TRIES, _LONGEST_CLOSED = 5, timedelta(minutes=15)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
_SHORTEST_PASSWORD = 10
_CODE_SECONDS = 30


class BadAccount(WrongUse, ValueError):
    """Name, password, role or scope cannot be used; the message lists every fault, in Vietnamese."""


class SignInRefused(Exception):
    """Wrong name, password or code: the message tells no more than that."""


class DoorClosed(Exception):
    """Too many failed sign-ins: the message says until when."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: what was typed, from which address, when."""

    name: str
    password: str
    code: str
    origin: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A session's secret (for the cookie) and the key its forms carry."""

    secret: str
    form_key: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to have an account here."""

    name: str
    full_name: str
    password: str
    grants: tuple[Grant, ...]


def create_account(database: Database, person: Person, *, who: str, at: datetime) -> None:
    """Add an account that signs in here.

    Raises:
        BadAccount: name, password or grants cannot be used.
        AccountExists: the name is taken.
    """
    name, grants = person.name, person.grants
    faults = [*_name_faults(name), *password_faults(person.password, name), *_grant_faults(grants)]
    if faults:
        raise BadAccount("\n".join(faults))
    new = NewAccount(name, person.full_name.strip() or name, _hasher().hash(person.password), grants, who, at)
    with database.write() as connection:
        accounts.add_account(connection, new)


def password_faults(password: str, name: str) -> list[str]:
    """Why a password cannot be used, in Vietnamese; empty if it can."""
    faults = []
    if len(password) < _SHORTEST_PASSWORD:
        faults.append(f"Mật khẩu cần ít nhất {_SHORTEST_PASSWORD} ký tự.")
    if len(password) > 200:
        faults.append("Mật khẩu không được dài quá 200 ký tự.")
    if name and name in password.lower():
        faults.append("Mật khẩu không được chứa tên đăng nhập.")
    if len(set(password)) < 5:
        faults.append("Mật khẩu cần ít nhất 5 ký tự khác nhau.")
    return faults


def new_password() -> str:
    """A password for somebody else, to be told once."""
    return "-".join(secrets.token_urlsafe(4).replace("-", "x").replace("_", "y") for _ in range(4))


def sign_in(resources: Resources, attempt: Attempt) -> Opened:
    """Check a try and open a session.

    Raises:
        SignInRefused: name, password or code is wrong, or the account is closed.
        DoorClosed: too many tries failed, of this account or from this address.
    """
    name = attempt.name.strip().lower()
    keys = (f"account:{name}", f"address:{attempt.origin}")
    _require_open_door(resources.database, keys, attempt.at)
    if not _is_right(resources, name, attempt):
        _count_failure(resources.database, keys, name, attempt)
        raise SignInRefused("Tên đăng nhập, mật khẩu hoặc mã sáu số không đúng.")
    with resources.database.write() as connection:
        accounts.forget_failures(connection, keys[0])
        return open_session(connection, attempt.origin, attempt.at, account=name)


def open_session(
    connection: Connection, origin: str, at: datetime, *, account: str | None = None, share: str | None = None
) -> Opened:
    """A new session of an account or of a share link; expired ones are forgotten on the way."""
    opened = Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(24))
    sessions.sweep_sessions(connection, unseen_since=at - IDLE, started_before=at - LONGEST)
    sessions.open_session(connection, NewSession(opened.secret, opened.form_key, origin, at, account, share))
    if account:
        accounts.tell_sign_in(connection, account, event="signed_in", where=origin, at=at)
    return opened


def _require_open_door(database: Database, keys: tuple[str, ...], at: datetime) -> None:
    with database.read() as connection:
        until = [closed for key in keys if (closed := accounts.failures_of(connection, key)[1]) and closed > at]
    if until:
        minutes = max(1, round((max(until) - at).total_seconds() / 60))
        raise DoorClosed(f"Đăng nhập sai quá nhiều lần. Đề nghị chờ {minutes} phút rồi thử lại.")


def _is_right(resources: Resources, name: str, attempt: Attempt) -> bool:
    """Password and code; as much work for an unknown name as for a known one."""
    try:
        with resources.database.read() as connection:
            account = accounts.account_of(connection, name)
    except NoSuchAccount:
        account = {"password": None, "state": accounts.CLOSED, "code_secret": None}
    password_right = _verified(account["password"] or _nobody(), attempt.password)
    if not password_right or account["state"] != accounts.OPEN or not account["password"]:
        return False
    if account["code_secret"] and not _code_right(resources, name, account["code_secret"], attempt):
        return False
    _renew_hash(resources.database, name, account["password"], attempt.password)
    return True


def _verified(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password[:200])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _renew_hash(database: Database, name: str, hashed: str, password: str) -> None:
    if _hasher().check_needs_rehash(hashed):
        with database.write() as connection:
            accounts.rehash_password(connection, name, _hasher().hash(password))


def _count_failure(database: Database, keys: tuple[str, ...], name: str, attempt: Attempt) -> None:
    """From the fifth failure on the door closes, each time twice as long, a quarter of an hour at most."""
    with database.write() as connection:
        for key in keys:
            over = accounts.failures_of(connection, key)[0] + 1 - (_FREE_TRIES if key == keys[0] else _FREE_TRIES * 6)
            wait = min(_LONGEST_CLOSED, timedelta(seconds=30) * 2 ** min(over, 10)) if over >= 0 else None
            accounts.count_failure(connection, key, closed_until=wait and attempt.at + wait, at=attempt.at)
            if wait and key == keys[0]:
                accounts.tell_sign_in(connection, name, event="door_closed", where=attempt.origin, at=attempt.at)


def change_password(resources: Resources, name: str, old: str, new: str, *, at: datetime) -> None:
    """Replace one's own password; every session of the account ends.

    Raises:
        SignInRefused: the old password is wrong.
        BadAccount: the new one cannot be used.
    """
    with resources.database.read() as connection:
        account = accounts.account_of(connection, name)
    if not _verified(account["password"] or _nobody(), old):
        raise SignInRefused("Mật khẩu hiện tại không đúng.")
    if faults := password_faults(new, name):
        raise BadAccount("\n".join(faults))
    hashed = _hasher().hash(new)
    with resources.database.write() as connection:
        accounts.set_password(connection, name, hashed, who=name, at=at)
        sessions.close_sessions_of(connection, name)


def reset_password(resources: Resources, name: str, *, who: str, at: datetime) -> str:
    """A new first password for somebody else, told once; codes are off, every session of the account ends."""
    password = new_password()
    hashed = _hasher().hash(password)
    with resources.database.write() as connection:
        accounts.set_password(connection, name, hashed, who=who, at=at)
        accounts.set_code_secret(connection, name, None, who=who, at=at)
        sessions.close_sessions_of(connection, name)
    return password


def link_account(resources: Resources, name: str, subject: str, *, who: str, at: datetime) -> None:
    """Let a subject of the configured issuer (OpenID Connect) sign in as this account."""
    with resources.database.write() as connection:
        accounts.account_of(connection, name)
        elsewhere = f"{resources.settings.oidc_issuer} {subject}"
        accounts.link_elsewhere(connection, name, elsewhere, who=who, at=at)


def set_account_state(resources: Resources, name: str, state: str, *, who: str, at: datetime) -> None:
    """Open or close an account; a closed one is signed out everywhere."""
    with resources.database.write() as connection:
        accounts.set_state(connection, name, state, who=who, at=at)
        sessions.close_sessions_of(connection, name)


def new_code_secret() -> str:
    """A secret for six-digit codes (RFC 6238), to be shown once as a QR picture."""
    return pyotp.random_base32()


def code_address(secret: str, name: str, issuer: str) -> str:
    """The otpauth address that an authenticator reads from the QR picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def turn_on_codes(resources: Resources, name: str, secret: str, code: str, *, at: datetime) -> None:
    """Ask for codes from now on, once the first code proves that the authenticator knows the secret.

    Raises:
        SignInRefused: the code does not fit.
    """
    if _matching_counter(secret, code, at) is None:
        raise SignInRefused("Mã sáu số không khớp. Kiểm tra giờ trên điện thoại rồi nhập mã mới.")
    with resources.database.write() as connection:
        accounts.set_code_secret(
            connection, name, seal_of(resources).encrypt(secret.encode()).decode(), who=name, at=at
        )


def turn_off_codes(resources: Resources, name: str, *, who: str, at: datetime) -> None:
    """Ask for no codes any more."""
    with resources.database.write() as connection:
        accounts.set_code_secret(connection, name, None, who=who, at=at)


def _code_right(resources: Resources, name: str, sealed: str, attempt: Attempt) -> bool:
    counter = _matching_counter(seal_of(resources).decrypt(sealed.encode()).decode(), attempt.code, attempt.at)
    if counter is None:
        return False
    with resources.database.write() as connection:
        return accounts.use_code(connection, name, counter)


def _matching_counter(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is: now, or one step to either side."""
    typed = re.sub(r"\s", "", code)
    now = int(at.timestamp()) // _CODE_SECONDS
    totp = pyotp.TOTP(secret)
    for counter in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.generate_otp(counter).encode(), typed.encode()):
            return counter
    return None


def make_token(
    resources: Resources, account: str, label: str, deeds: Iterable[str], days: int, *, at: datetime
) -> dict[str, Any]:
    """A key for a program, shown once: {id, secret, expires_at}. `days` is from 1 to 366."""
    secret, token_id = f"par_{secrets.token_urlsafe(32)}", f"k-{secrets.token_hex(4)}"
    expires = at + timedelta(days=min(max(days, 1), 366))
    new = NewToken(token_id, secret, account, label.strip()[:80] or token_id, tuple(sorted(set(deeds))), at, expires)
    with resources.database.write() as connection:
        sessions.add_token(connection, new)
    return {"id": token_id, "secret": secret, "expires_at": expires.isoformat(timespec="seconds")}


def _name_faults(name: str) -> list[str]:
    if _NAME.fullmatch(name):
        return []
    return [f"Tên đăng nhập {name!r}: 2 đến 63 chữ thường không dấu, số, dấu chấm, gạch; bắt đầu bằng chữ hoặc số."]


def _grant_faults(grants: Iterable[Grant]) -> list[str]:
    unknown = sorted({grant.role for grant in grants} - set(ROLES))
    return [f"Vai trò {role!r} không có; các vai trò: {', '.join(ROLES)}." for role in unknown]


@functools.cache
def _hasher() -> argon2.PasswordHasher:
    """RFC 9106, second recommended choice: 64 MiB, 3 passes, 4 lanes (the library's default)."""
    return argon2.PasswordHasher()


@functools.cache
def _nobody() -> str:
    """The hash of a password that nobody knows."""
    return _hasher().hash(secrets.token_urlsafe(24))


def seal_of(resources: Resources) -> Fernet:
    """Seals what the database keeps but must not tell: the key lies beside it in PAR_HOME/keys."""
    return Fernet(_key(resources.settings.home / "keys" / "web.key"))


def _key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(Fernet.generate_key())
    return path.read_bytes()
