"""Sign PDFs with the sample PKI: the same inputs give the same bytes. For synthetic samples and tests only."""

# mypy: allow-untyped-calls
from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigFieldSpec
from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, SimpleSigner
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sample.pki import Leaf

CADES = "ETSI.CAdES.detached"
PKCS7 = "adbe.pkcs7.detached"
PKCS7_SHA1 = "adbe.pkcs7.sha1"
_RESERVED_BYTES = 24 * 1024
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
}

Box = tuple[int, int, int, int]
"""Left, bottom, right, top in points from the lower left corner of the page."""


@dataclass(frozen=True, slots=True)
class Certification:
    """What a signature allows afterwards: DocMDP permission 1 to 3, and fields it locks."""

    permission: int | None = None
    certifies: bool = True
    locked_fields: FieldMDPSpec | None = None


def sign_pdf(  # noqa: PLR0913 - each argument is one visible property of a signature
    pdf: bytes,
    who: Leaf,
    *,
    at: datetime,
    timestamped: bool = False,
    field: str = "Signature1",
    page: int = 0,
    box: Box | None = None,
    appearance: bytes | None = None,
    subfilter: str = CADES,
    digest: str = "sha256",
    certification: Certification | None = None,
    claims: datetime | None = None,
) -> bytes:
    """The PDF with one more signature in an incremental update. Embeds the leaf certificate only, like real files.

    `page` counts from 0, `box` None makes an invisible signature, `appearance` is a PNG, `at` is the time of signing
    and of the time stamp; `claims` replaces the time that the signer writes.
    """
    placeholder = SignatureObject(timestamp=claims or at, bytes_reserved=_RESERVED_BYTES)
    placeholder[pdf_name("/SubFilter")] = pdf_name("/" + subfilter)
    signing = _Signing(pdf, field, digest, page, box)
    embedding, _ = signing.embedding(placeholder, appearance, certification)
    prepared, output = embedding.send(SigIOSetup(md_algorithm="sha1" if subfilter == PKCS7_SHA1 else digest))
    stamped_at = at if timestamped else None
    content = signature_value(
        prepared.document_digest, who, at=claims or at, subfilter=subfilter, digest=digest, stamped_at=stamped_at
    )
    prepared.fill_with_cms(output, content)
    return bytes(output.getvalue())


def signature_value(
    content_digest: bytes,
    who: Leaf,
    *,
    at: datetime,
    subfilter: str = CADES,
    digest: str = "sha256",
    stamped_at: datetime | None = None,
) -> cms.ContentInfo:
    """The CMS over a digest of the covered bytes (for adbe.pkcs7.sha1 their SHA-1, which is put inside)."""
    enclosed: dict[str, object] | None = None
    if subfilter == PKCS7_SHA1:
        enclosed = {"content_type": "data", "content": content_digest}
        content_digest = hashlib.new(digest, content_digest).digest()
    return asyncio.run(
        _KeyInMemory(who).async_sign(
            content_digest,
            digest,
            use_pades=subfilter == CADES,
            timestamper=_timestamper(who.tsa, stamped_at) if stamped_at and who.tsa else None,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
            encap_content_info=enclosed,
        )
    )


def add_document_timestamp(
    pdf: bytes,
    tsa: Leaf,
    *,
    at: datetime,
    field: str = "Timestamp1",
    box: Box | None = None,
    appearance: bytes | None = None,
) -> bytes:
    """The PDF with a document time stamp (ETSI.RFC3161) over the whole file; an honest one is invisible."""
    signing = _Signing(pdf, field, "sha256", 0, box)
    embedding, _ = signing.embedding(DocumentTimestamp(bytes_reserved=_RESERVED_BYTES), appearance, None)
    prepared, output = embedding.send(SigIOSetup(md_algorithm="sha256"))
    token = asyncio.run(_timestamper(tsa, at).async_timestamp(prepared.document_digest, "sha256"))
    prepared.fill_with_cms(output, token)
    return bytes(output.getvalue())


class _TimelessWriter(IncrementalPdfFileWriter):
    """Leaves the document's dates as they are; the library would write the time of the run."""

    def _update_meta(self) -> None:
        return


def updating_writer(pdf: bytes) -> IncrementalPdfFileWriter:
    """A writer of an incremental update whose file ID follows from the content instead of chance."""
    writer = _TimelessWriter(BytesIO(pdf), strict=False)
    if writer.prev.encrypted:
        writer.encrypt(b"")
    given = writer.prev.trailer["/ID"] if "/ID" in writer.prev.trailer else None  # noqa: SIM401 - it has no get()
    fresh = generic.ByteStringObject(hashlib.sha256(pdf).digest()[:16])
    first = given[0] if given else fresh
    writer._document_id = generic.ArrayObject([first, fresh])
    writer.trailer["/ID"] = writer._document_id
    return writer


@dataclass(frozen=True, slots=True)
class _Signing:
    """One signature field about to be filled."""

    pdf: bytes
    field: str
    digest: str
    page: int
    box: Box | None

    def embedding(
        self, placeholder: PdfSignedData, appearance: bytes | None, certification: Certification | None
    ) -> tuple[Any, IncrementalPdfFileWriter]:
        """The embedder, ready to be told how to write, and the writer it uses."""
        writer = updating_writer(self.pdf)
        spec = SigFieldSpec(self.field, on_page=self.page, box=self.box)
        embedding = PdfCMSEmbedder(new_field_spec=spec).write_cms(self.field, writer)
        field_reference = next(embedding)
        if appearance is not None and self.box is not None:
            _draw(writer, field_reference.get_object(), appearance, self.box)
        embedding.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=_permissions(certification, self.digest)))
        return embedding, writer


def _permissions(certification: Certification | None, digest: str) -> SigMDPSetup | None:
    if certification is None:
        return None
    permission = MDPPerm(certification.permission) if certification.permission else None
    return SigMDPSetup(
        digest, certify=certification.certifies, field_lock=certification.locked_fields, docmdp_perms=permission
    )


class _KeyInMemory(SimpleSigner):
    """Signs with the key object itself: loading it from DER for each signature costs 50 ms of checks."""

    def __init__(self, leaf: Leaf) -> None:
        private = keys.PrivateKeyInfo.load(leaf.key_der)
        super().__init__(_asn1(leaf), private, SimpleCertificateStore(), embed_roots=False)
        self._key: RSAPrivateKey = leaf.key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        return self._key.sign(data, PKCS1v15(), _HASHES[digest_algorithm]())


class _SeededTimeStamper(DummyTimeStamper):
    """A time stamper without a clock and without chance: the serial number follows from what is stamped.

    It signs with the key object itself, as `_KeyInMemory` does.
    """

    def __init__(self, tsa: Leaf, at: datetime) -> None:
        super().__init__(_asn1(tsa), keys.PrivateKeyInfo.load(tsa.key_der), fixed_dt=at, include_nonce=False)
        self._key: RSAPrivateKey = tsa.key

    def _sign_tst_info(self, tst_info_data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                simple_cms_attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                simple_cms_attribute("message_digest", hashlib.new(md_algorithm, tst_info_data).digest()),
            ]
        )
        return self._key.sign(attributes.dump(), PKCS1v15(), _HASHES[md_algorithm]()), attributes

    def _build_tst_info(self, message_imprint: tsp.MessageImprint, dt: datetime, req: tsp.TimeStampReq) -> tsp.TSTInfo:
        info = super()._build_tst_info(message_imprint, dt, req)
        info["serial_number"] = int.from_bytes(hashlib.sha256(message_imprint.dump()).digest()[:8], "big") >> 1
        return info


def _timestamper(tsa: Leaf, at: datetime) -> DummyTimeStamper:
    return _SeededTimeStamper(tsa, at)


def _asn1(leaf: Leaf) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(leaf.der)


def _draw(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, png: bytes, box: Box) -> None:
    """Give the field's widget the picture as its normal appearance, stretched over the box."""
    width, height = box[2] - box[0], box[3] - box[1]
    image = Image.open(BytesIO(png)).convert("RGBA")
    picture = writer.add_object(_picture(writer, image))
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, width, height)]),
            pdf_name("/Resources"): generic.DictionaryObject(
                {pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Seal"): picture})}
            ),
        },
        stream_data=f"q {width} 0 0 {height} 0 0 cm /Seal Do Q".encode(),
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})


def _picture(writer: IncrementalPdfFileWriter, image: Image.Image) -> generic.StreamObject:
    opacity = writer.add_object(_samples(image.getchannel("A"), "/DeviceGray"))
    picture = _samples(image.convert("RGB"), "/DeviceRGB")
    picture[pdf_name("/SMask")] = opacity
    return picture


def _samples(image: Image.Image, space: str) -> generic.StreamObject:
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(image.width),
            pdf_name("/Height"): generic.NumberObject(image.height),
            pdf_name("/ColorSpace"): pdf_name(space),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        },
        stream_data=image.tobytes(),
    )
    stream.compress()
    return stream
