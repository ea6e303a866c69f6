"""Signed checkpoints of the custody log: the log as it stood at the end of a night, one row for each length of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.bundles.merkle import Frontier, leaf
from storage.bundles.notes import BadNote, read_note
from storage.database.tables import checkpoints, custody, objects
from storage.objects.port import Kept
from storage.proof.custody import FIRST, event_hash, event_of

_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class LogFault:
    """One thing that is wrong with the log: kind (changed | broken | rewritten | cut | bad_signature), where, what."""

    kind: str
    seq: int
    detail: str

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "seq": self.seq, "detail": self.detail}


def frontier_now(connection: Connection) -> Frontier:
    """The tree of the log as it is, grown from the newest checkpoint."""
    row = connection.execute(select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)).first()
    tree = Frontier(row.size, [bytes.fromhex(root) for root in row.roots]) if row else Frontier()
    newer = select(custody.c.hash).where(custody.c.seq > tree.size).order_by(custody.c.seq)
    for event_digest in connection.execute(newer).scalars():
        tree.add(leaf(event_digest))
    return tree


def record_checkpoint(connection: Connection, tree: Frontier, note: str, kept: Kept, *, at: datetime) -> None:
    """Keep a checkpoint whose note lies in the object store. The log itself does not grow by that."""
    if connection.execute(select(checkpoints.c.size).where(checkpoints.c.size == tree.size)).first():
        return
    record_proof_object(connection, kept, at=at)
    row = {"size": tree.size, "root": tree.root().hex(), "roots": [root.hex() for root in tree.roots]}
    connection.execute(insert(checkpoints).values(**row, note=note, sha256=kept.sha256, made_at=at))


def record_proof_object(connection: Connection, kept: Kept, *, at: datetime) -> None:
    """Record an object that proves the log from outside: it is no event of the log, or the log would never rest."""
    if not connection.execute(select(objects.c.sha256).where(objects.c.sha256 == kept.sha256)).first():
        connection.execute(insert(objects).values(sha256=kept.sha256, size=kept.size, kept_at=at))


def checkpoints_of(connection: Connection) -> list[Mapping[str, Any]]:
    """All checkpoints, oldest first: {size, root, note, sha256, made_at}."""
    return [dict(row._mapping) for row in connection.execute(select(checkpoints).order_by(checkpoints.c.size))]


def newest_checkpoint(connection: Connection, *, up_to: int | None = None) -> Mapping[str, Any] | None:
    """The newest checkpoint, or the newest over at most `up_to` events; None before the first."""
    chosen = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
    if up_to is not None:
        chosen = chosen.where(checkpoints.c.size <= up_to)
    row = connection.execute(chosen).first()
    return dict(row._mapping) if row else None


def event_hashes(connection: Connection, up_to: int) -> list[str]:
    """Hashes of the first `up_to` events."""
    chosen = select(custody.c.hash).where(custody.c.seq <= up_to).order_by(custody.c.seq)
    return list(connection.execute(chosen).scalars())


def log_faults(connection: Connection, keys: Sequence[str], tree: Frontier) -> Iterator[LogFault]:
    """Everything wrong with the log and its checkpoints, in one pass in constant memory; `tree` grows to the log's.

    `keys` are the public keys of the installation in hex.
    """
    pending = checkpoints_of(connection)
    for note in pending:
        yield from _note_faults(note, keys)
    previous = FIRST
    for row in connection.execute(select(custody).order_by(custody.c.seq).execution_options(yield_per=_ROWS)):
        event = event_of(row)
        yield from _event_faults(event, tree.size + 1, previous)
        previous = event["hash"]
        tree.add(leaf(previous))
        while pending and pending[0]["size"] <= tree.size:
            yield from _root_faults(pending.pop(0), tree)
    for note in pending:
        yield LogFault("cut", tree.size, f"checkpoint of {note['size']} events, the log has {tree.size}")


def _event_faults(event: Mapping[str, Any], expected: int, previous: str) -> Iterator[LogFault]:
    if event["seq"] != expected:
        yield LogFault("broken", event["seq"], f"number {event['seq']} in place {expected}")
    if event["previous"] != previous:
        yield LogFault("broken", event["seq"], "previous")
    if event["hash"] != event_hash(dict(event)):
        yield LogFault("changed", event["seq"], "hash")


def _note_faults(row: Mapping[str, Any], keys: Sequence[str]) -> Iterator[LogFault]:
    try:
        note = read_note(row["note"])
    except BadNote as error:
        yield LogFault("bad_signature", row["size"], str(error))
        return
    if note.signer(keys) is None:
        yield LogFault("bad_signature", row["size"], "no key of this installation signed it")
    if (note.size, note.root.hex()) != (row["size"], row["root"]):
        yield LogFault("rewritten", row["size"], "the signed note says something else")


def _root_faults(row: Mapping[str, Any], tree: Frontier) -> Iterator[LogFault]:
    if row["size"] == tree.size and row["root"] != tree.root().hex():
        yield LogFault("rewritten", row["size"], f"root {tree.root().hex()} != {row['root']}")
