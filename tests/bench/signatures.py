"""What checking signatures costs: `python -m tests.bench.signatures`.

Prints three tables: our check against the bare library call in the same process (goal: at most 1.5 times), the time for
files up to 5 MB (goal: p95 under 2 s), and growth with the number of signatures (goal: linear).
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from io import BytesIO

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from ocr.signatures import TrustStore, examine_signatures
from tests.ocr.signatures.authority import AT, trust
from tests.ocr.signatures.case import SEAL, signed
from tests.ocr.signatures.cases_sound import SOUND, picture
from tests.ocr.signatures.raw_pdf import paper

_REPEATS = 3
_MANY = (1, 5, 10, 15, 20, 25)


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds, the best of several runs: other processes only ever make it slower."""
    best = float("inf")
    for _ in range(_REPEATS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def _bare(pdf: bytes, store: TrustStore) -> None:
    """The usual short recipe of the library over the same local data."""
    reader = PdfFileReader(BytesIO(pdf))
    for embedded in reader.embedded_regular_signatures:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(der) for der in store.anchors],
            other_certs=[x509.Certificate.load(der) for der in store.intermediates],
            crls=[crl.CertificateList.load(der) for der in store.crls],
            revocation_mode="require",
            moment=AT,
        )
        _ = validate_pdf_signature(embedded, context, context).bottom_line


def _many_signatures(count: int, base: bytes) -> bytes:
    pdf = base
    for number in range(count):
        pdf = signed(pdf, "leader" if number % 2 else "organ", field=f"Ky{number}", box=SEAL, appearance=picture())
    return pdf


def _against_the_library() -> Iterator[tuple[str, int, float, float]]:
    store = trust()
    for case in SOUND:
        if case.verdict == "PASSED" and case.name not in {"a14", "b15-policy"}:
            pdf = case.build()
            ours = _seconds(lambda pdf=pdf: examine_signatures(pdf, trust=store, at=AT))  # type: ignore[misc]
            yield f"{case.name} {case.says}", len(pdf), ours, _seconds(lambda pdf=pdf: _bare(pdf, store))  # type: ignore[misc]


def _growth() -> Iterator[tuple[int, int, float, float]]:
    base = paper(pages=20, filling=40_000)
    for count in _MANY:
        pdf = _many_signatures(count, base)
        ours = _seconds(lambda pdf=pdf: examine_signatures(pdf, trust=trust(), at=AT))  # type: ignore[misc]
        yield count, len(pdf), ours, _seconds(lambda pdf=pdf: _bare(pdf, trust()))  # type: ignore[misc]


def main() -> None:
    """Measure and print."""
    rows = list(_against_the_library())
    print(f"{'file':66} {'kB':>6} {'ours ms':>8} {'bare ms':>8} {'times':>6}")
    for name, size, ours, bare in rows:
        print(f"{name[:66]:66} {size // 1024:6} {ours * 1000:8.1f} {bare * 1000:8.1f} {ours / bare:6.2f}")
    times = sorted(ours for _, _, ours, _ in rows)
    print(f"median ratio {statistics.median(o / b for _, _, o, b in rows):.2f}, ", end="")
    print(f"p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms, most {times[-1] * 1000:.0f} ms\n")
    print(f"{'signatures':>10} {'kB':>6} {'ours ms':>8} {'each ms':>8} {'bare ms':>8}")
    for count, size, ours, bare in _growth():
        print(f"{count:10} {size // 1024:6} {ours * 1000:8.1f} {ours / count * 1000:8.1f} {bare * 1000:8.1f}")


if __name__ == "__main__":
    main()
