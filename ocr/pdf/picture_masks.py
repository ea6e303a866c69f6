"""Pictures that are seen through a mask; a compact scan (MRC) keeps its letters in one, their colours at a third of it.

pdfium gives the size of the colours alone, and their pixels without the mask; pypdf knows the mask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ocr.pdf.objects import PdfPage, PlacedImage

Size = tuple[int, int]
"""Pixels: width, height."""
_MOST_FORMS = 4
"""Forms within forms in which pictures are looked for."""
_OPEN = {"/SMask": b"\xff", "/Mask": b"\x00"}
"""Kinds of masks, and the byte that lets through."""


def with_masks(page: PdfPage, masks: Callable[[], dict[Size, Size]]) -> PdfPage:
    """The page, its masked pictures as fine as their masks; `masks` is asked where there are pictures."""
    known = masks() if page.images else {}
    return replace(page, images=tuple(_masked(one, known) for one in page.images)) if known else page


def _masked(image: PlacedImage, masks: dict[Size, Size]) -> PlacedImage:
    mask = masks.get((image.width, image.height))
    if mask is None:
        return image
    finer = min(mask[0] / image.width, mask[1] / image.height)
    return replace(image, dpi=image.dpi * max(1.0, finer), masked=True)


def masks_of(page: Any) -> dict[Size, Size]:
    """Size of the mask by size of the picture, of masks that hide something; raises what pypdf does on broken files."""
    return {_size(picture): _size(mask) for picture, mask in _pairs(page, _MOST_FORMS)}


def _pairs(holder: Any, forms: int) -> Iterator[tuple[Any, Any]]:
    resources = holder.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for reference in objects.get_object().values() if objects is not None else ():
        drawn = reference.get_object()
        if drawn.get("/Subtype") == "/Form" and forms:
            yield from _pairs(drawn, forms - 1)
        for kind, opening in _OPEN.items():
            if kind in drawn and hasattr(mask := drawn[kind], "get_data") and not _is_open(mask, opening):
                yield drawn, mask


def _is_open(mask: Any, opening: bytes) -> bool:
    """It lets everything through; fax and JBIG2 masks are made for letters."""
    if "Flate" not in str(mask.get("/Filter", "")):
        return False
    data: bytes = mask.get_data()
    return data.count(opening) == len(data)


def _size(picture: Any) -> Size:
    return int(picture["/Width"]), int(picture["/Height"])
