"""A page is read without its empty margins; what a pen or an edge spoilt in that reading is put right."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.budget import Budget
from ocr.engines.port import DEFAULT_LANGUAGE, Engine, engine_for
from ocr.fields.document import Clues, fields_of
from ocr.page import PageReading
from ocr.reading.pictured_page import Reader, read_picture
from ocr.words import Box, Word, without_doubles
from tests.ocr.faces import FACES, font_file
from tests.ocr.printed_rows import row

SCALE = 300 / 72


@dataclass
class Measured:
    """The engine of this machine, and the pictures it was given."""

    engine: Engine
    name: str = "measured"
    given: list[Image.Image] = field(default_factory=list)

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        self.given.append(picture)
        return self.engine.read(picture, dpi=dpi, layout=layout, seconds=seconds)


def test_words_of_a_page_keep_their_places_though_its_margins_are_not_read() -> None:
    page = Image.new("L", (2480, 3508), 250)
    face = ImageFont.truetype(font_file(FACES[0], "Regular"), 14 * SCALE)
    for top, text in ((300, "Kính gửi các cơ quan chuyên môn"), (330, "thuộc Ủy ban nhân dân phường")):
        ImageDraw.Draw(page).text((200 * SCALE, top * SCALE), text, fill=20, font=face, anchor="lm")
    engine = Measured(engine_for(DEFAULT_LANGUAGE, ""))

    read = read_picture(PageReading(1, "scan", 595, 842), page, 300.0, Reader(lambda: engine, Budget(60.0)))

    first = next(word for word in read.words if word.text == "Kính")
    assert (first.box.left, first.box.middle) == pytest.approx((200, 300), abs=4)
    assert read.text.split("\n")[1] == "thuộc Ủy ban nhân dân phường"
    assert engine.given[0].width * engine.given[0].height < 0.1 * (1654 * 2339), "the page at 200 dpi"


def test_of_two_readings_of_one_word_the_surer_stays_and_a_dash_beside_a_word_too() -> None:
    def word(text: str, left: float, right: float, confidence: float) -> Word:
        return Word(text, Box(left, 95, right, 112), confidence, "ocr", 3)

    crossed = [word("/QĐÐ-L", 150, 184, 0.36), word("/QĐ-UBND", 150, 214, 0.43)]
    dated = [word("2021", 300, 330, 0.9), word("-", 328, 333, 0.8), word("2026", 334, 364, 0.9)]

    assert [one.text for one in without_doubles([*crossed, *dated])] == ["/QĐ-UBND", "2021", "-", "2026"]


def page_with_head(number: str) -> PageReading:
    words = (
        *row("ỦY BAN NHÂN DÂN PHƯỜNG NÚI THÀNH", 30, 60),
        *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 320, 60),
        *row(number, 60, 95),
        *row("HƯỚNG DẪN", 250, 140),
    )
    return PageReading(1, "scan", 595, 842, dpi=200, words=words, source="ocr")


@pytest.mark.parametrize("number", [":II]Ï/ MD-UBND", "ố: {251 /HD-UBND"])
def test_a_number_line_whose_first_word_was_lost_is_known_by_its_end_and_read_alone(number: str) -> None:
    def alone(_: PageReading, cut: Box) -> list[Word]:
        return [one.moved(-cut.left, -cut.top) for one in row("Số: 251 /HD-UBND", 60, 95)]

    found = fields_of([page_with_head(number)], Clues(), alone)

    assert found["symbol"] is not None and found["symbol"].value == "HD-UBND"
    assert found["issuer"] is not None and found["issuer"].value == "ỦY BAN NHÂN DÂN PHƯỜNG NÚI THÀNH"


def test_a_recipient_whose_dash_was_lost_at_the_edge_is_one_of_the_list() -> None:
    lines = ("Nơi nhận:", "Như trên;", "CT, các PCT UBND phường;", "- Lưu: VT, KTHT.")
    words = [word for place, text in enumerate(lines) for word in row(text, 85, 500 + 14.0 * place)]
    page = PageReading(1, "scan", 595, 842, dpi=200, words=tuple(words), source="ocr")

    found = fields_of([page], Clues(), lambda _page, _box: [])["recipients"]

    assert found is not None and found.value == "Như trên; CT, các PCT UBND phường; Lưu: VT, KTHT"
