"""The time ladder: what is valid now; else what a trusted time stamp proves; else nothing is proven.

Order of proof (ETSI EN 319 102-1, 5.3 to 5.6, in short):
1. the certificate is fine at the time of validation: PASSED;
2. it is not, but a trusted time stamp says when the signature existed: judge it as of then;
3. no trusted time: INDETERMINATE with the reason, never PASSED (unless the policy believes the signer's clock).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ocr.signatures.algorithms import Strength, sha1_too_late, strength
from ocr.signatures.chain import NO_REVOCATION_DATA, STAMPER_USAGE, Authorities, PathFinding
from ocr.signatures.report import FAILED, INDETERMINATE, PASSED, Verdict
from ocr.signatures.tokens import SignedMessage, hashed, stamp_integrity

_TIME_HELPS = {"OUT_OF_BOUNDS_NO_POE", "REVOKED_NO_POE", "REVOKED_CA_NO_POE", *NO_REVOCATION_DATA}


@dataclass(frozen=True, slots=True)
class TrustFinding:
    """Verdict about the signer's certificate and time; says nothing about the file."""

    verdict: Verdict
    path: PathFinding
    trusted_at: datetime | None = None
    revocation: str = "unknown"
    warnings: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Judges signatures of one document. `at` is the time of validation."""

    authorities: Authorities
    at: datetime

    def stamp_time(
        self, stamp: SignedMessage, imprinted: Callable[[str], bytes], known_at: datetime
    ) -> datetime | None:
        """The time that a sound, trusted time stamp proves; None where it proves nothing.

        `known_at` is when the stamp itself is known to have existed: now, or the time of a later trusted stamp.
        """
        integrity, time = stamp_integrity(stamp, imprinted)
        if not integrity.intact or time is None or time > self.at:
            return None
        stampers = replace(self.authorities, usage=STAMPER_USAGE)
        finding = stampers.check(stamp.signer, known_at, in_the_past=known_at < self.at)
        if finding.problem or self._strength(stamp, finding).refused:
            return None
        return time

    def trusted_time(self, message: SignedMessage, known_at: datetime) -> datetime | None:
        """The earliest time that the signature's own time stamps prove."""
        value = message.signer_info["signature"].native
        times = [self.stamp_time(stamp, lambda name: hashed(name, [value]), known_at) for stamp in message.stamps()]
        return min((time for time in times if time), default=None)

    def judge(self, message: SignedMessage, known_at: datetime, claimed_at: datetime | None) -> TrustFinding:
        """Verdict about the signer. `known_at` is when the signature surely existed (now, or a later trusted stamp)."""
        stamped = self.trusted_time(message, known_at)
        proven = stamped or (known_at if known_at < self.at else None)
        now = self.authorities.check(message.signer, self.at)
        finding = self._climb(message, now, proven, claimed_at)
        return self._weighed(message, finding, proven or claimed_at)

    def _climb(
        self, message: SignedMessage, now: PathFinding, proven: datetime | None, claimed_at: datetime | None
    ) -> TrustFinding:
        if not now.problem:
            if proven and not _within_validity(message, proven):
                return _outside_validity(message, now, proven)
            return TrustFinding(Verdict(PASSED), now, proven, self._revocation(now))
        if now.problem not in _TIME_HELPS:
            return TrustFinding(Verdict(INDETERMINATE, now.problem), now, proven)
        if proven:
            return self._as_of(message, now, proven)
        if self.authorities.trust.policy.accept_claimed_time and claimed_at and claimed_at <= self.at:
            finding = self._as_of(message, now, claimed_at)
            believed = "Thời điểm ký do người ký khai báo được tin theo chính sách, không có dấu thời gian."
            return replace(finding, trusted_at=None, warnings=(*finding.warnings, believed))
        return _unproven(message, now, self.at)

    def _as_of(self, message: SignedMessage, now: PathFinding, time: datetime) -> TrustFinding:
        """Judge as of a time at which the signature surely existed."""
        if not _within_validity(message, time):
            return _outside_validity(message, now, time)
        if now.problem == "REVOKED_NO_POE" and now.revoked_at and now.revoked_at <= time:
            return TrustFinding(Verdict(FAILED, "REVOKED"), now, time, "revoked")
        then = self.authorities.check(message.signer, time, in_the_past=True)
        if not then.problem:
            return TrustFinding(Verdict(PASSED), then, time, self._revocation(then))
        if then.problem == "REVOKED_NO_POE":
            return TrustFinding(Verdict(FAILED, "REVOKED"), then, time, "revoked")
        expired = now.problem == "OUT_OF_BOUNDS_NO_POE"
        no_data = "REVOCATION_OUT_OF_BOUNDS_NO_POE" if expired else "TRY_LATER"
        sub = no_data if then.problem in NO_REVOCATION_DATA else then.problem
        return TrustFinding(Verdict(INDETERMINATE, sub), then if then.path else now, time)

    def _weighed(self, message: SignedMessage, finding: TrustFinding, signed_at: datetime | None) -> TrustFinding:
        """The same finding after a look at the algorithms, which can only make it worse."""
        if not finding.path.path:
            return finding
        judged = self._strength(message, finding.path)
        late = bool(judged.warnings) and sha1_too_late(self.authorities.trust.policy, signed_at)
        if (judged.refused or late) and finding.verdict.word != FAILED:
            reason = judged.refused or "SHA-1 sau ngày cuối mà chính sách còn chấp nhận"
            return replace(finding, verdict=Verdict(INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE"), detail=reason)
        return replace(finding, warnings=(*finding.warnings, *judged.warnings))

    def _strength(self, message: SignedMessage, found: PathFinding) -> Strength:
        policy = self.authorities.trust.policy
        return strength(message, found.path, policy, policy.kind_of(found.anchor_fingerprint or ""))

    def _revocation(self, found: PathFinding) -> str:
        return "good" if found.revocation_checked else "not_checked"


def _within_validity(message: SignedMessage, time: datetime) -> bool:
    return bool(message.signer.not_valid_before <= time <= message.signer.not_valid_after)


def _outside_validity(message: SignedMessage, found: PathFinding, time: datetime) -> TrustFinding:
    sub = "EXPIRED_AT_SIGNING" if time > message.signer.not_valid_after else "NOT_YET_VALID"
    return TrustFinding(Verdict(FAILED, sub), found, time)


def _unproven(message: SignedMessage, now: PathFinding, at: datetime) -> TrustFinding:
    if message.signer.not_valid_before > at:
        return TrustFinding(Verdict(INDETERMINATE, "NOT_YET_VALID"), now)
    if message.signer.not_valid_after < at:
        return TrustFinding(Verdict(INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"), now)
    if now.problem in NO_REVOCATION_DATA:
        return TrustFinding(Verdict(INDETERMINATE, "TRY_LATER"), now)
    revocation = "revoked" if now.problem.startswith("REVOKED") else "unknown"
    return TrustFinding(Verdict(INDETERMINATE, now.problem), now, revocation=revocation)
