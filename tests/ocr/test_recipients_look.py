"""The recipients beside the signature block are read once more where a line of them may be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ocr.engines.port import LINE
from ocr.errors import EngineFailed
from ocr.reading.recipients_look import with_recipients
from ocr.words import Box, Word, text_of
from tests.ocr.test_repairs import row

SIZE = (595, 842)
WHOLE = ("- Như trên;", "- CT, các PCT UBND phường;", "- Lưu: VT, KTHT.")
BLOCK = (*row("TM. ỦY BAN NHÂN DÂN", 340, 500), *row("CHỦ TỊCH", 380, 515))


def read_at_first(lines: Sequence[tuple[str, float]]) -> list[Word]:
    return [*row("Nơi nhận:", 85, 500), *(word for text, top in lines for word in row(text, 85, top)), *BLOCK]


class Alone:
    """What the engine says of the column alone, and the regions it was asked for."""

    def __init__(self, *lines: str) -> None:
        self.lines, self.asked = lines, list[Box]()

    def __call__(self, region: Box, layout: int) -> list[Word]:
        self.asked.append(region)
        placed = [("Nơi nhận:", 500.0), *((text, 514 + 12.0 * place) for place, text in enumerate(self.lines))]
        return [
            replace(word, line=place)
            for place, (text, top) in enumerate(placed)
            for word in row(text, 85 - region.left, top - region.top)
        ]


DOUBTS = {
    "room for a line": [("- Như trên;", 514), ("- Lưu: VT, KTHT.", 538)],
    "no archive": [("- Như trên;", 514), ("- CT, các PCT UBND phường;", 526)],
    "nothing but the heading": [],
}


@pytest.mark.parametrize("case", DOUBTS)
def test_a_lost_line_of_the_recipients_is_read_from_their_column_alone(case: str) -> None:
    again = Alone(*WHOLE)

    found = with_recipients(read_at_first([(text, float(top)) for text, top in DOUBTS[case]]), SIZE, [again])

    assert [line.split("  ")[0] for line in text_of([w for w in found if w.box.left < 300]).splitlines()] == [
        "Nơi nhận:",
        *WHOLE,
    ]
    assert again.asked[0].right < BLOCK[0].box.left


def test_a_guessed_word_of_the_recipients_is_read_again() -> None:
    words = read_at_first([(text, 514 + 12.0 * place) for place, text in enumerate(WHOLE)])
    guessed = [replace(word, text="PGT", confidence=0.3) if word.text == "PCT" else word for word in words]

    found = with_recipients(guessed, SIZE, [Alone(*WHOLE)])

    assert "- CT, các PCT UBND phường;" in text_of([word for word in found if word.box.left < 300])


def test_whole_recipients_are_not_read_again() -> None:
    words = read_at_first([(text, 514 + 12.0 * place) for place, text in enumerate(WHOLE)])
    again = Alone("- Khác;")

    assert with_recipients(words, SIZE, [again]) == words
    assert again.asked == []


@pytest.mark.parametrize("guessed", ["Lưu: VI, KTIHIT.", "1.0U: VI, EFHI."])
def test_the_archives_line_is_read_alone_where_the_column_leaves_it_in_doubt(guessed: str) -> None:
    column = Alone(*WHOLE[:2], guessed)

    def read_again(region: Box, layout: int) -> list[Word]:
        if layout == LINE:
            return row("-Lưu:VT,KTHT. ˆ", 85 - region.left, 538 - region.top)
        return [replace(word, confidence=0.3) if word.line == 3 else word for word in column(region, layout)]

    words = read_at_first([("- Như trên;", 514), ("- CT, các PCT UBND phường;", 526)])

    found = with_recipients(words, SIZE, [read_again])

    listed = text_of([word for word in found if word.box.left < 300]).splitlines()
    assert [line.rstrip(" ˆ") for line in listed] == ["Nơi nhận:", *WHOLE[:2], "-Lưu:VT,KTHT."]


@pytest.mark.parametrize(("strip", "regions"), [("- CT, các PCT UBND phường;", 1), ("1... ¬", 2)])
def test_a_gap_is_read_alone_and_the_whole_column_where_that_says_nothing(strip: str, regions: int) -> None:
    column, asked = Alone(*WHOLE), list[Box]()

    def read_again(region: Box, layout: int) -> list[Word]:
        asked.append(region)
        return row(strip, 85 - region.left, 526 - region.top) if region.height < 20 else column(region, layout)

    found = with_recipients(read_at_first([("- Như trên;", 514), ("- Lưu: VT, KTHT.", 538)]), SIZE, [read_again])

    assert [line.split("  ")[0] for line in text_of([w for w in found if w.box.left < 300]).splitlines()][1:] == [
        *WHOLE
    ]
    assert len(asked) == regions


def test_recipients_that_the_engine_cannot_read_again_stay_as_they_were() -> None:
    def failing(_region: Box, _layout: int) -> list[Word]:
        raise EngineFailed("quá giờ")

    words = read_at_first([("- Như trên;", 514)])

    assert with_recipients(words, SIZE, [failing]) == words


def test_a_page_without_recipients_is_left_alone() -> None:
    again = Alone(*WHOLE)

    assert with_recipients(list(BLOCK), SIZE, [again]) == list(BLOCK)
    assert again.asked == []


def test_a_word_still_in_doubt_is_looked_at_in_another_rendering() -> None:
    """Of the same pixels a line reads the same; where the first look settles it there is no second."""
    words = read_at_first([(text, 514 + 12.0 * place) for place, text in enumerate(WHOLE)])
    guessed = [replace(word, text="PGT", confidence=0.3) if word.text == "PCT" else word for word in words]

    def same_again(region: Box, layout: int) -> list[Word]:
        again = Alone("- Như trên;", "- CT, các PGT UBND phường;", "- Lưu: VT, KTHT.")(region, layout)
        return [replace(word, confidence=0.3) if word.text == "PGT" else word for word in again]

    other, never = Alone(*WHOLE), Alone("- Khác;")

    found = with_recipients(guessed, SIZE, [same_again, other, never])

    assert "- CT, các PCT UBND phường;" in text_of([word for word in found if word.box.left < 300])
    assert (len(other.asked), never.asked) == (1, [])
