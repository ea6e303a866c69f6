"""What a trust folder holds, how old it is, and what a technician should mend, in plain Vietnamese."""

# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import crl, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ocr.signatures.chain import fingerprint
from ocr.signatures.report import VIETNAM
from ocr.signatures.trust import TrustStore

UNVERIFIED = "UNVERIFIED"
_EXPIRY_NOTICE = timedelta(days=180)
_OUT_OF_BAND = (
    "lấy dấu vân tay SHA-256 bằng một đường khác (công văn, điện thoại đến số đã biết, đơn vị cấp chứng thư), "
    "so từng ký tự, rồi ghim: parindex trust pin TỆP --fingerprint DẤU_VÂN_TAY"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing or old, and the way out; `needed`: without it no signature can pass."""

    what: str
    fix: str
    needed: bool = False

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"what": self.what, "fix": self.fix, "needed": self.needed}


@dataclass(frozen=True, slots=True)
class Survey:
    """A trust store looked at as of one moment."""

    store: TrustStore
    at: datetime

    @property
    def anchors(self) -> list[x509.Certificate]:
        """Roots, by name."""
        return _by_name(self.store.anchors)

    @property
    def intermediates(self) -> list[x509.Certificate]:
        """Sub-authorities, by name."""
        return _by_name(self.store.intermediates)

    def plain(self) -> dict[str, Any]:
        """JSON-ready: anchors, intermediates, lists, policy, staff, digest, faults, problems."""
        policy = self.store.policy
        return {
            "anchors": [self._anchor(one) for one in self.anchors],
            "intermediates": [self._intermediate(one) for one in self.intermediates],
            "lists": [self._lists(one) for one in (*self.anchors, *self.intermediates)],
            "policy": policy.model_dump(mode="json", exclude={"anchors"}),
            "staff": len(self.store.staff),
            "digest": self.store.digest,
            "faults": list(self.store.faults),
            "problems": [problem.plain() for problem in self.problems()],
        }

    def problems(self) -> list[Problem]:
        """What to mend, most urgent first."""
        return [
            *self._bad_files(),
            *self._bad_anchors(),
            *self._bad_intermediates(),
            *self._bad_lists(),
            *self._staff(),
        ]

    def _anchor(self, certificate: x509.Certificate) -> dict[str, Any]:
        mark, policy = fingerprint(certificate), self.store.policy
        pinned = any(one.sha256.lower() == mark for one in policy.anchors)
        return _described(certificate) | {
            "kind": policy.kind_of(mark),
            "pinned": pinned,
            "verified": pinned and UNVERIFIED not in policy.name_of(mark),
        }

    def _intermediate(self, certificate: x509.Certificate) -> dict[str, Any]:
        above = self._issuer(certificate)
        return _described(certificate) | {"issuer": _name(above) if above else None}

    def _issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        known = (*self.anchors, *self.intermediates)
        return next((one for one in known if _issued_by(certificate, one)), None)

    def _lists(self, authority: x509.Certificate) -> dict[str, Any]:
        own = self._lists_of(authority)
        newest = max(own, key=_issued, default=None)
        ends = _next_update(newest) if newest else None
        return {
            "authority": _name(authority),
            "count": len(own),
            "oldest": _day(min(map(_issued, own), default=None)),
            "newest": _day(_issued(newest) if newest else None),
            "next_update": _day(ends),
            "stale": ends is not None and ends < self.at,
        }

    def _lists_of(self, authority: x509.Certificate) -> list[crl.CertificateList]:
        lists = (crl.CertificateList.load(der) for der in self.store.crls)
        key = authority.key_identifier
        return [
            one
            for one in lists
            if one.issuer == authority.subject and (not key or one.authority_key_identifier in (None, key))
        ]

    def _bad_files(self) -> Iterator[Problem]:
        for fault in self.store.faults:
            yield Problem(
                f"Tệp không dùng được trong thư mục tin cậy: {fault.strip()}", "sửa hoặc bỏ tệp này", needed=True
            )

    def _bad_anchors(self) -> Iterator[Problem]:
        if not self.store.anchors:
            yield Problem("Chưa có chứng thư gốc nào, nên chưa chữ ký nào được tin.", _OUT_OF_BAND, needed=True)
        for certificate in self.anchors:
            about = self._anchor(certificate)
            if not about["pinned"]:
                yield Problem(f"{about['name']}: chứng thư gốc chưa được ghim trong policy.yaml.", _OUT_OF_BAND)
            elif not about["verified"]:
                yield Problem(f"{about['name']}: dấu vân tay chưa được đối chiếu.", _OUT_OF_BAND)
            if certificate.not_valid_after < self.at + _EXPIRY_NOTICE:
                yield Problem(
                    f"{about['name']}: chứng thư gốc hết hạn ngày {about['valid_to']}.",
                    "hỏi cơ quan cấp chứng thư về chứng thư gốc mới; giữ chứng thư cũ để kiểm tra văn bản cũ",
                )

    def _bad_intermediates(self) -> Iterator[Problem]:
        if self.store.anchors and not self.store.intermediates:
            yield Problem(
                "Chưa có chứng thư của cơ quan cấp dưới: chữ ký thật chỉ kèm chứng thư của người ký.",
                "ghim các chứng thư trung gian: parindex trust pin TỆP --fingerprint DẤU_VÂN_TAY",
                needed=True,
            )
        for certificate in self.intermediates:
            if self._issuer(certificate) is None:
                yield Problem(
                    f"{_name(certificate)}: không có chứng thư của cơ quan đã cấp nó.",
                    "ghim thêm chứng thư của cấp trên",
                )

    def _bad_lists(self) -> Iterator[Problem]:
        for about in map(self._lists, (*self.anchors, *self.intermediates)):
            if not about["count"]:
                yield Problem(
                    f"{about['authority']}: chưa có danh sách thu hồi, chữ ký dưới cơ quan này sẽ chưa kết luận được.",
                    "parindex trust update (hoặc chép tệp .crl vào thư mục crls)",
                )
            elif about["stale"]:
                yield Problem(
                    f"{about['authority']}: danh sách thu hồi mới nhất ngày {about['newest']}, đã quá hạn ngày "
                    f"{about['next_update']}.",
                    "parindex trust update",
                )

    def _staff(self) -> Iterator[Problem]:
        if self.store.anchors and not self.store.staff:
            yield Problem(
                "staff.yaml chưa khai ai là lãnh đạo, con dấu, bộ phận một cửa: chữ ký hợp lệ cũng chưa biết của ai.",
                "thêm dấu vân tay chứng thư (parindex inspect TỆP --json) và vai trò vào staff.yaml",
            )


def _issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Checked with the key: false authorities bear the right names, too."""
    try:
        pyca.load_der_x509_certificate(certificate.dump()).verify_directly_issued_by(
            pyca.load_der_x509_certificate(authority.dump())
        )
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _described(certificate: x509.Certificate) -> dict[str, Any]:
    return {
        "name": _name(certificate),
        "organisation": certificate.subject.native.get("organization_name"),
        "fingerprint": fingerprint(certificate),
        "key": hashlib.sha256(certificate.public_key.dump()).hexdigest(),
        "valid_from": _day(certificate.not_valid_before),
        "valid_to": _day(certificate.not_valid_after),
    }


def _by_name(ders: Sequence[bytes]) -> list[x509.Certificate]:
    return sorted((x509.Certificate.load(der) for der in ders), key=lambda one: (_name(one), fingerprint(one)))


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)


def _issued(revocations: crl.CertificateList) -> datetime:
    moment: datetime = revocations["tbs_cert_list"]["this_update"].native
    return moment


def _next_update(revocations: crl.CertificateList) -> datetime | None:
    moment: datetime | None = revocations["tbs_cert_list"]["next_update"].native
    return moment


def _day(moment: datetime | None) -> str | None:
    """ISO day in Vietnam."""
    return moment.astimezone(VIETNAM).date().isoformat() if moment else None
