"""Administrative documents that look like real ones (Decree 30/2020/NĐ-CP): as born-digital PDFs and as scans.

Reusable by tests: `born_digital(Document(...))`, `scanned(Document(...), scan=Scan(dpi=200))`, and `places(document)`
says where the signatures go.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from sample.composing import Composed, composed
from sample.paper import Box, Margins, Measure
from sample.printing import pdf_of
from sample.scanning import Scan, scan_pdf

WARD_ORGAN = ("ỦY BAN NHÂN DÂN", "PHƯỜNG HỘI AN ĐÔNG")
TM_KT = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")


@dataclass(frozen=True, slots=True)
class Style:
    """What differs from office to office."""

    margins: Margins = field(default_factory=Margins)
    measure: Measure = field(default_factory=Measure)
    heading_size: float = 13.0
    pdf_version: tuple[int, int] = (1, 7)

    @classmethod
    def from_seed(cls, seed: int | str) -> Style:
        """One of many usual styles; the same seed gives the same one."""
        random = Random(f"{seed}/style")
        size = random.choice((13.0, 14.0, 14.0))
        measure = Measure(
            size, random.choice((1.12, 1.18, 1.25)), random.choice((28.35, 36.0)), random.choice((4, 6, 6))
        )
        margins = Margins(left=random.choice((85.0, 85.0, 92.0)), right=random.choice((42.5, 48.0, 51.0)))
        return cls(margins, measure, random.choice((12.0, 13.0)), random.choice(((1, 4), (1, 5), (1, 7))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document. Empty `number` or `issued_on` leave the place blank, as in drafts.

    `kind` is the type as printed ("QUYẾT ĐỊNH"), "" for a letter (công văn), whose subject stands under the number.
    `body` are paragraphs with `<b>` and `<i>`. `by_hand` says that number and day are written by pen (scans only).
    `trailer` is a line under the text of the last page, such as a download mark.
    """

    kind: str
    symbol: str
    subject: str
    body: tuple[str, ...]
    number: str = ""
    issued_on: date | None = None
    year: int = 2025
    parent: str = ""
    organ: tuple[str, ...] = WARD_ORGAN
    place: str = "Hội An Đông"
    addressee: tuple[str, ...] = ()
    authority: str = ""
    recipients: tuple[str, ...] = ("Như trên;", "Lưu: VT.")
    signature: tuple[str, ...] = TM_KT
    signer: str = "Nguyễn Thị Hồng"
    by_hand: bool = False
    trailer: str = ""
    style: Style = field(default_factory=Style)

    @property
    def full_number(self) -> str | None:
        """Number with symbol, None when blank."""
        return f"{self.number}/{self.symbol}" if self.number else None

    def in_style(self, seed: int | str) -> Document:
        """The same document in another office's style."""
        return replace(self, style=Style.from_seed(seed))


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
