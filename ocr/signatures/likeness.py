"""Are two values of two snapshots of one file the same, all the way down?

Only what can be reached matters: freed, orphaned or dangling objects that nothing refers to make no difference, and an
object rewritten with the same content is the same. What nothing changed below is never compared: a signature file
with many updates costs as much as its updates, not as much as all its objects times all its updates.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic

from ocr.budget import OutOfTime
from ocr.signatures.reading import Location, Ref, Snapshot

Edges = dict[tuple[Ref, Location], tuple[Ref, ...] | None]
"""What each version of each object refers to; None: it cannot be read. Shared by all snapshots of a file."""

_MOST_OBJECTS = 300_000


def touched(old: Snapshot, new: Snapshot, edges: Edges) -> set[Ref]:
    """Objects that changed between the snapshots, and every object from which one of them can be reached.

    An object that cannot be read counts as changed: whoever needs it must stumble over it.
    """
    if max(len(old.locations), len(new.locations)) > _MOST_OBJECTS:
        raise ValueError(f"more than {_MOST_OBJECTS} objects to compare")
    changed = {ref for ref, _ in set(old.locations.items()) ^ set(new.locations.items())}
    above: dict[Ref, set[Ref]] = defaultdict(set)
    for snapshot in (old, new):
        for ref, location in snapshot.locations.items():
            targets = _edges_of(snapshot, ref, location, edges)
            if targets is None:
                changed.add(ref)
            for target in targets or ():
                above[target].add(ref)
    reached = set(changed)
    waiting = list(changed)
    while waiting:
        for ref in above[waiting.pop()] - reached:
            reached.add(ref)
            waiting.append(ref)
    return reached


def _edges_of(snapshot: Snapshot, ref: Ref, location: Location, edges: Edges) -> tuple[Ref, ...] | None:
    key = (ref, location)
    if key not in edges:
        try:
            edges[key] = tuple(set(references(snapshot.object_at(ref))))
        except (RecursionError, OutOfTime):
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it cannot be read
            edges[key] = None
    return edges[key]


def references(value: Any) -> Iterator[Ref]:
    """Every reference inside a direct value."""
    if isinstance(value, generic.IndirectObject):
        yield (value.idnum, value.generation)
    elif isinstance(value, generic.DictionaryObject):
        for key in value:
            yield from references(raw(value, key))
    elif isinstance(value, generic.ArrayObject):
        for index in range(len(value)):
            yield from references(value.raw_get(index))


@dataclass(slots=True)
class Likeness:
    """Compares values of `old` with values of `new`.

    `placed` are objects that are compared in their own place (pages, fields, annotations): elsewhere it is enough
    that the reference is the same.
    """

    old: Snapshot
    new: Snapshot
    dirty: Set[Ref]
    placed: Set[Ref] = field(default_factory=frozenset)
    _assumed: set[tuple[Ref, Ref, bool]] = field(default_factory=set)

    def same(self, old: Any, new: Any) -> bool:
        """Exactly alike."""
        return self._alike(old, new, grows=False)

    def grown(self, old: Any, new: Any) -> bool:
        """Everything that was there is still there; entries may have been added to dictionaries and arrays."""
        return self._alike(old, new, grows=True)

    def _alike(self, old: Any, new: Any, *, grows: bool) -> bool:
        if isinstance(old, generic.IndirectObject) and isinstance(new, generic.IndirectObject):
            return self._same_reference(_ref(old), _ref(new), grows)
        if any(isinstance(value, generic.IndirectObject) and _ref(value) in self.placed for value in (old, new)):
            return False
        if grows and self._joined_by_others(old, new):
            return True
        old, new = self.old.resolved(old), self.new.resolved(new)
        if isinstance(old, generic.DictionaryObject):
            return isinstance(new, generic.DictionaryObject) and self._dictionaries(old, new, grows)
        if isinstance(old, generic.ArrayObject):
            return isinstance(new, generic.ArrayObject) and self._arrays(old, new, grows)
        return _scalar(old) == _scalar(new)

    def _joined_by_others(self, old: Any, new: Any) -> bool:
        """A single value became an array that still holds it."""
        several = self.new.resolved(new)
        if not isinstance(several, generic.ArrayObject) or isinstance(self.old.resolved(old), generic.ArrayObject):
            return False
        return any(self._alike(old, several.raw_get(n), grows=True) for n in range(len(several)))

    def _same_reference(self, old: Ref, new: Ref, grows: bool) -> bool:
        if old == new and (old not in self.dirty or old in self.placed):
            return True
        if old in self.placed or new in self.placed:
            return False
        pair = (old, new, grows)
        if pair in self._assumed:
            return True  # a loop, or compared before: a difference would have ended the comparison
        self._assumed.add(pair)
        alike = self._alike(self.old.object_at(old), self.new.object_at(new), grows=grows)
        if not alike:
            self._assumed.clear()  # what was concluded from this assumption is worth nothing
        return alike

    def _dictionaries(self, old: Any, new: Any, grows: bool) -> bool:
        if isinstance(old, generic.StreamObject) != isinstance(new, generic.StreamObject):
            return False
        if isinstance(old, generic.StreamObject) and old.encoded_data != new.encoded_data:
            return False
        ignored = {"/Length"} if isinstance(old, generic.StreamObject) else set()
        if grows:
            ignored |= {"/Limits", "/ParentTreeNextKey"}
        keys = set(old) if grows else set(old) | set(new)
        return all(self._alike(raw(old, key), raw(new, key), grows=grows) for key in keys - ignored)

    def _arrays(self, old: Any, new: Any, grows: bool) -> bool:
        if not grows:
            return len(old) == len(new) and all(
                self._alike(old.raw_get(n), new.raw_get(n), grows=False) for n in range(len(old))
            )
        place = 0
        for n in range(len(old)):
            while place < len(new) and not self._alike(old.raw_get(n), new.raw_get(place), grows=True):
                place += 1
            if place == len(new):
                return False
            place += 1
        return True


def raw(container: Any, key: str) -> Any:
    """The entry of a dictionary, not resolved; a null object where there is none.

    The value of a signature is the one string that encryption leaves alone (ISO 32000-2, 7.6.2).
    """
    if key not in container:
        return generic.NullObject()
    if key == "/Contents" and "/ByteRange" in container:
        return container.raw_get(key, decrypt=generic.EncryptedObjAccess.RAW)
    return container.raw_get(key)


def _ref(value: Any) -> Ref:
    return (value.idnum, value.generation)


def _scalar(value: Any) -> tuple[str, Any]:
    if isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        return "string", value.original_bytes
    return type(value).__name__, None if isinstance(value, generic.NullObject) else value
