"""Lines of a scan that the page gives in part: what the line alone, or what stands beside it, makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from ocr.fields.document import Clues, fields_of
from ocr.fields.heading import _subject
from ocr.fields.issued import _DATE, _reference
from ocr.fields.layout import head_of, lines_of
from ocr.fields.line import Line
from ocr.fields.number import number_of
from ocr.fields.signer import name_in
from ocr.page import PageReading
from ocr.pictures.page_image import without_idle_colour
from ocr.reading.second_look import signature_region
from ocr.words import Box, Word
from tests.ocr.printed_rows import row

NUMBERS = {
    "a symbol cut by a rule": ("Số: ƒÏ IQĐ-U", "Số: 8† /QĐ-UBND", (None, "handwritten", "QĐ-UBND")),
    "a pen that the page's reading left out": ("Số: /TB-UBND", "Số: 19%_ /TB-UBND", (None, "handwritten", "TB-UBND")),
    "a pen read as slash and letters": ("Số: [/TÏ_ 7TTr-UBND", "", (None, "handwritten", "TTr-UBND")),
    "a letter and a dash with a speck": (
        "Số: I/) TTT:-UBND",
        "Số: 1644 /TTr-UBND",
        ("1644/TTr-UBND", "read", "TTr-UBND"),
    ),
    "a slash read as a seven": ("Số: 18577UBND-NC", "", ("1857/UBND-NC", "read", "UBND-NC")),
    "a slash that the line alone shows": ("Số: 2597HD-UBND", "Số: 259/HD-UBND", ("259/HD-UBND", "read", "HD-UBND")),
    "a draft": ("Số: /KH-UBND", "Số: /KH-UBND", (None, "blank", "KH-UBND")),
}


def _page(*words: Word) -> PageReading:
    return PageReading(1, "scan", 595, 842, dpi=200, words=words, source="ocr")


@pytest.mark.parametrize("case", NUMBERS)
def test_an_unsound_number_line_is_what_it_says_alone(case: str) -> None:
    together, alone, (number, state, symbol) = NUMBERS[case]

    found = number_of(head_of(_page(*row(together, 90, 90))), lambda _page, box: row(alone, 0, 4) if alone else [])

    assert found is not None
    assert (found.number.value, found.number.state, found.symbol.value) == (number, state, symbol)


def test_a_month_is_measured_by_digits_of_its_own_line() -> None:
    line = lines_of(_page(*row("Phong Điền, ngày 28 tháng 11 năm", 300, 95)))[0]
    below = Word("2025", Box(390, 110, 418, 120), 0.96, "ocr", 120)
    match = _DATE.search(f"{line.folded} 2025")
    assert match is not None
    joined = line.of((*line.words, below))

    assert _reference(joined, match, "month") == line.words[3].box


def test_who_signs_a_paper_without_recipients_is_looked_at_too() -> None:
    words = [*row("TM. ỦY BAN NHÂN DÂN", 350, 500), *row("PHÓ CHỦ TỊCH", 370, 514)]

    region = signature_region(words, 595, 842)

    assert region is not None and region.holds(400, 600)
    assert signature_region(row("Điều 1. Phạm vi điều chỉnh", 350, 500), 595, 842) is None


def test_a_list_of_recipients_without_its_heading_begins_over_its_first_line_though_a_stroke_ends_it() -> None:
    first = [*row("- Văn phòng Chính phủ;", 85, 332), *(replace(one, confidence=0.28) for one in row("l", 420, 332))]
    others = [
        word
        for top, text in ((345, "- Bộ Nội vụ;"), (358, "- Tỉnh ủy;"), (371, "- Lưu: VT."))
        for word in row(text, 85, top)
    ]

    region = signature_region([*row("quy định.", 85, 271), *first, *others, *row("Đặng Văn Minh", 380, 430)], 595, 842)

    assert region is not None and region.holds(420, 312)


def test_over_a_name_that_stands_alone_a_lost_title_is_looked_for() -> None:
    region = signature_region([*row("này có hiệu lực.", 85, 420), *row("Hồ Xuân Nga", 380, 560)], 595, 842)

    assert region is not None and region.holds(400, 450)
    assert signature_region(row("Ông Phan Văn Hai", 380, 560), 595, 842) is None


def test_scraps_of_a_seal_behind_a_recipient_are_none_of_it() -> None:
    listed = ["- Như trên;", "- CT, các PCT UBND;", "- Lưu: VT, KTHT."]
    seal = [*row("DÂN XÃ", 235, 530), *row("¿", 240, 545)]
    words = [word for at, text in enumerate(listed) for word in row(text, 85, 515 + 15 * at)]

    found = fields_of([_page(*row("Nơi nhận:", 85, 500), *words, *seal)], Clues(), lambda _page, _box: [])["recipients"]

    assert found is not None and found.value == "Như trên; CT, các PCT UBND; Lưu: VT, KTHT"


NAMES = {
    "a word that no name has, in doubt": (("Hồ", 0.96), ("Hồu", 0.74), ("Đức", 0.95), None),
    "the same surely read": (("Hồ", 0.96), ("Hồu", 0.96), ("Đức", 0.95), "Hồ Hồu Đức"),
    "a name's word in doubt": (("Hồ", 0.96), ("Hữu", 0.74), ("Đức", 0.95), "Hồ Hữu Đức"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_of_which_a_seal_left_a_word_is_not_told(case: str) -> None:
    *said, wanted = NAMES[case]
    words = [replace(row(text, 360 + 40 * at, 600)[0], confidence=sure) for at, (text, sure) in enumerate(said)]

    found = name_in(Line.of(words), _page(*words))

    assert (found and found.value) == wanted


def test_two_words_with_room_for_another_are_no_whole_name() -> None:
    near, apart = ([*row("Võ", 360, 600), *row("Dũng", left, 600)] for left in (378, 410))

    assert name_in(Line.of(near), _page(*near)) is not None
    assert name_in(Line.of(apart), _page(*apart)) is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("và việc miễn nhiệm chức danh", "Về việc miễn nhiệm chức danh"),
        ("Về việc công khai thủ tục. hành chính", "Về việc công khai thủ tục hành chính"),
        ("Về việc cấp điện v.v. cho hộ dân", "Về việc cấp điện v.v. cho hộ dân"),
    ],
)
def test_a_subject_begins_as_subjects_do_and_is_one_sentence(said: str, wanted: str) -> None:
    page = _page(*row(said, 180, 136))

    assert _subject(lines_of(page), page).value == wanted


def test_a_grey_page_drawn_in_colour_is_grey() -> None:
    grey = Image.linear_gradient("L")
    red = grey.convert("RGB")
    red.paste((220, 30, 40), (40, 40, 120, 120))

    assert without_idle_colour(grey.convert("RGB")).mode == "L"
    assert without_idle_colour(red) is red
