"""Cases about files that were tampered with: none may pass."""

# mypy: allow-untyped-calls
from __future__ import annotations

from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, TextStringObject
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

from sample.signing import PKCS7_SHA1, Certification, add_document_timestamp, updating_writer
from tests.ocr.signatures.attacks import (
    annotated,
    appearance,
    byte_range,
    cms_flipped,
    contents,
    printed,
    resigned,
    rewritten,
    second_part_moved,
    signed_with_unsigned_tail,
    swapped,
    with_byte_range,
    with_catalog_entry,
    with_contents,
    with_empty_drawing_field,
    without_xref,
)
from tests.ocr.signatures.authority import leaf, trust
from tests.ocr.signatures.case import SEAL, SIGNED_AT, Case, certified, signed
from tests.ocr.signatures.cases_sound import picture
from tests.ocr.signatures.raw_pdf import (
    drawn,
    form,
    last_startxref,
    new_file,
    object_content,
    page,
    paper,
    paper_objects,
    stream,
    text_field,
    updated,
    with_text_field,
)
from tests.ocr.signatures.updates import filled, written

_MORE = drawn("9.999.999 dong")
_FORBIDDEN = "FAILED/FORBIDDEN_CHANGE"
_UNEXPLAINED = "FAILED/UNEXPLAINED_BYTES"
_FORMAT = "FAILED/FORMAT_FAILURE"


def _content_replaced(pdf: bytes) -> bytes:
    return updated(pdf, {11: stream(_MORE)})


def _page_with(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """The first page with one entry changed."""
    return updated(pdf, {10: object_content(pdf, 10).replace(old, new)})


def _locked_form(permission: int | None) -> bytes:
    lock = Certification(permission, certifies=False, locked_fields=FieldMDPSpec(FieldMDPAction.ALL))
    return signed(new_file(with_text_field()), certification=lock)


def _with_overlay() -> bytes:
    """A paper whose second drawing hides the first; object 20 is the hiding one."""
    objects = paper_objects()
    objects[10] = page(11).replace(b"/Font", b"/XObject << /Ov 20 0 R >> /Font", 1)
    objects[11] = stream(drawn("9.999.999 dong") + b"/Ov Do")
    objects[20] = form("1.000 dong", (0, 0, 595, 842))
    return new_file(objects)


def _two_trees() -> bytes:
    """A paper with a second page tree that nothing shows yet."""
    hidden = {
        30: b"<< /Type /Pages /Kids [31 0 R] /Count 1 >>",
        31: page(32).replace(b"/Parent 2", b"/Parent 30"),
        32: stream(_MORE),
    }
    return new_file(paper_objects() | hidden)


def _tree_swapped(pdf: bytes) -> bytes:
    return updated(pdf, {1: object_content(pdf, 1).replace(b"/Pages 2 0 R", b"/Pages 30 0 R")})


def _field_enlarged(pdf: bytes, rect: str) -> bytes:
    return updated(pdf, {6: text_field("1.000", rect, 40), 40: form("9.999.999", (0, 0, 595, 842))})


def _dangling() -> bytes:
    objects = paper_objects()
    objects[10] = page(11).replace(b"/Contents 11 0 R", b"/Contents [11 0 R 90 0 R]")
    return new_file(objects)


def _signature_copied(pdf: bytes) -> bytes:
    number = next(n for n in range(1, 60) if b"\n%d 0 obj" % n in pdf and b"/ByteRange" in object_content(pdf, n))
    return updated(pdf, {number: object_content(pdf, number), 11: stream(_MORE)})


def _own_mark_redrawn(pdf: bytes) -> bytes:
    """The appearance of a signed field replaced by other text."""
    writer = updating_writer(pdf)
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/AP"] = DictionaryObject({NameObject("/N"): writer.add_object(appearance("Da ky"))})
    writer.update_container(field)
    return written(writer)


def _script() -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})


def _dss_over(pdf: bytes) -> bytes:
    """A "security store" whose stream is, under the same number, the page's content."""
    catalog = object_content(pdf, 1)
    return updated(pdf, {1: catalog[:-2] + b" /DSS << /Certs [11 0 R] >> >>", 11: stream(_MORE)})


def _bad_range(value: bytes) -> Case:
    return Case(f"f-range {value.decode()}", "ByteRange damaged", _FORMAT, lambda: with_byte_range(signed(), value))


def _huge_range() -> bytes:
    a, b, c, _ = byte_range(signed())
    return with_byte_range(signed(), b"/ByteRange [%d %d %d 99999999]" % (a, b, c))


def _startxref_damaged(pdf: bytes) -> bytes:
    number = b"%d" % last_startxref(pdf)
    head, _, tail = pdf.rpartition(number)
    return head + b"1".ljust(len(number), b"7") + tail


def _page_added(pdf: bytes) -> bytes:
    return updated(pdf, {2: b"<< /Type /Pages /Kids [10 0 R 50 0 R] /Count 2 >>", 50: page(51), 51: stream(_MORE)})


def _page_removed(pdf: bytes) -> bytes:
    return updated(pdf, {2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>"})


def _pages_swapped(pdf: bytes) -> bytes:
    return updated(pdf, {2: b"<< /Type /Pages /Kids [12 0 R 10 0 R] /Count 2 >>"})


def _ocr_layer(pdf: bytes) -> bytes:
    layered = object_content(pdf, 10).replace(b"/Contents 11 0 R", b"/Contents [11 0 R 60 0 R]")
    return updated(pdf, {10: layered, 60: stream(b"3 Tr " + _MORE)})


def _first_signature_removed() -> bytes:
    """The leader's field taken out of form and page, after the organ sealed."""
    writer = updating_writer(signed(signed(), "organ", field="Dau"))
    form_dictionary = writer.root["/AcroForm"]
    del form_dictionary["/Fields"][0]
    writer.update_container(form_dictionary["/Fields"])
    return written(writer)


def _wide_gap() -> bytes:
    """A range that leaves 100 bytes after the signature value unsigned."""
    pdf = signed()
    a, b, c, d = byte_range(pdf)
    return resigned(pdf, (a, b, c + 100, d - 100))


def _stamp_over_text() -> bytes:
    return add_document_timestamp(
        signed(), leaf("fake_tsa"), at=SIGNED_AT, box=(60, 690, 400, 720), appearance=picture()
    )


def _only_signature_removed() -> bytes:
    """The form emptied in an update; the widget stays on its page."""
    writer = updating_writer(signed())
    form_dictionary = writer.root["/AcroForm"]
    del form_dictionary["/Fields"][0]
    writer.update_container(form_dictionary["/Fields"])
    return written(writer)


def _redrawing_asked() -> bytes:
    """The field's value and appearance differed when it was signed; a flag lets viewers draw the value instead."""
    pdf = signed(new_file(with_text_field("9.999") | {7: form("1.000")}))
    return updated(pdf, {5: object_content(pdf, 5)[:-2] + b" /NeedAppearances true >>"})


ATTACKS = (
    Case("c04", "adbe.pkcs7.sha1 under the shipped policy", "PASSED", lambda: signed(subfilter=PKCS7_SHA1)),
    Case(
        "c04-strict",
        "adbe.pkcs7.sha1 under the strict policy",
        "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
        lambda: signed(subfilter=PKCS7_SHA1),
        trust=lambda: trust(sha1="strict"),
    ),
    Case(
        "c04-flipped",
        "adbe.pkcs7.sha1, one byte changed",
        "FAILED/HASH_FAILURE",
        lambda: swapped(signed(subfilter=PKCS7_SHA1), b"1.000", b"9.000"),
    ),
    Case(
        "c05",
        "a message where a bare RSA value belongs",
        _FORMAT,
        lambda: signed(subfilter="adbe.x509.rsa_sha1"),
    ),
    Case("d01", "one signed byte changed", "FAILED/HASH_FAILURE", lambda: swapped(signed(), b"1.000", b"9.000")),
    Case("d02", "one digit of the CMS changed", "FAILED/SIG_CRYPTO_FAILURE", lambda: cms_flipped(signed())),
    Case("d03", "a comment appended", _UNEXPLAINED, lambda: signed() + b"% them\n"),
    Case("d04", "2 kB appended", _UNEXPLAINED, lambda: signed() + bytes(range(256)) * 8),
    Case("d05", "tail cut off", "UNREADABLE/PARSE", lambda: signed()[:-700]),
    Case("d06", "startxref damaged", "UNREADABLE/PARSE", lambda: _startxref_damaged(signed())),
    Case(
        "d07",
        "CMS of another file",
        "FAILED/HASH_FAILURE",
        lambda: with_contents(signed(), contents(signed(paper("Khac")))),
    ),
    Case("e01", "content replaced in an update", _FORBIDDEN, lambda: _content_replaced(signed())),
    Case("e02", "page added", _FORBIDDEN, lambda: _page_added(signed())),
    Case("e03", "note added", _FORBIDDEN, lambda: annotated(signed())),
    Case("e04", "DocMDP 3, note added", _FORBIDDEN, lambda: annotated(certified(3))),
    Case("e05", "DocMDP 1, form filled", _FORBIDDEN, lambda: filled(certified(1, new_file(with_text_field())), "2")),
    Case("e06", "FieldMDP All, locked field filled", _FORBIDDEN, lambda: filled(_locked_form(None), "2")),
    Case("e07", "lock with P 1, form filled", _FORBIDDEN, lambda: filled(_locked_form(1), "2")),
    Case("e08", "page removed", _FORBIDDEN, lambda: _page_removed(signed(paper(pages=2)))),
    Case("e09", "changed, then sealed", _FORBIDDEN, lambda: signed(_content_replaced(signed()), "organ", field="Dau")),
    Case("e10", "OCR layer added in an update", _FORBIDDEN, lambda: _ocr_layer(signed())),
    Case("e11", "rewritten by a tool", _FORMAT, lambda: rewritten(signed())),
    Case("e12", "printed to PDF", "NO_SIGNATURE", lambda: printed(signed())),
    Case(
        "f01",
        "shadow attack, hiding object freed",
        _FORBIDDEN,
        lambda: updated(signed(_with_overlay()), {}, freed=(20,)),
    ),
    Case(
        "f02",
        "shadow attack, field enlarged",
        _FORBIDDEN,
        lambda: _field_enlarged(signed(new_file(with_text_field())), "0 0 595 842"),
    ),
    Case(
        "f03",
        "shadow attack, appearance differs from value",
        "INDETERMINATE/FORM_CHANGED",
        lambda: _field_enlarged(signed(new_file(with_text_field())), "72 600 272 620"),
    ),
    Case("f04", "shadow attack, hidden page tree", _FORBIDDEN, lambda: _tree_swapped(signed(_two_trees()))),
    Case("f05", "incremental saving without xref", _UNEXPLAINED, lambda: without_xref(signed(), trailer=True)),
    Case("f06", "incremental saving, object only", _UNEXPLAINED, lambda: without_xref(signed(), trailer=False)),
    Case("f07", "incremental saving with a copy of the signature", _FORBIDDEN, lambda: _signature_copied(signed())),
    Case("f08", "signature wrapping", "UNREADABLE/PARSE", lambda: second_part_moved(signed())),
    _bad_range(b""),
    _bad_range(b"/ByteRange null"),
    _bad_range(b"/ByteRange []"),
    _bad_range(b"/ByteRange [0 0 0 0]"),
    _bad_range(b"/ByteRange [0 -10 10 10]"),
    Case("f14", "Contents null", _FORMAT, lambda: with_contents(signed(), b"null")),
    Case("f15", "Contents empty", _FORMAT, lambda: with_contents(signed(), b"<>")),
    Case("f16", "Contents 00", _FORMAT, lambda: with_contents(signed(), b"<00>")),
    Case("f17", "ByteRange beyond the end", _FORMAT, _huge_range),
    Case(
        "f18",
        "sneaky signature over a certified text",
        _FORBIDDEN,
        lambda: signed(certified(2), "fake_leader", field="Dau", box=SEAL, appearance=picture()),
    ),
    Case(
        "f19",
        "evil annotation over a certified text",
        _FORBIDDEN,
        lambda: annotated(certified(3), "FreeText", drawing="9.999.999 dong"),
    ),
    Case("f20", "unsigned tail", _FORMAT, signed_with_unsigned_tail),
    Case("f21", "unsigned tail abused", "UNREADABLE/PARSE", lambda: _startxref_damaged(signed_with_unsigned_tail())),
    Case(
        "x01",
        "dangling reference filled afterwards",
        _FORBIDDEN,
        lambda: updated(signed(_dangling()), {90: stream(_MORE)}),
    ),
    Case("x02", "security store that replaces the page's content", _FORBIDDEN, lambda: _dss_over(signed())),
    Case(
        "x03", "empty signature field that draws over the text", _FORBIDDEN, lambda: with_empty_drawing_field(signed())
    ),
    Case("x04", "script run on opening", _FORBIDDEN, lambda: with_catalog_entry(signed(), "/OpenAction", _script())),
    Case(
        "x05", "layers switched", _FORBIDDEN, lambda: with_catalog_entry(signed(), "/OCProperties", DictionaryObject())
    ),
    Case(
        "x06",
        "font replaced",
        _FORBIDDEN,
        lambda: updated(signed(), {3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}),
    ),
    Case("x07", "page box moved", _FORBIDDEN, lambda: _page_with(signed(), b"842", b"420")),
    Case("x08", "own mark redrawn", _FORBIDDEN, lambda: _own_mark_redrawn(signed(box=SEAL, appearance=picture()))),
    Case("x09", "pages in another order", _FORBIDDEN, lambda: _pages_swapped(signed(paper(pages=2)))),
    Case(
        "x10",
        "stranger's signature added over the page",
        "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND",
        lambda: signed(signed(), "fake_leader", field="La", box=(0, 0, 595, 842), appearance=picture()),
    ),
    Case("x11", "signature removed from the form", _FORBIDDEN, _first_signature_removed),
    Case("x12", "range that leaves out more than the signature", _FORMAT, _wide_gap),
    Case("x13", "visible time stamp over the text", _FORBIDDEN, _stamp_over_text),
    Case("x14", "viewers told to redraw the form", "INDETERMINATE/FORM_CHANGED", _redrawing_asked),
    Case("x15", "the only signature taken out of the form", _FORBIDDEN, _only_signature_removed),
)
