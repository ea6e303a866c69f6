"""For which period a document speaks, until when it may be used, and whether it is still good on a given day.

What a person said counts first; then the words of the subject or the file name ("quý III năm 2025", "6 tháng đầu năm");
then the year of issue. A document issued on a day speaks for the year of that day unless it names another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ocr.words import plain
from storage.documents.read_fields import value_of

GOOD, EXPIRED, OTHER_PERIOD, TOO_LATE, UNKNOWN = "good", "expired", "other_period", "too_late", "unknown"
SAID, READ, ISSUED = "said", "read", "issued"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_STRETCH = re.compile(r"\bgiai doan (20\d{2}) (20\d{2})\b")
_QUARTER = re.compile(r"\bquy (iv|i{1,3}|[1-4])\b")
_HALF = re.compile(r"\b(?:6|sau) thang (dau|cuoi)\b")
_NINE = re.compile(r"\b(?:9|chin) thang\b")
_MONTH = re.compile(r"\bthang (1[0-2]|0?[1-9])\b")


@dataclass(frozen=True, slots=True)
class Term:
    """The period a document speaks for (both days included), its last day of use (None: without end), and how we know.

    `known_by` is said (by a person) | read (from its words) | issued (year of issue); empty: nothing is known.
    """

    speaks_from: date | None = None
    speaks_to: date | None = None
    expires_on: date | None = None
    known_by: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        days = {name: getattr(self, name) for name in ("speaks_from", "speaks_to", "expires_on")}
        return {name: day.isoformat() if day else None for name, day in days.items()} | {"known_by": self.known_by}


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether a document may be used: state good | expired | other_period | too_late | unknown, and the reason."""

    state: str
    because: str

    @property
    def usable(self) -> bool:
        """Nothing speaks against it."""
        return self.state in (GOOD, UNKNOWN)


def term_of(said: Mapping[str, Any] | None, fields: Mapping[str, Any], name: str) -> Term:
    """The term of a document, from what a person said, its read fields and its file name."""
    said = said or {}
    read = _read_term(fields, name)
    if said.get("speaks_from") or said.get("speaks_to"):
        return Term(said.get("speaks_from"), said.get("speaks_to"), said.get("expires_on"), SAID)
    return Term(read.speaks_from, read.speaks_to, said.get("expires_on"), read.known_by)


def freshness_of(term: Term, received_on: date, scored: tuple[date, date], on: date) -> Freshness:
    """Whether a document is good evidence for the scored period (first and last day) at the appraisal day `on`."""
    if received_on > on:
        return Freshness(TOO_LATE, f"nhận ngày {_vn(received_on)}, sau ngày thẩm định {_vn(on)}")
    if term.expires_on is not None and term.expires_on < on:
        return Freshness(EXPIRED, f"hết hiệu lực từ ngày {_vn(term.expires_on + timedelta(days=1))}")
    if term.speaks_from is None or term.speaks_to is None:
        return Freshness(UNKNOWN, "chưa rõ tài liệu nói về thời gian nào; khai thời gian nếu cần")
    period = f"{_vn(term.speaks_from)} – {_vn(term.speaks_to)}"
    if term.speaks_to < scored[0] or term.speaks_from > scored[1]:
        return Freshness(OTHER_PERIOD, f"nói về {period}, ngoài kỳ chấm")
    return Freshness(GOOD, f"nói về {period}, còn dùng được ngày {_vn(on)}")


def _read_term(fields: Mapping[str, Any], name: str) -> Term:
    """The narrowest period that subject or file name tell; OCR may have spoilt either."""
    issued = _day(value_of(fields, "issued_on"))
    texts = [_words(value_of(fields, "subject")), _words(name)]
    if stretch := next(filter(None, map(_STRETCH.search, texts)), None):
        return Term(date(int(stretch[1]), 1, 1), date(int(stretch[2]), 12, 31), None, READ)
    span = next(filter(None, map(_span, texts)), None)
    years = [int(found[1]) for found in map(_YEAR.search, texts) if found]
    if years or (span and issued):
        year = years[0] if years else issued.year if issued else 0
        first, last = span or (1, 12)
        return Term(date(year, first, 1), _last_day(year, last), None, READ)
    if issued is None:
        return Term()
    return Term(date(issued.year, 1, 1), date(issued.year, 12, 31), None, ISSUED)


def _span(words: str) -> tuple[int, int] | None:
    """First and last month of the period that the words name."""
    if found := _QUARTER.search(words):
        quarter = _ROMAN[found[1]]
        return quarter * 3 - 2, quarter * 3
    if found := _HALF.search(words):
        return (1, 6) if found[1] == "dau" else (7, 12)
    if _NINE.search(words):
        return 1, 9
    if found := _MONTH.search(words):
        return int(found[1]), int(found[1])
    return None


def _words(text: str | None) -> str:
    return " ".join(re.split(r"[\W_]+", plain(text or "").lower()))


def _last_day(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)


def _day(iso: str | None) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def _vn(day: date) -> str:
    return f"{day:%d/%m/%Y}"
