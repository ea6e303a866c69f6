"""Fetch revocation lists into the dated archive of a trust folder: the only code of this room that goes online.

Checking never calls this; `parindex trust update` does, and a deployment may run it on another machine and copy the
folder. Every list is kept under its own date, because old lists decide about certificates that have expired since.
"""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from asn1crypto import crl, pem, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ocr.signatures.trust import TrustStore

_LARGEST_LIST = 64 << 20
_SECONDS = 60
_SECONDS_IN_ALL = 180.0
"""A server that hands out a byte now and then must not hold the command for ever."""
_NO_LDAP = "địa chỉ LDAP không được hỏi; dùng địa chỉ HTTP của cùng danh sách, hoặc chép tệp .crl vào thư mục crls"

Fetch = Callable[[str], bytes]
"""Gets the bytes behind an address. Raises OSError where it cannot."""


@dataclass(frozen=True, slots=True)
class Update:
    """What happened to one address: `outcome` is new | unchanged | refused | unreachable."""

    address: str
    outcome: str
    detail: str = ""
    file: Path | None = None


def update_crls(
    folder: Path, *, allowed_hosts: Iterable[str] = (), addresses: Iterable[str] = (), fetch: Fetch | None = None
) -> list[Update]:
    """Fetch the lists of every authority of the trust folder into `crls/<issuer>/<date>-<digest>.crl`.

    Addresses come from the policy, from the distribution points of the store's certificates and from `addresses`;
    only HTTP(S) to the policy's `crl_hosts` and `allowed_hosts` (a host or its subdomains) is asked. A list counts only
    if an authority of the store signed it. A failed address is reported and never stops the others.

    Raises:
        BadTrustStore: the folder holds something unusable.
    """
    store = TrustStore.load(folder)
    authorities = [x509.Certificate.load(der) for der in (*store.anchors, *store.intermediates)]
    hosts = tuple(host.lower() for host in (*store.policy.crl_hosts, *allowed_hosts))
    wanted = dict.fromkeys((*addresses, *store.policy.crl_addresses, *_distribution_points(authorities)))
    return [_updated(folder, address, hosts, authorities, fetch or download) for address in wanted]


def download(address: str) -> bytes:
    """The bytes behind an HTTP(S) address, at most 64 MiB, without following redirects to other hosts."""
    request = urllib.request.Request(address, headers={"User-Agent": "parindex"})
    opener = urllib.request.build_opener(_SameHost())
    content, until = bytearray(), time.monotonic() + _SECONDS_IN_ALL
    with opener.open(request, timeout=_SECONDS) as answer:
        while block := answer.read1(1 << 16):
            content += block
            if len(content) > _LARGEST_LIST:
                raise OSError(f"lớn hơn {_LARGEST_LIST >> 20} MiB")
            if time.monotonic() > until:
                raise OSError(f"quá {_SECONDS_IN_ALL:.0f} giây")
    return bytes(content)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only within the host that was allowed."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: object,
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> urllib.request.Request | None:
        new = urlsplit(newurl)
        if new.hostname != urlsplit(req.full_url).hostname or new.scheme not in {"http", "https"}:
            raise urllib.error.URLError(f"bị chuyển sang địa chỉ khác: {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _updated(
    folder: Path, address: str, hosts: tuple[str, ...], authorities: list[x509.Certificate], fetch: Fetch
) -> Update:
    if urlsplit(address).scheme in {"ldap", "ldaps"}:
        return Update(address, "refused", _NO_LDAP)
    if not _is_allowed(address, hosts):
        return Update(address, "refused", "máy chủ không nằm trong danh sách được phép (crl_hosts trong policy.yaml)")
    try:
        content = _der(fetch(address))
    except (OSError, ValueError) as error:
        return Update(address, "unreachable", str(error))
    try:
        revocations = crl.CertificateList.load(content, strict=True)
        issuer = _issuer_of(content, revocations, authorities)
        issued: datetime = revocations["tbs_cert_list"]["this_update"].native
    except (ValueError, TypeError) as error:
        return Update(address, "refused", f"không phải danh sách thu hồi: {error}")
    if issuer is None:
        return Update(address, "refused", "danh sách thu hồi không do cơ quan nào trong kho tin cậy ký")
    return _kept(folder, address, content, issuer, issued)


def _kept(folder: Path, address: str, content: bytes, issuer: x509.Certificate, issued: datetime) -> Update:
    """Write the list under its date; a list that is there already stays untouched."""
    name = f"{issued:%Y-%m-%dT%H%M%SZ}-{hashlib.sha256(content).hexdigest()[:12]}.crl"
    place = folder / "crls" / hashlib.sha256(issuer.public_key.dump()).hexdigest()[:16] / name
    if place.exists():
        return Update(address, "unchanged", file=place)
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(place)
    return Update(address, "new", file=place)


def _is_allowed(address: str, hosts: tuple[str, ...]) -> bool:
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return parts.scheme in {"http", "https"} and any(host == one or host.endswith("." + one) for one in hosts)


def _der(content: bytes) -> bytes:
    if pem.detect(content):
        der: bytes = pem.unarmor(content)[2]
        return der
    return content


def _distribution_points(certificates: Iterable[x509.Certificate]) -> Iterator[str]:
    for certificate in certificates:
        for point in certificate.crl_distribution_points:
            if point.url:
                yield str(point.url)


def _issuer_of(
    content: bytes, revocations: crl.CertificateList, authorities: Iterable[x509.Certificate]
) -> x509.Certificate | None:
    """The authority that really signed the list, checked with its key."""
    parsed = pyca.load_der_x509_crl(content)
    for authority in authorities:
        if authority.subject != revocations.issuer:
            continue
        key = pyca.load_der_x509_certificate(authority.dump()).public_key()
        try:
            if parsed.is_signature_valid(key):  # type: ignore[arg-type]
                return authority
        except (InvalidSignature, UnsupportedAlgorithm, TypeError):
            continue
    return None
