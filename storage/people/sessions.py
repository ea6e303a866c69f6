"""Signed-in browsers, keys of programs and share links. Secrets are never kept, only their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from storage.database.door_tables import api_tokens, sessions, share_links, share_openings
from storage.errors import NoSuch
from storage.proof.custody import Happening, append


class NoSuchLink(NoSuch):
    """No share link of this secret or id."""


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NewSession:
    """A browser that has just shown who it is; `account` or `share` says as whom."""

    secret: str
    form_key: str
    origin: str
    at: datetime
    account: str | None = None
    share: str | None = None


def open_session(connection: Connection, new: NewSession) -> None:
    """Keep a session."""
    connection.execute(
        insert(sessions).values(
            digest=digest(new.secret),
            account=new.account,
            share=new.share,
            form_key=new.form_key,
            origin=new.origin,
            started_at=new.at,
            turned_at=new.at,
            seen_at=new.at,
        )
    )


_SESSION = select(sessions).where(sessions.c.digest == bindparam("wanted"))
"""Built once: every request asks it."""


def session_of(connection: Connection, secret: str) -> Mapping[str, Any] | None:
    """The session of a cookie, or None."""
    row = connection.execute(_SESSION, {"wanted": digest(secret)}).first()
    return dict(row._mapping) if row else None


def touch_session(connection: Connection, secret: str, at: datetime) -> None:
    """The session was used."""
    connection.execute(update(sessions).where(sessions.c.digest == digest(secret)).values(seen_at=at))


def turn_session(connection: Connection, old: str, new: str, *, at: datetime) -> bool:
    """Exchange the secret; the old one is marked. False if somebody did so before."""
    here = sessions.c.digest == digest(old)
    marked = connection.execute(update(sessions).where(here, sessions.c.replaced_at.is_(None)).values(replaced_at=at))
    if not marked.rowcount:
        return False
    row = dict(connection.execute(select(sessions).where(here)).one()._mapping)
    fresh = row | {"digest": digest(new), "turned_at": at, "seen_at": at, "replaced_at": None}
    connection.execute(insert(sessions).values(**fresh))
    return True


def close_session(connection: Connection, secret: str) -> None:
    """Sign out, with every secret that this session had."""
    row = session_of(connection, secret)
    if row:
        connection.execute(delete(sessions).where(sessions.c.form_key == row["form_key"]))


def close_sessions_of(connection: Connection, account: str) -> None:
    """Sign an account out everywhere."""
    connection.execute(delete(sessions).where(sessions.c.account == account))


def sweep_sessions(connection: Connection, *, unseen_since: datetime, started_before: datetime) -> None:
    """Forget what has expired."""
    old = or_(sessions.c.seen_at < unseen_since, sessions.c.started_at < started_before)
    connection.execute(delete(sessions).where(old))


@dataclass(frozen=True, slots=True)
class NewToken:
    """A program's key: what it may do at most, until when."""

    id: str
    secret: str
    account: str
    label: str
    deeds: tuple[str, ...]
    at: datetime
    expires_at: datetime


def add_token(connection: Connection, new: NewToken) -> None:
    """Keep a token."""
    values = {"label": new.label, "deeds": list(new.deeds), "made_at": new.at, "expires_at": new.expires_at}
    connection.execute(insert(api_tokens).values(id=new.id, digest=digest(new.secret), account=new.account, **values))
    detail = {"deeds": list(new.deeds), "expires_at": new.expires_at.isoformat(timespec="seconds")}
    append(connection, [Happening("token_added", f"token:{new.id}", new.account, "accounts", detail)], at=new.at)


def token_of(connection: Connection, secret: str) -> Mapping[str, Any] | None:
    """The token of a secret, or None."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest(secret))).first()
    return dict(row._mapping) if row else None


def touch_token(connection: Connection, token_id: str, at: datetime) -> None:
    """The token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at))


def tokens_of(connection: Connection, account: str) -> list[Mapping[str, Any]]:
    """Tokens of an account, newest first."""
    rows = select(api_tokens).where(api_tokens.c.account == account).order_by(api_tokens.c.made_at.desc())
    return [dict(row._mapping) for row in connection.execute(rows)]


def revoke_token(connection: Connection, token_id: str, account: str, *, at: datetime) -> None:
    """End a token before its time; only its own account's."""
    mine = (api_tokens.c.id == token_id, api_tokens.c.account == account, api_tokens.c.revoked_at.is_(None))
    if connection.execute(update(api_tokens).where(*mine).values(revoked_at=at)).rowcount:
        append(connection, [Happening("token_revoked", f"token:{token_id}", account, "accounts")], at=at)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A share link: what it shows (components empty: all), to whom, until when."""

    id: str
    secret: str
    unit: str
    period: str
    components: tuple[str, ...]
    recipient: str
    made_by: str
    at: datetime
    expires_at: datetime


def add_link(connection: Connection, new: NewLink) -> None:
    """Keep a share link."""
    place = {"unit": new.unit, "period": new.period, "components": list(new.components)}
    times = {"made_at": new.at, "expires_at": new.expires_at}
    named = {"id": new.id, "digest": digest(new.secret), "recipient": new.recipient, "made_by": new.made_by}
    connection.execute(insert(share_links).values(**named, **place, **times))
    detail = place | {"recipient": new.recipient, "expires_at": new.expires_at.isoformat(timespec="seconds")}
    append(connection, [Happening("link_added", f"link:{new.id}", new.made_by, "web", detail)], at=new.at)


def link_of(connection: Connection, *, secret: str = "", link_id: str = "") -> Mapping[str, Any]:
    """A share link by secret or id.

    Raises:
        NoSuchLink: there is none.
    """
    chosen = share_links.c.digest == digest(secret) if secret else share_links.c.id == link_id
    row = connection.execute(select(share_links).where(chosen)).first()
    if row is None:
        raise NoSuchLink("Liên kết này không có. Đề nghị hỏi lại người đã gửi liên kết.")
    return dict(row._mapping)


def links_of(connection: Connection, unit: str, period: str) -> list[Mapping[str, Any]]:
    """Share links of a unit and period with their `openings`, newest first."""
    mine = (share_links.c.unit == unit, share_links.c.period == period)
    rows = [
        dict(row._mapping)
        for row in connection.execute(select(share_links).where(*mine).order_by(share_links.c.made_at.desc()))
    ]
    return [row | {"openings": openings_of(connection, str(row["id"]))} for row in rows]


def openings_of(connection: Connection, link_id: str) -> Sequence[Mapping[str, Any]]:
    """Receipts of a link in order."""
    rows = select(share_openings).where(share_openings.c.share == link_id).order_by(share_openings.c.number)
    return [dict(row._mapping) for row in connection.execute(rows)]


@dataclass(frozen=True, slots=True)
class Opening:
    """Who says to open a link, from which office and address."""

    who: str
    office: str
    origin: str
    at: datetime


def record_opening(connection: Connection, link_id: str, opening: Opening) -> int:
    """Keep a receipt; its number."""
    mine = share_openings.c.share == link_id
    number = (connection.execute(select(func.max(share_openings.c.number)).where(mine)).scalar() or 0) + 1
    said = {"who": opening.who, "office": opening.office, "origin": opening.origin, "opened_at": opening.at}
    connection.execute(insert(share_openings).values(share=link_id, number=number, **said))
    detail = {"office": opening.office, "number": number}
    append(
        connection, [Happening("link_opened", f"link:{link_id}", opening.who, opening.origin, detail)], at=opening.at
    )
    return number


def revoke_link(connection: Connection, link_id: str, *, who: str, at: datetime) -> None:
    """End a link before its time, with every session that it opened."""
    mine = (share_links.c.id == link_id, share_links.c.revoked_at.is_(None))
    if connection.execute(update(share_links).where(*mine).values(revoked_at=at)).rowcount:
        connection.execute(delete(sessions).where(sessions.c.share == link_id))
        append(connection, [Happening("link_revoked", f"link:{link_id}", who, "web")], at=at)
