"""The line of number and symbol that the engine's layout lost between two lines beside it."""

from __future__ import annotations

import pytest

from ocr.engines.port import BLOCK
from ocr.reading.number_look import with_number_line
from ocr.words import Box, Word, text_of
from tests.ocr.printed_rows import row

ORGAN = [*row("ỦY BAN NHÂN DÂN", 100, 40), *row("PHƯỜNG HÒA CƯỜNG", 100, 55)]
MOTTO = [*row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 330, 40), *row("Độc lập - Tự do - Hạnh phúc", 360, 55)]
DAY = row("Hòa Cường, ngày 12 tháng 8 năm 2025", 330, 92)
LOST = "Số: 744/QĐ-UBND"


def _looked(words: list[Word], *, seen: str = LOST) -> tuple[str, list[Box]]:
    """The text of the page, and the regions that were read again."""
    regions = []

    def look(region: Box, layout: int) -> list[Word]:
        assert layout == BLOCK
        regions.append(region)
        return row(seen, 90, 20)

    return text_of(with_number_line(list(words), 595.0, look)), regions


def test_a_lost_line_is_read_under_the_organ_and_beside_the_motto() -> None:
    text, (region,) = _looked([*ORGAN, *MOTTO, *DAY])
    assert LOST in text
    assert region.top >= ORGAN[-1].box.bottom and region.right < DAY[0].box.left


@pytest.mark.parametrize("number", [LOST, "Số:     /KH-UBND", "Sô 12-KH/ĐU", "s6: |744/QĐ-UBND", "Số"])
def test_nothing_is_read_again_where_the_line_is_there(number: str) -> None:
    _, regions = _looked([*ORGAN, *MOTTO, *row(number, 110, 88), *DAY])
    assert regions == []


def test_nothing_is_read_again_where_no_organ_stands_beside_the_motto() -> None:
    _, regions = _looked([*row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 180, 40), *row("GIẤY CHỨNG NHẬN", 220, 120)])
    assert regions == []


def test_what_is_no_number_changes_nothing() -> None:
    before = [*ORGAN, *MOTTO, *DAY]
    assert _looked(before, seen="~ , .")[0] == text_of(before)
