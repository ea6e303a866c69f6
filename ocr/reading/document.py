"""A whole file read: its pages in the order that gives fields earliest, as far as time allows."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdf
import pypdfium2 as pdfium

from ocr.budget import Budget, OutOfTime, at_most
from ocr.engines.port import LINE, Engine
from ocr.errors import MAKE_AGAIN, OcrError, PageUnreadable, UnreadableFile
from ocr.intake import PDF_VERSIONS, Intake, header_version
from ocr.page import Note, PageReading, in_units
from ocr.pdf.drawing_cost import refuse_endless_drawing
from ocr.pdf.objects import open_document, page_of
from ocr.pdf.page_content import is_sound
from ocr.pdf.picture_masks import Size, masks_of, with_masks
from ocr.pdf.text_layer import page_fonts, page_text
from ocr.reading.parallel_pages import read_in_shares
from ocr.reading.pdf_page import Layer, read_pdf_page
from ocr.reading.picture_file import frames_of, opened_picture, read_frame
from ocr.reading.pictured_page import Reader
from ocr.words import Box, Word

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings about strangers' files are not ours to print

MOST_SECONDS_A_PAGE = 25.0
"""Or a quarter of the document's time, if that is more."""
_STRUCTURE_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """All pages that were read, in page order; `page_count` counts the file's pages."""

    pages: tuple[PageReading, ...]
    page_count: int
    version: str | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """How a document may be read."""

    engine: Callable[[], Engine]
    budget: Budget
    max_pages: int
    processes: int = 1
    """Over how many processes the pages of a scan may be spread."""


def read_document(intake: Intake, terms: ReadingTerms) -> DocumentReading:
    """Read a PDF or a picture file.

    Raises:
        UnreadableFile: it cannot be opened.
        EngineMissing: a page needs OCR and this machine has no engine.
    """
    return _read_pdf(intake, terms) if intake.media_type == "application/pdf" else _read_image(intake, terms)


def line_reader(terms: ReadingTerms) -> Callable[[PageReading, Box], list[Word]]:
    """How a single line of a page that was read from its picture is read once more."""

    def reread(page: PageReading, line: Box) -> list[Word]:
        if page.picture is None or terms.budget.left() <= 0:
            return []
        scale = page.picture_dpi / 72
        left, top, right, bottom = (round(edge * scale) for edge in (line.left, line.top, line.right, line.bottom))
        cut = page.picture.crop((max(0, left), max(0, top), right, bottom))
        try:
            return terms.engine().read(cut, dpi=page.picture_dpi, layout=LINE, seconds=2.0)
        except OcrError:
            return []

    return reread


def _read_pdf(intake: Intake, terms: ReadingTerms) -> DocumentReading:
    document = _opened(intake.data)
    structure = _Structure(intake.data)
    count = len(document)
    if count == 0:
        raise UnreadableFile("unreadable", "Tệp PDF không có trang nào. Đề nghị xuất lại tệp.")
    pages = {page.number: page for page in _pages(document, structure, count, terms)}
    read = tuple(pages[number] for number in sorted(pages))
    notes = [*structure.notes(), *_unread(count, len(read))]
    return DocumentReading(read, count, structure.version or intake.pdf_version, tuple(notes))


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return open_document(data)
    except pdfium.PdfiumError as error:
        said = str(error).lower()
        if "password" in said or "security" in said:
            raise UnreadableFile(
                "password", "Tệp PDF có mật khẩu mở tệp, không đọc được. Đề nghị tải lên bản không đặt mật khẩu."
            ) from error
        raise UnreadableFile(
            "unreadable", "Tệp PDF hỏng hoặc tải lên chưa trọn vẹn, không mở được. Đề nghị tải lại tệp gốc."
        ) from error


def reading_order(count: int, most: int) -> list[int]:
    """Page 1 (the head), the last two (the signature block), then the rest; at most `most` pages."""
    first = list(dict.fromkeys(number for number in (1, count, count - 1) if number >= 1))
    return [*first, *(number for number in range(2, count - 1) if number not in first)][: max(most, 1)]


def _pages(document: Any, structure: _Structure, count: int, terms: ReadingTerms) -> Iterator[PageReading]:
    """Head and signature block first, by this process; the rest in shares where several processes are allowed."""

    def read(number: int) -> PageReading | None:
        left = terms.budget.left()
        if left < 0.3 and number != 1:
            return None
        seconds = max(1.0, min(left, max(MOST_SECONDS_A_PAGE, terms.budget.seconds / 4)))
        reader = Reader(terms.engine, Budget(seconds))
        reading = _one_page(document, structure, number, reader, holds_fields=number in (1, count))
        return reading if number in (1, count) else replace(reading, picture=None)

    order = reading_order(count, terms.max_pages)
    first = [reading for number in order[:2] if (reading := read(number)) is not None]
    yield from first
    scanned = any(reading.source == "ocr" for reading in first)
    yield from read_in_shares(order[2:], read, terms.processes if scanned else 1, terms.budget)


def _one_page(document: Any, structure: _Structure, number: int, reader: Reader, *, holds_fields: bool) -> PageReading:
    """One page, with its own fault as a note rather than an end of the document."""
    try:
        with at_most(reader.seconds + 1):
            structure.refuse_endless_drawing(number)
            page = with_masks(page_of(document, number), lambda: structure.masks_of(number))
            fonts, text = lambda: structure.fonts_of(number), lambda: structure.text_of(number)
            layer = Layer(fonts, text, holds_fields, may_be_off=structure.has_optional_content)
            reading = in_units(read_pdf_page(page, layer, reader), structure.unit_of(number))
    except (PageUnreadable, OutOfTime, MemoryError, RecursionError, OSError, ValueError) as error:
        return PageReading(
            number, "text", 595.0, 842.0, notes=(Note("page_unread", number, _why_unread(error, number)),)
        )
    page.handle.close()
    if structure.has_sound_content(number):
        return reading
    said = "Nội dung trang hỏng, không giải nén được hết; có thể thiếu một phần trang."
    return replace(reading, notes=(*reading.notes, Note("repaired", number, said)))


def _why_unread(error: BaseException, number: int) -> str:
    if isinstance(error, PageUnreadable):
        return str(error)
    why = f"đọc quá lâu ({error})" if isinstance(error, OutOfTime) else f"hỏng, không đọc được ({type(error).__name__})"
    return f"Trang {number} {why}. {MAKE_AGAIN}"


def _unread(count: int, read: int) -> Iterator[Note]:
    if read < count:
        yield Note("pages_unread", None, f"Tệp có {count} trang; đã đọc {read} trang trong thời gian cho phép.")


class _Structure:
    """What pypdf knows of the file; everything it fails on is left out."""

    def __init__(self, data: bytes) -> None:
        self.version: str | None = None
        self.has_optional_content = False
        self._reader: pypdf.PdfReader | None = None
        self._pages: Sequence[Any] = ()
        self._root: Any = {}
        self._slow = False
        self._odd_version = ""
        try:
            with at_most(_STRUCTURE_SECONDS):
                self._open(data)
        except OutOfTime:
            self._slow = True
        except Exception:  # noqa: BLE001 - pypdf raises anything on broken files; pdfium has opened this one
            self._reader = None

    def _open(self, data: bytes) -> None:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        self._reader = reader
        self._root = reader.trailer["/Root"].get_object()
        self.has_optional_content = "/OCProperties" in self._root
        said = str(self._root.get("/Version", "")).lstrip("/")
        header = header_version(data) or ""
        self.version = max(said, header) if said in PDF_VERSIONS else header
        self._odd_version = said if said not in PDF_VERSIONS else ""
        self._pages = reader.pages

    def text_of(self, number: int) -> str:
        """Text of a page by pypdf; "" where it fails or takes too long."""
        return str(self._asked(lambda: page_text(self._pages[number - 1]), ""))

    def fonts_of(self, number: int) -> tuple[str, ...]:
        """Base names of a page's fonts."""
        fonts: tuple[str, ...] = self._asked(lambda: page_fonts(self._pages[number - 1]), ())
        return fonts

    def _asked(self, question: Callable[[], Any], otherwise: Any) -> Any:
        if self._slow or self._reader is None:
            return otherwise
        try:
            with at_most(_STRUCTURE_SECONDS):
                return question()
        except OutOfTime:
            self._slow = True
        except Exception:  # noqa: BLE001 - see page_text
            return otherwise
        return otherwise

    def has_sound_content(self, number: int) -> bool:
        """See ocr/pdf/page_content.py; True where pypdf cannot tell."""
        return bool(self._asked(lambda: is_sound(self._pages[number - 1]), True))

    def masks_of(self, number: int) -> dict[Size, Size]:
        """See ocr/pdf/picture_masks.py; {} where pypdf cannot tell."""
        masks: dict[Size, Size] = self._asked(lambda: masks_of(self._pages[number - 1]), {})
        return masks

    def unit_of(self, number: int) -> float:
        """/UserUnit of a page (how many points its unit has), which pdfium leaves out of account; 1 unless sound."""
        if self._slow or self._reader is None:
            return 1.0
        try:
            unit = float(self._pages[number - 1].get("/UserUnit", 1.0))
        except Exception:  # noqa: BLE001 - see page_text
            return 1.0
        return unit if 0.01 <= unit <= 100 else 1.0

    def refuse_endless_drawing(self, number: int) -> None:
        """See ocr/pdf/drawing_cost.py; what pypdf cannot follow is left to pdfium.

        Raises:
            PageUnreadable: the page asks for endless drawing.
        """
        if self._slow or self._reader is None:
            return
        try:
            with at_most(_STRUCTURE_SECONDS):
                refuse_endless_drawing(self._pages[number - 1])
        except PageUnreadable:
            raise
        except OutOfTime:
            self._slow = True
        except Exception:  # noqa: BLE001 - broken resources
            return

    def notes(self) -> Iterator[Note]:
        """Encryption, scripts, attachments, repairs."""
        if self._reader is None:
            yield Note("repaired", None, "Cấu trúc tệp PDF có lỗi; chương trình chỉ đọc được nhờ tự sửa.")
            return
        if self._odd_version:
            said = f"Danh mục của tệp ghi phiên bản PDF {self._odd_version}, không có phiên bản này."
            yield Note("repaired", None, said)
        if self._reader.is_encrypted:
            yield Note("encrypted", None, "Tệp PDF bị khóa quyền (mã hóa), tuy mở được mà không cần mật khẩu.")
        try:
            names = self._root.get("/Names", {}).get_object() if self._root.get("/Names") else {}
            if "/JavaScript" in names or "/JS" in str(self._root.get("/OpenAction", "")):
                yield Note("active_content", None, "Tệp có mã JavaScript.")
            if "/XFA" in self._root.get("/AcroForm", {}):
                yield Note("active_content", None, "Tệp là biểu mẫu động (XFA); nội dung động không được đọc.")
            if "/EmbeddedFiles" in names:
                yield Note(
                    "active_content", None, "Tệp có đính kèm tệp khác bên trong; nội dung đính kèm không được đọc."
                )
        except Exception:  # noqa: BLE001 - a broken catalogue
            yield Note("repaired", None, "Danh mục của tệp PDF có lỗi.")


def _read_image(intake: Intake, terms: ReadingTerms) -> DocumentReading:
    pages: list[PageReading] = []
    count = 0
    for count, frame in enumerate(frames_of(opened_picture(intake.data)), 1):
        if count <= terms.max_pages and (count == 1 or terms.budget.left() >= 0.3):
            reader = Reader(terms.engine, Budget(max(1.0, min(terms.budget.left(), MOST_SECONDS_A_PAGE))))
            reading = read_frame(frame, count, reader)
            pages.append(reading if count == 1 else replace(reading, picture=None))
    return DocumentReading(tuple(pages), count, None, tuple(_unread(count, len(pages))))
