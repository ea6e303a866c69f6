"""Files made to hang or kill the checker. Each carries a signature, so that it is not waved through unread."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tests.ocr.signatures.case import signed
from tests.ocr.signatures.raw_pdf import (
    last_startxref,
    new_file,
    object_content,
    paper_objects,
    stream,
    updated,
)

_TRACE = b"<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> >>"


def _with_form(fields: bytes, more: dict[int, bytes]) -> bytes:
    """A paper whose form is exactly this."""
    objects = paper_objects()
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % fields
    return new_file(objects | {5: _TRACE} | more)


def circular_previous() -> bytes:
    """The last trailer points to itself as its predecessor."""
    pdf = updated(signed(), {60: b"null"})
    return pdf.replace(b"/Prev %d" % last_startxref(signed()), b"/Prev %d" % last_startxref(pdf))


def nested_arrays() -> bytes:
    """200,000 arrays inside each other, in the catalog of an update."""
    pdf = signed()
    return updated(pdf, {1: object_content(pdf, 1)[:-2] + b"/Z " + b"[" * 200_000 + b"]" * 200_000 + b" >>"})


def nested_dictionaries() -> bytes:
    """100,000 dictionaries inside each other, behind the page."""
    pdf = signed()
    return updated(pdf, {11: b"<< /A " * 100_000 + b"1" + b" >>" * 100_000})


def form_cycle() -> bytes:
    """A form field that is its own child and parent."""
    return _with_form(b"6 0 R", {6: b"<< /T (a) /FT /Sig /Kids [6 0 R 6 0 R] /Parent 6 0 R >>"})


def form_of_many_paths() -> bytes:
    """Four levels of thirty references each: 30^4 paths through 120 objects."""
    levels = {
        100 + 30 * level + n: b"<< /T (x) /Kids [%s] >>"
        % b" ".join(b"%d 0 R" % (130 + 30 * level + m) for m in range(30))
        for level in range(4)
        for n in range(30)
    }
    return _with_form(b"100 0 R", levels)


def _thirty(first: int) -> bytes:
    return b" ".join(b"%d 0 R" % (first + n) for n in range(30))


def twenty_thousand_fields() -> bytes:
    """20,000 signature fields."""
    fields = {200 + n: b"<< /T (f%d) /FT /Sig /V 5 0 R >>" % n for n in range(20_000)}
    return _with_form(b" ".join(b"%d 0 R" % number for number in fields), fields)


def _with_empty_updates(pdf: bytes, count: int) -> bytes:
    out = bytearray(pdf)
    previous = last_startxref(pdf)
    for _ in range(count):
        table = len(out)
        out += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\n" % previous
        out += b"startxref\n%d\n%%%%EOF\n" % table
        previous = table
    return bytes(out)


def four_hundred_revisions() -> bytes:
    """400 empty updates after two signatures."""
    return _with_empty_updates(signed(signed(), "organ", field="Dau"), 400)


def hundred_ninety_revisions() -> bytes:
    """As many as we look at."""
    return _with_empty_updates(signed(signed(), "organ", field="Dau"), 190)


def five_thousand_predecessors() -> bytes:
    """A chain of 5,000 cross-reference tables in one update."""
    out = bytearray(signed())
    previous = last_startxref(bytes(out))
    for _ in range(5000):
        table = len(out)
        out += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\n" % previous
        previous = table
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % previous


def swollen_security_store() -> bytes:
    """A security store of 20 kB that unpacks to 20 MB, a hundred times."""
    pdf = signed()
    swollen = zlib.compress(bytes(20 << 20), 9)
    packed = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(swollen), swollen)
    store = b"<< /Certs [%s] >>" % (b"61 0 R " * 100)
    return updated(pdf, {1: object_content(pdf, 1)[:-2] + b" /DSS 60 0 R >>", 60: store, 61: packed})


def swollen_references() -> bytes:
    """A cross-reference stream that unpacks to 300 MB, over the reader's limit."""
    pdf = signed()
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(300)) + packer.flush()
    at = len(pdf)
    entries = b"/Type /XRef /W [1 4 2] /Size 99 /Root 1 0 R /Filter /FlateDecode /Prev %d" % last_startxref(pdf)
    return pdf + b"70 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(packed, entries), at)


def page_tree_cycle() -> bytes:
    """A page tree that contains itself, in an update."""
    return updated(signed(), {2: b"<< /Type /Pages /Kids [10 0 R 2 0 R] /Count 2 >>"})


def long_reference_chain() -> bytes:
    """A content that is a reference to a reference to a reference, 5,000 times."""
    chain = {1000 + n: b"%d 0 R" % (1001 + n) for n in range(5000)}
    return updated(signed(), chain | {11: b"1000 0 R"})


HOSTILE: tuple[Callable[[], bytes], ...] = (
    circular_previous,
    nested_arrays,
    nested_dictionaries,
    form_cycle,
    form_of_many_paths,
    twenty_thousand_fields,
    four_hundred_revisions,
    hundred_ninety_revisions,
    five_thousand_predecessors,
    swollen_security_store,
    swollen_references,
    page_tree_cycle,
    long_reference_chain,
)
