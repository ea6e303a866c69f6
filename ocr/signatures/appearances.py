"""What the visible mark of each signature shows, and on which page.

Registries put the number and the day of issue there: the page's own text then reads `Số:      /TB-UBND`, and a renderer
that draws no annotations shows them blank. The marks are drawn into a copy in memory; the file is never touched.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pyhanko.pdf_utils import generic

from ocr.budget import OutOfTime
from ocr.signatures.reading import FilledField, Ref, Snapshot

_MOST_MARKS = 40
_MOST_PAGES = 2000

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a signature is visible. `page` counts from 1; `text` is what the mark alone adds to the page."""

    page: int
    rectangle: Rectangle
    text: str = ""


def marks_of(data: bytes, snapshot: Snapshot, fields: Sequence[FilledField]) -> dict[str, Mark]:
    """The visible marks by field name; what cannot be drawn has no text, what cannot be placed is left out."""
    places: dict[str, Mark] = {}
    try:
        places = _placed(snapshot, fields)
        return _read(data, places) if places else {}
    except OutOfTime:
        raise
    except Exception:  # noqa: BLE001 - a mark is an extra; the verdict must not depend on drawing a stranger's page
        return places


def _placed(snapshot: Snapshot, fields: Sequence[FilledField]) -> dict[str, Mark]:
    pages = _widget_pages(snapshot)
    places = {}
    for item in fields[:_MOST_MARKS]:
        for reference, widget in _widgets(snapshot, item):
            rectangle = _rectangle(snapshot, widget)
            page = pages.get(reference) if reference else None
            if page is not None and rectangle is not None:
                places[item.name] = Mark(page, rectangle)
    return places


def _read(data: bytes, places: dict[str, Mark]) -> dict[str, Mark]:
    document = pdfium.PdfDocument(data)
    try:
        document.init_forms()
        found = {}
        for number in sorted({mark.page for mark in places.values()}):
            here = {name: mark for name, mark in places.items() if mark.page == number}
            before = _texts(document, number, here)
            document[number - 1].flatten()
            after = _texts(document, number, here)
            for name, mark in here.items():
                found[name] = Mark(number, mark.rectangle, _added(before[name], after[name]))
        return found
    finally:
        document.close()


def _texts(document: Any, number: int, marks: dict[str, Mark]) -> dict[str, str]:
    page = document[number - 1]
    reader = page.get_textpage()
    try:
        return {name: reader.get_text_bounded(*mark.rectangle) for name, mark in marks.items()}
    finally:
        reader.close()
        page.close()


def _added(before: str, after: str) -> str:
    """The words that stand there only with the mark drawn, in their order."""
    known = before.split()
    words = []
    for word in after.split():
        if word in known:
            known.remove(word)
        else:
            words.append(word)
    return " ".join(words)


def _widgets(snapshot: Snapshot, item: FilledField) -> list[tuple[Ref | None, Any]]:
    """The field's widgets: its kids, or the field itself (found by what its value is)."""
    found: list[tuple[Ref | None, Any]] = []
    kids = snapshot.entry(item.dictionary, "/Kids")
    for index in range(len(kids)) if isinstance(kids, generic.ArrayObject) else ():
        raw = kids.raw_get(index)
        found.append((_reference(raw), snapshot.resolved(raw)))
    container = item.dictionary.container_ref
    own = (container.idnum, container.generation) if isinstance(container, generic.Reference) else None
    return found or [(own, item.dictionary)]


def _widget_pages(snapshot: Snapshot) -> dict[Ref, int]:
    """Page number, from 1, of each annotation."""
    pages: dict[Ref, int] = {}
    number = 0
    waiting = [snapshot.entry(snapshot.root, "/Pages")]
    seen: set[int] = set()
    while waiting and number < _MOST_PAGES:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, generic.DictionaryObject):
            continue
        seen.add(id(node))
        kids = snapshot.entry(node, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            waiting.extend(snapshot.resolved(kids.raw_get(n)) for n in reversed(range(len(kids))))
            continue
        number += 1
        annotations = snapshot.entry(node, "/Annots")
        for index in range(len(annotations)) if isinstance(annotations, generic.ArrayObject) else ():
            reference = _reference(annotations.raw_get(index))
            if reference:
                pages[reference] = number
    return pages


def _reference(raw: Any) -> Ref | None:
    return (raw.idnum, raw.generation) if isinstance(raw, generic.IndirectObject) else None


def _rectangle(snapshot: Snapshot, widget: Any) -> Rectangle | None:
    corners = snapshot.entry(widget, "/Rect")
    if not isinstance(corners, generic.ArrayObject) or len(corners) != 4:
        return None
    try:
        a, b, c, d = (float(snapshot.resolved(corners.raw_get(n))) for n in range(4))
    except (TypeError, ValueError):
        return None
    rectangle = (min(a, c), min(b, d), max(a, c), max(b, d))
    return rectangle if rectangle[2] > rectangle[0] and rectangle[3] > rectangle[1] else None
