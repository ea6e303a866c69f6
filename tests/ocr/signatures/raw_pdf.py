"""PDFs written object by object, so that a test can say exactly which bytes an attacker (or an honest tool) writes."""

from __future__ import annotations

import re
import zlib

Objects = dict[int, bytes]
"""Object number → its content without "obj" and "endobj"."""

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def paper(text: str = "Quyet dinh 12/QD-UBND: 1.000 dong", *, pages: int = 1, filling: int = 0) -> bytes:
    """A plain document: objects 1 catalog, 2 page tree, 3 font, then 10+2n page and 11+2n its content."""
    return new_file(paper_objects(text, pages=pages, filling=filling))


def paper_objects(text: str = "Quyet dinh 12/QD-UBND: 1.000 dong", *, pages: int = 1, filling: int = 0) -> Objects:
    """The objects of `paper`; `filling` adds incompressible-looking bytes to each content stream."""
    kids = b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        3: HELVETICA,
    }
    for n in range(pages):
        objects[10 + 2 * n] = page(11 + 2 * n)
        objects[11 + 2 * n] = stream(drawn(f"{text} / {n + 1}") + b"% " + b"x" * filling)
    return objects


def page(content: int, more: bytes = b"") -> bytes:
    """A page that draws object `content`."""
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
        b"/Contents %d 0 R %s >>" % (content, more)
    )


def drawn(text: str, at: tuple[int, int] = (72, 700)) -> bytes:
    """Content that writes one line."""
    return b"BT /F1 12 Tf %d %d Td (%s) Tj ET " % (*at, text.encode("ascii"))


def stream(content: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """A stream object."""
    if packed:
        content, entries = zlib.compress(content), entries + b" /Filter /FlateDecode"
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def form(content: str, box: tuple[int, int, int, int] = (0, 0, 200, 20)) -> bytes:
    """A form XObject that writes one line, as an appearance."""
    entries = b"/Type /XObject /Subtype /Form /BBox [%d %d %d %d] /Resources << /Font << /F1 3 0 R >> >>" % box
    return stream(drawn(content, (2, 5)), entries)


def with_text_field(value: str = "1.000", *, more: Objects | None = None) -> Objects:
    """A paper with a form: object 5 form, 6 text field "sotien", 7 its appearance."""
    objects = paper_objects()
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>"
    objects[5] = b"<< /Fields [6 0 R] /DA (/F1 12 Tf) /DR << /Font << /F1 3 0 R >> >> >>"
    objects[6] = text_field(value)
    objects[7] = form(value)
    objects[10] = page(11, b"/Annots [6 0 R]")
    return objects | (more or {})


def text_field(value: str, rect: str = "72 600 272 620", appearance: int = 7) -> bytes:
    """The text field "sotien" on the first page."""
    return (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (sotien) /V (%s) /Rect [%s] /P 10 0 R /F 4 "
        b"/AP << /N %d 0 R >> >>" % (value.encode(), rect.encode(), appearance)
    )


def new_file(objects: Objects, *, trailer: bytes = b"") -> bytes:
    """A complete file with one cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = _written(out, objects)
    table = len(out)
    size = max(objects) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(offsets):
        out += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)
    return bytes(out)


def updated(
    pdf: bytes, objects: Objects, *, freed: tuple[int, ...] = (), root: int | None = None, with_xref: bool = True
) -> bytes:
    """The file with an incremental update as an honest writer makes it (`with_xref`), or the objects alone."""
    out = bytearray(pdf)
    if not out.endswith(b"\n"):
        out += b"\n"
    offsets = _written(out, objects)
    if not with_xref:
        return bytes(out)
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(offsets):
        out += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    for number in freed:
        out += b"%d 1\n0000000000 00001 f \n" % number
    size = max([*objects, *freed, highest_object(pdf)]) + 1
    out += b"trailer\n<< /Size %d /Root %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        b"%d 0 R" % root if root else root_reference(pdf),
        last_startxref(pdf),
        table,
    )
    return bytes(out)


def _written(out: bytearray, objects: Objects) -> dict[int, int]:
    offsets = {}
    for number, content in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return offsets


def last_startxref(pdf: bytes) -> int:
    """The number after the last startxref."""
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def root_reference(pdf: bytes) -> bytes:
    """The catalog's reference in the last trailer."""
    return bytes(re.findall(rb"/Root (\d+ \d+ R)", pdf)[-1])


def highest_object(pdf: bytes) -> int:
    """The highest object number in the file."""
    return max(int(number) for number in re.findall(rb"\b(\d{1,6}) 0 obj\b", pdf))


def object_content(pdf: bytes, number: int) -> bytes:
    """The latest version of an object, without "obj" and "endobj"."""
    found = re.findall(rb"(?:^|[\r\n])%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.DOTALL)
    return bytes(found[-1])
