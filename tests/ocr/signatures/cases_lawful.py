"""Lawful later updates that must not be refused: what honest tools write after somebody signed."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from sample.signing import add_document_timestamp, updating_writer
from tests.ocr.signatures.attacks import byte_range, resigned
from tests.ocr.signatures.authority import leaf
from tests.ocr.signatures.case import SEAL, SIGNED_AT, Case, certified, signed
from tests.ocr.signatures.cases_sound import picture
from tests.ocr.signatures.raw_pdf import (
    form,
    new_file,
    object_content,
    page,
    paper,
    paper_objects,
    stream,
    updated,
    with_text_field,
)
from tests.ocr.signatures.updates import in_object_streams, prepared, with_dss, written

_XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>"


def _rewritten_same(pdf: bytes, *numbers: int) -> bytes:
    """Objects written again with the same content."""
    return updated(pdf, {number: object_content(pdf, number) for number in numbers})


def _with_dangling() -> bytes:
    """A document that refers to objects it does not have."""
    objects = paper_objects()
    objects[10] = page(11, b"/Thumb 90 0 R /B [91 0 R]")
    return new_file(objects)


def _with_unused() -> bytes:
    """A document with objects that nothing refers to."""
    return new_file(paper_objects() | {40: stream(b"nobody looks here"), 41: form("unused")})


def _metadata_changed(pdf: bytes) -> bytes:
    catalog = object_content(pdf, 1)
    entries = b" /Metadata 80 0 R /Version /1.7 /PieceInfo << /X << /LastModified (D:2026) >> >> >>"
    return updated(pdf, {1: catalog[:-2] + entries, 80: stream(_XMP, b"/Type /Metadata /Subtype /XML")})


def _extensions(pdf: bytes) -> bytes:
    catalog = object_content(pdf, 1)
    return updated(pdf, {1: catalog[:-2] + b" /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >> >>"})


def _dss_rewritten(pdf: bytes) -> bytes:
    """The security store replaced by another one, with fewer entries and another VRI."""
    catalog = object_content(with_dss(pdf, "2026-10-01"), 1)
    first = with_dss(pdf, "2026-10-01")
    store = b"<< /Type /DSS /Certs [70 0 R] /VRI << /AB << /Cert [70 0 R] /TU (D:20261001) >> >> >>"
    return updated(first, {1: _with_entry(catalog, b"/DSS", b"71 0 R"), 71: store, 70: stream(leaf("ca").der)})


def _with_entry(dictionary: bytes, key: bytes, value: bytes) -> bytes:
    """The dictionary with one reference replaced."""
    replaced, count = re.subn(re.escape(key) + rb"\s+\d+ 0 R", key + b" " + value, dictionary)
    assert count == 1
    return replaced


def _three_signers() -> bytes:
    first = with_dss(signed(box=SEAL, appearance=picture(), stamped=True), "2026-10-01")
    second = with_dss(signed(first, "clerk", field="MotCua"), "2026-10-15")
    third = signed(second, "organ", field="Dau", box=(200, 100, 300, 200), appearance=picture())
    return add_document_timestamp(with_dss(third, "2026-11-01"), leaf("tsa"), at=SIGNED_AT)


def _tagged(kids: bytes = b"[21 0 R]") -> bytes:
    """A tagged document: structure tree with one paragraph."""
    objects = paper_objects()
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 20 0 R >>"
    objects[10] = page(11, b"/StructParents 0")
    objects[20] = b"<< /Type /StructTreeRoot /K %s /ParentTree 22 0 R /ParentTreeNextKey 1 >>" % kids
    objects[21] = b"<< /Type /StructElem /S /P /P 20 0 R /Pg 10 0 R /K 0 >>"
    objects[22] = b"<< /Nums [0 [21 0 R]] >>"
    return new_file(objects)


def _tagged_and_sealed(kids: bytes = b"[21 0 R]") -> bytes:
    """The organ's signature field added together with its element in the structure tree."""
    pdf = prepared(signed(_tagged(kids)), "Dau", box=SEAL)
    writer = updating_writer(pdf)
    tree = writer.root["/StructTreeRoot"]
    field = writer.root["/AcroForm"]["/Fields"].raw_get(1)
    reference = DictionaryObject({NameObject("/Type"): NameObject("/OBJR"), NameObject("/Obj"): field})
    element = writer.add_object(
        DictionaryObject({NameObject("/S"): NameObject("/Form"), NameObject("/K"): ArrayObject([reference])})
    )
    only = tree.raw_get("/K")
    tree["/K"] = ArrayObject([*(only if isinstance(only, ArrayObject) else [only]), element])
    tree["/ParentTree"]["/Nums"].append(NumberObject(1))
    tree["/ParentTree"]["/Nums"].append(element)
    tree["/ParentTreeNextKey"] = NumberObject(2)
    writer.update_container(tree)
    writer.update_container(tree["/ParentTree"])
    return signed(written(writer), "organ", field="Dau")


def _fonts_for_the_form(pdf: bytes) -> bytes:
    """A signing tool adds a font to the form's resources and marks the form."""
    writer = updating_writer(pdf)
    acroform = writer.root["/AcroForm"]
    acroform["/DR"] = DictionaryObject({NameObject("/Font"): DictionaryObject()})
    acroform["/SigFlags"] = NumberObject(3)
    writer.update_container(acroform)
    return written(writer)


def _indirect_annotations() -> bytes:
    """The page's annotations lie in an array of their own, beside a link."""
    objects = paper_objects()
    objects[10] = page(11, b"/Annots 30 0 R")
    objects[30] = b"[31 0 R]"
    objects[31] = b"<< /Type /Annot /Subtype /Link /Rect [10 10 50 50] /Border [0 0 0] >>"
    return signed(signed(new_file(objects), box=SEAL), "organ", field="Dau", box=(1, 1, 50, 50))


def _read_only_afterwards(pdf: bytes) -> bytes:
    """Fields made read-only by a later signing tool."""
    return updated(pdf, {6: object_content(pdf, 6)[:-2] + b" /Ff 1 >>"})


def _two_in_streams() -> bytes:
    return with_dss(signed(signed(in_object_streams()), "organ", field="Dau", stamped=True), "2026-11-01")


def _stamped_after_locking() -> bytes:
    return add_document_timestamp(with_dss(certified(1), "2026-10-01"), leaf("tsa"), at=SIGNED_AT)


def _stores_and_stamp() -> bytes:
    stored = with_dss(with_dss(signed(paper(pages=3), stamped=True), "2026-10-01"), "2026-10-20")
    return add_document_timestamp(stored, leaf("tsa"), at=SIGNED_AT)


def _unlisted_field() -> bytes:
    """Signed with the form's list emptied in the same update, as some tools write it."""
    pdf = signed(box=SEAL)
    emptied = re.sub(rb"/Fields \[[^\]]*\]", lambda found: b"/Fields []".ljust(len(found.group())), pdf)
    assert emptied != pdf
    return resigned(emptied, byte_range(emptied))


LAWFUL = (
    Case("l01", "security store rewritten", "PASSED", lambda: _dss_rewritten(signed())),
    Case("l02", "dangling references", "PASSED", lambda: with_dss(signed(_with_dangling()), "2026-11-01")),
    Case("l03", "unused objects freed", "PASSED", lambda: updated(signed(_with_unused()), {}, freed=(40, 41))),
    Case("l04", "orphans added", "PASSED", lambda: updated(signed(), {60: stream(b"nobody"), 61: b"<< /A 60 0 R >>"})),
    Case("l05", "objects written again, the same", "PASSED", lambda: _rewritten_same(signed(), 1, 2, 3, 10, 11)),
    Case("l06", "metadata, version, private data", "PASSED", lambda: _metadata_changed(signed())),
    Case("l07", "extensions", "PASSED", lambda: _extensions(signed())),
    Case("l08", "cross-reference streams, two signers and a store", "PASSED", _two_in_streams),
    Case("l09", "three signers with stores between", "PASSED", _three_signers),
    Case("l10", "tagged document sealed", "PASSED", _tagged_and_sealed),
    Case("l10-one", "tagged document with a single element sealed", "PASSED", lambda: _tagged_and_sealed(b"21 0 R")),
    Case("l11", "fonts for the form", "PASSED", lambda: _fonts_for_the_form(signed())),
    Case("l12", "annotations in an array of their own", "PASSED", _indirect_annotations),
    Case("l13", "fields made read-only", "PASSED", lambda: _read_only_afterwards(signed(new_file(with_text_field())))),
    Case("l14", "field prepared for the next signer", "PASSED", lambda: prepared(signed(), "TiepTheo", box=SEAL)),
    Case("l15", "white space appended on the way", "PASSED", lambda: signed() + b"\r\n\r\n"),
    Case("l16", "an update that changes nothing", "PASSED", lambda: updated(signed(), {})),
    Case("l17", "time stamp after DocMDP 1", "PASSED", _stamped_after_locking),
    Case("l18", "unused objects overwritten", "PASSED", lambda: updated(signed(_with_unused()), {40: stream(b"else")})),
    Case("l19", "store twice, then a document time stamp", "PASSED", _stores_and_stamp),
    Case("l20", "a field that its tool did not list in the form", "PASSED", _unlisted_field),
)
