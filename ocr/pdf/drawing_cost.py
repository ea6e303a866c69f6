"""How much drawing a page asks for, before pdfium is asked to do it.

Forms may draw forms. A form that draws itself, or a fan of forms (30 times 30 times 30 ...), keeps pdfium busy for
ever from a few kilobytes, and nothing stops it but killing the process. pypdf reads the same structure without drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ocr.errors import MAKE_AGAIN, PageUnreadable

MOST_DRAWINGS = 50_000
"""Forms drawn on one page; real pages draw a few dozen."""
_DRAW = re.compile(rb"/([^\s/<>\[\]()%{}]+)\s+Do\b")


def refuse_endless_drawing(page: Any) -> None:
    """Look at the forms of a pypdf page and of its annotations.

    Raises:
        PageUnreadable: a form draws itself, or all forms together are drawn more than `MOST_DRAWINGS` times.
    """
    known: dict[int, int] = {}
    for holder, content in _roots(page):
        if _cost(holder, content, known, ()) > MOST_DRAWINGS:
            said = "Trang có hình vẽ lồng nhau không dứt (tệp bẫy hoặc hỏng), không mở."
            raise PageUnreadable(f"{said} {MAKE_AGAIN}")


def _roots(page: Any) -> Iterator[tuple[Any, bytes]]:
    if _forms(page):
        contents = page.get_contents()
        yield page, contents.get_data() if contents is not None else b""
    annotations = page.get("/Annots")
    for annotation in list(annotations.get_object() if annotations is not None else ())[:200]:
        appearances = annotation.get_object().get("/AP")
        drawn = appearances.get_object().get("/N") if appearances is not None else None
        drawn = drawn.get_object() if drawn is not None else None
        if drawn is not None and hasattr(drawn, "get_data"):
            yield drawn, drawn.get_data()


def _forms(holder: Any) -> dict[str, Any]:
    """Form XObjects among the holder's resources, by name."""
    resources = holder.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return {}
    objects = objects.get_object()
    named = {str(name).lstrip("/"): one.get_object() for name, one in objects.items()}
    return {name: one for name, one in named.items() if hasattr(one, "get") and one.get("/Subtype") == "/Form"}


def _cost(holder: Any, content: bytes, known: dict[int, int], above: tuple[int, ...]) -> int:
    me = id(holder)
    if me in above or len(above) > 40:
        return MOST_DRAWINGS + 1
    if me not in known:
        forms, total = _forms(holder), 1
        for name in _DRAW.findall(content):
            form = forms.get(name.decode("latin-1"))
            if form is not None:
                total += _cost(form, form.get_data(), known, (*above, me))
            if total > MOST_DRAWINGS:
                break
        known[me] = total
    return known[me]
