"""Lawful and unlawful updates of signed files, made with the library's writer or byte by byte."""

# mypy: allow-untyped-calls
from __future__ import annotations

from io import BytesIO

from asn1crypto import crl, x509
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation.dss import DocumentSecurityStore

from sample.signing import Box, updating_writer
from tests.ocr.signatures.authority import leaf, pki
from tests.ocr.signatures.raw_pdf import drawn, paper

CRL_NEXT = "2027-01-20"


def with_dss(pdf: bytes, crl_day: str) -> bytes:
    """A security store with the CA's certificate and the revocation lists of that day (B-LT)."""
    writer = updating_writer(pdf)
    reader = PdfFileReader(BytesIO(pdf), strict=False)
    contents = reader.embedded_signatures[-1].pkcs7_content
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        sig_contents=contents.hex().encode("ascii"),
        certs=[x509.Certificate.load(leaf("ca").der)],
        crls=[crl.CertificateList.load(pki().crl(issuer, crl_day, CRL_NEXT)) for issuer in ("ca", "root")],
    )
    return written(writer)


def written(writer: object) -> bytes:
    """The bytes of a writer."""
    out = BytesIO()
    writer.write(out)  # type: ignore[attr-defined]
    return out.getvalue()


def prepared(pdf: bytes, *fields: str, box: Box | None = None) -> bytes:
    """Empty signature fields added in an update."""
    writer = updating_writer(pdf)
    for field in fields:
        append_signature_field(writer, SigFieldSpec(field, box=box))
    return written(writer)


def in_object_streams() -> bytes:
    """A file with cross-reference and object streams."""
    source = PdfFileReader(BytesIO(paper()))
    writer = copy_into_new_writer(source, writer_kwargs={"stream_xrefs": True})
    objects = writer.prepare_object_stream()
    objects.add_object(
        writer.allocate_placeholder().idnum, DictionaryObject({NameObject("/Producer"): NameObject("/X")})
    )
    return written(writer)


def filled(pdf: bytes, value: str) -> bytes:
    """The text field "sotien" gets a new value, as a form filler writes it."""
    writer = updating_writer(pdf)
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = TextStringObject(value)
    writer.update_container(field)
    appearance = writer.add_object(_appearance(value))
    field["/AP"]["/N"] = appearance
    writer.update_container(field["/AP"])
    return written(writer)


def _appearance(value: str) -> StreamObject:
    return StreamObject(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([NumberObject(n) for n in (0, 0, 200, 20)]),
        },
        stream_data=drawn(value, (2, 5)),
    )
