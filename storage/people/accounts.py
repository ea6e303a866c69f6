"""People who may sign in, what they may do and where, and failed sign-ins.

Names are kept in lower case. Nothing here decides: who may do what is `web.access`, how passwords are checked
`flows.people.accounts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.database.door_tables import accounts, grants, sign_in_failures
from storage.errors import NoSuch, StorageError
from storage.proof.custody import Happening, append

OPEN, CLOSED = "open", "closed"


class NoSuchAccount(NoSuch):
    """No account of this name."""


class AccountExists(StorageError):
    """An account of this name is there already."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One role in one unit; `office` empty: all of the unit, `period` empty: all periods."""

    role: str
    unit: str
    office: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What makes an account; `password` is an argon2 hash, None for one that signs in elsewhere."""

    name: str
    full_name: str
    password: str | None
    grants: tuple[Grant, ...]
    made_by: str
    at: datetime
    elsewhere: str | None = None


def add_account(connection: Connection, new: NewAccount) -> None:
    """Keep a new account with its grants.

    Raises:
        AccountExists: the name is taken.
    """
    if connection.execute(select(accounts.c.name).where(accounts.c.name == new.name)).first():
        raise AccountExists(f"Tài khoản {new.name!r} đã có. Chọn tên khác, hoặc đổi quyền của tài khoản đó.")
    values = {"full_name": new.full_name, "password": new.password, "elsewhere": new.elsewhere, "state": OPEN}
    connection.execute(insert(accounts).values(name=new.name, made_by=new.made_by, made_at=new.at, **values))
    _insert_grants(connection, new.name, new.grants)
    _tell(connection, "account_added", new.name, new.made_by, {"grants": _plain(new.grants)}, new.at)


_ACCOUNT = select(accounts).where(accounts.c.name == bindparam("wanted"))
_GRANTS = select(grants).where(grants.c.account == bindparam("wanted"))
"""Built once: every request asks them."""


def account_of(connection: Connection, name: str) -> Mapping[str, Any]:
    """One account with its `grants`.

    Raises:
        NoSuchAccount: there is none of this name.
    """
    row = connection.execute(_ACCOUNT, {"wanted": name}).first()
    if row is None:
        raise NoSuchAccount(f"Không có tài khoản {name!r}.")
    return dict(row._mapping) | {"grants": grants_of(connection, name)}


def account_elsewhere(connection: Connection, elsewhere: str) -> str | None:
    """The name of the account that signs in elsewhere under this identity."""
    found = connection.execute(select(accounts.c.name).where(accounts.c.elsewhere == elsewhere)).scalar()
    return str(found) if found is not None else None


def link_elsewhere(connection: Connection, name: str, elsewhere: str, *, who: str, at: datetime) -> None:
    """Let an identity of OpenID Connect ("<issuer> <subject>") sign in as this account."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(elsewhere=elsewhere))
    _tell(connection, "account_linked", name, who, {"elsewhere": elsewhere}, at)


def accounts_all(connection: Connection) -> list[Mapping[str, Any]]:
    """Every account with its `grants`, by name."""
    held: dict[str, list[Grant]] = {}
    for row in connection.execute(select(grants)):
        held.setdefault(row.account, []).append(Grant(row.role, row.unit, row.office, row.period))
    rows = [dict(row._mapping) for row in connection.execute(select(accounts))]
    named = [row | {"grants": tuple(sorted(held.get(row["name"], [])))} for row in rows]
    return sorted(named, key=lambda row: str(row["name"]))


def grants_of(connection: Connection, name: str) -> tuple[Grant, ...]:
    """What an account may do, and where."""
    rows = connection.execute(_GRANTS, {"wanted": name})
    return tuple(sorted(Grant(row.role, row.unit, row.office, row.period) for row in rows))


def set_password(connection: Connection, name: str, hashed: str, *, who: str, at: datetime) -> None:
    """Replace the password's hash."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(password=hashed))
    _tell(connection, "password_changed", name, who, {}, at)


def rehash_password(connection: Connection, name: str, hashed: str) -> None:
    """The same password under newer parameters: no event."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(password=hashed))


def set_state(connection: Connection, name: str, state: str, *, who: str, at: datetime) -> None:
    """Open or close an account."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(state=state))
    _tell(connection, f"account_{state}", name, who, {}, at)


def set_code_secret(connection: Connection, name: str, sealed: str | None, *, who: str, at: datetime) -> None:
    """Ask for six-digit codes from now on, or no more (None)."""
    connection.execute(update(accounts).where(accounts.c.name == name).values(code_secret=sealed, code_used=None))
    _tell(connection, "codes_on" if sealed else "codes_off", name, who, {}, at)


def use_code(connection: Connection, name: str, counter: int) -> bool:
    """Spend the code of this counter; False if it or a later one was spent before."""
    unused = (accounts.c.code_used.is_(None)) | (accounts.c.code_used < counter)
    spent = connection.execute(update(accounts).where(accounts.c.name == name, unused).values(code_used=counter))
    return bool(spent.rowcount)


def failures_of(connection: Connection, key: str) -> tuple[int, datetime | None]:
    """How many sign-ins failed in a row, and until when the door stays closed."""
    row = connection.execute(select(sign_in_failures).where(sign_in_failures.c.key == key)).first()
    return (row.failures, row.closed_until) if row else (0, None)


def count_failure(connection: Connection, key: str, *, closed_until: datetime | None, at: datetime) -> None:
    """One more failed sign-in."""
    before, _ = failures_of(connection, key)
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.key == key))
    row = {"key": key, "failures": before + 1, "last_at": at, "closed_until": closed_until}
    connection.execute(insert(sign_in_failures).values(**row))


def forget_failures(connection: Connection, key: str) -> None:
    """A sign-in went well."""
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.key == key))


def tell_sign_in(connection: Connection, name: str, *, event: str, where: str, at: datetime) -> None:
    """A sign-in, or the closing of the door after too many failures, in the custody log."""
    append(connection, [Happening(event, f"account:{name}", name, where)], at=at)


def _insert_grants(connection: Connection, name: str, chosen: Iterable[Grant]) -> None:
    rows = [
        {"account": name, "role": grant.role, "unit": grant.unit, "office": grant.office, "period": grant.period}
        for grant in sorted(set(chosen))
    ]
    if rows:
        connection.execute(insert(grants), rows)


def _plain(chosen: Iterable[Grant]) -> list[list[str]]:
    return [[grant.role, grant.unit, grant.office, grant.period] for grant in sorted(set(chosen))]


def _tell(connection: Connection, event: str, name: str, who: str, detail: dict[str, Any], at: datetime) -> None:
    append(connection, [Happening(event, f"account:{name}", who, "accounts", detail)], at=at)
