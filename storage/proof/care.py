"""Care of the store: how far a walk over all objects has come, which are damaged, and what depends on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from storage.database.tables import (
    checkpoints,
    custody,
    damages,
    documents,
    imports,
    objects,
    receipts,
    score_runs,
    walks,
)
from storage.proof.custody import Happening, append

CHANGED, MISSING = "changed", "missing"
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over all objects by hash: everything up to `position` is done. `ended_at` None: it is under way."""

    name: str
    begun_at: datetime
    position: str = ""
    seen: int = 0
    bytes: int = 0
    ended_at: datetime | None = None
    asked_by: str = ""

    def past(self, sha256: str, size: int) -> Walk:
        """One object further."""
        return replace(self, position=sha256, seen=self.seen + 1, bytes=self.bytes + size)


@dataclass(frozen=True, slots=True)
class Damage:
    """A kept object that changed or is missing, and what depends on it, in Vietnamese."""

    sha256: str
    seen: str
    found_at: datetime
    mended_at: datetime | None
    needed_by: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        mended = self.mended_at.isoformat() if self.mended_at else None
        found = {"sha256": self.sha256, "seen": self.seen, "found_at": self.found_at.isoformat()}
        return found | {"mended_at": mended, "needed_by": list(self.needed_by)}

    def sentence(self) -> str:
        """For the letter."""
        what = "bị thay đổi" if self.seen == CHANGED else "bị mất"
        whose = "; ".join(self.needed_by) or "chưa tài liệu nào dùng tới"
        return f"Tệp {self.sha256[:16]}… trong kho {what} ({whose}); cần khôi phục: parindex storage repair."


def walk_named(connection: Connection, name: str) -> Walk | None:
    """Where a walk stands; None before the first."""
    row = connection.execute(select(walks).where(walks.c.name == name)).first()
    return Walk(**row._mapping) if row else None


def record_walk(connection: Connection, walk: Walk) -> None:
    """Keep where a walk stands."""
    connection.execute(delete(walks).where(walks.c.name == walk.name))
    connection.execute(insert(walks).values(**{name: getattr(walk, name) for name in Walk.__slots__}))


def objects_after(connection: Connection, position: str) -> Iterator[tuple[str, int]]:
    """Kept objects with a greater hash, as (SHA-256, size), in order."""
    while batch := _objects(connection, position):
        yield from batch
        position = batch[-1][0]


def _objects(connection: Connection, position: str) -> list[tuple[str, int]]:
    chosen = select(objects.c.sha256, objects.c.size).where(objects.c.sha256 > position)
    return [(row.sha256, row.size) for row in connection.execute(chosen.order_by(objects.c.sha256).limit(_BATCH))]


def record_damage(connection: Connection, sha256: str, seen: str, *, who: str, at: datetime) -> None:
    """Keep that an object is damaged; told in the custody log once."""
    known = connection.execute(select(damages).where(damages.c.sha256 == sha256)).first()
    if known is not None and known.mended_at is None:
        return
    connection.execute(delete(damages).where(damages.c.sha256 == sha256))
    connection.execute(insert(damages).values(sha256=sha256, seen=seen, found_at=at))
    append(connection, [Happening("damaged", sha256, who, "store", {"seen": seen})], at=at)


def record_mended(connection: Connection, sha256: str, *, who: str, where: str, at: datetime) -> None:
    """Keep that an object is sound again, from where."""
    connection.execute(update(damages).where(damages.c.sha256 == sha256).values(mended_at=at))
    append(connection, [Happening("mended", sha256, who, where)], at=at)


def open_damages(connection: Connection) -> list[Damage]:
    """Objects that are damaged now, with what depends on them."""
    rows = connection.execute(select(damages).where(damages.c.mended_at.is_(None)).order_by(damages.c.sha256))
    return [Damage(**row._mapping, needed_by=needed_by(connection, row.sha256)) for row in rows]


def damage_lines(connection: Connection) -> tuple[str, ...]:
    """Open damage, for the letter."""
    return tuple(damage.sentence() for damage in open_damages(connection))


def needed_by(connection: Connection, sha256: str) -> tuple[str, ...]:
    """What depends on an object: documents and exports by name, components, score runs, bundles."""
    names = sorted({row["name"] for row in _rows(connection, documents, sha256)})
    lines = [f"tài liệu “{name}”" for name in names]
    lines += [f"kết xuất “{row['name']}”" for row in _rows(connection, imports, sha256)]
    lines += [f"mốc nhật ký ở sự kiện {row['size']}" for row in _rows(connection, checkpoints, sha256)]
    runs = _runs_over(connection, sha256)
    components = sorted({part for _, parts in runs for part in parts}, key=_order)
    lines += [f"tiêu chí thành phần {', '.join(components)}"] if components else []
    lines += [f"lần chấm {', '.join(run for run, _ in runs)}"] if runs else []
    bundles = _bundles_of(connection, {run for run, _ in runs})
    lines += [f"{len(bundles)} gói tài liệu đã lập"] if bundles else []
    return tuple(lines)


def known_places(connection: Connection, sha256: str) -> list[str]:
    """Where a document was found: paths inside the inbox, from which it may come back."""
    rows = connection.execute(select(receipts.c.unit, receipts.c.path).where(receipts.c.sha256 == sha256))
    return sorted(f"{row.unit}/{row.path}" for row in rows)


def _rows(connection: Connection, table: Table, sha256: str) -> list[Mapping[str, Any]]:
    found = connection.execute(select(table).where(table.c.sha256 == sha256))
    return [dict(row._mapping) for row in found]


def _runs_over(connection: Connection, sha256: str) -> list[tuple[str, tuple[str, ...]]]:
    """Score runs made of an object, with the components that cite it."""
    chosen = select(score_runs.c.id, score_runs.c.score, score_runs.c.inputs_sha256)
    mentioned = score_runs.c.score.cast(score_runs.c.id.type).contains(sha256)
    found = []
    for row in connection.execute(chosen.where(mentioned | (score_runs.c.inputs_sha256 == sha256))):
        items = row.score["components"]
        parts = tuple(item["id"] for item in items if any(one["sha256"] == sha256 for one in item["evidence"]))
        found.append((row.id, parts))
    return sorted(found)


def _bundles_of(connection: Connection, runs: set[str]) -> list[str]:
    rows = connection.execute(select(custody.c.subject, custody.c.detail).where(custody.c.event == "bundled"))
    return sorted({row.subject for row in rows if row.detail.get("run") in runs})


def _order(component: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in component.split(".")]
