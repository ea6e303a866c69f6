"""A page's time is that of all its looks together, however often the engine is asked."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PIL import Image

from ocr.budget import Budget
from ocr.page import PageReading
from ocr.reading.pictured_page import Reader, read_picture
from ocr.words import Word


@dataclass(slots=True)
class _Clock:
    now: float = 0.0


@dataclass(slots=True)
class _UnsureEngine:
    """Takes 8 of the seconds it is given, and reads nothing: the page is then tried every way up."""

    clock: _Clock

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        self.clock.now += min(8.0, seconds)
        return []


def test_further_looks_at_a_page_get_what_the_first_ones_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock()
    monkeypatch.setattr("ocr.budget.time.monotonic", lambda: clock.now)
    reader = Reader(lambda: _UnsureEngine(clock), Budget(20.0, started=0.0))
    noise = Image.effect_noise((620, 877), 90)

    read = read_picture(PageReading(1, "scan", 595.0, 842.0), noise, 75.0, reader)

    assert read.words == ()
    assert 16.0 <= clock.now < 21.0
