"""Files on their way in, piece by piece, and bundles asked for on the page: their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.door_tables import bundle_orders, uploads
from storage.errors import NoSuch
from storage.ledger.leases import alive

OPEN, KEPT, REFUSED = "open", "kept", "refused"
WAITING, MAKING, READY, FAILED = "waiting", "making", "ready", "failed"


class NoSuchUpload(NoSuch):
    """No upload of this id, or it is somebody else's."""


class NoSuchOrder(NoSuch):
    """No bundle was asked for under this id."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file that is about to come: where it belongs, its size in bytes, what the browser knows it by."""

    id: str
    unit: str
    account: str
    folder: str
    name: str
    size: int
    fingerprint: str
    at: datetime


def begin_upload(connection: Connection, new: NewUpload) -> str:
    """Keep the row, or find the broken upload of the same file by the same account: the id."""
    same = (
        uploads.c.unit == new.unit,
        uploads.c.account == new.account,
        uploads.c.folder == new.folder,
        uploads.c.name == new.name,
        uploads.c.size == new.size,
        uploads.c.fingerprint == new.fingerprint,
        uploads.c.state == OPEN,
    )
    found = connection.execute(select(uploads.c.id).where(*same)).scalar()
    if found is not None:
        return str(found)
    row = {"unit": new.unit, "account": new.account, "folder": new.folder, "name": new.name, "size": new.size}
    connection.execute(
        insert(uploads).values(id=new.id, fingerprint=new.fingerprint, state=OPEN, begun_at=new.at, **row)
    )
    return new.id


def upload_row(connection: Connection, unit: str, account: str, upload_id: str) -> Mapping[str, Any]:
    """One upload of an account.

    Raises:
        NoSuchUpload: there is none of this id, or it is somebody else's.
    """
    mine = (uploads.c.id == upload_id, uploads.c.unit == unit, uploads.c.account == account)
    row = connection.execute(select(uploads).where(*mine)).first()
    if row is None:
        raise NoSuchUpload("Không có lần nộp này. Chọn lại tệp rồi nộp lại.")
    return dict(row._mapping)


def end_upload(connection: Connection, upload_id: str, state: str, *, sha256: str | None, reason: str | None) -> None:
    """The file came whole, or was refused."""
    values = {"state": state, "sha256": sha256, "reason": reason}
    connection.execute(update(uploads).where(uploads.c.id == upload_id).values(**values))


def give_up_uploads(connection: Connection, *, begun_before: datetime) -> int:
    """Uploads that broke off so long ago that what came of them goes: how many."""
    old = (uploads.c.state == OPEN, uploads.c.begun_at < begun_before)
    values = {"state": REFUSED, "reason": "Tệp chưa gửi xong đã quá hạn giữ; chọn lại tệp để nộp lại từ đầu."}
    return int(connection.execute(update(uploads).where(*old).values(**values)).rowcount)


def uploads_of(connection: Connection, unit: str, account: str, limit: int = 30) -> list[Mapping[str, Any]]:
    """An account's uploads, newest first."""
    mine = (uploads.c.unit == unit, uploads.c.account == account)
    rows = select(uploads).where(*mine).order_by(uploads.c.begun_at.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(rows)]


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A bundle that somebody asks for."""

    id: str
    unit: str
    run_id: str
    components: tuple[str, ...]
    redact: bool
    asked_by: str
    at: datetime


def add_order(connection: Connection, new: NewOrder) -> str:
    """Keep the order, or join an open one of the same bundle: the id."""
    same = (
        bundle_orders.c.unit == new.unit,
        bundle_orders.c.run_id == new.run_id,
        bundle_orders.c.asked_by == new.asked_by,
        bundle_orders.c.redact == int(new.redact),
        bundle_orders.c.state.in_((WAITING, MAKING)),
    )
    for row in connection.execute(select(bundle_orders).where(*same)):
        if row.components == list(new.components):
            return str(row.id)
    values = {"run_id": new.run_id, "components": list(new.components), "redact": int(new.redact)}
    connection.execute(
        insert(bundle_orders).values(
            id=new.id, unit=new.unit, asked_by=new.asked_by, asked_at=new.at, state=WAITING, **values
        )
    )
    return new.id


def order_row(connection: Connection, unit: str, order_id: str) -> Mapping[str, Any]:
    """One order of a unit.

    Raises:
        NoSuchOrder: there is none of this id.
    """
    rows = select(bundle_orders).where(bundle_orders.c.unit == unit, bundle_orders.c.id == order_id)
    row = connection.execute(rows).first()
    if row is None:
        raise NoSuchOrder("Không có yêu cầu lập gói này.")
    return dict(row._mapping)


def claim_order(connection: Connection, order_id: str, *, owner: str, now: datetime) -> bool:
    """Take a waiting order, or one that its dead worker left."""
    row = connection.execute(select(bundle_orders).where(bundle_orders.c.id == order_id)).one()
    left = row.state == MAKING and not alive(row.owner, row.heartbeat_at, now)
    if row.state != WAITING and not left:
        return False
    taken = {"state": MAKING, "owner": owner, "heartbeat_at": now}
    connection.execute(update(bundle_orders).where(bundle_orders.c.id == order_id).values(**taken))
    return True


def end_order(connection: Connection, order_id: str, state: str, at: datetime, **told: Any) -> None:
    """The bundle lies there (file, sha256, bytes), or could not be made (reason)."""
    values = {"state": state, "ended_at": at, **told}
    connection.execute(update(bundle_orders).where(bundle_orders.c.id == order_id).values(**values))


def orders_of(connection: Connection, unit: str, asked_by: str = "", limit: int = 30) -> list[Mapping[str, Any]]:
    """Orders of a unit, newest first; of one asker, if named."""
    rows = select(bundle_orders).where(bundle_orders.c.unit == unit)
    if asked_by:
        rows = rows.where(bundle_orders.c.asked_by == asked_by)
    rows = rows.order_by(bundle_orders.c.asked_at.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(rows)]
