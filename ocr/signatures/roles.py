"""Who signed in which role, and whether the right persons signed for this kind of document.

A role follows from the configured staff list (by fingerprint) or from the profile of the certificate, never from a
name that is merely displayed. Order and reach: the leader signs, then the organ's seal covers the whole file
(Decree 30/2020/NĐ-CP, article 13 and appendix I).
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import x509

from ocr.signatures.report import PASSED, ProfileFinding, SignatureFinding
from ocr.signatures.trust import TrustStore

_ORGAN_BEGINNINGS = (
    "uy ban nhan dan",
    "ubnd",
    "hoi dong nhan dan",
    "hdnd",
    "van phong",
    "so ",
    "phong ",
    "trung tam",
    "chi cuc",
    "cuc ",
    "bo ",
    "ban ",
    "cong an",
    "dang uy",
    "thanh tra",
    "chi nhanh",
    "tong cuc",
    "kho bac",
    "toa an",
    "vien ",
    "truong ",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the certificate says about its owner."""

    name: str
    organisation: str | None
    role: str
    """leader | organ | clerk | person | citizen; person is an official whose role the staff list does not say."""


def identity_of(
    certificate: x509.Certificate, fingerprint: str, anchor_kind: str | None, trust: TrustStore
) -> Identity:
    """Name, organisation and role of a certificate's owner. `anchor_kind` None means that no anchor was found."""
    subject = {key: value for key, value in certificate.subject.native.items() if isinstance(value, str)}
    units = certificate.subject.native.get("organizational_unit_name")
    name = subject.get("common_name") or subject.get("organization_name") or certificate.subject.human_friendly
    unit = next(iter(units), None) if isinstance(units, list) else units
    member = trust.member(fingerprint)
    if member:
        role: str = member.role
    elif looks_like_organ(name):
        role = "organ"
    else:
        role = "citizen" if anchor_kind == "public" else "person"
    return Identity(name, (name if role == "organ" else unit) or subject.get("organization_name"), role)


def looks_like_organ(common_name: str) -> bool:
    """The certificate is a public body's own: its common name is the body's name."""
    return folded(common_name).startswith(_ORGAN_BEGINNINGS)


def folded(text: str) -> str:
    """Lower case, without diacritics, single spaces: names are compared that way (đ counts as d)."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


@dataclass(frozen=True, slots=True)
class Profiles:
    """Judges whether the right persons signed. `own_organ_known`: the staff list names this unit's own seal."""

    findings: Sequence[SignatureFinding]
    own_organ_known: bool = False

    def fitting(self, *, scanned: bool | None) -> ProfileFinding:
        """Profile scan where `scanned`, citizen where only citizens signed, else result."""
        if scanned:
            return self._scan()
        if self.findings and {finding.role for finding in self.findings} == {"citizen"}:
            return self._citizen()
        return self._result()

    def _result(self) -> ProfileFinding:
        """Leader, then organ; nothing but extensions after the organ's seal; both PASSED."""
        leaders, organs = self._passed("leader"), self._passed("organ")
        reasons = []
        if not leaders:
            reasons.append(self._missing("lãnh đạo", ("leader", "person")))
        if not organs:
            reasons.append(self._missing("cơ quan (con dấu)", ("organ",)))
        if organs and organs[-1].changes not in {"none", "extension"}:
            reasons.append("Chữ ký số của cơ quan chưa bao trùm toàn bộ tệp.")
        if leaders and organs and self.findings.index(organs[-1]) < self.findings.index(leaders[0]):
            reasons.append("Sai thứ tự: lãnh đạo phải ký trước, cơ quan đóng dấu sau.")
        return ProfileFinding("result", self._answer(reasons), tuple(reasons))

    def _scan(self) -> ProfileFinding:
        """A scan of paper: signed by the organ or by the clerk who scanned it."""
        if self._passed("organ") or self._passed("clerk"):
            return ProfileFinding("scan", True)
        reasons = [self._missing("cơ quan hoặc bộ phận một cửa (sao y, số hóa)", ("organ", "clerk", "person"))]
        return ProfileFinding("scan", self._answer(reasons), tuple(reasons))

    def _citizen(self) -> ProfileFinding:
        """A citizen's paper: any trusted signature."""
        if any(finding.verdict.word == PASSED for finding in self.findings):
            return ProfileFinding("citizen", True)
        reasons = [self._missing("người nộp", ("citizen",))]
        return ProfileFinding("citizen", self._answer(reasons), tuple(reasons))

    def _passed(self, role: str) -> list[SignatureFinding]:
        """PASSED signatures in this role; a stranger's seal is none of ours where our own is known."""
        return [
            finding
            for finding in self.findings
            if finding.role == role
            and finding.verdict.word == PASSED
            and (role != "organ" or finding.on_staff or not self.own_organ_known)
        ]

    def _missing(self, who: str, roles: tuple[str, ...]) -> str:
        others = [finding for finding in self.findings if finding.role in roles]
        if not others:
            return f"Thiếu chữ ký số của {who}."
        first = others[0]
        if first.verdict.word != PASSED:
            return f"Chữ ký số của {who} chưa hợp lệ ({first.verdict.word}/{first.verdict.sub})."
        if first.role == "organ":
            return f"Con dấu số là của cơ quan khác ({first.signer}); thiếu chữ ký số của {who}."
        return f"Chữ ký số của {first.signer} hợp lệ, nhưng người này chưa có trong danh sách {who} (staff.yaml)."

    def _answer(self, reasons: Sequence[str]) -> bool | None:
        """False where a rule is surely broken; None where undecided signatures could still meet it."""
        if not reasons:
            return True
        undecided = any(finding.verdict.word == "INDETERMINATE" for finding in self.findings)
        unnamed = any(finding.role == "person" and finding.verdict.word == PASSED for finding in self.findings)
        return None if undecided or unnamed else False
