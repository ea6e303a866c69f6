"""Marks on the pages of one scanned document, with the sentence that keeps them apart from digital signatures."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from ocr.signatures.paper_marks import PaperMark, marks_on_paper

_DPI = 100.0
_MOST_PAGES = 40
_A4_INCHES = 8.27
_NAMES = {"handwriting": "chữ ký", "seal": "con dấu"}


@dataclass(frozen=True, slots=True)
class PaperMarks:
    """`looked_at` are page numbers from 1; marks come with the page they lie on, surest first on each page."""

    looked_at: tuple[int, ...] = ()
    marks: tuple[tuple[int, PaperMark], ...] = field(default=())

    def plain(self, *, digitally_signed: bool) -> dict[str, Any]:
        """JSON-ready: pages, marks [{kind, page, score, box}], summary_vi. Boxes are shares of the page."""
        return {
            "pages": list(self.looked_at),
            "marks": [
                {"kind": mark.kind, "page": number, "score": mark.score, "box": list(mark.box)}
                for number, mark in self.marks
            ],
            "summary_vi": self._summary(digitally_signed=digitally_signed),
        }

    def _summary(self, *, digitally_signed: bool) -> str:
        if not self.marks:
            return "Không thấy hình ảnh con dấu đỏ hay chữ ký viết tay trên bản quét."
        seen = [name for kind, name in _NAMES.items() if any(mark.kind == kind for _, mark in self.marks)]
        pages = ", ".join(str(number) for number in sorted({number for number, _ in self.marks}))
        if digitally_signed:
            return f"Bản quét có hình ảnh {' và '.join(seen)} (trang {pages}); chữ ký số được xét riêng."
        return f"Trên bản quét chỉ có hình ảnh {' và '.join(seen)} (trang {pages}); đó không phải chữ ký số."


Known = Mapping[int, "tuple[PaperMark, ...] | None"]


def marks_in_file(data: bytes, pages: Known, *, is_pdf: bool, has_time: Callable[[], bool]) -> PaperMarks:
    """Marks of these pages (from 1): those known, else looked for on the page or the picture that the file is.

    Looks on while `has_time`. What digital signatures and other annotations draw is left out: only the paper counts. A
    page that cannot be drawn is not among `looked_at`.
    """
    seen = {number: marks for number, marks in pages.items() if marks is not None}
    unseen = [number for number in pages if number not in seen]
    for number, picture, dpi in _pictures(data, unseen, is_pdf=is_pdf):
        if not has_time():
            break
        seen[number] = marks_on_paper(picture, dpi=dpi)
    return PaperMarks(tuple(sorted(seen)), tuple((number, mark) for number in sorted(seen) for mark in seen[number]))


def _pictures(data: bytes, numbers: Sequence[int], *, is_pdf: bool) -> Iterator[tuple[int, Image.Image, float]]:
    if not numbers:
        return
    if not is_pdf:
        with Image.open(BytesIO(data)) as image:
            yield 1, image, max(image.width, 1) / _A4_INCHES
        return
    document = pdfium.PdfDocument(data)
    try:
        for number in list(numbers)[:_MOST_PAGES]:
            page = document[number - 1]
            drawn = page.render(scale=_DPI / 72, may_draw_forms=False, draw_annots=False)
            yield number, drawn.to_pil(), _DPI
            page.close()
    finally:
        document.close()
