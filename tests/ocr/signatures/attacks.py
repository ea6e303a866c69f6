"""Builders of what an attacker does to a signed file."""

# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
import re
from io import BytesIO

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from sample.signing import signature_value, updating_writer
from tests.ocr.signatures.authority import leaf
from tests.ocr.signatures.case import SIGNED_AT, signed
from tests.ocr.signatures.raw_pdf import drawn, last_startxref
from tests.ocr.signatures.updates import prepared, written

_BYTE_RANGE = re.compile(rb"/ByteRange ?\[ ?\d+ \d+ \d+ \d+ ?\] *")
_NUMBERS = re.compile(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) ?\]")


def swapped(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """One text replaced by another of the same length."""
    assert len(old) == len(new)
    assert old in pdf
    return pdf.replace(old, new, 1)


def byte_range(pdf: bytes) -> tuple[int, int, int, int]:
    """The numbers of the last ByteRange."""
    a, b, c, d = (int(number) for number in _NUMBERS.findall(pdf)[-1])
    return a, b, c, d


def with_byte_range(pdf: bytes, value: bytes) -> bytes:
    """The last ByteRange entry replaced by `value`, padded to its length (b"" removes it)."""
    *_, found = _BYTE_RANGE.finditer(pdf)
    room = found.end() - found.start()
    assert len(value) <= room
    return pdf[: found.start()] + value.ljust(room) + pdf[found.end() :]


def with_contents(pdf: bytes, value: bytes) -> bytes:
    """The signature's /Contents replaced by `value`, padded with spaces."""
    _, start, end, _ = byte_range(pdf)
    return pdf[:start] + value.ljust(end - start) + pdf[end:]


def contents(pdf: bytes) -> bytes:
    """The hexadecimal text of the last signature, with its brackets."""
    _, start, end, _ = byte_range(pdf)
    return pdf[start:end]


def cms_flipped(pdf: bytes) -> bytes:
    """One digit of the signature value changed."""
    text = contents(pdf)
    last = len(text.rstrip(b"0>")) - 8
    digit = b"0" if text[last : last + 1] != b"0" else b"1"
    return with_contents(pdf, text[:last] + digit + text[last + 1 :])


def resigned(pdf: bytes, numbers: tuple[int, int, int, int], who: str = "leader") -> bytes:
    """A signature over another byte range, by a signer who takes part in the attack."""
    ranged = with_byte_range(pdf, b"/ByteRange [%d %d %d %d]" % numbers)
    a, b, c, d = numbers
    digest = hashlib.sha256(ranged[a : a + b] + ranged[c : c + d]).digest()
    value: bytes = signature_value(digest, leaf(who), at=SIGNED_AT).dump().hex().encode()
    _, start, end, _ = byte_range(pdf)
    room = end - start - 2
    return ranged[:start] + b"<" + value.ljust(room, b"0") + b">" + ranged[end:]


def annotated(pdf: bytes, subtype: str = "Text", *, drawing: str = "") -> bytes:
    """An annotation added to the first page, with an appearance where `drawing` is given."""
    writer = updating_writer(pdf)
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/" + subtype),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (60, 690, 400, 720)]),
            NameObject("/Contents"): TextStringObject("ghi chu"),
        }
    )
    if drawing:
        note["/AP"] = DictionaryObject({NameObject("/N"): writer.add_object(appearance(drawing))})
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))
    return written(writer)


def appearance(text: str, box: tuple[int, int, int, int] = (0, 0, 595, 842)) -> StreamObject:
    """A form XObject that writes one line."""
    return StreamObject(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([NumberObject(n) for n in box]),
        },
        stream_data=drawn(text),
    )


def with_catalog_entry(pdf: bytes, key: str, value: DictionaryObject) -> bytes:
    """A new entry in the catalog, in an update."""
    writer = updating_writer(pdf)
    writer.root[key] = writer.add_object(value)
    writer.update_root()
    return written(writer)


def with_empty_drawing_field(pdf: bytes) -> bytes:
    """A new signature field without a signature, whose appearance covers the text."""
    writer = updating_writer(prepared(pdf, "Trong", box=(60, 690, 400, 720)))
    field = writer.root["/AcroForm"]["/Fields"][-1]
    field["/AP"] = DictionaryObject({NameObject("/N"): writer.add_object(appearance("9.999.999 dong"))})
    writer.update_container(field)
    return written(writer)


def second_part_moved(pdf: bytes) -> bytes:
    """Signature wrapping: the second signed stretch moved down, foreign objects in the gap."""
    _, start, end, length = byte_range(pdf)
    value = pdf[start:end].rstrip(b"0>") + b"0" * 8
    value = value[: len(value) - (len(value) - 1) % 2] + b">"
    foreign = b"\n11 0 obj\n<< /Length 0 >>\nstream\nendstream\nendobj\n"
    inserted = value + b" /ByteRange [0 %d %d %d] >>\nendobj\n" % (start, end + 600, length) + foreign
    return pdf[:start] + inserted.ljust(end + 600 - start) + pdf[end:]


def rewritten(pdf: bytes) -> bytes:
    """The whole file written anew by another program."""
    from pypdf import PdfWriter

    out = BytesIO()
    PdfWriter(clone_from=BytesIO(pdf)).write(out)
    return out.getvalue()


def printed(pdf: bytes) -> bytes:
    """The first page as a picture in a new file."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    out = BytesIO()
    document[0].render(scale=1).to_pil().save(out, "PDF")
    return out.getvalue()


def without_xref(pdf: bytes, *, trailer: bool) -> bytes:
    """Incremental saving without a cross-reference table: some viewers find the new object all the same."""
    out = pdf + b"\n11 0 obj\n<< /Length 40 >>\nstream\n" + drawn("9.999.999 dong") + b"\nendstream\nendobj\n"
    if trailer:
        out += b"trailer\n<< /Size 12 /Root 1 0 R /Prev %d >>\n%%%%EOF\n" % last_startxref(pdf)
    return out


def signed_with_unsigned_tail() -> bytes:
    """The range reaches back into the padding of the CMS and leaves the last 40 bytes of the file unsigned."""
    pdf = signed()
    a, b, c, d = byte_range(pdf)
    return resigned(pdf, (a, b, c - 40, d))
