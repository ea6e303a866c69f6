"""Care of the object store: re-reading it on a schedule, mending it from a second copy, moving it elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from config.settings import Settings
from config.units_here import settings_of_units
from flows.resources import Resources, open_mirror, open_resources, open_store
from storage.errors import Damaged, Missing, NotPossible, StorageError
from storage.objects import Kept, LockingStore, ObjectStore
from storage.objects.port import digest_of
from storage.proof import care, custody
from storage.proof.care import CHANGED, MISSING, Walk
from storage.proof.custody import Happening
from storage.scored.runs import run_of

_SAVE_EVERY = 500
_MIB = 1 << 20


class NothingToMoveTo(StorageError):
    """The target of a move is the store in use, or is not set up."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for care, and when."""

    who: str
    at: datetime


def scrub(resources: Resources, asker: Asker, *, most_bytes: int | None = None) -> dict[str, Any]:
    """Re-hash kept objects from where the last walk stood; None re-reads the whole store from its beginning.

    Damage is recorded, told in the custody log, and mended from the second copy where there is one.
    """
    name = f"scrub:{resources.settings.store}"
    with resources.database.read() as connection:
        before = care.walk_named(connection, name)
    if before is not None and before.asked_by == asker.who and most_bytes is not None:
        return _scrub_report(resources, before, [])
    fresh = before is None or before.ended_at is not None or most_bytes is None
    walk = Walk(name, asker.at) if fresh or before is None else before
    walk, damaged = _walk_on(resources, replace(walk, asked_by=asker.who), most_bytes)
    with resources.database.write() as connection:
        for sha256, seen in damaged:
            care.record_damage(connection, sha256, seen, who=asker.who, at=asker.at)
        care.record_walk(connection, walk)
    mended = _mend(resources, [sha256 for sha256, _ in damaged], asker)
    return _scrub_report(resources, walk, mended)


def care_for_store(resources: Resources, asker: Asker) -> None:
    """A night's share: bring the second copy up to date, re-read PAR_SCRUB_MIB of the store.

    Units that share a store leave it to the one that their list names last, whose night comes after the others'.
    """
    if settings_of_units(resources.settings)[-1].unit != resources.settings.unit:
        return
    copy_to_mirror(resources)
    if resources.settings.scrub_mib:
        scrub(resources, asker, most_bytes=resources.settings.scrub_mib * _MIB)


def scrub_store(settings: Settings, asker: Asker) -> dict[str, Any]:
    """Re-hash the whole store now."""
    with open_resources(settings) as resources:
        return scrub(resources, asker) | {"unaccounted": _unaccounted(resources)}


def scrub_weekly(settings: Settings, now: datetime) -> dict[str, Any]:
    """The chore: re-hash the whole store; counts alone, for the ledger."""
    told = scrub_store(settings, Asker("scrub", now))
    counts = {name: len(told[name]) for name in ("damages", "mended", "unaccounted")}
    return {"objects": told["objects"], "bytes": told["bytes"]} | counts


def repair(settings: Settings, asker: Asker) -> dict[str, Any]:
    """Mend every damaged object from the second copy, or from the inbox where the same content still lies."""
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            damaged = [damage.sha256 for damage in care.open_damages(connection)]
        mended = _mend(resources, damaged, asker)
        return {"mended": mended, "damages": _open_damages(resources)}


def copy_to_mirror(resources: Resources) -> int:
    """Bring the second copy up to date; how many objects were new there. Nothing to do without PAR_MIRROR."""
    mirror = open_mirror(resources.settings)
    if mirror is None:
        return 0
    mirror.sweep()
    with resources.database.read() as connection:
        lacking = [sha256 for sha256, _ in care.objects_after(connection, "") if sha256 not in mirror]
    answers = mirror.put_all(partial(open_sound, resources.store, sha256) for sha256 in lacking)
    return sum(1 for answer in answers if isinstance(answer, Kept) and answer.new)


def move_store(settings: Settings, to: str, asker: Asker) -> dict[str, Any]:
    """Copy every object into the other kind of store, each verified there; taken up again where it was broken off.

    Raises:
        NothingToMoveTo: `to` is the store in use.
    """
    if to == settings.store:
        raise NothingToMoveTo(f"Kho đang dùng đã là {to}; chọn kho kia (folder hoặc s3).")
    target = open_store(settings, to)
    with open_resources(settings) as resources:
        walk = _moved(resources, target, f"move:{settings.store}->{to}", asker)
        with resources.database.read() as connection:
            wanted = {sha256 for sha256, _ in care.objects_after(connection, "")}
        lacking = sorted(wanted - set(target))
        with resources.database.write() as connection:
            detail = {"from": settings.store, "to": to, "objects": len(wanted) - len(lacking)}
            custody.append(connection, [Happening("moved", to, asker.who, "store", detail)], at=asker.at)
    return {"to": to, "objects": len(wanted), "lacking": lacking, "bytes": walk.bytes, "next": f"PAR_STORE={to}"}


def lock_run(settings: Settings, run_id: str, asker: Asker, *, until: datetime) -> dict[str, Any]:
    """Lock everything a run was made of until a moment, for the administrator too (a closed period)."""
    with open_resources(settings) as resources:
        store = _locking(resources.store)
        locked = _each_of_run(resources, run_id, partial(store.protect, until=until, for_all=True))
        _tell(resources, "locked", run_id, {"until": until.isoformat(), "objects": locked}, asker)
    return {"run": run_id, "objects": locked, "until": until.isoformat()}


def hold_run(settings: Settings, run_id: str, asker: Asker, *, on: bool) -> dict[str, Any]:
    """Put or lift a legal hold on everything a run was made of, while a dispute is open."""
    with open_resources(settings) as resources:
        held = _each_of_run(resources, run_id, partial(_locking(resources.store).hold, on=on))
        _tell(resources, "held" if on else "released", run_id, {"objects": held}, asker)
    return {"run": run_id, "objects": held, "hold": on}


def note_damage(resources: Resources, error: Damaged | Missing, asker: Asker) -> bool:
    """Record damage that somebody met, and mend it; whether it is sound again."""
    seen = MISSING if isinstance(error, Missing) else CHANGED
    with resources.database.write() as connection:
        care.record_damage(connection, error.sha256, seen, who=asker.who, at=asker.at)
    return bool(_mend(resources, [error.sha256], asker))


def _walk_on(resources: Resources, walk: Walk, most_bytes: int | None) -> tuple[Walk, list[tuple[str, str]]]:
    """Re-hash from where the walk stands until its end or the budget; the walk then, and what was damaged."""
    damaged: list[tuple[str, str]] = []
    read = 0
    with resources.database.read() as connection:
        for sha256, size in care.objects_after(connection, walk.position):
            if most_bytes is not None and read >= most_bytes:
                return walk, damaged
            if seen := _seen(resources.store, sha256):
                damaged.append((sha256, seen))
            walk, read = walk.past(sha256, size), read + size
    return replace(walk, ended_at=walk.begun_at, position=""), damaged


def _seen(store: ObjectStore, sha256: str) -> str:
    """What is wrong with an object; empty for a sound one."""
    try:
        with store.open(sha256) as stream:
            return "" if digest_of(stream)[0] == sha256 else CHANGED
    except Missing:
        return MISSING


def _mend(resources: Resources, damaged: list[str], asker: Asker) -> list[str]:
    """Mend what can be mended; which."""
    mended = []
    for sha256 in damaged:
        for where, source in _copies(resources, sha256):
            with source, suppress(Damaged):
                resources.store.mend(sha256, source)
                mended.append(sha256)
                with resources.database.write() as connection:
                    care.record_mended(connection, sha256, who=asker.who, where=where, at=asker.at)
                break
    return mended


def _copies(resources: Resources, sha256: str) -> Iterator[tuple[str, BinaryIO]]:
    """Where the same content may still lie: the second copy, the inbox."""
    mirror = open_mirror(resources.settings)
    if mirror is not None and sha256 in mirror:
        yield "mirror", mirror.open(sha256)
    with resources.database.read() as connection:
        places = care.known_places(connection, sha256)
    for place in places:
        with suppress(OSError):
            yield "inbox", (resources.settings.inbox_folder / place).open("rb")


def open_sound(store: ObjectStore, sha256: str) -> BinaryIO:
    """The object for copying; one that is damaged is an error of this source, which stops nobody."""
    if seen := _seen(store, sha256):
        raise OSError(seen)
    return store.open(sha256)


def _moved(resources: Resources, target: ObjectStore, name: str, asker: Asker) -> Walk:
    with resources.database.read() as connection:
        before = care.walk_named(connection, name)
    walk = before if before is not None and before.ended_at is None else Walk(name, asker.at)
    while True:
        with resources.database.read() as connection:
            batch = list(itertools.islice(care.objects_after(connection, walk.position), _SAVE_EVERY))
        if not batch:
            break
        for sha256, size in batch:
            _copy(resources.store, target, sha256)
            walk = walk.past(sha256, size)
        with resources.database.write() as connection:
            care.record_walk(connection, walk)
    walk = replace(walk, ended_at=asker.at)
    with resources.database.write() as connection:
        care.record_walk(connection, walk)
    return walk


def _copy(source: ObjectStore, target: ObjectStore, sha256: str) -> None:
    """Copy one object and read it back; damaged ones are left out and reported as lacking."""
    if sha256 not in target:
        try:
            with source.open(sha256) as stream:
                kept = target.put(stream)
        except Missing:
            return
        if kept.sha256 != sha256:
            return
    if _seen(target, sha256):
        raise Damaged(f"{sha256}: bản vừa chép sang kho mới không đúng mã băm; chạy lại lệnh chuyển kho.", sha256)


def _locking(store: ObjectStore) -> LockingStore:
    if not isinstance(store, LockingStore):
        raise NotPossible(store.worm().sentence)
    return store


def _each_of_run(resources: Resources, run_id: str, deed: Any) -> int:
    with resources.database.read() as connection:
        run = run_of(connection, run_id)
        known = {sha256 for sha256, _ in care.objects_after(connection, "")}
    mentioned = {str(item["sha256"]) for item in run["score"]["inputs"]} | {run["inputs_sha256"]}
    chosen = sorted(mentioned & known)
    for sha256 in chosen:
        deed(sha256)
    return len(chosen)


def _tell(resources: Resources, event: str, run_id: str, detail: dict[str, Any], asker: Asker) -> None:
    with resources.database.write() as connection:
        happening = Happening(event, run_id, asker.who, "store", detail)
        custody.append(connection, [happening], at=asker.at)


def _unaccounted(resources: Resources) -> list[str]:
    """Objects in the store that no row knows: left by a kill between put and record; the next night records them."""
    with resources.database.read() as connection:
        known = {sha256 for sha256, _ in care.objects_after(connection, "")}
    return sorted(set(resources.store) - known)


def _open_damages(resources: Resources) -> list[dict[str, Any]]:
    with resources.database.read() as connection:
        return [damage.plain() for damage in care.open_damages(connection)]


def _scrub_report(resources: Resources, walk: Walk, mended: list[str]) -> dict[str, Any]:
    return {
        "objects": walk.seen,
        "bytes": walk.bytes,
        "ended": walk.ended_at is not None,
        "mended": mended,
        "damages": _open_damages(resources),
    }
