"""Certificates and revocation data that the document carries in its security store (DSS, ISO 32000-2, 12.8.4.3)."""

# mypy: allow-untyped-calls
from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from ocr.signatures.chain import Knowledge
from ocr.signatures.reading import Snapshot

T = TypeVar("T")
_MOST_ITEMS = 100
_LARGEST_ITEM = 16 << 20
_MOST_BYTES = 64 << 20


def knowledge_of_document(snapshot: Snapshot) -> Knowledge:
    """What can be read from the store; broken items are left out, they can only be missing."""
    return Knowledge(
        tuple(_parsed(snapshot, "/Certs", _certificate)),
        tuple(_parsed(snapshot, "/CRLs", _revocation_list)),
        tuple(_parsed(snapshot, "/OCSPs", _answer)),
    )


def _parsed(snapshot: Snapshot, key: str, read: Callable[[bytes], T]) -> Iterator[T]:
    items = snapshot.entry(snapshot.entry(snapshot.root, "/DSS"), key)
    unpacked = 0
    for index in range(min(len(items), _MOST_ITEMS)) if isinstance(items, generic.ArrayObject) else ():
        if unpacked > _MOST_BYTES:
            return
        try:
            content = _content(snapshot.resolved(items.raw_get(index)))
            unpacked += len(content)
            yield read(content)
        except (ValueError, TypeError, KeyError, AttributeError, PdfError, zlib.error):
            continue


def _content(stream: Any) -> bytes:
    if not isinstance(stream, generic.StreamObject) or len(stream.encoded_data) > _LARGEST_ITEM:
        raise ValueError("no stream, or too large")
    return bytes(stream.data)


def _certificate(der: bytes) -> x509.Certificate:
    certificate = x509.Certificate.load(der)
    _ = (certificate.subject.native, certificate.public_key.native)
    return certificate


def _revocation_list(der: bytes) -> crl.CertificateList:
    revocations = crl.CertificateList.load(der)
    _ = (revocations.issuer.native, revocations["tbs_cert_list"]["this_update"].native)
    return revocations


def _answer(der: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.OCSPResponse.load(der)
    _ = answer.response_data["produced_at"].native
    return answer
