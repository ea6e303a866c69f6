"""What a signature allows to happen after it (ISO 32000-1, 12.8.2): DocMDP, FieldMDP and the field's own lock."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic

from ocr.signatures.reading import FilledField, Snapshot

NO_CHANGES = 1
FILL_FORMS = 2


@dataclass(frozen=True, slots=True)
class FieldLock:
    """Which fields may not change any more."""

    action: str
    names: tuple[str, ...] = ()

    def locks(self, name: str) -> bool:
        """This field, or one above it, is locked."""
        named = any(name == locked or name.startswith(locked + ".") for locked in self.names)
        return {"All": True, "Include": named, "Exclude": not named}.get(self.action, True)


@dataclass(frozen=True, slots=True)
class Permissions:
    """DocMDP level 1 to 3 (None: an ordinary approval signature) and the locks."""

    level: int | None = None
    locks: tuple[FieldLock, ...] = ()

    def locked(self, name: str) -> bool:
        """A lock covers this field."""
        return any(lock.locks(name) for lock in self.locks)


def permissions_of(field: FilledField, snapshot: Snapshot) -> Permissions:
    """Read what this signature allows; where several levels are given, the strictest counts."""
    levels: list[int] = []
    locks: list[FieldLock] = []
    references = snapshot.entry(field.value, "/Reference")
    for index in range(len(references)) if isinstance(references, generic.ArrayObject) else ():
        reference = snapshot.resolved(references.raw_get(index))
        method = str(snapshot.entry(reference, "/TransformMethod")).lstrip("/")
        parameters = snapshot.entry(reference, "/TransformParams")
        if method == "DocMDP":
            levels.append(_level(snapshot, parameters) or FILL_FORMS)
        elif method == "FieldMDP":
            locks.append(_lock(snapshot, parameters))
            levels.extend(_given(_level(snapshot, parameters)))
    own = snapshot.entry(field.dictionary, "/Lock")
    if isinstance(own, generic.DictionaryObject):
        locks.append(_lock(snapshot, own))
        levels.extend(_given(_level(snapshot, own)))
    return Permissions(min(levels, default=None), tuple(locks))


def _given(level: int | None) -> list[int]:
    return [] if level is None else [level]


def _level(snapshot: Snapshot, parameters: Any) -> int | None:
    value = snapshot.entry(parameters, "/P")
    return int(value) if isinstance(value, int) and 1 <= int(value) <= 3 else None


def _lock(snapshot: Snapshot, parameters: Any) -> FieldLock:
    action = str(snapshot.entry(parameters, "/Action")).lstrip("/")
    names = snapshot.entry(parameters, "/Fields")
    listed = [str(snapshot.resolved(names.raw_get(n))) for n in range(len(names))] if _is_array(names) else []
    return FieldLock(action, tuple(listed))


def _is_array(value: Any) -> bool:
    return isinstance(value, generic.ArrayObject)
