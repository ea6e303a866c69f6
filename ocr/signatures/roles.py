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


def profile_for(findings: Sequence[SignatureFinding], *, scanned: bool | None, citizen: bool = False) -> ProfileFinding:
    """The profile that fits the document: scan where `scanned`, citizen where only citizens signed, else result."""
    if scanned:
        return _scan(findings)
    roles = {finding.role for finding in findings}
    if citizen or (findings and roles == {"citizen"}):
        return _citizen(findings)
    return _result(findings)


def _result(findings: Sequence[SignatureFinding]) -> ProfileFinding:
    """Leader, then organ over the whole file, both PASSED."""
    leaders = _passed(findings, "leader")
    organs = _passed(findings, "organ")
    reasons = []
    if not leaders:
        reasons.append(_missing("lãnh đạo", findings, ("leader", "person")))
    if not organs:
        reasons.append(_missing("cơ quan (con dấu)", findings, ("organ",)))
    if organs and not organs[-1].covers_whole_file:
        reasons.append("Chữ ký số của cơ quan chưa bao trùm toàn bộ tệp.")
    if leaders and organs and findings.index(organs[-1]) < findings.index(leaders[0]):
        reasons.append("Sai thứ tự: lãnh đạo phải ký trước, cơ quan đóng dấu sau.")
    return ProfileFinding("result", _answer(reasons, findings), tuple(reasons))


def _scan(findings: Sequence[SignatureFinding]) -> ProfileFinding:
    """A scan of paper: signed by the organ or by the clerk who scanned it."""
    if _passed(findings, "organ") or _passed(findings, "clerk"):
        return ProfileFinding("scan", True)
    reasons = [_missing("cơ quan hoặc bộ phận một cửa (sao y, số hóa)", findings, ("organ", "clerk", "person"))]
    return ProfileFinding("scan", _answer(reasons, findings), tuple(reasons))


def _citizen(findings: Sequence[SignatureFinding]) -> ProfileFinding:
    """A citizen's paper: any trusted signature."""
    if any(finding.verdict.word == PASSED for finding in findings):
        return ProfileFinding("citizen", True)
    reasons = [_missing("người nộp", findings, ("citizen", "person", "organ"))]
    return ProfileFinding("citizen", _answer(reasons, findings), tuple(reasons))


def _passed(findings: Sequence[SignatureFinding], role: str) -> list[SignatureFinding]:
    return [finding for finding in findings if finding.role == role and finding.verdict.word == PASSED]


def _missing(who: str, findings: Sequence[SignatureFinding], roles: tuple[str, ...]) -> str:
    others = [finding for finding in findings if finding.role in roles]
    if not others:
        return f"Thiếu chữ ký số của {who}."
    if others[0].verdict.word == PASSED:
        return f"Có chữ ký số hợp lệ của {others[0].signer} nhưng chưa có trong danh sách {who} (staff.yaml)."
    return f"Chữ ký số của {who} chưa hợp lệ ({others[0].verdict.word}/{others[0].verdict.sub})."


def _answer(reasons: Sequence[str], findings: Sequence[SignatureFinding]) -> bool | None:
    """False where a rule is surely broken; None where undecided signatures could still meet it."""
    if not reasons:
        return True
    undecided = any(finding.verdict.word == "INDETERMINATE" for finding in findings)
    unnamed = any(finding.role == "person" and finding.verdict.word == PASSED for finding in findings)
    return None if undecided or unnamed else False
