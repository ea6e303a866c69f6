"""What was found of one field, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ocr.page import PageReading
from ocr.words import Box

State = Literal["read", "blank", "handwritten"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a field may be, and who says so. Never taken for the field's value by itself.

    `source` is one of file_name, stamp_time, signing_time, handwriting.
    """

    value: str
    source: str
    source_text: str

    def plain(self) -> dict[str, str]:
        return {"value": self.value, "source": self.source, "source_text": self.source_text}


@dataclass(frozen=True, slots=True)
class Found:
    """One field. `value` is None where the place was left blank or is written by hand.

    `partial` is the printed part of a field otherwise blank or handwritten (a date's "2025-01").
    """

    value: str | None
    page: int
    box: tuple[float, float, float, float]
    confidence: float
    source_text: str
    state: State = "read"
    partial: str | None = None
    suggestions: tuple[Suggestion, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The shape that `parindex inspect --json` prints."""
        return {
            "value": self.value,
            "page": self.page,
            "box": list(self.box),
            "confidence": self.confidence,
            "state": self.state,
            "source_text": self.source_text,
            "partial": self.partial,
            "suggestions": [one.plain() for one in self.suggestions],
        }


def share_box(box: Box, page: PageReading) -> tuple[float, float, float, float]:
    """Left, top, right, bottom as shares (0 to 1) of the upright page's width and height."""
    width, height = max(page.width, 1.0), max(page.height, 1.0)
    left, top = max(0.0, box.left / width), max(0.0, box.top / height)
    return (
        round(left, 4),
        round(top, 4),
        round(min(1.0, box.right / width), 4),
        round(min(1.0, box.bottom / height), 4),
    )
