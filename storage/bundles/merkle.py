"""The Merkle tree over the custody log (RFC 6962, section 2), and the checks of its proofs. Standard library alone.

An entry of the tree is the 32 bytes of an event's own hash, so an event whose content is withheld still has its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf(event_hash: str) -> bytes:
    """The leaf of an event, from its hash in hex."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(event_hash)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The roots of the full subtrees of a tree, largest first: all that is needed to add leaves."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def add(self, one: bytes) -> None:
        """Add a leaf at the end."""
        size = self.size
        while size & 1:
            one = node(self.roots.pop(), one)
            size >>= 1
        self.roots.append(one)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree."""
        if not self.roots:
            return EMPTY_ROOT
        *others, total = self.roots
        for left in reversed(others):
            total = node(left, total)
        return total


class Tree:
    """A whole tree in memory, for proofs: 64 bytes a leaf."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_paired(self._levels[-1]))

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    @property
    def leaves(self) -> Sequence[bytes]:
        """All leaves in order."""
        return self._levels[0]

    def root(self) -> bytes:
        """The root."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The audit path of the leaf at `index`, from 0."""
        path = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1])
            index >>= 1
        return path

    def consistency(self, earlier: int) -> list[bytes]:
        """That the tree of the first `earlier` leaves is a beginning of this one."""
        if not 0 < earlier < self.size:
            return []
        return self._subproof(earlier, 0, self.size, whole=True)

    def _subproof(self, earlier: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if earlier == end - start:
            return [] if whole else [self._hash(start, end)]
        split = 1 << (end - start - 1).bit_length() - 1
        if earlier <= split:
            return [*self._subproof(earlier, start, start + split, whole=whole), self._hash(start + split, end)]
        return [
            *self._subproof(earlier - split, start + split, end, whole=False),
            self._hash(start, start + split),
        ]

    def _hash(self, start: int, end: int) -> bytes:
        """Of a full subtree, or of the one that ends with the tree."""
        height = (end - start - 1).bit_length()
        return self._levels[height][start >> height]


def _paired(level: Sequence[bytes]) -> list[bytes]:
    above = [node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return [*above, level[-1]] if len(level) % 2 else above


def included(one: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf stands at `index` (from 0) of the tree with this size and root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    last = size - 1
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            one = node(sibling, one)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            one = node(one, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and one == root


def consistent(earlier: tuple[int, bytes], later: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the earlier tree (size, root) is a beginning of the later one (RFC 9162, section 2.1.4.2)."""
    (first, first_root), (second, second_root) = earlier, later
    if first in (0, second):
        return not proof and (first == 0 or first_root == second_root)
    if first > second or not proof:
        return False
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node(sibling, old), node(sibling, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node(new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
