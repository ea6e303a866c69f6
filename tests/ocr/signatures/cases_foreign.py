"""Cases about integrity alone, as files of other people's programs pose them: encodings, keys, structures, updates.

`intact` is what each signature must say, in order of signing: True, False, or None where nobody could tell.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from tests.ocr.signatures.attacks import byte_range, with_byte_range
from tests.ocr.signatures.case import SEAL, certified, signed
from tests.ocr.signatures.hand_signed import DETACHED, bare_rsa, certificate_entry, cms_by, hand_signed, paper_with_form
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
from tests.ocr.signatures.updates import filled, prepared, with_dss

_RSA = cms_by("rsa")
_PREPARED = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /P 10 0 R /Rect [10 10 90 90] /F 4 %s >>"


@dataclass(frozen=True, slots=True)
class IntegrityCase:
    """What a file's signatures say about its bytes, whoever signed."""

    name: str
    says: str
    intact: tuple[bool | None, ...]
    build: Callable[[], bytes]


def _flipped(pdf: bytes) -> bytes:
    assert b"1.000" in pdf
    return pdf.replace(b"1.000", b"9.000", 1)


def _hybrid(objects: Objects) -> bytes:
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


def _linearised() -> bytes:
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(paper(pages=3))) as pdf:
        pdf.save(out, linearize=True, deterministic_id=True)
    return out.getvalue()


def _xref_stream_update(pdf: bytes, number: int, content: bytes) -> bytes:
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


def _prepared_with_kid(pdf: bytes) -> bytes:
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


def _signed_by_hand_again(pdf: bytes, field: Objects) -> bytes:
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
    digits = _RSA(pdf[:start] + pdf[end:]).hex().encode()
    return pdf[: start + 1] + digits.ljust(end - start - 2, b"0") + pdf[end - 1 :]


def _kid_signed() -> bytes:
    """The prepared field signed: the value in the field, the appearance in its widget."""
    pdf = _prepared_with_kid(hand_signed(_RSA))
    signing = {
        50: b"<< /FT /Sig /T (Dau) /Kids [51 0 R] /V 80 0 R >>",
        51: object_content(pdf, 51)[:-2] + b" /AP << /N 52 0 R >> >>",
        52: form("Da ky", (0, 0, 80, 80)),
    }
    return _signed_by_hand_again(pdf, signing)


def _nested_names() -> bytes:
    """A new field whose name has a step of its own in the form."""
    field = {
        5: b"<< /Fields [6 0 R 60 0 R] /SigFlags 3 >>",
        60: b"<< /T (ky) /Kids [61 0 R] >>",
        61: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /Parent 60 0 R /P 10 0 R /Rect [0 0 0 0] /V 80 0 R >>",
        10: page(11, b"/Annots [6 0 R 61 0 R]"),
    }
    return _signed_by_hand_again(hand_signed(_RSA), field)


def _new_field(number: int, name: bytes, *, more: bytes = b"/V 80 0 R") -> Objects:
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /P 10 0 R /Rect [0 0 0 0] %s >>" % (name, more)
    return {
        5: b"<< /Fields [6 0 R %d 0 R] /SigFlags 3 >>" % number,
        number: widget,
        10: page(11, b"/Annots [6 0 R %d 0 R]" % number),
    }


def _blank_appearance() -> bytes:
    """An invisible field with the blank appearance that Adobe's and other tools write."""
    field = _new_field(70, b"Dau", more=b"/V 80 0 R /AP << /N 71 0 R >>")
    return _signed_by_hand_again(hand_signed(_RSA), field | {71: stream(b"% DSBlank\n", b"/BBox [0 0 0 0]")})


def _form_with_value() -> Objects:
    """A paper with the text field "sotien" (object 40) besides the signature field."""
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (sotien) /V (1.000) /Rect [72 600 272 620] /P 10 0 R /F 4 "
        b"/AP << /N 41 0 R >> >>"
    )
    return paper_with_form() | {40: field, 41: form("1.000"), 10: page(11, b"/Annots [6 0 R 40 0 R]")}


def _defaults_added() -> bytes:
    """A signing tool gives the form the default font and resources that it lacked."""
    listed = b"<< /Fields [6 0 R 40 0 R %s] /SigFlags 3 %s >>"
    pdf = hand_signed(_RSA, write=lambda all_: new_file(all_ | {5: listed % (b"", b"")}), objects=_form_with_value())
    defaults = b"/DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 3 0 R >> >>"
    field = _new_field(70, b"Dau") | {
        5: listed % (b"70 0 R", defaults),
        10: page(11, b"/Annots [6 0 R 40 0 R 70 0 R]"),
    }
    return _signed_by_hand_again(pdf, field)


def _two_fields_one_value() -> bytes:
    """Two fields refer to the same value."""
    objects = paper_with_form() | {10: page(11, b"/Annots [6 0 R 9 0 R]")}
    second = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Hai) /Rect [0 0 0 0] /P 10 0 R /V 8 0 R >>"

    def write(all_objects: Objects) -> bytes:
        return new_file(all_objects | {5: b"<< /Fields [6 0 R 9 0 R] /SigFlags 3 >>", 9: second})

    return hand_signed(_RSA, objects=objects, write=write)


def _usage_rights() -> bytes:
    """Adobe's usage rights: a signature by the software's maker, and nobody's."""
    return hand_signed(
        _RSA,
        entries=DETACHED + b" /Reference [<< /Type /SigRef /TransformMethod /UR3 >>]",
        objects=paper_objects() | {1: b"<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 8 0 R >> >>"},
    )


def _store_freed(pdf: bytes) -> bytes:
    """The security store's objects freed, the store itself still named."""
    stored = with_dss(pdf, "2026-10-01")
    numbers = tuple(int(n) for n in re.findall(rb"/(?:Certs|CRLs) (\d+) 0 R", object_content(stored, _dss(stored))))
    return updated(stored, {}, freed=numbers)


def _dss(pdf: bytes) -> int:
    return int(re.findall(rb"/DSS (\d+) 0 R", pdf)[-1])


def _store_dropped(pdf: bytes) -> bytes:
    stored = with_dss(pdf, "2026-10-01")
    return updated(stored, {1: re.sub(rb"/DSS \d+ 0 R", b"", object_content(stored, 1))})


def _information(pdf: bytes) -> bytes:
    """Title and producer rewritten, as saving does."""
    out = updated(pdf, {90: b"<< /Title (Khac) /Producer (X) /ModDate (D:20261001) >>"})
    return out.replace(b"trailer\n<< /Size 91 ", b"trailer\n<< /Info 90 0 R /Size 91 ")


def _private_trailer(entry: bytes) -> bytes:
    """A paper whose trailer has an entry of some program's own."""
    return hand_signed(
        _RSA, objects=paper_with_form() | {42: b"(rieng)"}, write=lambda all_: new_file(all_, trailer=entry)
    )


def _shared_appearance() -> bytes:
    """The appearance dictionary of a prepared field is used by something else, too; then the field is signed."""
    objects = paper_with_form() | {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Rieng 53 0 R >>",
        10: page(11, b"/Annots [6 0 R 50 0 R]"),
        50: _PREPARED % b"/AP 53 0 R",
        53: b"<< /N 54 0 R >>",
        54: form("x"),
    }
    listed = {5: b"<< /Fields [6 0 R 50 0 R] /SigFlags 3 >>"}
    pdf = hand_signed(_RSA, objects=objects, write=lambda all_: new_file(all_ | listed))
    return _signed_by_hand_again(pdf, {50: _PREPARED % b"/AP << /N 55 0 R >> /V 80 0 R", 55: form("Da ky")})


def _root_replaced(pdf: bytes) -> bytes:
    """A new catalog object that shows another page tree."""
    more = {
        30: b"<< /Type /Pages /Kids [31 0 R] /Count 1 >>",
        31: page(32).replace(b"/Parent 2", b"/Parent 30"),
        32: stream(drawn("9.999.999 dong")),
        33: object_content(pdf, 1).replace(b"/Pages 2 0 R", b"/Pages 30 0 R"),
    }
    return updated(pdf, more, root=33)


def _chain_past_the_signature(pdf: bytes) -> bytes:
    """An update whose /Prev leads past the signed version to the one before."""
    first = int(re.findall(rb"startxref\s+(\d+)", pdf)[0])
    changed = updated(pdf, {11: stream(drawn("9.999.999 dong"))})
    return changed.replace(b"/Prev %d" % last_startxref(pdf), b"/Prev %d" % first)


def _range(numbers: bytes) -> bytes:
    return with_byte_range(signed(), b"/ByteRange [%s]" % numbers)


def _overlapping() -> bytes:
    a, b, _, _ = byte_range(signed())
    return _range(b"%d %d %d %d" % (a, b, b - 100, 200))


FOREIGN = (
    *(
        IntegrityCase(f"k-{kind}", f"signed with {kind}", (True,), lambda kind=kind: hand_signed(cms_by(kind)))  # type: ignore[misc]
        for kind in ("rsa", "pss", "ec", "brainpool", "ed25519", "ed448")
    ),
    *(
        IntegrityCase(f"k-{kind} flipped", "one byte", (False,), lambda kind=kind: _flipped(hand_signed(cms_by(kind))))  # type: ignore[misc]
        for kind in ("pss", "ec", "ed448")
    ),
    IntegrityCase("k-ed448-wrong", "Ed448 over another digest", (None,), lambda: hand_signed(cms_by("ed448-wrong"))),
    *(
        IntegrityCase(f"h-{name}", f"digest {name}", (True,), lambda name=name: hand_signed(cms_by("rsa", digest=name)))  # type: ignore[misc]
        for name in ("sha1", "sha224", "sha512", "sha3_256", "md5")
    ),
    IntegrityCase("m01", "no signed attributes", (True,), lambda: hand_signed(cms_by("rsa", attributes=False))),
    IntegrityCase("m02", "open lengths (BER)", (True,), lambda: hand_signed(cms_by("rsa", endless=True))),
    IntegrityCase("m02-flipped", "and one byte", (False,), lambda: _flipped(hand_signed(cms_by("rsa", endless=True)))),
    IntegrityCase("m03", "detached with an empty content", (False,), lambda: hand_signed(cms_by("rsa", enclosed=b""))),
    IntegrityCase("m04", "detached with other content", (False,), lambda: hand_signed(cms_by("rsa", enclosed=b"%PDF"))),
    IntegrityCase("m05", "bare RSA value", (True,), lambda: hand_signed(bare_rsa, entries=certificate_entry())),
    IntegrityCase(
        "m05-flipped", "and one byte", (False,), lambda: _flipped(hand_signed(bare_rsa, entries=certificate_entry()))
    ),
    IntegrityCase(
        "m06",
        "bare value without certificate",
        (False,),
        lambda: hand_signed(bare_rsa, entries=certificate_entry()[:30]),
    ),
    IntegrityCase(
        "m07", "encoding of another name", (True,), lambda: hand_signed(_RSA, entries=b"/SubFilter /PBAD.PAdES")
    ),
    IntegrityCase("m08", "no encoding named", (True,), lambda: hand_signed(_RSA, entries=b"")),
    IntegrityCase("p01", "brackets covered", (True,), lambda: hand_signed(_RSA, brackets=True)),
    IntegrityCase("p02", "value broken into lines", (True,), lambda: hand_signed(_RSA, lines=True)),
    IntegrityCase("p03", "value in the field itself", (True,), lambda: hand_signed(_RSA, direct=True)),
    IntegrityCase("p04", "two fields with one value", (True, True), _two_fields_one_value),
    IntegrityCase("p05", "usage rights only: nobody's signature", (), _usage_rights),
    IntegrityCase("s01", "hybrid references", (True,), lambda: hand_signed(_RSA, write=_hybrid)),
    IntegrityCase("s01-flipped", "and one byte", (False,), lambda: _flipped(hand_signed(_RSA, write=_hybrid))),
    IntegrityCase(
        "s02",
        "hybrid references, sealed later",
        (True, True),
        lambda: signed(hand_signed(_RSA, write=_hybrid), field="Dau"),
    ),
    IntegrityCase(
        "s03", "linearised, signed, sealed", (True, True), lambda: signed(signed(_linearised()), field="Dau")
    ),
    IntegrityCase(
        "s04",
        "stream update after tables, nothing changed",
        (True,),
        lambda: _xref_stream_update(hand_signed(_RSA), 11, object_content(hand_signed(_RSA), 11)),
    ),
    IntegrityCase(
        "s04-content",
        "stream update after tables, content changed",
        (False,),
        lambda: _xref_stream_update(hand_signed(_RSA), 11, stream(drawn("9.999.999 dong"))),
    ),
    IntegrityCase("u01", "prepared field with its widget apart, signed", (True, True), _kid_signed),
    IntegrityCase("u02", "field with a step in its name", (True, True), _nested_names),
    IntegrityCase("u03", "invisible field with a blank appearance", (True, True), _blank_appearance),
    IntegrityCase("u04", "defaults added to a form with values", (True, True), _defaults_added),
    IntegrityCase("u05", "store's objects freed", (True,), lambda: _store_freed(signed())),
    IntegrityCase("u06", "store dropped", (True,), lambda: _store_dropped(signed())),
    IntegrityCase("u07", "title and producer rewritten", (True,), lambda: _information(signed())),
    IntegrityCase("u07-certified", "and DocMDP 1", (True,), lambda: _information(certified(1))),
    IntegrityCase(
        "u08", "private entry in the trailer kept", (True,), lambda: updated(_private_trailer(b"/X 42 0 R"), {})
    ),
    IntegrityCase(
        "u08-changed",
        "private entry in the trailer means something else",
        (False,),
        lambda: updated(_private_trailer(b"/X 42 0 R"), {42: b"(khac)"}),
    ),
    IntegrityCase(
        "u09",
        "DocMDP 2, form filled, store, sealed in a prepared field",
        (True, True),
        lambda: signed(
            with_dss(filled(certified(2, prepared(new_file(with_text_field()), "Dau", box=SEAL)), "2"), "2026-10-01"),
            "organ",
            field="Dau",
            box=SEAL,
        ),
    ),
    IntegrityCase("r01", "new catalog with other pages", (False,), lambda: _root_replaced(signed())),
    IntegrityCase("r01-shared", "appearance used elsewhere, too", (False, True), _shared_appearance),
    IntegrityCase("r02", "update that leads past the signature", (), lambda: _chain_past_the_signature(signed())),
    IntegrityCase("r03", "ByteRange overlaps itself", (False,), _overlapping),
    IntegrityCase("r04", "ByteRange of six numbers", (False,), lambda: _range(b"0 10 20 10 40 10")),
    IntegrityCase("r05", "ByteRange that starts late", (False,), lambda: _range(b"1 10 20 10")),
)
