"""Cases about sound files, about trust and time, and about files without a signature."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from sample.signing import PKCS7, add_document_timestamp
from tests.ocr.signatures.authority import leaf, stamped_by, trust
from tests.ocr.signatures.case import SEAL, SIGNED_AT, Case, certified, signed
from tests.ocr.signatures.raw_pdf import new_file, paper, with_text_field
from tests.ocr.signatures.updates import filled, in_object_streams, prepared, with_dss

_IN_2023 = datetime(2023, 6, 1, 2, tzinfo=UTC)
_BEFORE_REVOCATION = datetime(2025, 3, 1, 2, tzinfo=UTC)
_AFTER_REVOCATION = datetime(2025, 9, 1, 2, tzinfo=UTC)


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 2, tzinfo=UTC)


def _lta(who: str, at: datetime, crl_day: str, stamped_at: datetime) -> bytes:
    stamped = with_dss(signed(who=who, at=at, stamped=True), crl_day)
    return add_document_timestamp(stamped, leaf("tsa"), at=stamped_at)


def _two(first: str, second: str, pdf: bytes | None = None) -> bytes:
    one = signed(pdf, first, field="Mot", box=SEAL, appearance=picture())
    return signed(one, second, field="Hai", box=(160, 100, 280, 200), appearance=picture(), subfilter=PKCS7)


def picture() -> bytes:
    """A red disc."""
    out = BytesIO()
    Image.new("RGBA", (30, 30), (200, 0, 0, 160)).save(out, "PNG")
    return out.getvalue()


def _encrypted(password: str) -> bytes:
    writer = PdfWriter()
    writer.append(BytesIO(paper()))
    writer.encrypt(user_password=password, owner_password="chu", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _signed_then_locked() -> bytes:
    """Encrypted with a user password; the names of signature entries stay readable, as in a really signed file."""
    return _encrypted("bi-mat") + b"% /ByteRange adbe.pkcs7.detached\n"


def _image_only() -> bytes:
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawImage(ImageReader(Image.open(BytesIO(picture())).convert("RGB")), 100, 100, 100, 100)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


SOUND = (
    Case("a01", "B-B, certificate valid today, fresh CRL", "PASSED", signed),
    Case("a02", "B-T", "PASSED", lambda: signed(stamped=True)),
    Case("a03", "B-LT (DSS)", "PASSED", lambda: with_dss(signed(stamped=True), "2026-10-01")),
    Case("a04", "B-LTA", "PASSED", lambda: _lta("leader", SIGNED_AT, "2026-10-01", _day(2026, 10, 2))),
    Case("a05", "adbe.pkcs7.detached", "PASSED", lambda: signed(subfilter=PKCS7)),
    Case("a06", "leader then organ", "PASSED", lambda: _two("leader", "organ")),
    Case(
        "a07", "organ then leader: sound, the order is the profile's affair", "PASSED", lambda: _two("organ", "leader")
    ),
    Case("a08", "company under a commercial CA, the second anchor", "PASSED", lambda: signed(who="company")),
    Case("a09", "cross-reference and object streams", "PASSED", lambda: signed(in_object_streams())),
    Case(
        "a10",
        "form filled after an approval signature",
        "INDETERMINATE/FORM_CHANGED",
        lambda: filled(signed(new_file(with_text_field())), "2.000"),
    ),
    Case(
        "a11",
        "DocMDP 2: form filling allowed",
        "PASSED",
        lambda: filled(certified(2, new_file(with_text_field())), "2"),
    ),
    Case(
        "a12",
        "DocMDP 2, then a new visible signature field",
        "FAILED/FORBIDDEN_CHANGE",
        lambda: signed(certified(2), "organ", field="Dau", box=SEAL, appearance=picture()),
    ),
    Case("a13", "DSS added later", "PASSED", lambda: with_dss(signed(), "2026-11-01")),
    Case("a14", "encrypted with an empty user password, then signed", "PASSED", lambda: signed(_encrypted(""))),
    Case(
        "a15",
        "DocMDP 2, seal in a field prepared before certification",
        "PASSED",
        lambda: signed(certified(2, prepared(paper(), "Dau", box=SEAL)), "organ", field="Dau", box=SEAL),
    ),
    Case(
        "b01",
        "expired 2024, B-LTA of 2023 proves the time",
        "PASSED",
        lambda: _lta("expired_leader", _IN_2023, "2023-07-01", _day(2023, 7, 2)),
    ),
    Case(
        "b02",
        "expired, stamped, no revocation data of that time",
        "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE",
        lambda: signed(who="expired_leader", at=_IN_2023, stamped=True),
    ),
    Case(
        "b02-archive",
        "expired, stamped, the archive has the list of that time",
        "PASSED",
        lambda: signed(who="expired_leader", at=_IN_2023, stamped=True),
        trust=lambda: trust(crl_days=("2023-12-20", "2026-11-20")),
    ),
    Case(
        "b03",
        "expired, only a claimed time",
        "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
        lambda: signed(who="expired_leader", at=_IN_2023),
    ),
    Case(
        "b04",
        "a stamp proves signing after expiry",
        "FAILED/EXPIRED_AT_SIGNING",
        lambda: signed(who="expired_leader", at=_day(2024, 6, 1), stamped=True),
    ),
    Case(
        "b05",
        "revoked before the stamped signing",
        "FAILED/REVOKED",
        lambda: signed(who="revoked", at=_AFTER_REVOCATION, stamped=True),
    ),
    Case(
        "b06",
        "revoked after the stamped signing",
        "PASSED",
        lambda: signed(who="revoked", at=_BEFORE_REVOCATION, stamped=True),
    ),
    Case(
        "b07",
        "revoked, no stamp",
        "INDETERMINATE/REVOKED_NO_POE",
        lambda: signed(who="revoked", at=_BEFORE_REVOCATION),
    ),
    Case(
        "b08",
        "unknown root with the official names",
        "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND",
        lambda: signed(who="fake_leader"),
    ),
    Case("b09", "self-signed", "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE", lambda: signed(who="self_signed")),
    Case("b10", "server certificate", "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", lambda: signed(who="tls_only")),
    Case("b11", "certificate not yet valid", "INDETERMINATE/NOT_YET_VALID", lambda: signed(who="future")),
    Case("b12", "false stamp, certificate valid today", "PASSED", lambda: _falsely_stamped("leader", SIGNED_AT)),
    Case(
        "b13",
        "a false stamp does not save an expired certificate",
        "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
        lambda: _falsely_stamped("expired_leader", _IN_2023),
    ),
    Case("b14", "chain not embedded", "PASSED", lambda: signed(subfilter=PKCS7, stamped=True)),
    Case(
        "b15",
        "no revocation data at all",
        "INDETERMINATE/TRY_LATER",
        signed,
        trust=lambda: trust(crl_days=()),
    ),
    Case(
        "b15-policy",
        "no revocation data, and the policy does not ask for it",
        "PASSED",
        signed,
        trust=lambda: trust(crl_days=(), accept_without_revocation=True),
    ),
    Case(
        "c01",
        "SHA-1 under the strict policy",
        "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
        lambda: signed(digest="sha1", subfilter=PKCS7),
        trust=lambda: trust(sha1="strict"),
    ),
    Case(
        "c01-default",
        "SHA-1 under an official-duty anchor, shipped policy",
        "PASSED",
        lambda: signed(digest="sha1", subfilter=PKCS7),
    ),
    Case(
        "c01-company",
        "SHA-1 under a public anchor, shipped policy",
        "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
        lambda: signed(who="company", digest="sha1", subfilter=PKCS7),
    ),
    Case(
        "c02",
        "MD5",
        "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
        lambda: signed(digest="md5", subfilter=PKCS7),
    ),
    Case("c03", "RSA 1024", "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", lambda: signed(who="weak_key")),
    Case("g01", "no signature", "NO_SIGNATURE", paper),
    Case("g02", "picture of signature and seal only", "NO_SIGNATURE", _image_only),
    Case("g03", "scanned paper", "NO_SIGNATURE/IMAGE_ONLY", _image_only, scanned=True),
    Case("g04", "empty signature field", "NO_SIGNATURE/EMPTY_FIELD", lambda: prepared(paper(), "Trong")),
    Case("g05", "scan signed by the clerk", "PASSED", lambda: signed(_image_only(), "clerk"), scanned=True),
    Case("g06", "text that mimics signature words", "NO_SIGNATURE", lambda: paper("ETSI.CAdES adbe.pkcs7 ByteRange")),
    Case("g07", "a user password is needed", "UNREADABLE/PASSWORD", _signed_then_locked),
    Case("g08", "DOCX renamed", "UNREADABLE/NOT_PDF", lambda: b"PK\x03\x04" + b"word/document.xml" * 100),
    Case("g09", "600 bytes before the header", "UNREADABLE/PARSE", lambda: b"\n" * 600 + signed()),
    Case(
        "g10",
        "document time stamp only",
        "NO_SIGNATURE/DOCTS_ONLY",
        lambda: add_document_timestamp(paper(), leaf("tsa"), at=SIGNED_AT),
    ),
    Case("t01", "50 pages, 5 MB", "PASSED", lambda: signed(paper(pages=50, filling=100_000))),
    Case(
        "t02",
        "50 pages, 5 MB, two signatures",
        "PASSED",
        lambda: _two("leader", "organ", paper(pages=50, filling=100_000)),
    ),
)


def _falsely_stamped(who: str, at: datetime) -> bytes:
    from sample.signing import sign_pdf

    return sign_pdf(paper(), stamped_by(who, "fake_tsa"), at=at, timestamped=True, field="LanhDao")
