"""A sheet of paper pasted into a page under a caption: read, and understood, by its own measures.

By the page's width nothing of a sheet that is narrower or lies on its side would stand where it must.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocr.fields.found import Found
from ocr.page import PageReading
from ocr.pictures.shown_places import turned
from ocr.words import Box, Word, text_of

_CAPTION = 80
"""Typed letters up to which they are a caption: a typed head (organ, motto, number, day) has 120 and more."""
_LEAST_WIDE = 0.5
"""Share of the page's width from which a picture may be a document's sheet; smaller ones are attachments to text."""
_WHOLE = 0.97
"""Share of the page's width and height from which the sheet is the page."""


def sheet_under_caption(page: Box, pictures: Box, typed: Sequence[Word]) -> Box | None:
    """Where the sheet lies on the page; None where it is the page, or where more than a caption is typed."""
    wide, high = pictures.width / page.width, pictures.height / page.height
    fits = wide >= _LEAST_WIDE and (wide < _WHOLE or high < _WHOLE)
    caption = 0 < sum(len(word.text) for word in typed) <= _CAPTION
    over = any(pictures.holds((word.box.left + word.box.right) / 2, word.box.middle) for word in typed)
    return pictures if fits and caption and not over else None


def laid_on_page(read: PageReading, sheet: Box, page: PageReading, typed: Sequence[Word]) -> PageReading:
    """What was read of the sheet alone, with its words on the page, turned with it; the caption's words after them."""
    lying = read.rotation in (90, 270)
    width, height = (page.height, page.width) if lying else (page.width, page.height)
    place = _turned(sheet, read.rotation, page)
    words = tuple(word.moved(place.left, place.top) for word in read.words)
    caption = tuple(replace(word, box=_turned(word.box, read.rotation, page)) for word in typed)
    text = text_of(typed) + "\n" + read.text
    return replace(read, width=width, height=height, words=words + caption, text=text, sheet=place)


def as_own_page(page: PageReading) -> PageReading:
    """The sheet that is pasted into the page as a page of its own; any other page as it is."""
    sheet = page.sheet
    if sheet is None:
        return page
    words = tuple(word.moved(-sheet.left, -sheet.top) for word in page.words if word.source == "ocr")
    return replace(page, width=sheet.width, height=sheet.height, words=words, sheet=None)


def on_whole_pages(fields: Mapping[str, Found | None], pages: Sequence[PageReading]) -> dict[str, Found | None]:
    """Fields found on `as_own_page`, with their places on the pages."""
    by_number = {page.number: page for page in pages}
    return {
        name: found and replace(found, box=_on_page(found.box, by_number[found.page])) for name, found in fields.items()
    }


def _on_page(share: tuple[float, float, float, float], page: PageReading) -> tuple[float, float, float, float]:
    sheet = page.sheet
    if sheet is None:
        return share
    left, top, right, bottom = share
    across, down = sheet.width / page.width, sheet.height / page.height
    begins, above = sheet.left / page.width, sheet.top / page.height
    return (
        round(begins + left * across, 4),
        round(above + top * down, 4),
        round(begins + right * across, 4),
        round(above + bottom * down, 4),
    )


def _turned(box: Box, clockwise: int, page: PageReading) -> Box:
    """The box where it lies when the page has been turned."""
    wide, high = page.width, page.height
    left, top, right, bottom = turned((box.left / wide, box.top / high, box.right / wide, box.bottom / high), clockwise)
    if clockwise in (90, 270):
        wide, high = high, wide
    return Box(left * wide, top * high, right * wide, bottom * high)
