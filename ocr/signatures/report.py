"""What checking the signatures of a file says: frozen values, and the JSON object that leaves this room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ocr.signatures.words import sentence

VIETNAM = timezone(timedelta(hours=7))

PASSED = "PASSED"
INDETERMINATE = "INDETERMINATE"
FAILED = "FAILED"
NO_SIGNATURE = "NO_SIGNATURE"
UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word of ETSI EN 319 102-1 and its sub-indication; `sub` is empty where there is nothing more to say."""

    word: str
    sub: str = ""

    @property
    def rank(self) -> int:
        """0 is best; the worst signature of a file gives the file's verdict."""
        return (PASSED, INDETERMINATE, FAILED).index(self.word)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFinding:
    """One signature. None means "not known"; times are aware."""

    field: str
    verdict: Verdict
    intact: bool | None = None
    """Signed bytes, signature value and later changes are all in order; None: could not be told."""
    signer: str | None = None
    organisation: str | None = None
    role: str | None = None
    """leader | organ | clerk | citizen, or person where an official's role is not on the staff list."""
    on_staff: bool = False
    """The certificate is on the configured staff list."""
    claimed_at: datetime | None = None
    trusted_at: datetime | None = None
    level: str | None = None
    """B-B | B-T | B-LT | B-LTA"""
    covers_whole_file: bool | None = None
    changes: str = "none"
    """What happened to the file after this signature: none | extension | signature | form | forbidden | unknown"""
    chain: tuple[str, ...] = ()
    """Common names from the signer to the anchor; only the known part where no anchor was found."""
    revocation: str = "unknown"
    """good | revoked | unknown | not_checked"""
    algorithm: str | None = None
    certificate_not_after: datetime | None = None
    certificate_serial: str | None = None
    certificate_fingerprint: str | None = None
    subfilter: str | None = None
    page: int | None = None
    """Page of the visible mark, from 1; None for an invisible signature."""
    box: tuple[float, float, float, float] | None = None
    """Left, bottom, right, top of the visible mark, in points from the page's lower left corner."""
    appearance: str | None = None
    """Text drawn by the signature's own mark: registries put number and day of issue there."""
    detail: str = ""
    warnings: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """JSON-ready; the keys that others rely on come first, in their order."""
        return {
            "field": self.field,
            "verdict": self.verdict.word,
            "sub": self.verdict.sub,
            "intact": self.intact,
            "signer": self.signer,
            "organisation": self.organisation,
            "role": self.role,
            "claimed_at": _moment(self.claimed_at),
            "trusted_at": _moment(self.trusted_at),
            "level": self.level,
            "covers_whole_file": self.covers_whole_file,
            "changes": self.changes,
            "chain": list(self.chain),
            "revocation": self.revocation,
            "algorithm": self.algorithm,
            "summary_vi": sentence(self.verdict.word, self.verdict.sub),
            "on_staff": self.on_staff,
            "certificate_not_after": _moment(self.certificate_not_after),
            "certificate_serial": self.certificate_serial,
            "certificate_fingerprint": self.certificate_fingerprint,
            "subfilter": self.subfilter,
            "page": self.page,
            "box": list(self.box) if self.box else None,
            "appearance": self.appearance,
            "detail": self.detail,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class ProfileFinding:
    """Whether the right persons signed for this kind of document; `met` None means nobody could tell."""

    name: str
    """result | scan | citizen | none"""
    met: bool | None
    reasons: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"name": self.name, "met": self.met, "reasons": list(self.reasons)}


NO_PROFILE = ProfileFinding("none", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """The file's verdict, its signatures in order of signing, its profile, and what the verdict rests on."""

    verdict: Verdict
    signatures: tuple[SignatureFinding, ...] = ()
    document_timestamps: tuple[SignatureFinding, ...] = ()
    profile: ProfileFinding = NO_PROFILE
    detail: str = ""
    warnings: tuple[str, ...] = ()
    trust_digest: str = ""
    policy: str = ""
    library: str = ""
    validated_at: datetime | None = field(default=None)

    def resting_on(self, *, trust_digest: str, policy: str, library: str, at: datetime) -> SignatureReport:
        """The same report with the versions it rests on."""
        return replace(self, trust_digest=trust_digest, policy=policy, library=library, validated_at=at)

    def plain(self) -> dict[str, Any]:
        """JSON-ready: verdict, sub, summary_vi, signatures, profile; then what the verdict rests on."""
        return {
            "verdict": self.verdict.word,
            "sub": self.verdict.sub,
            "summary_vi": sentence(self.verdict.word, self.verdict.sub),
            "signatures": [finding.plain() for finding in self.signatures],
            "profile": self.profile.plain(),
            "document_timestamps": [finding.plain() for finding in self.document_timestamps],
            "detail": self.detail,
            "warnings": list(self.warnings),
            "trust_digest": self.trust_digest,
            "policy": self.policy,
            "library": self.library,
            "validated_at": _moment(self.validated_at),
        }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).isoformat() if at else None
