"""The PKI of the signature tests: the sample's, with more certificates that ought not to be believed."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime

from config.trust_policy import Anchor, StaffMember, TrustPolicy
from ocr.signatures import TrustStore
from sample.pki import ANCHORS, INTERMEDIATES, RECIPES, STAFF, Leaf, Pki, Recipe

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""Time of validation of all cases."""

TODAY = "2026-11-20"
_NEXT = "2027-01-20"
_LEADER = RECIPES["leader"].subject

MORE = {
    "future": Recipe(subject=_LEADER, issuer="ca", valid_from="2027-01-01"),
    "tls_only": Recipe(subject={"CN": "dichvucong.example"}, issuer="ca", usage="tls"),
    "weak_key": Recipe(subject=_LEADER, issuer="ca", bits=1024),
    "self_signed": Recipe(subject=_LEADER, issuer="self_signed"),
    "fake_tsa": replace(RECIPES["tsa"], issuer="fake_ca"),
}


@functools.cache
def pki() -> Pki:
    """One PKI for the whole test session."""
    return Pki(2026, RECIPES | MORE)


def leaf(name: str) -> Leaf:
    """A certificate with its key, by the name of its recipe."""
    return pki().leaf(name)


def stamped_by(name: str, tsa: str) -> Leaf:
    """The certificate, with another time-stamping authority."""
    return replace(leaf(name), tsa=leaf(tsa))


@functools.cache
def trust(
    *, crl_days: tuple[str, ...] = (TODAY,), sha1: str = "official_duty", accept_without_revocation: bool = False
) -> TrustStore:
    """Both roots trusted, intermediates and lists of `crl_days` at hand, the ward's staff known."""
    policy = TrustPolicy(
        name="thu",
        version="1",
        sha1=sha1,  # type: ignore[arg-type]
        accept_without_revocation=accept_without_revocation,
        anchors=tuple(Anchor(sha256=leaf(name).fingerprint, kind=kind) for name, kind in ANCHORS.items()),  # type: ignore[arg-type]
    )
    issuers = (*ANCHORS, *INTERMEDIATES)
    return TrustStore(
        anchors=tuple(leaf(name).der for name in ANCHORS),
        intermediates=tuple(leaf(name).der for name in INTERMEDIATES),
        crls=tuple(pki().crl(issuer, day, _NEXT) for issuer in issuers for day in crl_days),
        policy=policy,
        staff=tuple(
            StaffMember(fingerprint=leaf(name).fingerprint, person=person, role=role)  # type: ignore[arg-type]
            for name, (person, role) in STAFF.items()
        ),
    )
