"""Bundles on request: ordered, made in the background, fetched in pieces, checked step by step."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.logs import log
from flows.resources import Resources
from flows.telling.bundling import Told, Wanted, bundle_run
from storage.bundles import verify_bundle
from storage.errors import StorageError
from storage.ledger import uploads
from storage.ledger.leases import owner_here
from storage.ledger.uploads import NewOrder

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


def make_ordered(resources: Resources, order_id: str, told: Told | None = None) -> None:
    """Make an ordered bundle, if nobody else does; `told` learns how many of its documents are in."""
    with resources.database.write() as connection:
        if not uploads.claim_order(connection, order_id, owner=owner_here(), now=datetime.now(UTC)):
            return
        order = uploads.order_row(connection, resources.settings.unit, order_id)
    wanted = Wanted(order["run_id"], tuple(order["components"]), bool(order["redact"]), allow_partial=True)
    path = order_path(resources, order)
    try:
        report = bundle_run(resources.settings, wanted, output=path, at=order["asked_at"], told=told)
    except Exception as error:  # noqa: BLE001 - whoever waits must learn that nothing more comes
        log("bundle_failed", order=order_id, error=type(error).__name__)
        reason = str(error) if isinstance(error, StorageError | OSError) else _UNFORESEEN
        with resources.database.write() as connection:
            uploads.end_order(connection, order_id, uploads.FAILED, datetime.now(UTC), reason=reason)
        return
    made = {"file": path.name, "sha256": report["sha256"], "bytes": report["bytes"]}
    with resources.database.write() as connection:
        uploads.end_order(connection, order_id, uploads.READY, datetime.now(UTC), **made)


def order_path(resources: Resources, order: Mapping[str, Any]) -> Path:
    """Where an ordered bundle lies."""
    return resources.settings.home / "orders" / f"bo-tai-lieu_{order['unit']}_{order['run_id']}_{order['id']}.zip"


def checked_order(resources: Resources, order: Mapping[str, Any]) -> dict[str, Any]:
    """What `parindex verify` says about an ordered bundle; said once for a file that lies there unchanged."""
    known = order_verdict(resources, order)
    if known is not None:
        return known
    path = order_path(resources, order)
    found = verify_bundle(path).plain()
    beside = _verdict_path(path)
    beside.with_suffix(".part").write_text(json.dumps({"of": _mark(path), "found": found}), encoding="utf-8")
    beside.with_suffix(".part").replace(beside)
    return found


def order_verdict(resources: Resources, order: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was found of the bundle that lies there now; None: it was not checked yet, or changed since."""
    path = order_path(resources, order)
    try:
        kept = json.loads(_verdict_path(path).read_text(encoding="utf-8"))
        found: dict[str, Any] | None = kept["found"] if kept["of"] == _mark(path) else None
    except (OSError, ValueError):
        return None
    return found


def _verdict_path(path: Path) -> Path:
    return path.with_suffix(".kiem-tra.json")


def _mark(path: Path) -> list[int]:
    """What tells a file that was touched: size in bytes, moment of the last change in nanoseconds."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
