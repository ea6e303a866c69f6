"""Is the whole paper in the file, at its own size? Page numbers, the count of pages, the size of the national motto."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ocr.fields.layout import head_of, lines_of
from ocr.fields.line import Line
from ocr.page import Note, PageReading

_MOTTO = re.compile(r"C.NG H.A X. H.I CH. NGH.A VI.T NAM\W{0,2}$")
_OF_HOW_MANY = re.compile(r"^\W{0,3}(?:TRANG|TR\.?)\s*:?\s*(\d{1,3})\s*(?:/|TREN|CUA)\s*(\d{1,3})\W{0,3}$")
_ALONE = re.compile(r"^\W{0,3}(?:TRANG\s*)?(\d{1,3})\W{0,3}$")
_SURE = 0.8
_OFF_AXIS = 0.06
"""Share of the page's width by which a page number may stand off the page's middle (Decree 30: centred on top)."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """The number printed on a page, of how many where it says so, and which sheet with content the page is."""

    page: int
    number: int
    of: int | None
    place: int


def completeness_notes(pages: Sequence[PageReading], *, page_count: int, limits: dict[str, Any]) -> Iterator[Note]:
    """What speaks against the whole paper being there at 100 %; blank backs of sheets are no pages of the paper.

    Where not every page was read, nothing is said of missing ones.
    """
    pages = sorted(pages, key=lambda page: page.number)
    written = [page for page in pages if page.kind != "blank"]
    if written:
        yield from _scale(written[0], limits)
    if len(pages) == page_count and len(written) > 1:
        yield from _missing(written)


def _scale(page: PageReading, limits: dict[str, Any]) -> Iterator[Note]:
    """A scan at 100 % shows the national motto at 12 to 13 points."""
    told = any(note.code == "scale" for note in page.notes)
    motto = head_of(page).motto if page.dpi is not None and not told else None
    match = _MOTTO.search(motto.folded) if motto else None
    if motto is None or match is None:
        return
    wide = (motto.edge(match.end()) - motto.edge(match.start())) * 25.4 / 72
    least, most = limits["motto_mm"]
    if not least <= wide <= most:
        said = f"Dòng Quốc hiệu rộng {wide:.0f} mm, ở khổ gốc từ {least} đến {most} mm; cần xem tỷ lệ 100 %."
        yield Note("scale", page.number, said)


def _missing(written: Sequence[PageReading]) -> Iterator[Note]:
    """Gaps and leaps back in the printed page numbers; only sure readings count."""
    printed = [one for place, page in enumerate(written, 1) if (one := _printed_number(page, place)) is not None]
    total = next((one.of for one in printed if one.of), None)
    if total is not None and total > len(written):
        yield Note("pages_missing", None, f"Văn bản ghi có {total} trang, tệp chỉ có {len(written)} trang có nội dung.")
        return
    if printed and printed[0].number > printed[0].place and head_of(written[0]).motto is not None:
        first = printed[0]
        yield Note(
            "pages_missing",
            first.page,
            f"Trang thứ {first.place} mang số trang {first.number}; có thể thiếu trang trước.",
        )
    for before, after in pairwise(printed):
        yield from _between(before, after)


def _between(before: _Printed, after: _Printed) -> Iterator[Note]:
    """An annex may begin anew with 1 or 2."""
    if after.number - before.number > after.place - before.place:
        said = f"Số trang nhảy từ {before.number} sang {after.number}; có thể thiếu trang ở giữa."
        yield Note("pages_missing", after.page, said)
    elif 2 < after.number <= before.number:
        said = f"Số trang {after.number} đứng sau trang {before.number}; có thể sai thứ tự hoặc quét trùng."
        yield Note("pages_disordered", after.page, said)


def _printed_number(page: PageReading, place: int) -> _Printed | None:
    """The number in the page's top or bottom margin: a line with nothing else, near the middle or the right edge."""
    for line in _margin_lines(page):
        match = _OF_HOW_MANY.match(line.folded)
        if match and line.confidence >= _SURE and int(match[1]) <= int(match[2]):
            return _Printed(page.number, int(match[1]), int(match[2]), place)
        match = _ALONE.match(line.folded)
        if match and line.confidence >= _SURE and _where_numbers_stand(line, page) and int(match[1]) > 0:
            return _Printed(page.number, int(match[1]), None, place)
    return None


def _margin_lines(page: PageReading) -> list[Line]:
    lines = lines_of(page)
    top = [line for line in lines[:2] if line.box.bottom < 0.1 * page.height]
    return top + [line for line in lines[-2:] if line.box.top > 0.9 * page.height]


def _where_numbers_stand(line: Line, page: PageReading) -> bool:
    middle = (line.box.left + line.box.right) / 2
    return abs(middle - page.width / 2) < _OFF_AXIS * page.width or middle > 0.85 * page.width
