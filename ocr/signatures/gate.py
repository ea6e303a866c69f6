"""The structural gate: looks at bytes alone, before any library, and says which bytes a signature can speak for.

The attacks it stops (universal forgery, signature wrapping, incremental saving) all live in the difference between
what is hashed and what is shown: so the hashed bytes must be the whole file up to the end of a revision, with exactly
the signature's own hexadecimal text left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MARKS = (b"/ByteRange", b"adbe.pkcs7", b"adbe.x509", b"ETSI.CAdES", b"ETSI.RFC3161", b"/Adobe.PPK")
_WHITE = b"\x00\t\n\x0c\r "
_HEADER_WITHIN = 1024
_TAIL = 2048
_END_OF_REVISION = re.compile(rb"%%EOF[\x00\t\n\x0c\r ]{0,1000}\Z")
_SIGNATURE_FIELD = re.compile(rb"/FT\s*/Sig\b")
_STARTXREF = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")


@dataclass(frozen=True, slots=True)
class Caps:
    """Most that is looked at; measured on hostile files (README). More than that is UNREADABLE/LIMIT."""

    file_bytes: int = 150 << 20
    revisions: int = 200
    signatures: int = 64
    form_fields: int = 2000


CAPS = Caps()


@dataclass(frozen=True, slots=True)
class SignedRange:
    """The bytes that one signature covers: [0, gap_start) and [gap_end, end)."""

    gap_start: int
    gap_end: int
    end: int

    def covered(self, data: bytes) -> tuple[memoryview, memoryview]:
        """The two stretches that are hashed."""
        view = memoryview(data)
        return view[: self.gap_start], view[self.gap_end : self.end]


@dataclass(frozen=True, slots=True)
class BadStructure:
    """Why the gate stays shut: an ETSI sub-indication and what was seen."""

    sub: str
    detail: str


def is_pdf(data: bytes) -> bool:
    """A PDF header lies within the first 1,024 bytes."""
    return b"%PDF-" in data[:_HEADER_WITHIN]


def with_header_first(data: bytes) -> bytes:
    """The same bytes for a reader that wants the header at the very start: what lies before it becomes blanks after it.

    No offset moves, and nothing but the reader sees this: digests are taken over the file as it is.
    """
    start = data.find(b"%PDF-", 0, _HEADER_WITHIN)
    if start <= 0:
        return data
    header = data[start : start + len(b"%PDF-1.7")]
    return header + b" " * start + data[start + len(header) :]


def seems_signed(data: bytes) -> bool:
    """Some trace of a signature dictionary is in the file; without one there can be no signature at all.

    Lossless for our purpose: a signature dictionary needs a file offset, so it cannot hide in a compressed stream.
    """
    return any(mark in data for mark in MARKS)


def has_signature_field(data: bytes) -> bool:
    """A signature field is in plain sight; it may be empty."""
    return bool(_SIGNATURE_FIELD.search(data))


def seems_cut(data: bytes) -> bool:
    """The end of the file lacks what every PDF ends with."""
    return b"startxref" not in data[-_TAIL:]


def earlier_ends(data: bytes, most: int = 3) -> list[int]:
    """Ends of versions of the file before its last byte, newest first."""
    ends: list[int] = []
    place = len(data)
    while len(ends) < most and (place := data.rfind(b"%%EOF", 0, place)) >= 0:
        end = place + len(b"%%EOF")
        ends.append(end + (data[end : end + 2] == b"\r\n" or data[end : end + 1] in (b"\r", b"\n")))
    return ends


def over_caps(data: bytes, caps: Caps = CAPS) -> str:
    """Why the file is too much to look at, in Vietnamese; empty where it is not."""
    if len(data) > caps.file_bytes:
        return f"tệp {len(data) >> 20} MiB, giới hạn {caps.file_bytes >> 20} MiB"
    if (revisions := data.count(b"%%EOF")) > caps.revisions:
        return f"{revisions} phiên bản trong tệp, giới hạn {caps.revisions}"
    if (signatures := data.count(b"/ByteRange")) > caps.signatures:
        return f"{signatures} chữ ký trong tệp, giới hạn {caps.signatures}"
    return ""


def signed_range(data: bytes, byte_range: object, contents: bytes) -> SignedRange | BadStructure:
    """The range of one signature, or why it cannot speak for the file."""
    numbers = _four_numbers(byte_range)
    if numbers is None:
        return BadStructure("FORMAT_FAILURE", "ByteRange không phải bốn số nguyên không âm")
    start, gap_start, gap_end, length = numbers
    signed = SignedRange(gap_start, gap_end, gap_end + length)
    if start != 0 or not 0 < gap_start < gap_end or signed.end > len(data) or length == 0:
        return BadStructure("FORMAT_FAILURE", f"ByteRange {list(numbers)} không nằm gọn trong tệp")
    if not contents or not _gap_is_contents(data, gap_start, gap_end, contents):
        return BadStructure("FORMAT_FAILURE", "khoảng trống giữa hai đoạn được ký không đúng là giá trị chữ ký")
    whole = signed.end == len(data)  # then nothing is left that could be read in place of what was signed
    if not whole and not _END_OF_REVISION.search(data[max(0, signed.end - _TAIL) : signed.end]):
        return BadStructure("FORMAT_FAILURE", "phần được ký không dừng ở cuối một phiên bản của tệp")
    return signed


def _four_numbers(byte_range: object) -> tuple[int, int, int, int] | None:
    if not isinstance(byte_range, Sequence) or len(byte_range) != 4:
        return None
    numbers = [int(n) for n in byte_range if isinstance(n, int) and n >= 0]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None


def _gap_is_contents(data: bytes, start: int, end: int, contents: bytes) -> bool:
    """The gap holds the hexadecimal value and nothing else; some signers cover its brackets as well."""
    gap = data[start:end]
    if data[start - 1 : start] == b"<" and data[end : end + 1] == b">":
        gap = b"<" + gap + b">"
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    digits = gap[1:-1].translate(None, _WHITE)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")) == contents
    except (ValueError, UnicodeDecodeError):
        return False


def unexplained_tail(data: bytes, end: int, section_starts: Sequence[int]) -> BadStructure | None:
    """Something after the last signed byte that is no whole revision; None where all is explained.

    `section_starts` are the offsets of the cross-reference sections the parser found; each revision in the tail must
    end in a startxref that points to one of them, and each of them must lie in such a revision.
    """
    tail = data[end:]
    if not tail.strip(_WHITE):
        return None
    if not _END_OF_REVISION.search(tail.rstrip(_WHITE)[-64:]):
        return BadStructure("UNEXPLAINED_BYTES", f"{len(tail)} byte sau phần được ký không kết thúc một phiên bản")
    pointers = [int(number) for number in _STARTXREF.findall(tail)]
    in_tail = {start for start in section_starts if start >= end}
    if len(pointers) != tail.count(b"%%EOF") or not set(pointers) <= in_tail or len(in_tail) != len(set(pointers)):
        return BadStructure("UNEXPLAINED_BYTES", f"{len(tail)} byte sau phần được ký không thuộc phiên bản nào")
    return None
