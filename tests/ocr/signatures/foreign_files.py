"""Builders of the files that other people's programs (or attackers with such files) write, for cases_foreign.py."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from pypdf import PdfWriter

from sample.signing import updating_writer
from tests.ocr.signatures.attacks import appearance, byte_range, with_byte_range
from tests.ocr.signatures.case import signed
from tests.ocr.signatures.hand_signed import DETACHED, cms_by, hand_signed, paper_with_form
from tests.ocr.signatures.raw_pdf import (
    Objects,
    drawn,
    form,
    last_startxref,
    new_file,
    object_content,
    page,
    paper,
    paper_objects,
    stream,
    updated,
    with_text_field,
)
from tests.ocr.signatures.updates import with_dss, written

RSA = cms_by("rsa")
_PREPARED = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /P 10 0 R /Rect [10 10 90 90] /F 4 %s >>"


def flipped(pdf: bytes) -> bytes:
    assert b"1.000" in pdf
    return pdf.replace(b"1.000", b"9.000", 1)


def hybrid(objects: Objects) -> bytes:
    """A table for old readers and, beside it, a stream that lists one more object (MS Word writes such files)."""
    hidden = max(objects) + 1
    number = hidden + 1
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for one, content in (objects | {hidden: b"<< /Nothing true >>"}).items():
        offsets[one] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (one, content)
    place = len(out)
    entries = b"\x01" + offsets[hidden].to_bytes(4, "big") + b"\x00"
    dictionary = b"/Type /XRef /Size %d /Root 1 0 R /W [1 4 1] /Index [%d 1]" % (number + 1, hidden)
    out += b"%d 0 obj\n%s\nendobj\n" % (number, stream(entries, dictionary))
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for one in sorted(objects):
        out += b"%d 1\n%010d 00000 n \n" % (one, offsets[one])
    out += b"trailer\n<< /Size %d /Root 1 0 R /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (number + 1, place, table)
    return bytes(out)


def linearised() -> bytes:
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(paper(pages=3))) as pdf:
        pdf.save(out, linearize=True, deterministic_id=True)
    return out.getvalue()


def xref_stream_update(pdf: bytes, number: int, content: bytes) -> bytes:
    """One object rewritten in an update whose cross-references are a stream."""
    out = bytearray(pdf)
    offset = len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    place, own = len(out), 200
    entries = b"".join(b"\x01" + place_of.to_bytes(4, "big") + b"\x00" for place_of in (offset, place))
    dictionary = b"/Type /XRef /Size %d /Root 1 0 R /Prev %d /W [1 4 1] /Index [%d 1 %d 1]" % (
        own + 1,
        last_startxref(pdf),
        number,
        own,
    )
    out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, stream(entries, dictionary), place)
    return bytes(out)


def prepared_with_kid(pdf: bytes) -> bytes:
    """An empty field whose widget is an object of its own."""
    return updated(
        pdf,
        {
            5: b"<< /Fields [6 0 R 50 0 R] /SigFlags 3 >>",
            50: b"<< /FT /Sig /T (Dau) /Kids [51 0 R] >>",
            51: b"<< /Type /Annot /Subtype /Widget /Parent 50 0 R /P 10 0 R /Rect [10 10 90 90] /F 4 >>",
            10: page(11, b"/Annots [6 0 R 51 0 R]"),
        },
    )


def signed_by_hand_again(pdf: bytes, field: Objects) -> bytes:
    """A second signature in an update; `field` are the objects that change, its value is object 80."""
    placeholder = b"<< /Type /Sig /Filter /Adobe.PPKLite %s /ByteRange [0 %s] /Contents <%s> >>" % (
        DETACHED,
        b" ".join([b"*" * 10] * 3),
        b"0" * 8000,
    )
    pdf = updated(pdf, {**field, 80: placeholder})
    start = pdf.rindex(b"/Contents <0000") + len(b"/Contents ")
    end = pdf.index(b">", start) + 1
    pdf = re.sub(rb"\*{10} \*{10} \*{10}", b"%010d %010d %010d" % (start, end, len(pdf) - end), pdf)
    digits = RSA(pdf[:start] + pdf[end:]).hex().encode()
    return pdf[: start + 1] + digits.ljust(end - start - 2, b"0") + pdf[end - 1 :]


def kid_signed() -> bytes:
    """The prepared field signed: the value in the field, the appearance in its widget."""
    pdf = prepared_with_kid(hand_signed(RSA))
    signing = {
        50: b"<< /FT /Sig /T (Dau) /Kids [51 0 R] /V 80 0 R >>",
        51: object_content(pdf, 51)[:-2] + b" /AP << /N 52 0 R >> >>",
        52: form("Da ky", (0, 0, 80, 80)),
    }
    return signed_by_hand_again(pdf, signing)


def nested_names() -> bytes:
    """A new field whose name has a step of its own in the form."""
    field = {
        5: b"<< /Fields [6 0 R 60 0 R] /SigFlags 3 >>",
        60: b"<< /T (ky) /Kids [61 0 R] >>",
        61: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /Parent 60 0 R /P 10 0 R /Rect [0 0 0 0] /V 80 0 R >>",
        10: page(11, b"/Annots [6 0 R 61 0 R]"),
    }
    return signed_by_hand_again(hand_signed(RSA), field)


def new_field(number: int, name: bytes, *, more: bytes = b"/V 80 0 R") -> Objects:
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /P 10 0 R /Rect [0 0 0 0] %s >>" % (name, more)
    return {
        5: b"<< /Fields [6 0 R %d 0 R] /SigFlags 3 >>" % number,
        number: widget,
        10: page(11, b"/Annots [6 0 R %d 0 R]" % number),
    }


def blank_appearance() -> bytes:
    """An invisible field with the blank appearance that Adobe's and other tools write."""
    field = new_field(70, b"Dau", more=b"/V 80 0 R /AP << /N 71 0 R >>")
    return signed_by_hand_again(hand_signed(RSA), field | {71: stream(b"% DSBlank\n", b"/BBox [0 0 0 0]")})


def form_with_value() -> Objects:
    """A paper with the text field "sotien" (object 40) besides the signature field."""
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (sotien) /V (1.000) /Rect [72 600 272 620] /P 10 0 R /F 4 "
        b"/AP << /N 41 0 R >> >>"
    )
    return paper_with_form() | {40: field, 41: form("1.000"), 10: page(11, b"/Annots [6 0 R 40 0 R]")}


def defaults_added() -> bytes:
    """A signing tool gives the form the default font and resources that it lacked."""
    listed = b"<< /Fields [6 0 R 40 0 R %s] /SigFlags 3 %s >>"
    pdf = hand_signed(RSA, write=lambda all_: new_file(all_ | {5: listed % (b"", b"")}), objects=form_with_value())
    defaults = b"/DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 3 0 R >> >>"
    field = new_field(70, b"Dau") | {
        5: listed % (b"70 0 R", defaults),
        10: page(11, b"/Annots [6 0 R 40 0 R 70 0 R]"),
    }
    return signed_by_hand_again(pdf, field)


def two_fields_one_value() -> bytes:
    """Two fields refer to the same value."""
    objects = paper_with_form() | {10: page(11, b"/Annots [6 0 R 9 0 R]")}
    second = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Hai) /Rect [0 0 0 0] /P 10 0 R /V 8 0 R >>"

    def write(all_objects: Objects) -> bytes:
        return new_file(all_objects | {5: b"<< /Fields [6 0 R 9 0 R] /SigFlags 3 >>", 9: second})

    return hand_signed(RSA, objects=objects, write=write)


def encrypted(algorithm: str) -> bytes:
    """A form that opens without a password, its strings and streams encrypted."""
    writer = PdfWriter(clone_from=BytesIO(new_file(with_text_field())))
    writer.encrypt(user_password="", owner_password="chu", algorithm=algorithm)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def content_replaced_by_the_writer(pdf: bytes) -> bytes:
    """New content for the first page, encrypted as the file is."""
    writer = updating_writer(pdf)
    page_of = writer.find_page_for_modification(0)[0].get_object()
    page_of["/Contents"] = writer.add_object(appearance("9.999.999 dong"))
    writer.update_container(page_of)
    return written(writer)


def after(prefix: bytes) -> Callable[[Objects], bytes]:
    """Writes a file that begins with something else, its offsets counted from the very start."""

    def write(objects: Objects) -> bytes:
        plain = new_file(objects)
        moved = re.sub(rb"\n(\d{10}) 00000 n", lambda m: b"\n%010d 00000 n" % (int(m[1]) + len(prefix)), plain)
        at = last_startxref(plain)
        return prefix + moved.replace(b"startxref\n%d\n" % at, b"startxref\n%d\n" % (at + len(prefix)))

    return write


def waiting_field(entries: bytes) -> bytes:
    """Signed while a second field (object 50) still waits for its signature."""
    objects = paper_with_form() | {10: page(11, b"/Annots [6 0 R 50 0 R]"), 50: _PREPARED % entries, 54: form("x")}
    listed = {5: b"<< /Fields [6 0 R 50 0 R] /SigFlags 3 >>"}
    return hand_signed(RSA, objects=objects, write=lambda all_: new_file(all_ | listed))


def tweaked(pdf: bytes, old: bytes, new: bytes) -> bytes:
    return updated(pdf, {50: object_content(pdf, 50).replace(old, new)})


def usage_rights() -> bytes:
    """Adobe's usage rights: a signature by the software's maker, and nobody's."""
    return hand_signed(
        RSA,
        entries=DETACHED + b" /Reference [<< /Type /SigRef /TransformMethod /UR3 >>]",
        objects=paper_objects() | {1: b"<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 8 0 R >> >>"},
    )


def store_freed(pdf: bytes) -> bytes:
    """The security store's objects freed, the store itself still named."""
    stored = with_dss(pdf, "2026-10-01")
    numbers = tuple(int(n) for n in re.findall(rb"/(?:Certs|CRLs) (\d+) 0 R", object_content(stored, dss(stored))))
    return updated(stored, {}, freed=numbers)


def dss(pdf: bytes) -> int:
    return int(re.findall(rb"/DSS (\d+) 0 R", pdf)[-1])


def store_dropped(pdf: bytes) -> bytes:
    stored = with_dss(pdf, "2026-10-01")
    return updated(stored, {1: re.sub(rb"/DSS \d+ 0 R", b"", object_content(stored, 1))})


def information(pdf: bytes) -> bytes:
    """Title and producer rewritten, as saving does."""
    out = updated(pdf, {90: b"<< /Title (Khac) /Producer (X) /ModDate (D:20261001) >>"})
    return out.replace(b"trailer\n<< /Size 91 ", b"trailer\n<< /Info 90 0 R /Size 91 ")


def private_trailer(entry: bytes) -> bytes:
    """A paper whose trailer has an entry of some program's own."""
    return hand_signed(
        RSA, objects=paper_with_form() | {42: b"(rieng)"}, write=lambda all_: new_file(all_, trailer=entry)
    )


def shared_appearance() -> bytes:
    """The appearance dictionary of a prepared field is used by something else, too; then the field is signed."""
    objects = paper_with_form() | {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Rieng 53 0 R >>",
        10: page(11, b"/Annots [6 0 R 50 0 R]"),
        50: _PREPARED % b"/AP 53 0 R",
        53: b"<< /N 54 0 R >>",
        54: form("x"),
    }
    listed = {5: b"<< /Fields [6 0 R 50 0 R] /SigFlags 3 >>"}
    pdf = hand_signed(RSA, objects=objects, write=lambda all_: new_file(all_ | listed))
    return signed_by_hand_again(pdf, {50: _PREPARED % b"/AP << /N 55 0 R >> /V 80 0 R", 55: form("Da ky")})


def root_replaced(pdf: bytes) -> bytes:
    """A new catalog object that shows another page tree."""
    more = {
        30: b"<< /Type /Pages /Kids [31 0 R] /Count 1 >>",
        31: page(32).replace(b"/Parent 2", b"/Parent 30"),
        32: stream(drawn("9.999.999 dong")),
        33: object_content(pdf, 1).replace(b"/Pages 2 0 R", b"/Pages 30 0 R"),
    }
    return updated(pdf, more, root=33)


def chain_past_the_signature(pdf: bytes) -> bytes:
    """An update whose /Prev leads past the signed version to the one before."""
    first = int(re.findall(rb"startxref\s+(\d+)", pdf)[0])
    changed = updated(pdf, {11: stream(drawn("9.999.999 dong"))})
    return changed.replace(b"/Prev %d" % last_startxref(pdf), b"/Prev %d" % first)


def range(numbers: bytes) -> bytes:
    return with_byte_range(signed(), b"/ByteRange [%s]" % numbers)


def overlapping() -> bytes:
    a, b, _, _ = byte_range(signed())
    return range(b"%d %d %d %d" % (a, b, b - 100, 200))
