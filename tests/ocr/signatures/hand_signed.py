"""Signatures put together byte by byte, as other people's programs write them: any encoding, key, place and range."""

# mypy: allow-untyped-calls
from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding
from cryptography.x509.oid import NameOID

from tests.ocr.signatures.authority import leaf
from tests.ocr.signatures.raw_pdf import Objects, new_file, page, paper_objects

DETACHED = b"/SubFilter /adbe.pkcs7.detached"
Value = Callable[[bytes], bytes]
"""Makes the value of a signature from the covered bytes."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key of any kind with its certificate, and the name of what it signs with."""

    key: Any
    certificate: asn1_x509.Certificate
    mechanism: str
    sign: Callable[[Any, bytes], bytes]
    digest: str = "sha256"


@functools.cache
def signer(kind: str) -> Signer:
    """rsa | pss | ec | brainpool | ed25519 | ed448 | ed448-wrong; a self-signed certificate."""
    sha = hashes.SHA256()
    pss = padding.PSS(padding.MGF1(sha), 32)
    recipes: dict[str, tuple[Any, str, Callable[[Any, bytes], bytes], str]] = {
        "rsa": (leaf("leader").key, "sha256_rsa", lambda key, data: key.sign(data, padding.PKCS1v15(), sha), "sha256"),
        "pss": (leaf("leader").key, "rsassa_pss", lambda key, data: key.sign(data, pss, sha), "sha256"),
        "ec": (
            ec.derive_private_key(7**80, ec.SECP256R1()),
            "sha256_ecdsa",
            lambda key, data: key.sign(data, ec.ECDSA(sha)),
            "sha256",
        ),
        "brainpool": (
            ec.derive_private_key(11**60, ec.BrainpoolP256R1()),
            "sha256_ecdsa",
            lambda key, data: key.sign(data, ec.ECDSA(sha)),
            "sha256",
        ),
        "ed25519": (
            ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32),
            "ed25519",
            lambda key, data: key.sign(data),
            "sha512",
        ),
        "ed448": (
            ed448.Ed448PrivateKey.from_private_bytes(b"2" * 57),
            "ed448",
            lambda key, data: key.sign(data),
            "shake256",
        ),
    }
    recipes["ed448-wrong"] = (*recipes["ed448"][:3], "sha512")
    key, mechanism, sign, digest = recipes[kind]
    return Signer(key, _self_signed(key, None if "ed" in kind else sha), mechanism, sign, digest)


def _self_signed(key: Any, sha: hashes.HashAlgorithm | None) -> asn1_x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST ONLY parindex")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, sha)  # type: ignore[arg-type]
    )
    return asn1_x509.Certificate.load(built.public_bytes(serialization.Encoding.DER))


def cms_by(
    kind: str, *, enclosed: bytes | None = None, attributes: bool = True, endless: bool = False, digest: str = ""
) -> Value:
    """A CMS message by a signer of that kind. `endless`: outer lengths left open (BER)."""

    def value(covered: bytes) -> bytes:
        who = signer(kind)
        content = _message(who, covered, enclosed, attributes, digest or who.digest)
        return _endless(content) if endless else bytes(content.dump())

    return value


def _message(who: Signer, covered: bytes, enclosed: bytes | None, attributes: bool, digest: str) -> cms.ContentInfo:
    attrs = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [_digest(digest, covered)]},
        ]
    )
    mechanism: dict[str, object] = {"algorithm": who.mechanism}
    if who.mechanism == "rsassa_pss":
        mechanism["parameters"] = algos.RSASSAPSSParams(
            {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
                "salt_length": 32,
            }
        )
    info = {
        "version": "v1",
        "sid": {
            "issuer_and_serial_number": {
                "issuer": who.certificate.issuer,
                "serial_number": who.certificate.serial_number,
            }
        },
        "digest_algorithm": {"algorithm": digest},
        "signature_algorithm": mechanism,
        "signature": who.sign(who.key, attrs.dump() if attributes else covered),
    }
    if attributes:
        info["signed_attrs"] = attrs
    encapsulated: dict[str, object] = {"content_type": "data"}
    if enclosed is not None:
        encapsulated["content"] = core.OctetString(enclosed)
    data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": digest}],
        "encap_content_info": encapsulated,
        "certificates": [who.certificate],
        "signer_infos": [info],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)})


def _digest(name: str, data: bytes) -> bytes:
    if name == "shake256":
        return hashlib.shake_256(data).digest(64)
    return hashlib.new(name.replace("sha3_", "sha3-"), data).digest()


def _endless(content: cms.ContentInfo) -> bytes:
    """The message with the outer three lengths left open, as streaming signers write it."""
    kind = bytes(content["content_type"].dump())
    inner = bytes(content["content"].untag().contents)
    return b"\x30\x80" + kind + b"\xa0\x80\x30\x80" + inner + b"\x00\x00" * 3


def bare_rsa(covered: bytes) -> bytes:
    """adbe.x509.rsa_sha1: the RSA value as an octet string."""
    return bytes(core.OctetString(leaf("leader").key.sign(covered, padding.PKCS1v15(), hashes.SHA1())).dump())


def certificate_entry() -> bytes:
    """The signer's certificate beside a bare value."""
    return b"/SubFilter /adbe.x509.rsa_sha1 /Cert <" + leaf("leader").der.hex().encode() + b">"


def hand_signed(
    value: Value,
    *,
    entries: bytes = DETACHED,
    objects: Objects | None = None,
    write: Callable[[Objects], bytes] = new_file,
    brackets: bool = False,
    lines: bool = False,
    direct: bool = False,
) -> bytes:
    """A paper with one signature field (objects 5 form, 6 field, 8 value).

    `brackets`: the range covers the brackets of the value too; `lines`: the value is broken into lines; `direct`: it
    stands in the field itself.
    """
    dictionary = b"<< /Type /Sig /Filter /Adobe.PPKLite %s /ByteRange [0 %s] /Contents <%s> >>" % (
        entries,
        b" ".join([b"*" * 10] * 3),
        b"0" * 8000,
    )
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ky) /Rect [0 0 0 0] /P 10 0 R /V %s >>" % (
        dictionary if direct else b"8 0 R"
    )
    extra = {5: b"<< /Fields [6 0 R] /SigFlags 3 >>", 6: field} | ({} if direct else {8: dictionary})
    return _filled(write((objects or paper_with_form()) | extra), value, brackets=brackets, lines=lines)


def paper_with_form() -> Objects:
    """A paper whose form (object 5) lists the field (object 6)."""
    return paper_objects() | {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
        10: page(11, b"/Annots [6 0 R]"),
    }


def _filled(pdf: bytes, value: Value, *, brackets: bool, lines: bool) -> bytes:
    start = pdf.index(b"/Contents <0000") + len(b"/Contents ")
    end = pdf.index(b">", start) + 1
    first, second = (start + 1, end - 1) if brackets else (start, end)
    numbers = re.search(rb"\*{10} \*{10} \*{10}", pdf)
    assert numbers
    written = b"%010d %010d %010d" % (first, second, len(pdf) - second)
    pdf = pdf[: numbers.start()] + written + pdf[numbers.end() :]
    digits = value(pdf[:first] + pdf[second:]).hex().encode()
    if lines:
        digits = b"\n".join(digits[n : n + 64] for n in range(0, len(digits), 64))
    return pdf[: start + 1] + digits.ljust(end - start - 2, b"0") + pdf[end - 1 :]
