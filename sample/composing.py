"""A document to pages of marks: heading, number, title, body, recipients and signature block."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sample.drafts import Document
from sample.paper import (
    HEIGHT,
    WIDTH,
    Box,
    Mark,
    Page,
    Rule,
    Text,
    balanced,
    broken,
    centred,
    set_line,
    width_of,
    words_of,
)

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
SIGNATURE_HEIGHT = 62.0
SEAL_DIAMETER = 102.0
"""36 mm: the seal of an organ of the state."""
_SMALL = 11.0


@dataclass(frozen=True, slots=True)
class Composed:
    """Pages of marks, and the boxes of signature and seal on the last page."""

    pages: tuple[Page, ...]
    signature: Box
    seal: Box
    organ: str
    signer: str


def composed(document: Document) -> Composed:
    """Lay a document out."""
    setter = _Setter(document)
    setter.heading()
    setter.title()
    *body, last = document.body
    for paragraph in body:
        setter.paragraph(paragraph)
    setter.keep_together(last)
    setter.paragraph(last)
    signature, seal = setter.closing()
    setter.trailer()
    return Composed(tuple(setter.pages), signature, seal, " ".join(document.organ), document.signer)


def date_text(day: date | None, year: int) -> str:
    """ "ngày 03 tháng 02 năm 2025"; days under ten and January, February with a leading zero; blank for None."""
    if day is None:
        return f"ngày       tháng       năm {year}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


@dataclass(slots=True)
class _Setter:
    """Sets one document from the top down."""

    document: Document
    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = 0.0

    def __post_init__(self) -> None:
        self.y = HEIGHT - self.document.style.margins.top

    @property
    def left(self) -> float:
        return self.document.style.margins.left

    @property
    def width(self) -> float:
        return WIDTH - self.left - self.document.style.margins.right

    def put(self, *marks: Mark) -> None:
        self.pages[-1].marks.extend(marks)

    def heading(self) -> None:
        """Organ at the left, name of the state at the right, number and date below."""
        size = self.document.style.heading_size
        left, right = self.left + self.width * 0.19, self.left + self.width * 0.70
        lines = [(text, "regular") for text in (self.document.parent,) if text]
        lines += [(text, "bold") for text in self.document.organ]
        y = self.y - size
        for place, (text, face) in enumerate(lines):
            self.put(centred(text, left, y - place * size * 1.2, face, size))
        self.put(centred(NATION, right, y, "bold", size), centred(MOTTO, right, y - size * 1.25, "bold", size + 1))
        under = y - max(len(lines) - 1, 1) * size * 1.25 - 5
        half = width_of(MOTTO, "bold", size + 1) / 2
        self.put(Rule(left - 32, under, left + 32, under), Rule(right - half, under, right + half, under))
        self._number(left, under - 19)
        self._date(right, under - 19)
        self.y = under - 26
        if not self.document.kind:
            self._reference(left)

    def _number(self, x: float, y: float) -> None:
        document, size = self.document, 13.0
        blank = document.by_hand or not document.number
        shown = "" if not blank else "          " if document.by_hand else "      "
        line = centred(f"Số: {shown or document.number}/{document.symbol}", x, y, "regular", size)
        self.put(line)
        if document.by_hand and document.number:
            self.put(Text(line.x + width_of("Số: ", "regular", size) + 1, y, document.number, "italic", 16, "pen"))

    def _date(self, x: float, y: float) -> None:
        document, size = self.document, 13.0
        said = date_text(document.issued_on, document.year)
        hand = document.issued_on if document.by_hand else None
        if hand:
            said = said.replace(f"ngày {hand.day:02d}", "ngày        ")
        line = centred(f"{document.place}, {said}", x, y, "italic", size)
        self.put(line)
        if hand:
            start = line.x + width_of(f"{document.place}, ngày ", "italic", size)
            self.put(Text(start + 1, y, f"{hand.day:02d}", "italic", 16, "pen"))

    def _reference(self, x: float) -> None:
        for words in balanced(list(words_of(f"V/v {self.document.subject}")), self.width * 0.42, 12.0):
            self.y -= 14
            self.put(centred(" ".join(text for text, _ in words), x, self.y, "regular", 12.0))

    def title(self) -> None:
        """Type and subject, or the addressee of a letter; then who decides, in decisions."""
        document, middle = self.document, self.left + self.width / 2
        self.y -= 16
        if document.kind:
            self.y -= 14
            self.put(centred(document.kind, middle, self.y, "bold", 14.0))
            for words in balanced(list(words_of(document.subject)), self.width * 0.86, 14.0):
                self.y -= 17
                self.put(centred(" ".join(text for text, _ in words), middle, self.y, "bold", 14.0))
            self.y -= 6
            self.put(Rule(middle - 40, self.y, middle + 40, self.y))
        self._addressee(middle)
        if document.authority:
            self.y -= 24
            self.put(centred(document.authority, middle, self.y, "bold", 14.0))
        self.y -= 14

    def _addressee(self, middle: float) -> None:
        names = self.document.addressee
        if len(names) == 1:
            self.y -= 24
            self.put(centred(f"Kính gửi: {names[0]}", middle, self.y, "regular", 14.0))
        elif names:
            self.y -= 24
            self.put(Text(middle - 130, self.y, "Kính gửi:", "regular", 14.0))
            for name in names:
                self.y -= 17
                self.put(Text(middle - 70, self.y, f"- {name}", "regular", 14.0))

    def paragraph(self, text: str) -> None:
        """A justified paragraph; one wholly inside `<c>` is centred."""
        measure = self.document.style.measure
        if text.startswith("<c>"):
            self._line_down()
            words = list(words_of(text.removeprefix("<c>")))
            self.put(
                centred(" ".join(word for word, _ in words), self.left + self.width / 2, self.y, words[0][1], 14.0)
            )
            self.y -= measure.after
            return
        lines = broken(list(words_of(text)), self.width, measure.size, measure.indent)
        for place, words in enumerate(lines):
            self._line_down()
            indent = measure.indent if place == 0 else 0.0
            fill = None if place == len(lines) - 1 else self.width - indent
            self.put(*set_line(words, self.left + indent, self.y, measure.size, fill=fill))
        self.y -= measure.after

    def _line_down(self) -> None:
        line = self.document.style.measure.line
        if self.y - line < self.document.style.margins.bottom:
            self._new_page()
        self.y -= line

    def _new_page(self) -> None:
        self.pages.append(Page())
        self.y = HEIGHT - self.document.style.margins.top
        self.put(centred(str(len(self.pages)), WIDTH / 2, HEIGHT - 40, "regular", 13.0))

    def keep_together(self, last: str) -> None:
        """A new page if the last paragraph and the signature block do not fit on this one."""
        measure = self.document.style.measure
        lines = len(broken(list(words_of(last)), self.width, measure.size, measure.indent))
        if self.y - lines * measure.line - self._closing_height() < self.document.style.margins.bottom:
            self._new_page()

    def _closing_height(self) -> float:
        signing = len(self.document.signature) * 17 + SIGNATURE_HEIGHT + 34
        return max(signing, (len(self.document.recipients) + 2) * 13.0 + 20)

    def closing(self) -> tuple[Box, Box]:
        """Recipients at the left, who signs at the right; the boxes of signature and seal."""
        self.y -= 20
        middle = self.left + self.width * 0.73
        y = self.y
        for text in self.document.signature:
            self.put(centred(text, middle, y, "bold", 14.0))
            y -= 17
        signature = (middle - 62, y - SIGNATURE_HEIGHT + 6, middle + 62, y + 6)
        name = y - SIGNATURE_HEIGHT - 10
        self.put(centred(self.document.signer, middle, name, "bold", 14.0))
        below = self._recipients()
        left = signature[0] + 124 / 3 - SEAL_DIAMETER * 0.8
        bottom = (signature[1] + signature[3]) / 2 - SEAL_DIAMETER / 2
        self.y = min(name, below)
        return signature, (left, bottom, left + SEAL_DIAMETER, bottom + SEAL_DIAMETER)

    def _recipients(self) -> float:
        if not self.document.recipients:
            return self.y
        self.put(Text(self.left, self.y, "Nơi nhận:", "bolditalic", 12.0))
        y = self.y - 2
        for line in self.document.recipients:
            y -= 13
            self.put(Text(self.left, y, f"- {line}", "regular", _SMALL))
        return y

    def trailer(self) -> None:
        """A line such as a download mark, at the foot of the last page."""
        if self.document.trailer:
            self.put(Text(self.left, 30, self.document.trailer, "regular", 8.0))
