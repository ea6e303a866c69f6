"""What happened to the file after each signature, and whether that signature allows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.signatures.gate import BadStructure, unexplained_tail
from ocr.signatures.likeness import Edges
from ocr.signatures.permissions import NO_CHANGES, Permissions, permissions_of
from ocr.signatures.reading import FilledField, Location, Ref, Snapshot, filled_fields
from ocr.signatures.revisions import Change, Kind, Revision

_LABELS = {
    Kind.EXTENSION: "extension",
    Kind.TIMESTAMP: "extension",
    Kind.EMPTY_FIELD: "signature",
    Kind.SIGNED_FIELD: "signature",
    Kind.NEW_SIGNATURE: "signature",
    Kind.FORM: "form",
    Kind.FORBIDDEN: "forbidden",
}
_ORDER = ("none", "extension", "signature", "form", "forbidden")


@dataclass(frozen=True, slots=True)
class LaterChanges:
    """`label` is one of none, extension, signature, form, forbidden; `sub` is set where the signature fails for it."""

    label: str
    sub: str = ""
    detail: str = ""


NOTHING_LATER = LaterChanges("none")


@dataclass(slots=True)
class History:
    """The updates of one file between its signed ends. Each update is compared once, however many signatures see it."""

    data: bytes
    final: Snapshot
    fields: Sequence[FilledField]
    _steps: list[tuple[int, tuple[Change, ...]]] | None = None
    _faults: dict[int, str] = field(default_factory=dict)
    """Signed end → why the document signed there is not the one that the signature stands in."""

    def after(self, signature: FilledField) -> LaterChanges:
        """What came after this signature, judged by what it allows.

        Raises whatever the library raises on a version of the file that it cannot read.
        """
        if signature.signed is None:
            return LaterChanges("unknown")
        end = signature.signed.end
        tail = self._tail()
        if tail:
            return LaterChanges("forbidden", tail.sub, tail.detail)
        steps = self._compared()
        if end in self._faults:
            return LaterChanges("forbidden", "FORBIDDEN_CHANGE", self._faults[end])
        changes = [change for start, found in steps if start >= end for change in found]
        grew = any(start >= end for start, _ in steps)
        return _judged(changes, permissions_of(signature, self.final), grew=grew)

    def covers_whole_file(self, signature: FilledField) -> bool:
        """Nothing but white space follows the signed bytes."""
        return signature.signed is not None and not self.data[signature.signed.end :].strip(b"\x00\t\n\x0c\r ")

    def _tail(self) -> BadStructure | None:
        last = max(item.signed.end for item in self.fields if item.signed)
        return unexplained_tail(self.data, last, self.final.section_starts)

    def _compared(self) -> list[tuple[int, tuple[Change, ...]]]:
        if self._steps is None:
            self._steps = list(self._compare())
        return self._steps

    def _compare(self) -> Iterable[tuple[int, tuple[Change, ...]]]:
        ends = sorted({item.signed.end for item in self.fields if item.signed})
        edges: Edges = {}
        before: Snapshot | None = None
        for end in ends:
            now = self._snapshot(end)
            self._check_presence(end, now)
            if before is not None:
                yield before.end, Revision(before, now, edges).changes()
            before = now
        if before is not None and before.end < self.final.end and before is not self.final:
            yield before.end, Revision(before, self.final, edges).changes()

    def _snapshot(self, end: int) -> Snapshot:
        whole = not self.data[end:].strip(b"\x00\t\n\x0c\r ")
        if whole:
            return self.final
        snapshot = Snapshot.of(self.data, end)
        snapshot.known = self._values(end)
        return snapshot

    def _values(self, end: int) -> dict[tuple[Ref, Location], Any]:
        """Signature values that lie before `end`, gate passed: their bytes are the same in every later version."""
        signed = [item for item in self.fields if item.signed and item.signed.end <= end and item.place]
        return {(item.place, self.final.location(item.place)): item.value for item in signed if item.place}

    def _check_presence(self, end: int, snapshot: Snapshot) -> None:
        """The signatures that end here must already stand in the document that they sign."""
        if snapshot is self.final:
            return
        present = {(item.name, item.signed) for item in filled_fields(self.data[:end], snapshot)}
        for item in self.fields:
            if item.signed and item.signed.end == end and (item.name, item.signed) not in present:
                self._faults[end] = f"chữ ký “{item.name}” không có trong phiên bản mà nó ký"


def _judged(changes: Sequence[Change], permissions: Permissions, *, grew: bool) -> LaterChanges:
    refused = [change.what for change in changes if not _allowed(change, permissions)]
    if refused:
        return LaterChanges("forbidden", "FORBIDDEN_CHANGE", "; ".join(dict.fromkeys(refused))[:500])
    labels = [_LABELS[change.kind] for change in changes] + (["extension"] if grew else ["none"])
    label = max(labels, key=_ORDER.index)
    detail = "; ".join(dict.fromkeys(change.what for change in changes))[:500]
    undecided = any(change.kind is Kind.FORM for change in changes) and permissions.level is None
    return LaterChanges(label, "FORM_CHANGED" if undecided else "", detail)


def _allowed(change: Change, permissions: Permissions) -> bool:
    """Whether the signature lets this happen; a form filled after an ordinary signature is for a person to see."""
    if change.kind is Kind.FORBIDDEN:
        return False
    if change.kind in {Kind.EXTENSION, Kind.TIMESTAMP}:
        return True
    if permissions.level == NO_CHANGES:
        return False
    if change.kind is Kind.FORM:
        return not permissions.locked(change.field)
    if permissions.level is not None and change.kind is not Kind.SIGNED_FIELD:
        return not change.visible
    return True
