"""Slips that faces, strokes and seals of papers not seen before brought, and what they are put right to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from ocr.fields.document import Clues, fields_of
from ocr.fields.spelling import in_set_phrases, with_set_phrases, with_small_letters
from ocr.fields.written import Place, gap_state
from ocr.page import PageReading
from ocr.pdf.objects import _apart
from ocr.reading.recipients_look import with_recipients
from ocr.reading.second_look import better_rows
from ocr.words import Box, Word
from tests.ocr.printed_rows import fields_under, row
from tests.ocr.test_recipients_look import SIZE, WHOLE, Alone, read_at_first
from tests.ocr.test_repairs import paper_head

WORDS = {
    "a slash lost behind a year": ("12/2025NQ-HĐND", "12/2025/NQ-HĐND"),
    "a horn seen twice": ("cử'", "cử"),
    "a quoted word": ("'cử'", "'cử"),
    "a zero seen as brackets": ("()5-CT/TW", "05-CT/TW"),
    "v read as u": ("uiệc", "việc"),
    "a word that begins with u": ("uy", "uy"),
    "a vowel seen twice": ("HÀÃNH", "HÀNH"),
    "two vowels of one shape": ("cứu", "cứu"),
}
NUMERALS = {
    "two strokes joined": ("khu vực XIH", "khu vực XIII"),
    "one stroke joined": ("khu vực XINI", "khu vực XIII"),
    "a quarter": ("quý IH", "quý III"),
    "whole": ("khu vực XII", "khu vực XII"),
    "no numeral": ("thu HN", "thu HN"),
    "a month": ("tháng II năm 2026", "tháng 11 năm 2026"),
    "a phrase behind a counting word": ("thu, chỉ ngân sách", "thu, chi ngân sách"),
}
CAPITALS = {
    "a first letter that differs": ("thành lập TỔ công tác", "thành lập Tổ công tác"),
    "every letter alike": ("Sở Nội VỤ, UBND", "Sở Nội vụ, UBND"),
    "among capitals": ("SỞ NỘI VỤ", "SỞ NỘI VỤ"),
    "before capitals": ("của TỔ CÔNG TÁC", "của TỔ CÔNG TÁC"),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_word_that_can_be_nothing_else_is_put_right(case: str) -> None:
    read, wanted = WORDS[case]

    assert [word.text for word in with_set_phrases(row(read, 80, 100))] == [wanted]


@pytest.mark.parametrize("case", NUMERALS)
def test_strokes_of_a_roman_numeral_that_were_joined_are_parted(case: str) -> None:
    read, wanted = NUMERALS[case]

    assert " ".join(in_set_phrases(read.split())) == wanted


@pytest.mark.parametrize("case", CAPITALS)
def test_a_capital_for_its_size_alone_is_small_in_the_middle_of_a_text(case: str) -> None:
    read, wanted = CAPITALS[case]

    assert " ".join(with_small_letters(read.split())) == wanted


SIGNERS = {
    "a stroke on the capital": ("đrần Minh Bửu", "Trần Minh Bửu"),
    "a capital and a mark lost": ("ui Tấn Duyên", "Bùi Tấn Duyên"),
    "a word of it hidden": ("Trà nh Cường", None),
    "one consonant of a seal": ("r Khắc Tấn Duyên", "Khắc Tấn Duyên"),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_a_signer_under_strokes_is_whole_or_not_told(case: str) -> None:
    read, wanted = SIGNERS[case]

    assert fields_under(("CHỦ TỊCH", 500), (read, 600))["signer"] == wanted


def test_a_scrap_before_a_family_name_is_no_part_of_it_and_one_where_it_was_hides_it() -> None:
    def signer(scrap: str, name: str) -> str | None:
        words = row(f"{scrap} {name}", 360, 600)
        words[0] = replace(words[0], confidence=0.2)
        head = (*row("CHỦ TỊCH", 360, 510), *words)
        return fields_under(head=head)["signer"]

    assert signer("Zamno", "Đặng Thị Quyên") == "Đặng Thị Quyên"
    assert signer("ð", "Tấn Nhân") is None


STACKS = {
    "a title behind a seal": (("KT. GL€M ĐỐC", "PHÓ GLÁWI ĐỐC"), "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    "a collective of two lines": (
        ("TM. THƯỜNG TRỰC HỘI ĐỒNG", "NHÂN DÂN", "CHỦ TỊCH"),
        "TM. THƯỜNG TRỰC HỘI ĐỒNG NHÂN DÂN",
        "CHỦ TỊCH",
    ),
    "a letter of the mandate": ((".TUO. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), "TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
    "a letter too many of the mandate": (("TUGQ. CHỦ TỊCH", "GIÁM ĐỐC"), "TUQ. CHỦ TỊCH", "GIÁM ĐỐC"),
    "a scrap between its lines": (("BAN THƯỜNG TRỰC", "=", "CHỦ TỊCH"), "TM. BAN THƯỜNG TRỰC", "CHỦ TỊCH"),
}


@pytest.mark.parametrize("case", STACKS)
def test_authority_and_title_are_read_through_what_lies_on_them(case: str) -> None:
    stack, authority, title = STACKS[case]
    lines = [(text, 500 + 14.0 * place) for place, text in enumerate(stack)]

    fields = fields_under(*lines, ("Phạm Trường Thọ", 600))

    assert (fields["authority"], fields["signer_title"]) == (authority, title)


RECIPIENTS = {
    "a dash of a name at a line's begin": (
        ("- Các tổ chức chính trị", "- xã hội;", "- Lưu: VT."),
        "Các tổ chức chính trị - xã hội; Lưu: VT",
    ),
    "a dash of a name at a line's end": (
        ("- Các tổ chức chính trị -", "xã hội;", "- Lưu: VT."),
        "Các tổ chức chính trị - xã hội; Lưu: VT",
    ),
    "a name without its semicolon": (("- Đảng ủy", "- Ủy ban MTTQ;", "- Lưu: VT."), "Đảng ủy; Ủy ban MTTQ; Lưu: VT"),
    "a letter that Vietnamese has not": (("- Như trên;", "- Lưu: VT, NC(V¡16)."), "Như trên; Lưu: VT, NC(Vi16)"),
    "an article's number": (("- Như Điều I;", "- Lưu: VT."), "Như Điều 1; Lưu: VT"),
    "marks of small print": (
        ("- Như trên (đề thực hiện);", "- TT Đảng ủy,HDND (Đ/C);", "- CT, PCT UBNI;", "- Lưu: VT."),
        "Như trên (để thực hiện); TT Đảng ủy, HĐND (b/c); CT, PCT UBND; Lưu: VT",
    ),
}


@pytest.mark.parametrize("case", RECIPIENTS)
def test_recipients_of_other_papers_are_whole(case: str) -> None:
    lines, wanted = RECIPIENTS[case]
    head = tuple(word for place, text in enumerate(lines, 1) for word in row(text, 85, 500 + 14.0 * place))

    assert fields_under(("CHỦ TỊCH", 490), head=head)["recipients"] == wanted


def test_a_word_that_reaches_into_the_next_line_takes_no_other_words_place() -> None:
    """A stroke made "CT," two lines high and so "Như" of the line above seemed to be read there as well."""
    first = read_at_first([("- Như trên;", 514), ("- CT, các PCT UBND phường;", 526)])
    tall = [
        replace(one, box=replace(one.box, top=514.0), confidence=0.97) if one.text == "CT," else one for one in first
    ]

    found = with_recipients(tall, SIZE, [Alone(*WHOLE)])

    assert [word.text for word in found if 512 < word.box.middle < 522 and word.box.left < 300] == ["-", "Như", "trên;"]


def test_of_two_readings_of_a_line_a_tall_word_hides_none_of_the_line_above() -> None:
    upper, lower = row("Thường trực Đảng ủy", 90, 500), row("Chủ tịch và các Phó", 90, 512)
    lower[4] = replace(lower[4], box=replace(lower[4].box, top=502.0))

    found = better_rows([*upper, *lower], row("Thường trực Đảng ủy", 90, 500))

    assert len(found) == len(upper) + len(lower)


def test_a_heading_of_the_recipients_that_lost_a_letter_begins_them() -> None:
    words = [*row("Ni nhận:", 85, 500), *row("- Như trên;", 85, 514), *row("~ Lưu: VT.", 85, 528)]
    page = PageReading(1, "scan", 595, 842, words=tuple(words), source="ocr")

    found = fields_of([page], Clues(), lambda _page, _box: [])["recipients"]

    assert found is not None
    assert found.value == "Như trên; Lưu: VT"


ORGANS = {
    "a committee of Phòng": (("BAN CHỈ HUY", "PHÒNG THỦ DÂN SỰ"), "BAN CHỈ HUY PHÒNG THỦ DÂN SỰ"),
    "a council's letters alone": (("BAN BẦU CỬ ĐẠI BIỂU", "HĐND"), "BAN BẦU CỬ ĐẠI BIỂU HĐND"),
    "a word like an organ's but for its mark": (("BAN BẦU CỬ", "ĐẠI BIỂU HĐND"), "BAN BẦU CỬ ĐẠI BIỂU HĐND"),
    "a wrong mark of a head without one": (("BẠN THƯỜNG TRỰC",), "BAN THƯỜNG TRỰC"),
    "spaces lost in its head": (("BANCHỈHUY", "QUÂN SỰ"), "BAN CHỈ HUY QUÂN SỰ"),
    "spaces lost between kind and name": (("ỦY BAN NHÂN DÂNXÃLỆ", "THỦY"), "ỦY BAN NHÂN DÂN XÃ LỆ THỦY"),
    "a province's mark": (("THANH TRA TĨNH",), "THANH TRA TỈNH"),
    "a place that ends like a province": (("ỦY BAN NHÂN DÂN", "XÃ SƠN TỊNH"), "ỦY BAN NHÂN DÂN XÃ SƠN TỊNH"),
}


@pytest.mark.parametrize("case", ORGANS)
def test_an_organ_on_paper_is_whole(case: str) -> None:
    organ, wanted = ORGANS[case]

    assert fields_under(("CHỦ TỊCH", 500), head=paper_head("UBND TỈNH GIA LAI", *organ))["issuer"] == wanted


def test_a_dash_that_a_rule_left_joins_no_two_organs() -> None:
    above, organ, rest = row("UBND PHƯỜNG TRÀ VINH", 60, 60), row("PHÒNG KINH TẾ", 60, 74), paper_head()
    scrap = Word("-", Box(240, 64, 244, 66), 0.5, "ocr", 60)

    assert fields_under(("CHỦ TỊCH", 500), head=(*above, scrap, *organ, *rest[3:]))["issuer"] == "PHÒNG KINH TẾ"


def test_a_number_that_a_letters_subject_names_is_not_its_own() -> None:
    head = (*paper_head("UBND XÃ SƠN TỊNH", number=""), *row("số 77/CAP-ĐKQL", 60, 110))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["number"] is None


DAYS = {
    "its comma lost": "Sơn Tịnh ngày 06 tháng 01 năm 2025",
    "y read as u": "Sơn Tịnh, ngàu 06 tháng 01 năm 2025",
    "letters of its word": "Sơn Tịnh, rrgày 06 tháng 01 năm 2025",
    "digits read as letters": "Sơn Tịnh, ngày 06 tháng 0Ì năm 2025",
}


@pytest.mark.parametrize("case", DAYS)
def test_a_day_of_issue_is_read_through_the_slips_of_its_line(case: str) -> None:
    fields = fields_under(("CHỦ TỊCH", 500), head=paper_head("UBND XÃ SƠN TỊNH", day=DAYS[case]))

    assert (fields["place"], fields["issued_on"]) == ("Sơn Tịnh", "2025-01-06")


def under_heading(kind: str, *lines: str) -> tuple[Word, ...]:
    centred = [(text, 297 - (7 * len(text.replace(" ", "")) + 4 * text.count(" ")) / 2) for text in (kind, *lines)]
    return (
        *paper_head("UBND XÃ SƠN TỊNH"),
        *(word for at, (text, left) in enumerate(centred) for word in row(text, left, 130.0 + 14 * at)),
    )


SUBJECTS = {
    "a lone digit": (("Sửa chữa nhà văn hóa khối phố", "5"), "Sửa chữa nhà văn hóa khối phố 5"),
    "a number alone on its line": (
        ("Phối hợp thực hiện Nghị quyết số", "12/2025/NQ-HĐND"),
        "Phối hợp thực hiện Nghị quyết số 12/2025/NQ-HĐND",
    ),
    "a span of days": (("Kết quả tiếp công dân", "(Từ ngày 15/3/2026 đến ngày 14/4/2026)"), "Kết quả tiếp công dân"),
    "to whom it is handed": (("Kính chuyển: Phòng Kinh tế",), None),
    "to whom it is sent": (("Dự hội nghị tổng kết", "Kính gi: .........."), "Dự hội nghị tổng kết"),
    "a symbol parted at its dash": (("Theo Công văn số 318/SNV-", "CCVC"), "Theo Công văn số 318/SNV-CCVC"),
}


@pytest.mark.parametrize("case", SUBJECTS)
def test_a_subject_ends_where_it_ends(case: str) -> None:
    lines, wanted = SUBJECTS[case]

    assert fields_under(("CHỦ TỊCH", 500), head=under_heading("BÁO CÁO", *lines))["subject"] == wanted


def test_a_doubted_ve_of_ve_viec_is_no_mark_of_a_letter() -> None:
    head = [
        replace(one, confidence=0.76) if one.text == "Về" else one for one in under_heading("QUYẾT ĐỊNH", "Về việc cử")
    ]

    assert fields_under(("CHỦ TỊCH", 500), head=tuple(head))["subject"] == "Về việc cử"


def test_a_slip_signed_high_on_its_page_has_its_signer() -> None:
    words = [*row("Nơi nhận:", 85, 200), *row("CHÁNH VĂN PHÒNG", 360, 200), *row("Phạm Trường Thọ", 360, 250)]
    page = PageReading(1, "scan", 595, 842, words=tuple(words), source="ocr")

    found = fields_of([page], Clues(), lambda _page, _box: [])["signer_title"]

    assert found is not None
    assert found.value == "CHÁNH VĂN PHÒNG"


def page_with_ink(*boxes: tuple[float, float, float, float]) -> PageReading:
    """A page at 150 dpi with these boxes inked (points)."""
    picture, scale = Image.new("L", (1240, 1754), 255), 150 / 72
    for box in boxes:
        ImageDraw.Draw(picture).rectangle([edge * scale for edge in box], fill=30)
    return PageReading(1, "scan", 595, 842, source="ocr", picture=picture, picture_dpi=150)


def test_digits_before_a_symbol_whose_q_hangs_below_the_line_are_printed() -> None:
    line = [
        Word(text, Box(left, 110, right, bottom), 0.95, "ocr", 1)
        for text, left, right, bottom in (
            ("Số:", 90, 108, 120),
            ("58/SCT-QLNL", 110, 190, 123),
        )
    ]
    page = replace(
        page_with_ink(
            (110, 111, 116, 119), (117, 111, 123, 119), (130, 111, 152, 119), (156, 111, 163, 122), (165, 111, 190, 119)
        ),
        words=(*HEAD, *line),
    )

    number = fields_of([page], Clues(), lambda _page, _box: [])["number"]

    assert number is not None
    assert (number.state, number.value) == ("read", "58/SCT-QLNL")


HEAD = (*row("SỞ CÔNG THƯƠNG", 80, 50), *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 290, 50))


def test_a_doubted_eleven_is_confirmed_whichever_strokes_were_taken_for_letters() -> None:
    page = page_with_ink((120, 111, 125, 119), (127, 111, 132, 119), (160, 111, 175, 119))
    place = Place(Box(118, 110, 136, 120), "I1", 0.5, Box(160, 110, 176, 120))

    assert gap_state(page, place, lambda *_: [Word("1l", place.gap, 0.9, "ocr", 1)]) == "printed"


def test_lines_of_two_typed_columns_that_stand_at_other_heights_stay_apart() -> None:
    """The right column's line lies between two of the left one's, which are numbered as the file writes them."""
    texts = (("Nơi nhận:", 85, 500.0, 1), ("- Như trên;", 85, 509.0, 2), ("- Lưu: VT.", 85, 523.0, 3))
    left = [replace(word, source="layer", line=line) for text, x, y, line in texts for word in row(text, x, y)]
    right = [replace(word, source="layer", line=9) for word in row("KT. CHỦ TỊCH", 360, 504)]
    page = PageReading(1, "text", 595, 842, words=tuple(left + right), source="layer")

    found = fields_of([page], Clues(), lambda _page, _box: [])["recipients"]

    assert found is not None
    assert found.value == "Như trên; Lưu: VT"


SPACES = {
    "a space that kerning narrowed": (((0, 0, 9, 14), (9.4, 0, 18, 14)), (19.9, 0, 28, 14), True),
    "letters set apart": (((0, 0, 9, 14), (11, 0, 20, 14)), (22, 0, 31, 14), False),
    "a dash beside a tall letter": (((0, 0, 9, 14), (9, 9, 13, 12)), (13, 0, 22, 14), False),
    "the next line": (((0, 0, 9, 14), (9, 0, 18, 14)), (0, 16, 9, 30), True),
}


@pytest.mark.parametrize("case", SPACES)
def test_typed_letters_are_parted_by_spaces_that_the_file_leaves_out(case: str) -> None:
    word, after, apart = SPACES[case]

    assert _apart(word, after) is apart
