"""The cryptographic part of a signature: who signed what, and do digest and signature value agree with it.

Trust is not looked at here (chain.py does that); nor is the file around the signed bytes (gate.py, changes.py).
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, crl, ocsp, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity

from ocr.signatures.chain import Knowledge

DETACHED = {"ETSI.CAdES.detached", "adbe.pkcs7.detached"}
ENCLOSED_DIGEST = "adbe.pkcs7.sha1"
BARE_RSA = "adbe.x509.rsa_sha1"
"""No message at all: the RSA value alone, its certificate beside it in the signature dictionary."""
KNOWN_ENCODINGS = DETACHED | {ENCLOSED_DIGEST, BARE_RSA}
_EDWARDS_DIGEST = {"ed25519": {"sha512"}, "ed448": {"shake256", "shake256_len"}}
"""RFC 8419, section 3.1: the one digest that signed attributes of an Edwards curve may carry."""
_SHAKE_BYTES = {"shake_128": 32, "shake_256": 64}
_DIGEST_NAMES = {
    "shake128": "shake_128",
    "shake256": "shake_256",
    "shake128_len": "shake_128",
    "shake256_len": "shake_256",
}
_MOST_CERTIFICATES = 60
_MOST_STAMPS = 5
_DIGEST_OF_SIGNATURE_OID = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}


class Unsupported(Exception):
    """A kind of signature that we cannot check."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """`intact` False comes with the ETSI sub-indication in `sub`; None means that it could not be told."""

    intact: bool | None
    sub: str = ""
    detail: str = ""


SOUND = Integrity(True)


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """One CMS SignedData with exactly one signer."""

    data: cms.SignedData
    signer_info: cms.SignerInfo
    signer: x509.Certificate
    digest: str
    """Name of the digest algorithm, e.g. sha256."""
    outer_digest: str = ""
    """Digest over the document where the message encloses it instead of signing the document itself."""

    @classmethod
    def load(cls, der: bytes, outer_digest: str = "") -> SignedMessage:
        """Parse the value of a signature; zero padding after it is ignored.

        Raises:
            SignatureValidationError, ValueError, TypeError: it is no signature, or has no or several signers.
        """
        content = cms.ContentInfo.load(der)
        if content["content_type"].native != "signed_data":
            raise ValueError("the signature value is no SignedData")
        return cls.of(content["content"], outer_digest)

    @classmethod
    def of(cls, data: cms.SignedData, outer_digest: str = "") -> SignedMessage:
        """The message around a parsed SignedData."""
        if len(data["certificates"]) > _MOST_CERTIFICATES:
            raise Unsupported(f"{len(data['certificates'])} certificates inside")
        if len(data["signer_infos"]) != 1:
            raise Unsupported(f"{len(data['signer_infos'])} signers in one value")
        certificates = extract_certs_for_validation(data)
        (signer_info,) = data["signer_infos"]
        digest = _digest_name(signer_info)
        return cls(data, signer_info, certificates.signer_cert, digest, outer_digest)

    @classmethod
    def bare(cls, value: bytes, certificates: Sequence[bytes]) -> SignedMessage:
        """The message around a bare RSA value (adbe.x509.rsa_sha1): an octet string; the signer's certificate is first.

        Raises:
            ValueError, TypeError: it is none, or its certificate is missing.
        """
        signature = core.OctetString.load(value)
        signer = x509.Certificate.load(next(iter(certificates), b""))
        digest = _enclosed_digest_name(signer, signature.native)
        info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {"issuer_and_serial_number": {"issuer": signer.issuer, "serial_number": signer.serial_number}}
                ),
                "digest_algorithm": {"algorithm": digest},
                "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
                "signature": signature.native,
            }
        )
        chain = [cms.CertificateChoices("certificate", x509.Certificate.load(der)) for der in certificates]
        data = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data"},
            "certificates": chain,
            "signer_infos": [info],
        }
        return cls.of(cms.SignedData(data))

    @property
    def claimed_at(self) -> datetime | None:
        """The signingTime attribute: what the signer's own clock said."""
        moment = _first(self.signer_info["signed_attrs"], "signing_time")
        return moment if isinstance(moment, datetime) and moment.tzinfo else None

    @property
    def enclosed(self) -> bytes | None:
        """The content inside the message; None for a detached signature."""
        content = self.data["encap_content_info"]["content"]
        return None if isinstance(content, core.Void) else bytes(content)

    @property
    def signature_mechanism(self) -> str:
        """Name of the signature algorithm, e.g. rsassa_pkcs1v15."""
        algorithm = self.signer_info["signature_algorithm"]
        try:
            return str(algorithm.signature_algo)
        except ValueError:
            return str(algorithm["algorithm"].native)

    def stamps(self) -> Iterable[SignedMessage]:
        """The signature time stamps that can be parsed, at most five."""
        found: list[SignedMessage] = []
        for attribute in _attributes(self.signer_info["unsigned_attrs"], "signature_time_stamp_token"):
            for token in list(attribute["values"])[:_MOST_STAMPS]:
                try:
                    found.append(SignedMessage.of(token["content"]))
                except (ValueError, TypeError, KeyError, SignatureValidationError, Unsupported):
                    continue
        return found[:_MOST_STAMPS]

    def carried(self) -> Knowledge:
        """Certificates and revocation data inside the message."""
        lists, answers = _archival(self.signer_info)
        certificates = [item.chosen for item in self.data["certificates"] if item.name == "certificate"]
        return Knowledge(tuple(certificates), tuple(lists), tuple(answers))

    def integrity(self, content: bytes, expected_type: str = "data") -> Integrity:
        """Do digest and signature value agree with this digest of the content?"""
        if self.digest not in _EDWARDS_DIGEST.get(self.signature_mechanism, {self.digest}):
            return Integrity(None, "CRYPTO_CONSTRAINTS_FAILURE", f"{self.digest} with {self.signature_mechanism}")
        try:
            intact, valid = validate_sig_integrity(_plain_digest(self), self.signer, expected_type, content)
        except SignatureValidationError as error:
            sub = error.ades_subindication.standard_name if error.ades_subindication else "FORMAT_FAILURE"
            if sub in {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE"}:
                return Integrity(False, sub, str(error.failure_message))
            return Integrity(None, sub, str(error.failure_message))
        if not valid:
            return Integrity(False, "SIG_CRYPTO_FAILURE")
        return SOUND if intact else Integrity(False, "HASH_FAILURE")


def signature_integrity(message: SignedMessage, subfilter: str, covered: Iterable[memoryview]) -> Integrity:
    """Does the message sign exactly the covered bytes?

    An encoding whose name we do not know is taken for a detached one: the digest then agrees or does not.
    """
    stretches = list(covered)
    if subfilter == ENCLOSED_DIGEST:
        if message.enclosed != hashed("sha1", stretches):
            return Integrity(False, "HASH_FAILURE")
        return message.integrity(hashed(message.digest, [message.enclosed]))
    if message.enclosed is not None:
        return Integrity(False, "FORMAT_FAILURE", "detached signature with content inside")
    return message.integrity(hashed(message.digest, stretches))


def stamp_integrity(message: SignedMessage, imprinted: Callable[[str], bytes]) -> tuple[Integrity, datetime | None]:
    """Is the time stamp sound and over the right thing? Its time comes along. `imprinted(digest)` hashes the thing."""
    info = _stamp_info(message)
    if info is None:
        return Integrity(False, "FORMAT_FAILURE", "no TSTInfo inside"), None
    at: datetime = info["gen_time"].native
    imprint = info["message_imprint"]
    if imprint["hashed_message"].native != imprinted(imprint["hash_algorithm"]["algorithm"].native):
        return Integrity(False, "HASH_FAILURE"), at
    return message.integrity(hashed(message.digest, [message.enclosed or b""]), "tst_info"), at


def hashed(digest: str, stretches: Iterable[bytes | memoryview]) -> bytes:
    """Digest over the stretches one after the other. Raises Unsupported for a digest that nobody knows."""
    try:
        total = hashlib.new(_DIGEST_NAMES.get(digest, digest.replace("sha3_", "sha3-")), usedforsecurity=False)
    except ValueError as error:
        raise Unsupported(f"digest {digest}") from error
    for stretch in stretches:
        total.update(stretch)
    length = _SHAKE_BYTES.get(total.name)
    return total.digest(length) if length else total.digest()  # type: ignore[call-arg]


def _enclosed_digest_name(signer: x509.Certificate, value: bytes) -> str:
    """The digest that a bare RSA value names inside; sha1 where it cannot be opened, which then fails."""
    key = load_der_public_key(signer.public_key.dump())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("a bare value needs an RSA key")
    try:
        inside = algos.DigestInfo.load(key.recover_data_from_signature(value, PKCS1v15(), None))
    except (InvalidSignature, ValueError):
        return "sha1"
    return str(inside["digest_algorithm"]["algorithm"].native)


def _stamp_info(message: SignedMessage) -> tsp.TSTInfo | None:
    content = message.data["encap_content_info"]["content"]
    info = content.parsed if isinstance(content, core.ParsableOctetString) else None
    return info if isinstance(info, tsp.TSTInfo) else None


def _digest_name(signer_info: cms.SignerInfo) -> str:
    name = str(signer_info["digest_algorithm"]["algorithm"].native)
    return _DIGEST_OF_SIGNATURE_OID.get(name, name)


def _plain_digest(message: SignedMessage) -> cms.SignerInfo:
    """The signer info, with a digest algorithm in place of a signature algorithm that some signers write there."""
    info = message.signer_info
    if str(info["digest_algorithm"]["algorithm"].native) == message.digest:
        return info
    mended = cms.SignerInfo.load(info.dump())
    mended["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": message.digest})
    return mended


def _attributes(attributes: Any, name: str) -> list[Any]:
    if isinstance(attributes, core.Void):
        return []
    return [attribute for attribute in attributes if attribute["type"].native == name]


def _first(attributes: Any, name: str) -> Any:
    found = _attributes(attributes, name)
    return found[0]["values"][0].native if found and len(found[0]["values"]) else None


def _archival(signer_info: cms.SignerInfo) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Revocation data in Adobe's signed attribute."""
    found = _attributes(signer_info["signed_attrs"], "adobe_revocation_info_archival")
    if not found:
        return [], []
    archive = found[0]["values"][0]
    lists = [] if isinstance(archive["crl"], core.Void) else list(archive["crl"])
    answers = [] if isinstance(archive["ocsp"], core.Void) else list(archive["ocsp"])
    return lists, answers
