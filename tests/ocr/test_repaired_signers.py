"""Signers, titles and authorities that the grammar puts right, and names that are read a second time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr.engines.port import LINE
from ocr.fields.document import Clues, fields_of
from ocr.fields.line import Line
from ocr.fields.names import name_parts, respelt_name
from ocr.page import PageReading
from ocr.reading.second_look import better_rows, with_signature_block
from ocr.words import Box, Word
from tests.ocr.printed_rows import fields_under, row


def test_two_ends_of_titles_beside_a_seal_are_the_deputy_who_signs_for_the_chairman() -> None:
    fields = fields_under(("TỊCH", 500), ("Ủ TỊCH", 515), ("Phạm Trường Thọ", 600))

    assert (fields["authority"], fields["signer_title"]) == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert fields["signer"] == "Phạm Trường Thọ"


@pytest.mark.parametrize(("top", "wanted"), [(530, "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH"), (515, "TM. ỦY BAN NHÂN DÂN")])
def test_a_deputy_under_the_committee_signs_for_the_chairman_where_a_line_was_lost(top: float, wanted: str) -> None:
    fields = fields_under(("TM. ỦY BAN NHÂN DÂN", 500), ("PHÓ CHỦ TỊCH", top), ("Phạm Trường Thọ", 600))

    assert fields["authority"] == wanted


@pytest.mark.parametrize(
    ("read", "wanted"),
    [
        ("KT. GUÁM ĐỐC", "KT. GIÁM ĐỐC"),
        ("TM. FIY BAN NHÂN DÂN", "TM. ỦY BAN NHÂN DÂN"),
        ("TM. BAN CHẤP HÀNH", "TM. BAN CHẤP HÀNH"),
        ("EM.UY BAN NHAN DAN", "TM. ỦY BAN NHÂN DÂN"),
        ("ỦY BAN NHÂN DÂN", "TM. ỦY BAN NHÂN DÂN"),
        ("EM. BẢN THƯỜNG TRỰC", "TM. BAN THƯỜNG TRỰC"),
    ],
)
def test_an_authority_with_a_wrong_letter_is_the_office_it_must_be(read: str, wanted: str) -> None:
    fields = fields_under((read, 500), ("PHÓ GIÁM ĐỐC" if "KT" in read else "CHỦ TỊCH", 515), ("Phạm Trường Thọ", 600))

    assert fields["authority"] == wanted


@pytest.mark.parametrize(
    ("stack", "authority", "title"),
    [
        (("TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH"), "TM. ỦY BAN NHÂN DÂN / Q. CHỦ TỊCH", "Q. CHỦ TỊCH"),
        (("Q.GIÁM ĐỐC",), "Q. GIÁM ĐỐC", "Q. GIÁM ĐỐC"),
        (("TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), "TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
        (("KT. CHỦ TỊCH",), "KT. CHỦ TỊCH", None),
        (("KT. C Ù TỊCH", "*--Ó CHỦ TỊCH"), "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        (
            ("TUQ. CHỦ TỊCH", "GIÁM ĐỐC TRUNG FÂM PHỤC VỤ HÀNH CHÍNH CÔNG"),
            "TUQ. CHỦ TỊCH",
            "GIÁM ĐỐC TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
        ),
        (("T/M BAN THƯỜNG VỤ", "PHỐ BÍ THƯ THƯỜNG TRỰC"), "TM. BAN THƯỜNG VỤ", "PHÓ BÍ THƯ THƯỜNG TRỰC"),
        (("TL CHỦ TỊCH", "TRƯỞNG PHÒNG VĂN HÓA - XÃ HỘI"), "TL. CHỦ TỊCH", "TRƯỞNG PHÒNG VĂN HÓA - XÃ HỘI"),
    ],
)
def test_who_acts_or_signs_by_mandate_has_authority_and_title(
    stack: tuple[str, ...], authority: str, title: str | None
) -> None:
    lines = [(text, 500 + 15.0 * place) for place, text in enumerate(stack)]

    fields = fields_under(*lines, ("Phạm Trường Thọ", 600))

    assert (fields["authority"], fields["signer_title"]) == (authority, title)


SIGNERS = {
    "a first word of one letter": ("Y Khút Niê", "Y Khút Niê"),
    "one word behind its particle": ("K'Dung", "K'Dung"),
    "a particle with its space": ("H' Hoa Niê", "H' Hoa Niê"),
    "a mark lost from a family's name": ("Alang Mai", "Alăng Mai"),
    "a mark that no name has, read surely": ("Nguyễn Văn Kha", "Nguyễn Văn Kha"),
    "a stroke before a name": ("Y Trần Văn Mẫn", "Trần Văn Mẫn"),
    "a degree": ("ThS. Briu Thị Nem", "Briu Thị Nem"),
    "two degrees": ("PGS.TS. Phan Thị Minh Lý", "Phan Thị Minh Lý"),
    "a physician": ("BSCKII. Nguyễn Hữu Ước", "Nguyễn Hữu Ước"),
    "a rank": ("Thượng tá Huỳnh Tấn Lực", "Huỳnh Tấn Lực"),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_a_signer_is_the_name_alone_of_whatever_people(case: str) -> None:
    printed, wanted = SIGNERS[case]

    assert fields_under(("CHỦ TỊCH", 500), (printed, 570))["signer"] == wanted


@pytest.mark.parametrize(
    ("titles", "authority"), [(("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"), "KT. TRƯỞNG BAN"), (("TRƯỞNG BAN",), None)]
)
def test_who_signs_for_a_committee_bears_its_title_above_the_signature(
    titles: tuple[str, ...], authority: str | None
) -> None:
    stack = [(text, 500 + 15.0 * place) for place, text in enumerate(titles)]

    fields = fields_under(*stack, ("CHỦ TỊCH UBND PHƯỜNG", 590), ("Mai Thị Ánh Hồng", 606))

    assert (fields["authority"], fields["signer_title"]) == (authority, titles[-1])
    assert fields["signer"] == "Mai Thị Ánh Hồng"


def test_a_title_in_an_annexs_table_is_no_signature() -> None:
    signed = [*row("CHỦ TỊCH", 380, 500), *row("Phạm Trường Thọ", 380, 580)]
    annex = [*row("TRƯỞNG PHÒNG", 380, 100), *row("QUÝ IV", 380, 120)]
    pages = [
        PageReading(n, "scan", 595, 842, dpi=200, words=tuple(words), source="ocr")
        for n, words in enumerate((signed, annex), 1)
    ]

    fields = fields_of(pages, Clues(), lambda _page, _box: [])

    assert [found.value if (found := fields[name]) else None for name in ("signer", "signer_title")] == [
        "Phạm Trường Thọ",
        "CHỦ TỊCH",
    ]


class SecondReading:
    """What the engine says of the name's line alone (of the whole block nothing), and how often it was asked."""

    def __init__(self, *said: tuple[str, float]) -> None:
        self.said, self.asked = said, 0

    def __call__(self, region: Box, layout: int) -> list[Word]:
        self.asked += 1
        if layout != LINE:
            return []
        line = row(" ".join(text for text, _ in self.said), 380 - region.left, 600 - region.top)
        return [replace(word, confidence=sure) for word, (_, sure) in zip(line, self.said, strict=True)]


def named(*words: tuple[str, float]) -> list[Word]:
    """A signature block in which the name was read so."""
    name = row(" ".join(text for text, _ in words), 380, 600)
    surely = [replace(word, confidence=sure) for word, (_, sure) in zip(name, words, strict=True)]
    return [*row("Nơi nhận:", 85, 500), *row("CHỦ TỊCH", 380, 500), *surely]


def name_in(words: list[Word]) -> list[str]:
    return [word.text for word in sorted(words, key=lambda word: word.box.left) if word.box.middle > 590]


def test_a_title_beside_a_scrap_is_kept_once_of_two_readings() -> None:
    first = [replace(word, line=1) for word in row("CHỦ TỌA", 410, 352)]
    scrap = Word("vu,", Box(344, 350, 362, 364), 0.6, "ocr", 8)
    second = [scrap, *(replace(word, line=9) for word in row("CHỦ TỌA", 410, 354))]

    assert [word.text for word in better_rows(first, second) if word.text != "vu,"] == ["CHỦ", "TỌA"]


def test_of_a_name_in_doubt_each_word_is_taken_where_it_was_read_surest() -> None:
    again = SecondReading(("Vồ", 0.72), ("Đình", 0.96), ("Hồng", 0.97))

    found = with_signature_block(named(("Võ", 0.97), ("Đỉnh", 0.86), ("Hồng", 0.95)), (595, 842), again)

    assert name_in(found) == ["Võ", "Đình", "Hồng"]


def test_what_a_seal_left_of_a_family_name_is_read_again() -> None:
    again = SecondReading(("Đỗ", 0.85), ("Quốc", 0.97), ("Hồng", 0.96))

    found = with_signature_block(named(("ö", 0.9), ("Quốc", 0.95), ("Hồng", 0.95)), (595, 842), again)

    assert name_in(found) == ["Đỗ", "Quốc", "Hồng"]


@pytest.mark.parametrize(
    ("first", "again", "wanted"), [("Trươ", "Trương", "Trương"), ("Ng", "Ngô", "Ngô"), ("Đạ", "Đặng", "Đặng")]
)
def test_a_part_of_a_name_that_a_pen_left_gives_way_to_the_whole(first: str, again: str, wanted: str) -> None:
    second = SecondReading((again, 0.45), ("Hữu", 0.96), ("Hạnh", 0.96))

    found = with_signature_block(named((first, 0.92), ("Hữu", 0.95), ("Hạnh", 0.95)), (595, 842), second)

    assert name_in(found)[0] == wanted


def test_what_only_looks_like_a_name_is_no_reading_of_it() -> None:
    again = SecondReading(("La", 0.0), ("Đình", 0.96), ("Hùng", 0.96))

    found = with_signature_block(named(("ê", 0.9), ("Đình", 0.95), ("Hùng", 0.95)), (595, 842), again)

    assert name_in(found) != ["La", "Đình", "Hùng"]


@pytest.mark.parametrize(
    ("read", "wanted"),
    [
        ("Quang Bình", None),
        ("Văn Duyên", None),
        ("Đình Trâm", None),
        ("Đình Thị Trâm", "Đinh Thị Trâm"),
        ("võ Hữu Dũng", "Võ Hữu Dũng"),
        ("Lê Hưu Phúc", "Lê Hữu Phúc"),
        ("Ngô hữu Tâm", "Ngô Hữu Tâm"),
        ("Người đại diện", None),
        ("Ngô Cong Thảo", "Ngô Công Thảo"),
    ],
)
def test_a_name_whose_family_is_lost_is_not_told_and_slips_that_can_be_nothing_else_are_mended(
    read: str, wanted: str | None
) -> None:
    assert fields_under(("CHỦ TỊCH", 500), (read, 600))["signer"] == wanted


@pytest.mark.parametrize(("sure", "wanted"), [(0.74, "Trương Thanh Cường"), (0.96, "Lrương Thanh Cường")])
def test_a_family_is_known_without_its_capital_where_that_was_doubted(sure: float, wanted: str) -> None:
    name = [
        replace(word, confidence=sure) if "ương" in word.text else word for word in row("'Lrương Thanh Cường", 360, 600)
    ]

    assert fields_under(("CHỦ TỊCH", 500), head=tuple(name))["signer"] == wanted


def test_a_sure_name_is_not_read_again() -> None:
    again = SecondReading(("Vồ", 0.99), ("Đình", 0.99), ("Hồng", 0.99))

    found = with_signature_block(named(("Võ", 0.97), ("Đình", 0.96), ("Hồng", 0.95)), (595, 842), again)

    assert name_in(found) == ["Võ", "Đình", "Hồng"]
    assert again.asked == 0


def test_the_rest_of_a_name_under_a_seal_is_read_as_a_line_and_parted_at_the_seals_dots() -> None:
    again = SecondReading(("Phan°Vẫn", 0.6), ("Tuấn", 0.96))

    found = with_signature_block(named(("_Phañ!Vẫ", 0.45), ("Tuấn", 0.97)), (595, 842), again)

    assert name_in(found) == ["Phan", "Vẫn", "Tuấn"]


def test_a_name_that_a_seal_makes_doubtful_is_kept_where_its_words_are_names() -> None:
    block = named(("Nguyễn", 0.27), ("Văn", 0.69), ("Đức", 0.95))[2:]
    seal = [replace(word, confidence=0.3) for word in row("XOand Tfân", 380, 600)]

    assert [word.text for word in better_rows(seal, block)] == ["CHỦ", "TỊCH", "Nguyễn", "Văn", "Đức"]


def test_a_family_name_that_no_family_has_is_read_again_though_surely_read() -> None:
    again = SecondReading(("Đinh", 0.8), ("Ngọc", 0.97), ("Ánh", 0.96))

    found = with_signature_block(named(("Đỉnh", 0.93), ("Ngọc", 0.96), ("Anh", 0.96)), (595, 842), again)

    assert again.asked == 1
    assert name_in(found)[1:] == ["Ngọc", "Ánh"]


TITLES = {
    "a sure title": ([("CHỦ", 0.96), ("TỊCH", 0.95)], 0),
    "a word of it guessed": ([("PHO", 0.73), ("CHỦ", 0.96), ("j", 0.0)], 2),
}


@pytest.mark.parametrize("case", TITLES)
def test_a_block_whose_title_is_guessed_is_read_again(case: str) -> None:
    read, times = TITLES[case]
    title = row(" ".join(text for text, _ in read), 380, 500)
    name = [replace(word, confidence=0.96) for word in row("Bùi Minh Nghĩa", 380, 600)]
    words = [*row("Nơi nhận:", 85, 500), *(replace(w, confidence=c) for w, (_, c) in zip(title, read, strict=True))]
    again = SecondReading()

    with_signature_block([*words, *name], (595, 842), again)

    assert again.asked == times


TONES = {
    "Đặng Minh Ảnh": "Đặng Minh Ánh",
    "Đặng Minh Anh": "Đặng Minh Anh",
    "Lê Đỉnh Thị Phưởng": "Lê Đình Thị Phượng",
    "Lê Đinh Đỉnh": "Lê Đinh Đỉnh",
    "Trần Mỉnh Hổng": "Trần Minh Hồng",
    "Võ Đình Khôi": "Võ Đình Khôi",
    "Đoàn Quốc Việt": "Đoàn Quốc Việt",
    "Lê Thị Thơ": "Lê Thị Thơ",
    "Nguyễn Thăng Hưng": "Nguyễn Thăng Hưng",
    "Trấn Thuần Nhất": "Trần Thuần Nhất",
    "Võ Như Ý": "Võ Như Ý",
}


@pytest.mark.parametrize("read", TONES)
def test_a_tone_that_no_name_has_is_the_one_that_it_must_be(read: str) -> None:
    assert fields_under(("CHỦ TỊCH", 500), (read, 600))["signer"] == TONES[read]


@pytest.mark.parametrize(
    ("read", "confidence", "wanted"),
    [("Thauh", 0.7, "Thanh"), ("Thauh", 0.96, "Thauh"), ("Huyển", 0.7, "Huyền"), ("Hoaug", 0.7, "Hoàng")],
)
def test_a_letter_of_a_name_is_put_right_where_it_was_doubted_and_one_name_is_near(
    read: str, confidence: float, wanted: str
) -> None:
    line = Line.of([replace(word, confidence=confidence) for word in row(f"Lê Văn {read}", 360, 600)])
    spots = [line.spot(start, end) for start, end in name_parts(line)]

    assert respelt_name(spots, "")[-1] == wanted
