"""Bundles on request: ordered, made in the background, fetched in pieces, checked step by step."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.bundling import Wanted, bundle_run
from flows.logs import log
from flows.resources import Resources
from storage import uploads
from storage.bundles import verify_bundle
from storage.errors import StorageError
from storage.leases import owner_here
from storage.uploads import NewOrder

_UNFORESEEN = "Không lập được gói của lần chấm này. Chấm lại rồi lập gói mới; nếu vẫn vậy, báo người quản trị."


@dataclass(frozen=True, slots=True)
class OrderAsked:
    """Which bundle, by whom."""

    run_id: str
    components: tuple[str, ...]
    redact: bool
    who: str
    at: datetime


def order_bundle(resources: Resources, asked: OrderAsked) -> str:
    """Ask for a bundle; the same one twice while it is made is one order: its id."""
    order_id = f"g-{asked.at:%Y%m%d}-{secrets.token_hex(4)}"
    components = tuple(sorted(set(asked.components)))
    new = NewOrder(order_id, resources.settings.unit, asked.run_id, components, asked.redact, asked.who, asked.at)
    with resources.database.write() as connection:
        return uploads.add_order(connection, new)


def make_ordered(resources: Resources, order_id: str) -> None:
    """Make an ordered bundle, if nobody else does."""
    with resources.database.write() as connection:
        if not uploads.claim_order(connection, order_id, owner=owner_here(), now=datetime.now(UTC)):
            return
        order = uploads.order_row(connection, resources.settings.unit, order_id)
    wanted = Wanted(order["run_id"], tuple(order["components"]), bool(order["redact"]), allow_partial=True)
    path = order_path(resources, order)
    try:
        report = bundle_run(resources.settings, wanted, output=path, at=order["asked_at"])
    except Exception as error:  # noqa: BLE001 - whoever waits must learn that nothing more comes
        log("bundle_failed", order=order_id, error=type(error).__name__)
        reason = str(error) if isinstance(error, StorageError | OSError) else _UNFORESEEN
        with resources.database.write() as connection:
            uploads.end_order(connection, order_id, uploads.FAILED, datetime.now(UTC), reason=reason)
        return
    told = {"file": path.name, "sha256": report["sha256"], "bytes": report["bytes"]}
    with resources.database.write() as connection:
        uploads.end_order(connection, order_id, uploads.READY, datetime.now(UTC), **told)


def order_path(resources: Resources, order: Mapping[str, Any]) -> Path:
    """Where an ordered bundle lies."""
    return resources.settings.home / "orders" / f"bo-tai-lieu_{order['unit']}_{order['run_id']}_{order['id']}.zip"


def checked_order(resources: Resources, order: Mapping[str, Any]) -> dict[str, Any]:
    """What `parindex verify` says about an ordered bundle, as it lies there now."""
    return verify_bundle(order_path(resources, order)).plain()
