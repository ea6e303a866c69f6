"""Administrative documents that look like real ones (Decree 30/2020/NĐ-CP): as born-digital PDFs and as scans.

Reusable by tests: `born_digital(Document(...))`, `scanned(Document(...), scan=Scan(dpi=200))`, and `places(document)`
says where the signatures go.
"""

from __future__ import annotations

from dataclasses import dataclass

from sample.composing import Composed, composed
from sample.drafts import TM_KT, WARD_ORGAN, Document, Style
from sample.paper import Box
from sample.printing import pdf_of
from sample.scanning import Scan, scan_pdf


@dataclass(frozen=True, slots=True)
class Places:
    """Where signatures go: the page, from 0, and boxes in points."""

    page: int
    leader: Box
    organ: Box


def places(document: Document) -> Places:
    """Where the leader's and the organ's signatures of a document go."""
    laid = composed(document)
    return Places(len(laid.pages) - 1, laid.signature, laid.seal)


def born_digital(document: Document, *, stamped: bool = False) -> bytes:
    """The document as an unsigned PDF with a text layer. `stamped` puts pictures of seal and signature on it."""
    return pdf_of(composed(document), title=document.subject, version=document.style.pdf_version, stamped=stamped)


def scanned(document: Document, *, scan: Scan | None = None) -> bytes:
    """The document printed, signed by pen, sealed and scanned: page images in a PDF without a text layer."""
    return scan_pdf(composed(document), scan or Scan(), version=document.style.pdf_version)


__all__ = [
    "TM_KT",
    "WARD_ORGAN",
    "Composed",
    "Document",
    "Places",
    "Scan",
    "Style",
    "born_digital",
    "places",
    "scanned",
]
