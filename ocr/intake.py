"""What kind of file is this, before anything parses it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 200 << 20
"""Largest file that is opened."""

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
)
PDF_VERSIONS = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"})
"""Those that there are."""
_OTHER_PICTURES = (
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "image/bmp"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "image/heic"),
)
"""Pictures that are named and not read."""
IMAGES = frozenset({"image/jpeg", "image/png", "image/tiff"})
_SAID = {
    "image/gif": "ảnh GIF",
    "image/bmp": "ảnh BMP",
    "image/webp": "ảnh WebP",
    "image/heic": "ảnh HEIC của điện thoại",
    "application/zip": "tệp nén ZIP (có thể là Word .docx hoặc Excel .xlsx)",
    "application/x-ole-storage": "tệp Office đời cũ (.doc hoặc .xls)",
    "application/rtf": "tệp RTF",
    "text/html": "trang HTML",
    "text/plain": "tệp văn bản thuần",
    "application/octet-stream": "dữ liệu không rõ loại",
}


@dataclass(frozen=True, slots=True)
class Intake:
    """One file as received."""

    path: Path
    data: bytes
    sha256: str
    media_type: str
    pdf_version: str | None

    @property
    def refusal(self) -> tuple[str, str] | None:
        """Code and Vietnamese reason why it cannot be inspected at all; None where it can."""
        if not self.data:
            return "unreadable", "Tệp rỗng (0 byte). Đề nghị tải lại tệp."
        if self.media_type == "application/pdf" or self.media_type in IMAGES:
            return None
        said = _SAID.get(self.media_type, self.media_type)
        return "not_pdf", f"Tệp không phải PDF: nội dung là {said}. Đề nghị xuất hoặc quét lại thành PDF rồi tải lên."


def take_in(path: Path) -> Intake:
    """Read the file's bytes and tell its kind by its content, never by its name.

    Raises:
        OSError: it cannot be opened, is no plain file (EISDIR, EINVAL), or is larger than `MOST_BYTES` (EFBIG).
    """
    facts = path.stat()
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(
            errno.EINVAL, "đây là ống dẫn hay thiết bị, không phải tệp; chỉ rõ tệp cần đọc"
        )  # a pipe would be waited for without end
    if facts.st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, f"lớn hơn {MOST_BYTES >> 20} MiB; tách thành nhiều tệp, hoặc quét lại ở 200-300 dpi")
    data = path.read_bytes()
    return Intake(path, data, hashlib.sha256(data).hexdigest(), media_type_of(data), header_version(data))


def holds_document(path: Path) -> bool:
    """A file begins like a PDF or a picture; no where it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return media_type_of(stream.read(1024)) in {"application/pdf", *IMAGES}
    except OSError:
        return False


def media_type_of(data: bytes) -> str:
    """Media type by content."""
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    for begins, kind in _OTHER_PICTURES:
        if begins.match(data):
            return kind
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "text/html"
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) or byte > 127 for byte in start)
    return "text/plain" if start and printable == len(start) else "application/octet-stream"


def header_version(data: bytes) -> str | None:
    """Version in the PDF header; None where there is none."""
    match = re.search(rb"%PDF-(\d\.\d)", data[:1024])
    return match.group(1).decode() if match else None


def ends_cleanly(data: bytes) -> bool:
    """The file's end names a place where a cross-reference section really stands, and a table there leads to its
    objects: nothing is cut off, shifted or exchanged. (Sections that are streams are left to the readers.)"""
    ends = list(re.finditer(rb"startxref\s+(\d{1,12})\s+%%EOF", data[-2048:]))
    section = _SECTION.match(data, int(ends[-1].group(1))) if ends else None
    if section is None:
        return False
    return section.group(1) != b"xref" or _leads_to_objects(data, section.end())


_SECTION = re.compile(rb"\s{0,8}(xref\b|\d+\s+\d+\s+obj\b)")
_PART = re.compile(rb"\s*(\d{1,10})\s+(\d{1,7})\s+")
_ENTRY = re.compile(rb"\s*(\d{10}) (\d{5}) ([nf])")
_OBJECT = re.compile(rb"\s{0,4}(\d{1,10})\s+(\d{1,5})\s+obj\b")
_MOST_ENTRIES = 100_000
"""Entries that are looked at: a second at most."""


def _leads_to_objects(data: bytes, at: int) -> bool:
    """Each entry in use of the table at `at` names the place of its own object; place 0 is nobody's."""
    looked = 0
    while part := _PART.match(data, at):
        at = part.end()
        for number in range(int(part.group(1)), int(part.group(1)) + int(part.group(2))):
            entry = _ENTRY.match(data, at)
            if entry is None:
                return False
            at, looked = entry.end(), looked + 1
            place, generation, use = int(entry.group(1)), int(entry.group(2)), entry.group(3)
            if use == b"n" and place and not _stands_at(data, place, (number, generation)):
                return False
            if looked == _MOST_ENTRIES:
                return True
    return True


def _stands_at(data: bytes, place: int, named: tuple[int, int]) -> bool:
    found = _OBJECT.match(data, place)
    return found is not None and (int(found.group(1)), int(found.group(2))) == named
