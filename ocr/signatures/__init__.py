"""Is a PDF validly signed, by whom, in which role, when, and over what.

`examine_signatures(data, trust=TrustStore.load(folder), at=now)` gives a `SignatureReport`; pyHanko is loaded when it
is called for the first time.
"""

from __future__ import annotations

from datetime import datetime

from ocr.signatures.errors import BadTrustStore
from ocr.signatures.report import SignatureFinding, SignatureReport, Verdict
from ocr.signatures.trust import TrustStore, trust_now, trust_of


def examine_signatures(
    data: bytes, *, trust: TrustStore, at: datetime, scanned: bool | None = None, text: str = ""
) -> SignatureReport:
    """Verdict about the signatures of a PDF given as its bytes, as of `at`; see `ocr.signatures.examine`."""
    from ocr.signatures import examine

    return examine.examine_signatures(data, trust=trust, at=at, scanned=scanned, text=text)


__all__ = [
    "BadTrustStore",
    "SignatureFinding",
    "SignatureReport",
    "TrustStore",
    "Verdict",
    "examine_signatures",
    "trust_now",
    "trust_of",
]
