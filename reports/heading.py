"""Head of every document: who, under whom, for which period, made on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_KINDS = ("Phường ", "Xã ", "Thị trấn ", "Đặc khu ", "Thành phố ", "Tỉnh ")
_WHOLE = ("hồ chí minh",)
"""Places called after a person keep their kind, as those called by a number do (Decree 30/2020, Annex I)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Names as officials write them, such as `Phường Hội An Đông` under `Thành phố Đà Nẵng`."""

    unit_name: str
    parent_name: str
    period: str
    made_on: date

    @property
    def place(self) -> str:
        """Place name before the date, without the kind of unit (Decree 30/2020, Annex I)."""
        for kind in _KINDS:
            rest = self.unit_name[len(kind) :]
            if self.unit_name.lower().startswith(kind.lower()) and not _keeps_its_kind(rest):
                return rest
        return self.unit_name


def _keeps_its_kind(name: str) -> bool:
    return name[:1].isdigit() or name.lower() in _WHOLE


def vn_day(iso: str) -> str:
    """`2025-12-31` as officials write it, 31/12/2025; anything else as it stands."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def vn_number(text: str) -> str:
    """Decimal text with the Vietnamese comma: 70.25 becomes 70,25."""
    return text.replace(".", ",")
