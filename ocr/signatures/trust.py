"""What is trusted: anchors, intermediates, revocation lists, policy and staff list of a folder, as plain values.

A `TrustStore` holds bytes and can be sent to a worker process. Reading it parses every certificate once, so that a
bad file is named when the store is loaded and not when a document is judged.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from asn1crypto import crl, pem, x509

from config.trust_policy import BadTrustPolicy, StaffMember, TrustPolicy, load_policy, load_staff
from ocr.signatures.errors import BadTrustStore

_CERTIFICATES = {".pem", ".crt", ".cer", ".der"}
_LISTS = {".crl", ".pem", ".der"}
_LARGEST_FILE = 64 << 20


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Trust as values: DER certificates and lists, the policy, the staff list, and a digest that names all of it."""

    anchors: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    policy: TrustPolicy = field(default_factory=TrustPolicy)
    staff: tuple[StaffMember, ...] = ()
    faults: tuple[str, ...] = ()
    """Files of the folder that were left out because nothing can be made of them; only where that was asked for."""

    @classmethod
    def load(cls, folder: Path | None, *, leave_out_bad: bool = False) -> TrustStore:
        """The trust of a folder laid out as config/trust/README.md says; None or a missing folder trusts nobody.

        With `leave_out_bad` an unusable file is named in `faults` and trusts nobody; in place of an unusable policy
        the strictest holds.

        Raises:
            BadTrustStore: lists every file that is no certificate, no revocation list or no valid policy.
        """
        if folder is None or not folder.is_dir():
            return cls()
        reading = _Reading(folder)
        anchors = [*reading.certificates("anchors"), *reading.loose(anchors=True)]
        store = cls(
            anchors=tuple(sorted(set(anchors))),
            intermediates=tuple(sorted({*reading.certificates("intermediates"), *reading.loose(anchors=False)})),
            crls=tuple(sorted(set(reading.lists()))),
            policy=reading.policy(),
            staff=reading.staff(),
        )
        if reading.faults and not leave_out_bad:
            raise BadTrustStore("\n".join([f"Thư mục tin cậy {folder} có tệp không dùng được:", *reading.faults]))
        return replace(store, faults=tuple(reading.faults))

    def refusing_sha1(self) -> TrustStore:
        """The same trust under the strict policy: SHA-1 counts nowhere (PAR_SHA1=strict)."""
        strict = self.policy.model_copy(update={"sha1": "strict", "name": f"{self.policy.name} (không nhận SHA-1)"})
        return replace(self, policy=strict)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that can change a verdict; stored beside each verdict."""
        return _digest(self)

    def member(self, fingerprint: str) -> StaffMember | None:
        """The staff member whose certificate has this SHA-256; None for a stranger."""
        return next((m for m in self.staff if m.fingerprint.lower() == fingerprint.lower()), None)


def trust_now(folder: Path | None, *, refusing_sha1: bool = False) -> TrustStore:
    """The trust that a folder holds now, bad files left out, as PAR_SHA1 says."""
    store = TrustStore.load(folder, leave_out_bad=True)
    return store.refusing_sha1() if refusing_sha1 and store.policy.sha1 != "strict" else store


trust_of = functools.lru_cache(maxsize=4)(trust_now)
"""The same, read once in each process: for workers, which live for one batch."""


@functools.lru_cache(maxsize=4)
def _digest(store: TrustStore) -> str:
    total = hashlib.sha256()
    for name, items in (("anchor", store.anchors), ("intermediate", store.intermediates), ("crl", store.crls)):
        for item in items:
            total.update(f"{name}:{hashlib.sha256(item).hexdigest()}\n".encode())
    total.update(store.policy.model_dump_json().encode())
    for member in store.staff:
        total.update(member.model_dump_json().encode())
    return total.hexdigest()


@dataclass(slots=True)
class _Reading:
    """Reads a folder and gathers every fault instead of stopping at the first."""

    folder: Path
    faults: list[str] = field(default_factory=list)

    def certificates(self, name: str) -> Iterator[bytes]:
        for file in _files(self.folder / name, _CERTIFICATES):
            yield from self._checked(file, _CERTIFICATE)

    def loose(self, *, anchors: bool) -> Iterator[bytes]:
        """Certificates in the folder itself: self-signed ones are anchors, the others intermediates."""
        for file in _files(self.folder, _CERTIFICATES):
            yield from (der for der in self._checked(file, _CERTIFICATE) if _self_issued(der) == anchors)

    def lists(self) -> Iterator[bytes]:
        for name in ("crls", "crl"):
            for file in _files(self.folder / name, _LISTS, deep=True):
                yield from self._checked(file, _LIST)
        for file in _files(self.folder, {".crl"}):
            yield from self._checked(file, _LIST)

    def policy(self) -> TrustPolicy:
        try:
            return load_policy(self.folder / "policy.yaml")
        except BadTrustPolicy as error:
            self.faults.append(str(error))
            return TrustPolicy(name="policy.yaml không đọc được", sha1="strict")

    def staff(self) -> tuple[StaffMember, ...]:
        try:
            return load_staff(self.folder / "staff.yaml")
        except BadTrustPolicy as error:
            self.faults.append(str(error))
            return ()

    def _checked(self, file: Path, kind: tuple[str, Callable[[bytes], None]]) -> list[bytes]:
        wanted, check = kind
        try:
            if file.stat().st_size > _LARGEST_FILE:
                raise ValueError(f"lớn hơn {_LARGEST_FILE >> 20} MiB")
            found = _blocks(file.read_bytes())
            for der in found:
                check(der)
        except (ValueError, TypeError, OSError) as error:
            fault = f"  {file.relative_to(self.folder)}: {wanted}; {str(error).splitlines()[0]}"
            if fault not in self.faults:
                self.faults.append(fault)
            return []
        return found


def _blocks(content: bytes) -> list[bytes]:
    """The DER values of a file that is either DER or any number of PEM blocks."""
    if pem.detect(content):
        return [der for _, _, der in pem.unarmor(content, multiple=True)]
    return [content]


def _check_certificate(der: bytes) -> None:
    certificate = x509.Certificate.load(der, strict=True)
    _ = (certificate.subject.native, certificate.public_key.native, certificate.not_valid_after)


def _check_list(der: bytes) -> None:
    revocations = crl.CertificateList.load(der, strict=True)
    _ = (revocations.issuer.native, revocations["tbs_cert_list"]["this_update"].native)


_CERTIFICATE = ("không phải chứng thư X.509 (PEM hoặc DER)", _check_certificate)
_LIST = ("không phải danh sách thu hồi (CRL)", _check_list)


def _files(folder: Path, suffixes: set[str], *, deep: bool = False) -> list[Path]:
    found = folder.rglob("*") if deep else folder.glob("*")
    return sorted(file for file in found if file.is_file() and file.suffix.lower() in suffixes)


def _self_issued(der: bytes) -> bool:
    certificate = x509.Certificate.load(der)
    return bool(certificate.subject == certificate.issuer)
