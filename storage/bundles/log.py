"""The custody log of a bundle: every event's own hash and every link to the event before. Standard library alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.bundles.containers import UNREADABLE, Container
from storage.bundles.proofs import MALFORMED, canonical
from storage.bundles.sentences import Fault

LOG = "data/nhat-ky/nhat-ky.jsonl"
FIRST = "0" * 64


@dataclass(slots=True)
class Chain:
    """The custody log read so far: a scope may hold a part of it, links are checked where numbers follow each other."""

    redacted: bool
    """Events of withheld files may show their place in the chain alone."""
    hashes: list[tuple[Any, Any]] = field(default_factory=list)
    """Number and hash of every event, as claimed."""
    last_seq: Any = 0
    last_hash: Any = FIRST
    seen: list[str] = field(default_factory=list)
    """What is wrong."""

    def take(self, line: bytes) -> None:
        """Check the next event."""
        try:
            event = json.loads(line)
            seq, claimed = event["seq"], event["hash"]
            body = canonical({name: value for name, value in event.items() if name != "hash"})
        except MALFORMED:
            self.hashes.append((None, None))
            self.seen.append(f"{len(self.hashes)}: JSON")
            return
        if not (self.redacted and event.get("redacted") is True) and hashlib.sha256(body).hexdigest() != claimed:
            self.seen.append(f"seq {seq}: hash")
        if not isinstance(seq, int) or not isinstance(self.last_seq, int) or seq <= self.last_seq:
            self.seen.append(f"seq {self.last_seq} -> {seq}")
        elif seq == self.last_seq + 1 and event.get("previous") != self.last_hash:
            self.seen.append(f"seq {seq}: previous")
        self.hashes.append((seq, claimed))
        self.last_seq, self.last_hash = seq, claimed

    def ends(self) -> dict[str, Any]:
        """What a statement must say of this log."""
        some = bool(self.hashes)
        return {
            "events": len(self.hashes),
            "first_seq": self.hashes[0][0] if some else None,
            "last_seq": self.last_seq if some else None,
            "last_hash": self.last_hash if some else None,
        }


def check_log(container: Container, statement: Mapping[str, Any], faults: list[Fault]) -> Chain:
    """The log of a bundle against itself and against the ends that the statement names."""
    entry = container.entries.get(LOG)
    chain = Chain(redacted=statement.get("redacted") is True)
    try:
        if entry is not None:
            with entry.open() as stream:
                for line in stream:
                    chain.take(line)
    except UNREADABLE as error:
        chain.seen.append(str(error))
    if entry is None:
        faults.append(Fault("missing", LOG))
    elif _stated_ends(statement) != chain.ends():
        chain.seen.append(f"{_stated_ends(statement)} != {chain.ends()}")
    faults += [Fault("broken_log", LOG, seen) for seen in chain.seen]
    return chain


def _stated_ends(statement: Mapping[str, Any]) -> Any:
    stated = statement.get("custody")
    if not isinstance(stated, dict):
        return stated
    return {name: value for name, value in stated.items() if name != "checkpoint"}
