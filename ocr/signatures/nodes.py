"""Small questions about the objects of a snapshot: what refers to what, what shows, what a tree holds."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from ocr.signatures.likeness import raw
from ocr.signatures.reading import Ref, Snapshot

_HIDDEN = 2
_MOST_NODES = 20_000
DEEPEST = 8
"""Most steps from a field down to its widgets."""
_COMMENT = re.compile(rb"%[^\r\n]*")
"""Signing tools write "% DSBlank" as the appearance of a field that shows nothing."""


def identity(value: Any) -> Ref | None:
    """Object number and generation of a reference; None for a direct value."""
    return (value.idnum, value.generation) if isinstance(value, generic.IndirectObject) else None


def items_of(value: Any) -> list[Any]:
    """The items of an array, references not followed; none where it is no array."""
    return [value.raw_get(n) for n in range(len(value))] if isinstance(value, generic.ArrayObject) else []


def is_plain(value: Any) -> bool:
    """A dictionary that is no stream."""
    return isinstance(value, generic.DictionaryObject) and not isinstance(value, generic.StreamObject)


def joined_name(prefix: str, name: Any) -> str:
    """Qualified name of a form field."""
    return ".".join(part for part in (prefix, "" if isinstance(name, generic.NullObject) else str(name)) if part)


def trailer_entry(snapshot: Snapshot, key: str) -> Any:
    """An entry of the trailer, not resolved; a null object where there is none."""
    trailer = snapshot.reader.trailer
    return trailer.raw_get(key) if key in trailer else generic.NullObject()


def inherited_entry(snapshot: Snapshot, node: Any, key: str) -> Any:
    """The entry of a field or of the field that it is a widget of."""
    for _ in range(DEEPEST):
        if not isinstance(node, generic.DictionaryObject) or key in node:
            break
        node = snapshot.entry(node, "/Parent")
    return snapshot.entry(node, key)


def is_timestamp(snapshot: Snapshot, value: Any) -> bool:
    """The value is a time stamp over the document."""
    return str(snapshot.entry(value, "/SubFilter")) == "/ETSI.RFC3161"


def is_visible(snapshot: Snapshot, widget: Any) -> bool:
    """The widget takes up room on its page."""
    if not isinstance(widget, generic.DictionaryObject):
        return False
    corners = [snapshot.resolved(item) for item in items_of(snapshot.entry(widget, "/Rect"))]
    if len(corners) != 4 or not all(
        isinstance(corner, int | float) or hasattr(corner, "as_numeric") for corner in corners
    ):
        return False
    left, bottom, right, top = (float(corner) for corner in corners)
    flags = snapshot.entry(widget, "/F")
    hidden = isinstance(flags, int) and bool(int(flags) & _HIDDEN)
    return abs(right - left) > 0 and abs(top - bottom) > 0 and not hidden


def draws(snapshot: Snapshot, widget: Any) -> bool:
    """The widget has an appearance that is not blank."""
    appearance = snapshot.entry(widget, "/AP")
    if not isinstance(appearance, generic.DictionaryObject):
        return False
    for key in appearance:
        drawing = snapshot.entry(appearance, key)
        if not isinstance(drawing, generic.StreamObject) or _COMMENT.sub(b"", drawing.data).strip():
            return True
    return False


def form_refs(snapshot: Snapshot) -> Iterator[Ref]:
    """Objects of the form tree."""
    form = snapshot.entry(snapshot.root, "/AcroForm")
    yield from _tree_refs(snapshot, items_of(snapshot.entry(form, "/Fields")))


def page_refs(snapshot: Snapshot) -> Iterator[Ref]:
    """Objects of the page tree."""
    yield from _tree_refs(snapshot, [raw(snapshot.root, "/Pages")])


def annotation_refs(snapshot: Snapshot) -> Iterator[Ref]:
    """Annotations of all pages."""
    for page in list(page_refs(snapshot)):
        for item in items_of(snapshot.entry(snapshot.object_at(page), "/Annots")):
            ref = identity(item)
            if ref is not None:
                yield ref


def _tree_refs(snapshot: Snapshot, items: list[Any]) -> Iterator[Ref]:
    """References of a tree of /Kids, each once."""
    seen: set[Ref] = set()
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        ref = identity(item)
        if ref is not None:
            if ref in seen:
                continue
            seen.add(ref)
            yield ref
        if len(seen) > _MOST_NODES:
            raise ValueError(f"more than {_MOST_NODES} nodes in a tree")
        waiting.extend(items_of(snapshot.entry(snapshot.resolved(item), "/Kids")))
