"""One case: how its file is made and which verdict it must get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ocr.signatures import TrustStore
from sample.signing import CADES, Certification, sign_pdf
from tests.ocr.signatures.authority import leaf, trust
from tests.ocr.signatures.raw_pdf import paper

SIGNED_AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
SEAL = (100, 100, 220, 200)


@dataclass(frozen=True, slots=True)
class Case:
    """`verdict` is WORD or WORD/SUB; `build` makes the bytes."""

    name: str
    says: str
    verdict: str
    build: Callable[[], bytes]
    trust: Callable[[], TrustStore] = trust
    scanned: bool | None = None


def signed(
    pdf: bytes | None = None, who: str = "leader", *, field: str = "LanhDao", stamped: bool = False, **more: object
) -> bytes:
    """A signed paper; `more` goes to `sign_pdf`."""
    arguments: dict[str, object] = {"at": SIGNED_AT, "subfilter": CADES} | more
    return sign_pdf(pdf or paper(), leaf(who), field=field, timestamped=stamped, **arguments)  # type: ignore[arg-type]


def certified(permission: int, pdf: bytes | None = None, **more: object) -> bytes:
    """A paper certified with a DocMDP level."""
    return signed(pdf, certification=Certification(permission), **more)  # type: ignore[arg-type]
