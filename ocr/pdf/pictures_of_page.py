"""Pictures that lie on a page of a PDF: those of paper, the one that is the whole page, and what they lack."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ocr.page import Note, PageReading
from ocr.pdf.deflated import MOST_UNPACKED, ends_soundly
from ocr.pdf.hidden_text import is_cut
from ocr.pdf.objects import PdfPage, PlacedImage, embedded_picture
from ocr.words import Box, around

_NEAR_EDGE = 2.0
"""Points by which an image may miss the page's edges and still be the page."""
_TILED = 0.6
"""Share of the page under small images from which they are a scan in tiles."""
_BEYOND = 0.03
"""Share of the page by which a picture may pass its edges: what a scanner trims."""
_REDUCED = 0.97
"""Share of the page's width under which a picture of the page's own shape is a scan that was made smaller."""
_SAME_SHAPE = 0.007
"""By which the two shapes may differ: a scan without 5 mm on each side differs by 0.015."""
_END_OF_JPEG = b"\xff\xd9"


def large_images(page: PdfPage) -> list[PlacedImage]:
    """Images, and strips of images, that may hold a part of a document; all tiles of a page made of them."""
    large = [one for one in page.images if one.box.width * one.box.height > 0.02 * page.area]
    return large or (list(page.images) if page.image_share() >= _TILED else [])


def only_image(page: PdfPage) -> PlacedImage | None:
    """The image that is the whole page, upright and undistorted, with nothing that must be drawn to be read.

    What is drawn may cover it, and what is clipped or lies beyond the page's edges is seen by nobody.
    """
    large = [i for i in page.images if i.box.width * i.box.height >= 0.3 * page.area]
    if len(large) != 1 or page.rotation or page.drawn_over:
        return None
    image = large[0]
    if image.masked or not _fills(image.box, page) or is_cut(image.handle.raw):
        return None
    a, b, c, d, _, _ = image.handle.get_matrix().get()
    level = a > 0 and d > 0 and abs(b) < 0.01 * a and abs(c) < 0.01 * d
    even = abs(image.width * image.box.height / (image.height * image.box.width) - 1) < 0.03
    return image if level and even and not any(_pictured(stamp, page) for stamp in page.stamped) else None


def _fills(box: Box, page: PdfPage) -> bool:
    """The box begins at the page's upper left corner, ends within the page and leaves at most a tenth of it free."""
    begins = abs(box.left) <= _NEAR_EDGE and abs(box.top) <= _NEAR_EDGE
    ends = box.right <= page.width + _NEAR_EDGE and box.bottom <= page.height + _NEAR_EDGE
    return begins and ends and box.width * box.height >= 0.9 * page.area


def _pictured(stamp: Box, page: PdfPage) -> bool:
    """A stamp in the page's head, below the top margin, that says nothing as text: it may be a pictured number."""
    in_head = 0.08 * page.height < stamp.middle < 0.35 * page.height
    worded = any(w.source == "appearance" and stamp.holds(w.box.left + 1, w.box.middle) for w in page.words)
    return in_head and not worded


def told_of_pictures(read: PageReading, page: PdfPage) -> PageReading:
    """The page with what its pictures of paper lack; one that seems blank because its picture is broken is unread."""
    large = large_images(page)
    if read.kind != "blank":
        return replace(read, notes=(*read.notes, *_lacking(large, page))) if read.dpi is not None else read
    if all(_is_whole(one.handle) and embedded_picture(one) is not None for one in large):
        return read
    note = Note("page_unread", page.number, "Hình trên trang hỏng, không giải mã được; đề nghị quét lại.")
    return replace(read, kind="scan", colour=None, notes=(*read.notes, note))


def _lacking(large: list[PlacedImage], page: PdfPage) -> Iterator[Note]:
    if not all(_is_whole(one.handle) for one in large):
        said = "Dữ liệu hình của trang bị cụt hoặc hỏng; có thể thiếu một phần trang."
        yield Note("picture_damaged", page.number, said)
    if any(_goes_on(one.box, page) for one in large):
        yield Note("cut_off", page.number, "Hình quét lớn hơn trang; phần nằm ngoài trang không hiện ra.")
    if (share := _share_of_page(large, page)) < _REDUCED:
        taken = f"chỉ chiếm {share * 100:.0f} % bề rộng trang"
        yield Note("scale", page.number, f"Bản quét có dáng của trang nhưng {taken}; cần xem tỷ lệ 100 %.")


def _share_of_page(large: list[PlacedImage], page: PdfPage) -> float:
    """Of the page's width, the share that a scan of the page's own shape takes; 1 for any other shape."""
    box = around(one.box for one in large) if large else Box(0.0, 0.0, page.width, page.height)
    alike = abs(box.height * page.width / (box.width * page.height) - 1) < _SAME_SHAPE
    return box.width / page.width if alike else 1.0


def _goes_on(box: Box, page: PdfPage) -> bool:
    across, down = _BEYOND * page.width, _BEYOND * page.height
    sides = box.left < -across or box.right > page.width + across
    return sides or box.top < -down or box.bottom > page.height + down


def _is_whole(image: Any) -> bool:
    """The data of pdfium's image end as their coding says; True where that cannot be told (fax, JPEG 2000, ...)."""
    filters, data = image.get_filters(), bytes(image.get_data())
    for name in filters:
        if name in {"DCTDecode", "DCT"}:
            return data.rfind(_END_OF_JPEG) > len(data) // 2
        if name not in {"FlateDecode", "Fl"}:
            return True
        if len(filters) == 1:
            return ends_soundly(data)
        try:
            data = zlib.decompressobj().decompress(data, MOST_UNPACKED)
        except zlib.error:
            return False
    return True
