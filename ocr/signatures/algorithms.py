"""How strong the algorithms are: judged by the kind of anchor that was found, as the trust policy says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from config.trust_policy import TrustPolicy
from ocr.signatures.report import VIETNAM
from ocr.signatures.tokens import SignedMessage

_BROKEN = {"md2", "md4", "md5"}
_RSA = {"rsa", "rsassa_pss"}


@dataclass(frozen=True, slots=True)
class Strength:
    """`refused` says which algorithm the policy does not accept (empty: none); warnings are for people."""

    refused: str = ""
    warnings: tuple[str, ...] = ()


def described(message: SignedMessage) -> str:
    """Algorithms of a signature in words, e.g. "sha256, rsassa_pkcs1v15, 2048 bit"."""
    outer = f"{message.outer_digest} + " if message.outer_digest else ""
    key = f", {_bits(message.signer)} bit" if _has_bits(message.signer) else ""
    return f"{outer}{message.digest}, {message.signature_mechanism}{key}"


def strength(message: SignedMessage, path: tuple[x509.Certificate, ...], policy: TrustPolicy, kind: str) -> Strength:
    """Judge digest, signature and every certificate of the path but the anchor itself.

    `kind` is the anchor's kind (official_duty | public); the time that counts for `sha1_signed_until` is checked by
    `sha1_too_late`.
    """
    digests = set(_digests(message, path))
    if broken := digests & _BROKEN:
        return Strength(refused=f"{', '.join(sorted(broken))} đã bị phá")
    if weak := _short_key((message.signer, *path[:-1]), policy.minimum_rsa_bits):
        return Strength(refused=weak)
    if "sha1" not in digests:
        return Strength()
    if policy.sha1 == "strict" or kind != "official_duty":
        return Strength(refused=f"SHA-1 không được chấp nhận theo chính sách {policy.name} {policy.version}")
    warning = (
        f"Chữ ký dùng SHA-1 (thuật toán yếu); được chấp nhận cho chứng thư chuyên dùng công vụ "
        f"theo chính sách {policy.name} {policy.version}."
    )
    return Strength(warnings=(warning,))


def sha1_too_late(policy: TrustPolicy, signed_at: datetime | None) -> bool:
    """SHA-1 was used after the last day for which the policy accepts it, or nobody can say when."""
    if policy.sha1_signed_until is None:
        return False
    return signed_at is None or signed_at.astimezone(VIETNAM).date() > policy.sha1_signed_until


def _digests(message: SignedMessage, path: tuple[x509.Certificate, ...]) -> Iterator[str]:
    yield message.digest
    if message.outer_digest:
        yield message.outer_digest
    algorithm = message.signer_info["signature_algorithm"]
    yield from _hash_of(algorithm)
    for certificate in path[:-1]:
        yield from _hash_of(certificate["signature_algorithm"])


def _hash_of(algorithm: object) -> Iterator[str]:
    try:
        yield str(algorithm.hash_algo)  # type: ignore[attr-defined]
    except (ValueError, KeyError):
        return


def _short_key(certificates: tuple[x509.Certificate, ...], least: int) -> str:
    for certificate in certificates:
        if certificate.public_key.algorithm in _RSA and _bits(certificate) < least:
            return f"khóa RSA {_bits(certificate)} bit, mức tối thiểu {least} bit"
    return ""


def _has_bits(certificate: x509.Certificate) -> bool:
    """Keys of Ed25519 and Ed448 have one size, which goes without saying."""
    return certificate.public_key.algorithm in {*_RSA, "dsa", "ec"}


def _bits(certificate: x509.Certificate) -> int:
    return int(certificate.public_key.bit_size)
