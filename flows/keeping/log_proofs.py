"""Proving the custody log: a signed checkpoint each night, the check of the whole log, the change of keys."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.settings import Settings
from flows.resources import Resources, open_resources
from ocr.signatures.trust import TrustStore
from storage.bundles import LogProof
from storage.bundles.merkle import Frontier, Tree, leaf
from storage.bundles.notes import BadNote, Checkpoint, read_note
from storage.database import Connection
from storage.errors import StorageError
from storage.proof import checkpoints, custody, keys, time_stamps
from storage.proof.checkpoints import LogFault
from storage.proof.custody import Happening
from storage.proof.keys import KeyRing
from storage.proof.segments import segment_of

CHECKPOINT_NAME = "moc-nhat-ky.txt"
"""The checkpoint in the outbox of a night, for whoever wants to hold us to it."""
STAMPS_A_NIGHT = 2


class NoCheckpoint(StorageError):
    """A file given as checkpoint is none."""


def publish_checkpoint(resources: Resources, *, at: datetime) -> str:
    """Sign the log as it is; keep the note, and what was added since the last one. An unchanged log keeps its note."""
    ring = ring_of(resources.settings)
    with resources.database.read() as connection:
        tree, newest = checkpoints.frontier_now(connection), checkpoints.newest_checkpoint(connection)
    if newest is not None and newest["size"] == tree.size:
        return str(newest["note"])
    note = ring.note(tree.size, tree.root())
    with resources.database.read() as connection:
        after, since = (newest["size"], newest["made_at"]) if newest else (0, None)
        segment = segment_of(connection, after=after, size=tree.size, note=note, since=since)
    kept, kept_segment = (resources.store.put(io.BytesIO(data)) for data in (note.encode(), segment))
    with resources.database.write() as connection:
        checkpoints.record_proof_object(connection, kept_segment, at=at)
        checkpoints.record_checkpoint(connection, tree, note, kept, at=at)
        if resources.settings.tsa_url:
            time_stamps.queue(connection, kept.sha256, at=at)
    return note


def proof_of(connection: Connection, ring: KeyRing, events: Sequence[Mapping[str, Any]], length: int) -> LogProof:
    """That `events` stand in the log of the first `length` events; the last checkpoint before that is continued."""
    tree = Tree(leaf(event_digest) for event_digest in checkpoints.event_hashes(connection, length))
    earlier = checkpoints.newest_checkpoint(connection, up_to=length)
    whole = len(events) == tree.size
    return LogProof(
        note=ring.note(tree.size, tree.root()),
        keys=ring.chain,
        earlier=earlier["note"] if earlier else None,
        consistency=_hexes(tree.consistency(earlier["size"])) if earlier else (),
        inclusion={} if whole else {event["seq"]: _hexes(tree.inclusion(event["seq"] - 1)) for event in events},
    )


def verify_log(settings: Settings, *, before: str = "") -> dict[str, Any]:
    """Check every event, link, checkpoint and signature; `before` is an older checkpoint that the log must continue.

    Raises:
        NoCheckpoint: `before` is no checkpoint.
    """
    kept, tree = _kept_note(before), Frontier()
    with open_resources(settings) as resources, resources.database.read() as connection:
        ring = ring_of(settings)
        faults = list(checkpoints.log_faults(connection, ring.public_keys, tree))
        known = [row["size"] for row in checkpoints.checkpoints_of(connection)]
        proof = _continuation(connection, ring, kept, tree) if kept else None
    if proof:
        faults += proof.pop("faults")
    return {
        "ok": not faults,
        "origin": ring.origin,
        "events": tree.size,
        "root": tree.root().hex(),
        "checkpoints": len(known),
        "newest_checkpoint": known[-1] if known else None,
        "from": proof,
        "faults": [fault.plain() for fault in faults],
    }


def show_keys(settings: Settings) -> dict[str, Any]:
    """The public keys of this installation, the one in use last; made at first use."""
    ring = ring_of(settings)
    told = [dict(record) | {"fingerprint": keys.public_fingerprint(record["public_key"])} for record in ring.chain]
    return {"origin": ring.origin, "keys": told}


def rotate_keys(settings: Settings, *, at: datetime) -> dict[str, Any]:
    """Change to a new signing key; the old one signs it and is destroyed."""
    with open_resources(settings) as resources:

        def record(new: dict[str, Any]) -> None:
            with resources.database.write() as connection:
                if not custody.events(connection, {new["public_key"]}):
                    happening = Happening("rotated", new["public_key"], "parindex keys rotate", "command line", new)
                    custody.append(connection, [happening], at=at)

        keys.rotate(settings.home / "keys", at=at, record=record)
    return show_keys(settings)


def stamp_waiting(resources: Resources, *, at: datetime, most: int = STAMPS_A_NIGHT) -> list[dict[str, Any]]:
    """Ask the authority for the time stamps that wait; what came of each. Never raises over the authority."""
    settings = resources.settings
    with resources.database.read() as connection:
        waiting = time_stamps.waiting(connection)[:most]
    if not settings.tsa_url or not waiting:
        return []
    store = TrustStore.load(settings.trust_folder)
    trusted = time_stamps.Trusted(store.anchors, store.intermediates)
    return [_stamp(resources, sha256, trusted, at) for sha256 in waiting]


def ring_of(settings: Settings) -> KeyRing:
    """The signing keys of this installation."""
    return keys.key_ring(settings.home / "keys")


def _stamp(resources: Resources, sha256: str, trusted: time_stamps.Trusted, at: datetime) -> dict[str, Any]:
    settings = resources.settings
    with resources.store.open(sha256) as stream:
        data = stream.read()
    try:
        token = time_stamps.token_for(settings.tsa_url, data, seconds=settings.tsa_seconds, trusted=trusted)
    except time_stamps.NoTimeStamp as error:
        with resources.database.write() as connection:
            time_stamps.record_failure(connection, sha256, str(error), at=at)
        return {"sha256": sha256, "stamped": False, "reason": str(error)}
    kept = resources.store.put(io.BytesIO(token.data))
    with resources.database.write() as connection:
        checkpoints.record_proof_object(connection, kept, at=at)
        time_stamps.record_token(connection, sha256, kept, token, at=at)
    return {"sha256": sha256, "stamped": True, "at": token.stamped_at.isoformat(), "trusted": token.trusted}


def _kept_note(before: str) -> Checkpoint | None:
    try:
        return read_note(before) if before else None
    except BadNote as error:
        raise NoCheckpoint(
            "Tệp nêu ở --from không phải mốc nhật ký (moc-nhat-ky.txt) hoặc đã bị sửa; dùng tệp gốc đã nhận."
        ) from error


def _continuation(connection: Connection, ring: KeyRing, kept: Checkpoint, now: Frontier) -> dict[str, Any]:
    """Whether the log of today begins with the one of an older checkpoint, and the proof of it."""
    tree = Tree(leaf(event_digest) for event_digest in checkpoints.event_hashes(connection, now.size))
    faults = []
    if kept.origin != ring.origin or kept.signer(ring.public_keys) is None:
        faults.append(LogFault("bad_signature", kept.size, "the given checkpoint is not of this installation"))
    elif kept.size > now.size:
        faults.append(LogFault("cut", now.size, f"the given checkpoint has {kept.size} events"))
    elif Tree(tree.leaves[: kept.size]).root() != kept.root:
        faults.append(LogFault("rewritten", kept.size, "the log does not continue the given checkpoint"))
    proof = [] if faults else _hexes(tree.consistency(kept.size))
    return {"size": kept.size, "continues": not faults, "proof": list(proof), "faults": faults}


def _hexes(hashes: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in hashes)
