"""A certificate file that a technician wants to pin: what it is, before anybody trusts it."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509

from ocr.signatures.chain import fingerprint

_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Pinned:
    """One certificate as DER, its SHA-256, and whose it is."""

    der: bytes
    fingerprint: str
    name: str
    is_root: bool
    is_authority: bool


def read_certificate(file: Path) -> Pinned:
    """The one certificate of a PEM or DER file.

    Raises:
        ValueError: there is none, or several.
    """
    content = file.read_bytes()[:_LARGEST]
    blocks = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
    if len(blocks) != 1:
        raise ValueError(f"tệp có {len(blocks)} chứng thư, cần đúng một")
    try:
        certificate = x509.Certificate.load(blocks[0], strict=True)
        name = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
        return Pinned(
            blocks[0],
            fingerprint(certificate),
            str(name),
            certificate.subject == certificate.issuer,
            bool(certificate.ca),
        )
    except (TypeError, KeyError) as error:
        raise ValueError(str(error)) from error
