"""What a document says, and how its office sets it: before anything is laid out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from sample.paper import Margins, Measure

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
