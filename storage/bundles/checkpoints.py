"""Whether the events of a bundle stand in the log that was signed and published, night for night. Standard library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storage.bundles.containers import Container
from storage.bundles.keychain import broken_link, successors
from storage.bundles.log import LOG, Chain
from storage.bundles.manifests import read_small
from storage.bundles.merkle import Frontier, consistent, included, leaf
from storage.bundles.notes import BadNote, Checkpoint, read_note
from storage.bundles.proofs import MALFORMED, read_json
from storage.bundles.sentences import Fault

NOTE, EARLIER = "data/nhat-ky/moc.txt", "data/nhat-ky/moc-truoc.txt"
KEYS, PROOF = "data/nhat-ky/khoa.json", "data/nhat-ky/chung-minh.json"


@dataclass(frozen=True, slots=True)
class Published:
    """What the files beside the log say."""

    now: Checkpoint
    earlier: Checkpoint | None
    keys: tuple[Mapping[str, Any], ...]
    consistency: tuple[bytes, ...]
    inclusion: Mapping[str, list[str]]

    @property
    def public_keys(self) -> list[str]:
        """Keys that may have signed."""
        return [str(record["public_key"]) for record in self.keys]


def trusted_keys_of(container: Container, trusted: Collection[str]) -> frozenset[str]:
    """The trusted keys, and those that they signed in for themselves."""
    try:
        chain = read_json(container, KEYS, []) or ()
        if not chain or broken_link(chain) is not None:
            return frozenset(trusted)
        return frozenset[str]().union(*(successors(chain, key) for key in trusted))
    except MALFORMED:
        return frozenset(trusted)


def check_checkpoint(
    container: Container, chain: Chain, statement: Mapping[str, Any], faults: list[Fault], *, before: str = ""
) -> dict[str, Any] | None:
    """The log against its own checkpoint, the one of the night before, and one the auditor kept (`before`).

    What was proved, JSON-ready; None for a bundle that was made without checkpoints.
    """
    try:
        stated = (statement.get("custody") or {}).get("checkpoint")
        if stated is None:
            faults += [Fault("rewritten_log", LOG, "moc.txt")] if before else []
            return None
        published = _published(container, faults)
        found = [*_note_faults(published, stated), *_entry_faults(chain, published)]
        found += _earlier_faults(chain, published, read_note(before) if before else None)
    except (BadNote, *MALFORMED) as error:
        faults.append(Fault("bad_checkpoint", NOTE, f"{type(error).__name__}: {error}"))
        return {"ok": False}
    faults += found
    return {
        "ok": not found,
        "origin": published.now.origin,
        "size": published.now.size,
        "root": published.now.root.hex(),
        "continues": published.earlier.size if published.earlier else None,
        "complete": _is_complete(chain, published.now.size),
    }


def _published(container: Container, faults: list[Fault]) -> Published:
    proof = read_json(container, PROOF, faults)
    earlier = read_small(container, EARLIER) if EARLIER in container.entries else None
    return Published(
        now=read_note((read_small(container, NOTE) or b"").decode()),
        earlier=read_note(earlier.decode()) if earlier is not None else None,
        keys=tuple(read_json(container, KEYS, faults)),
        consistency=tuple(bytes.fromhex(one) for one in proof["consistency"]),
        inclusion=proof["inclusion"],
    )


def _note_faults(published: Published, stated: Mapping[str, Any]) -> Iterator[Fault]:
    """The note is signed by a key of the succession and is the one that the statement names."""
    now, link = published.now, broken_link(published.keys)
    if link is not None:
        yield Fault("bad_checkpoint", KEYS, f"key {link}")
    for path, note in ((NOTE, now), (EARLIER, published.earlier)):
        if note is not None and note.signer(published.public_keys) is None:
            yield Fault("bad_checkpoint", path, "signature")
    told = {"origin": now.origin, "size": now.size, "root": now.root.hex()}
    if stated != told:
        yield Fault("bad_checkpoint", NOTE, f"{stated} != {told}")


def _is_complete(chain: Chain, size: int) -> bool:
    return len(chain.hashes) == size and [seq for seq, _ in chain.hashes] == list(range(1, size + 1))


def _root_at(chain: Chain, size: int) -> bytes:
    tree = Frontier()
    for _, claimed in chain.hashes[:size]:
        tree.add(leaf(claimed))
    return tree.root()


def _entry_faults(chain: Chain, published: Published) -> Iterator[Fault]:
    """A whole log gives the root again; of a part every event shows its path to the root."""
    now = published.now
    if _is_complete(chain, now.size):
        if _root_at(chain, now.size) != now.root:
            yield Fault("bad_checkpoint", NOTE, f"root {_root_at(chain, now.size).hex()} != {now.root.hex()}")
        return
    for seq, claimed in chain.hashes:
        path = [bytes.fromhex(one) for one in published.inclusion.get(str(seq), ())]
        if not included(leaf(claimed), seq - 1, now.size, path, now.root):
            yield Fault("bad_checkpoint", PROOF, f"seq {seq}")


def _earlier_faults(chain: Chain, published: Published, kept: Checkpoint | None) -> Iterator[Fault]:
    """The log continues the checkpoint of the night before, and the one that the auditor kept."""
    now, earlier = published.now, published.earlier
    if earlier is not None and not consistent(
        (earlier.size, earlier.root), (now.size, now.root), published.consistency
    ):
        yield Fault("rewritten_log", EARLIER, f"{earlier.size} -> {now.size}")
    if kept is None:
        return
    if kept.origin != now.origin:
        yield Fault("rewritten_log", NOTE, f"{kept.origin} != {now.origin}")
    elif kept.signer(published.public_keys) is None:
        yield Fault("rewritten_log", KEYS, "signature")
    else:
        root = _known_root(chain, published, kept.size)
        if root is None:
            yield Fault("unproved_checkpoint", LOG, f"{kept.size}, {len(chain.hashes)} / {now.size}")
        elif root != kept.root:
            yield Fault("rewritten_log", LOG, f"{kept.size}: {kept.root.hex()} != {root.hex()}")


def _known_root(chain: Chain, published: Published, size: int) -> bytes | None:
    """The root that this bundle proves for a length of the log; None where its part of the log cannot tell."""
    if size <= published.now.size and _is_complete(chain, published.now.size):
        return _root_at(chain, size)
    known = {note.size: note.root for note in (published.now, published.earlier) if note is not None}
    return known.get(size)
