"""Does a certificate lead to a trusted anchor at one moment: pyHanko's path validation over local data alone.

Nothing here may go online: no fetcher exists, and the coroutines of the library are driven without an event loop, so
that not even a loop's own socket is opened.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.validation.generic_cms import validate_cert_usage
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import InvalidCertificateError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from ocr.signatures.trust import TrustStore

T = TypeVar("T")

SIGNER_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
_ANY_USAGE = KeyUsageConstraints(key_usage=set())
STAMPER_USAGE = KeyUsageConstraints(key_usage=set(), extd_key_usage={"time_stamping"})


class _AnyAlgorithm(AlgorithmUsagePolicy):
    """Lets every algorithm through: strength is judged afterwards, by the anchor that was found (algorithms.py)."""

    def digest_algorithm_allowed(self, algo: Any, moment: Any) -> AlgorithmUsageConstraint:  # noqa: ARG002
        return AlgorithmUsageConstraint(allowed=True)

    def signature_algorithm_allowed(
        self,
        algo: Any,  # noqa: ARG002
        moment: Any,  # noqa: ARG002
        public_key: Any,  # noqa: ARG002
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(allowed=True)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Certificates and revocation data at hand: the store's, and what the document itself carries."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def with_more(self, other: Knowledge) -> Knowledge:
        """Both together."""
        return Knowledge(self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps)


@functools.lru_cache(maxsize=4)
def stored_knowledge(trust: TrustStore) -> Knowledge:
    """The store's intermediates and revocation lists, parsed once."""
    return Knowledge(
        tuple(x509.Certificate.load(der) for der in trust.intermediates),
        tuple(crl.CertificateList.load(der) for der in trust.crls),
    )


@functools.lru_cache(maxsize=4)
def _anchors(trust: TrustStore) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(der) for der in trust.anchors)


@dataclass(frozen=True, slots=True)
class PathFinding:
    """What path validation said at `moment`. `problem` is empty where the certificate is fine."""

    moment: datetime
    problem: str = ""
    """Name of an ETSI sub-indication."""
    path: tuple[x509.Certificate, ...] = ()
    """Signer first, anchor last; empty where no path was found."""
    revoked_at: datetime | None = None
    revocation_checked: bool = True

    @property
    def anchor_fingerprint(self) -> str | None:
        """SHA-256 of the anchor's certificate."""
        return fingerprint(self.path[-1]) if self.path else None


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who is believed and what is known: everything path validation needs besides the certificate and the moment."""

    trust: TrustStore
    knowledge: Knowledge
    usage: KeyUsageConstraints = field(default=SIGNER_USAGE)

    def check(self, certificate: x509.Certificate, moment: datetime, *, in_the_past: bool = False) -> PathFinding:
        """Validate `certificate` as of `moment`.

        In the past, revocation data issued later counts as well, but only while the certificate was valid:
        authorities drop expired certificates from their lists.
        """
        finding = self._checked(certificate, moment, in_the_past, _REQUIRED)
        if finding.problem in NO_REVOCATION_DATA and self.trust.policy.accept_without_revocation:
            without = self._checked(certificate, moment, in_the_past, _NOT_CHECKED)
            return without if not without.problem else finding
        return finding

    def _checked(
        self, certificate: x509.Certificate, moment: datetime, in_the_past: bool, rule: RevocationCheckingPolicy
    ) -> PathFinding:
        latest = certificate.not_valid_after if in_the_past else moment
        context = ValidationContext(
            trust_roots=_anchors(self.trust),
            other_certs=self.knowledge.certificates,
            moment=moment,
            crls=_newest(self.knowledge.crls, certificate.issuer, latest, moment if not in_the_past else None),
            ocsps=[answer for answer in self.knowledge.ocsps if _produced(answer) <= latest],
            revinfo_policy=CertRevTrustPolicy(rule, retroactive_revinfo=in_the_past),
            algorithm_usage_policy=_AnyAlgorithm(),
            allow_fetching=False,
        )
        paths = context.path_builder.async_build_paths_lazy(certificate)
        result = run(validate_cert_usage(certificate, context, key_usage_settings=_ANY_USAGE, paths=paths))
        found = result.success_result or result.error_path
        problem = result.error_subindic.name if result.error_subindic else ""
        return PathFinding(
            moment=moment,
            problem=problem or self._misuse(certificate),
            path=_certificates(found) if found else (),
            revoked_at=result.revo_details.revocation_date if result.revo_details else None,
            revocation_checked=rule is _REQUIRED,
        )

    def _misuse(self, certificate: x509.Certificate) -> str:
        """The certificate was issued for something else."""
        try:
            self.usage.validate(certificate)
        except InvalidCertificateError:
            return "SIG_CONSTRAINTS_FAILURE"
        return ""


_REQUIRED = RevocationCheckingPolicy(
    RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
)
_NOT_CHECKED = RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
NO_REVOCATION_DATA = frozenset({"TRY_LATER", "CERTIFICATE_CHAIN_GENERAL_FAILURE"})


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Finish a coroutine that never waits. Raises RuntimeError if it does wait, i.e. wants the network."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("signature checking wanted to wait for something outside")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, hexadecimal."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def _certificates(path: ValidationPath) -> tuple[x509.Certificate, ...]:
    chain = [item for item in path.iter_certs(include_root=True) if isinstance(item, x509.Certificate)]
    return tuple(reversed(chain))


def _newest(
    lists: Iterable[crl.CertificateList], issuer: x509.Name, latest: datetime, moment: datetime | None
) -> list[crl.CertificateList]:
    """The newest list of each issuer, for `issuer` not newer than `latest`, for others not newer than `moment`."""
    newest: dict[bytes, crl.CertificateList] = {}
    for revocations in lists:
        bound = latest if revocations.issuer == issuer else moment
        issued = _issued(revocations)
        if bound is not None and issued > bound:
            continue
        key = revocations.issuer.dump() + (revocations.authority_key_identifier or b"")
        if key not in newest or _issued(newest[key]) < issued:
            newest[key] = revocations
    return list(newest.values())


def _issued(revocations: crl.CertificateList) -> datetime:
    moment: datetime = revocations["tbs_cert_list"]["this_update"].native
    return moment


def _produced(answer: ocsp.OCSPResponse) -> datetime:
    moment: datetime = answer.response_data["produced_at"].native
    return moment


Check = Callable[[x509.Certificate, datetime], PathFinding]
