"""Slips of OCR that the grammar of documents puts right, and those it must leave."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from ocr.fields.document import Clues, fields_of
from ocr.fields.grammar import symbol_of_heading, symbol_of_organ
from ocr.fields.spelling import as_place_is_named, in_set_phrases, with_set_phrases
from ocr.fields.written import Place, gap_state
from ocr.page import PageReading
from ocr.words import Box, Word
from tests.ocr.printed_rows import fields_under, row

SYMBOLS = {
    "a lost dash": ("KHUBND", "KẾ HOẠCH", "KH-UBND"),
    "small letters of a type": ("TTrUBND", "TỜ TRÌNH", "TTr-UBND"),
    "two slips of an unknown type": ("CIT-UBND", "CHƯƠNG TRÌNH", "CTr-UBND"),
    "another known type stays": ("TB-UBND", "CHƯƠNG TRÌNH", "TB-UBND"),
}
ORGANS = {
    "digits of a committee": ("QĐ-BCĐ128", "BAN CHỈ ĐẠO 138", "QĐ-BCĐ138"),
    "initials of a centre": ("BC-TTIPVHOC", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", "BC-TTPVHCC"),
    "no tone of an initial": ("TTr-TTCIDVSNG", "TRUNG TÂM CUNG ỨNG DỊCH VỤ SỰ NGHIỆP CÔNG", "TTr-TTCUDVSNC"),
    "a known unit stays": ("QĐ-UBND", "ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN", "QĐ-UBND"),
    "a school's letters stay": ("TB-THCSLHP", "TRƯỜNG THCS LÊ HỒNG PHONG", "TB-THCSLHP"),
    "another unit stays": ("QĐ-KTHT", "PHÒNG KINH TẾ HẠ TẦNG", "QĐ-KTHT"),
}
PLACES = {
    "one wrong mark": ("Cấm Thanh", "Cẩm Thanh"),
    "two places that near": ("Cẩm Thánh", "Cẩm Thánh"),
    "the last words of an organ": ("PHƯỜNG SƠN TÌNH", "PHƯỜNG SƠN TỊNH"),
    "a place not known": ("Tân Thạnh Tây", "Tân Thạnh Tây"),
}
PHRASES = {
    "in three words": ("phần công nhiệm vụ", "phân công nhiệm vụ"),
    "two of three": ("chuyến đối số", "chuyển đổi số"),
    "the other phrase": ("phần công việc", "phần công việc"),
    "another lawful spelling": ("uỷ ban", "uỷ ban"),
    "in capitals": ("HẠNH CHÍNH", "HÀNH CHÍNH"),
    "a year": ("kết quả Nắm 2025", "kết quả Năm 2025"),
    "no year": ("nắm 12", "nắm 12"),
    "a year that no document bears": ("hè năm 2625", "hè năm 2025"),
    "a far year": ("đến năm 2100", "đến năm 2100"),
    "strokes of a numeral": ("quý TT", "quý II"),
    "a stroke too many": ("quý TTIT", "quý III"),
    "a stroke read as a digit": ("quý 1I", "quý II"),
    "a stroke read as a letter": ("quý TV", "quý IV"),
    "digits after such a word": ("lần 11", "lần 11"),
}


@pytest.mark.parametrize("case", SYMBOLS)
def test_the_heading_mends_its_symbol(case: str) -> None:
    symbol, heading, wanted = SYMBOLS[case]

    assert symbol_of_heading(symbol, heading) == wanted


@pytest.mark.parametrize("case", ORGANS)
def test_the_organ_mends_its_symbol(case: str) -> None:
    symbol, organ, wanted = ORGANS[case]

    assert symbol_of_organ(symbol, organ) == wanted


@pytest.mark.parametrize("case", PLACES)
def test_a_place_is_written_as_it_is_named(case: str) -> None:
    said, wanted = PLACES[case]

    assert " ".join(as_place_is_named(said.split())) == wanted


@pytest.mark.parametrize("case", PHRASES)
def test_a_phrase_is_written_as_it_is_used(case: str) -> None:
    said, wanted = PHRASES[case]

    assert " ".join(in_set_phrases(said.split())) == wanted


@pytest.mark.parametrize(
    ("read", "wanted"), [("57-NQITW", "57-NQ/TW"), ("05-CT1TU,", "05-CT/TU,"), ("57-XYITW", "57-XYITW")]
)
def test_a_symbol_of_the_party_has_its_slash(read: str, wanted: str) -> None:
    assert [word.text for word in with_set_phrases(row(read, 80, 100))] == [wanted]


RECIPIENTS = {
    "a line that goes on": (("- Các Sở: Tài chính,", "Nội vụ;", "- Lưu: VT."), "Các Sở: Tài chính, Nội vụ; Lưu: VT"),
    "a dash read as a wave": (("~ Như trên;", "~ Lưu: VT, VHXH."), "Như trên; Lưu: VT, VHXH"),
    "a dash lost before the archive": (("- Như trên;", ">Lưu: VT, VHXH."), "Như trên; Lưu: VT, VHXH"),
    "a letter of the archive": (("- Như trên;", "- Lưu: VI, TIPVHCC."), "Như trên; Lưu: VT, TTPVHCC"),
    "two letters of the archive": (("- Như trên;", "- Lưu: VTF; KTHT."), "Như trên; Lưu: VT, KTHT"),
    "the first letter of the archive": (("- Như trên;", "- T ưu: VI, TFPVHGC."), "Như trên; Lưu: VT, TTPVHCC"),
    "the marks of the archive": (("- Như trên;", "- Luu: VT, TTPVHCC."), "Như trên; Lưu: VT, TTPVHCC"),
    "three letters of a long unit, no space": (("- Như trên;", "Lưu: VI,TTIPVHGG."), "Như trên; Lưu: VT, TTPVHCC"),
    "a unit that is not known": (("- Như trên;", "- Lưu: VT, QLXDCT."), "Như trên; Lưu: VT, QLXDCT"),
    "an archive without its spaces": (("- Như trên;", "-Lưu:VT,VHXH. `"), "Như trên; Lưu: VT, VHXH"),
    "an archive of another name": (("- Như trên;", "- Lưu: VTLT."), "Như trên; Lưu: VTLT"),
    "a unit with its draft": (("- Như trên;", "- Lưu: VT, NC(Vi16)."), "Như trên; Lưu: VT, NC(Vi16)"),
    "scraps of a seal in it": (("- Như trên:;", "- 2;", "- Lưu: VT."), "Như trên; Lưu: VT"),
    "a centre's page": (("- Trang TIĐT;", "- Lưu: VT."), "Trang TTĐT; Lưu: VT"),
    "a province's page": (("- Công TT-ĐT tỉnh;", "- Lưu: VT."), "Cổng TT-ĐT tỉnh; Lưu: VT"),
    "a comma read as another mark": (("- CT; các PCT UBND;", "- Lưu: VT."), "CT, các PCT UBND; Lưu: VT"),
    "a part's number": (("- Như phần TT;", "- Lưu: VT."), "Như phần II; Lưu: VT"),
    "a copy to report": (("- TT Đảng ủy, HĐND (M/€);", "- Lưu: VT."), "TT Đảng ủy, HĐND (b/c); Lưu: VT"),
    "a scrap behind one": (("- Các đoàn thể; /©,", "- Lưu: VT."), "Các đoàn thể; Lưu: VT"),
    "small letters as wide as capitals": (("- Sở NỘI VỤ;", "- Báo ĐÀ NẴNG;"), "Sở Nội vụ; Báo ĐÀ NẴNG"),
    "another document's number under it": (("- Lưu: VT.", "-", "Số: 15/SY-UBND"), "Lưu: VT"),
    "scraps under a list that has ended": (("- Như trên;", "- Lưu: VT.", "abc def"), "Như trên; Lưu: VT"),
}


@pytest.mark.parametrize("case", RECIPIENTS)
def test_recipients_are_read_line_by_line(case: str) -> None:
    lines, wanted = RECIPIENTS[case]
    head = tuple(word for place, text in enumerate(lines, 1) for word in row(text, 85, 500 + 14.0 * place))

    assert fields_under(("CHỦ TỊCH", 490), head=head)["recipients"] == wanted


def test_recipients_whose_heading_a_scan_lost_end_with_the_archive() -> None:
    lines = ("- Trong đoạn này có gạch đầu dòng", "của bài", "- Như trên;", "- Sở Nội vụ;", "- Lưu: VT.")
    words = [word for place, text in enumerate(lines, 1) for word in row(text, 85, 500 + 14.0 * place)]
    page = PageReading(1, "scan", 595, 842, dpi=200, words=tuple(words), source="ocr")

    found = fields_of([page], Clues(), lambda _page, _box: [])["recipients"]

    assert found is not None and found.value == "Như trên; Sở Nội vụ; Lưu: VT"


def paper_head(*organ: str, day: str = "", number: str = "Số: 12/KH-UBND") -> tuple[Word, ...]:
    """The two columns of a scanned head."""
    left = [word for place, text in enumerate((*organ, number)) for word in row(text, 60, 60.0 + 14 * place)]
    return (*left, *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 320, 60), *row(day, 330, 95))


ORGANS_ON_PAPER = {
    "what a pen left in it": (("TRUNG TÂM PHỤC VỤ HÀNH 2", "CHÍNH CÔNG"), "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"),
    "a ward's number": (("ỦY BAN NHÂN DÂN", "PHƯỜNG 4"), "ỦY BAN NHÂN DÂN PHƯỜNG 4"),
    "a school named like a ward": (("TRƯỜNG MẦM NON HOA PHƯỢNG",), "TRƯỜNG MẦM NON HOA PHƯỢNG"),
    "a school of a word that other papers spell otherwise": (
        ("TRƯỜNG TIÊU HỌC LÝ TỰ TRỌNG",),
        "TRƯỜNG TIỂU HỌC LÝ TỰ TRỌNG",
    ),
    "a ward of one more short word": (("ỦY BAN NHÂN DÂN PHƯỜNG NGHĨA", "LỘ"), "ỦY BAN NHÂN DÂN PHƯỜNG NGHĨA LỘ"),
}


@pytest.mark.parametrize("case", ORGANS_ON_PAPER)
def test_an_organ_on_paper_keeps_its_own_name(case: str) -> None:
    organ, wanted = ORGANS_ON_PAPER[case]

    assert fields_under(("CHỦ TỊCH", 500), head=paper_head(*organ))["issuer"] == wanted


def test_what_a_stamp_left_under_an_organ_is_no_part_of_its_name() -> None:
    head = paper_head("ỦY BAN NHÂN DÂN XÃ ĐỒNG VĂN", "DI YEETIYP")
    head = tuple(replace(word, confidence=0.0) if word.text in ("DI", "YEETIYP") else word for word in head)

    assert fields_under(("CHỦ TỊCH", 500), head=head)["issuer"] == "ỦY BAN NHÂN DÂN XÃ ĐỒNG VĂN"


PLACES_OF_ISSUE = {
    "a ward that another province's commune resembles": ("Ba Đình", "Ba Đình"),
    "an apostrophe with its letter": ("Ea Heo", "Ea H'leo"),
    "the letter beside it misread": ("Ea Hteo", "Ea H'leo"),
    "a capital I read as l": ("la Grai", "Ia Grai"),
    "a capital I read as 1": ("1a Grai", "Ia Grai"),
    "what is left of the symbol beside it": ("Tb-ubnd Hội An Đông", "Hội An Đông"),
}


@pytest.mark.parametrize("case", PLACES_OF_ISSUE)
def test_a_place_of_issue_on_paper_is_the_one_that_is_printed(case: str) -> None:
    said, wanted = PLACES_OF_ISSUE[case]
    head = paper_head("ỦY BAN NHÂN DÂN", day=f"{said}, ngày 12 tháng 7 năm 2025")

    assert fields_under(("CHỦ TỊCH", 500), head=head)["place"] == wanted


@pytest.mark.parametrize(("said", "wanted"), [("2925", "2025-07-12"), ("9925", None)])
def test_a_year_that_no_document_bears_has_one_wrong_digit_or_is_not_read(said: str, wanted: str | None) -> None:
    head = paper_head("ỦY BAN NHÂN DÂN", day=f"Cửa Nam, ngày 12 tháng 7 năm {said}")

    assert fields_under(("CHỦ TỊCH", 500), head=head)["issued_on"] == wanted


@pytest.mark.parametrize(("again", "wanted"), [("5/7/2025", "2025-07-05"), ("6/7/2025", None)])
def test_a_doubted_day_of_slashes_is_read_where_it_reads_twice_alike(again: str, wanted: str | None) -> None:
    head = [
        replace(word, confidence=0.56) if "/2025" in word.text else word
        for word in paper_head("ỦY BAN NHÂN DÂN", day="Cửa Nam, ngày 5/7/2025")
    ]
    page = PageReading(1, "scan", 595, 842, dpi=200, words=tuple(head), source="ocr")

    day = fields_of([page], Clues(), lambda _page, _box: row(again, 0, 0))["issued_on"]

    assert (day.value if day else None) == wanted


def test_a_heading_between_scraps_has_its_subject() -> None:
    head = (*row("l QUYẾT ĐỊNH - _____________", 240, 120), *row("Về việc cử cán bộ", 232, 138))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["subject"] == "Về việc cử cán bộ"


def test_a_symbols_first_letter_is_a_capital() -> None:
    head = paper_head("SỞ Y TẾ", number="Số: 12/sYT-VP")

    assert fields_under(("GIÁM ĐỐC", 500), head=head)["symbol"] == "SYT-VP"


def test_a_phrase_of_the_subject_reaches_over_a_lines_end() -> None:
    head = (*row("BÁO CÁO", 270, 120), *row("Dự toán thu, chỉ", 240, 138), *row("ngân sách năm 2026", 232, 152))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["subject"] == "Dự toán thu, chi ngân sách năm 2026"


def test_a_family_name_with_a_letter_too_many_is_no_scrap() -> None:
    fields = fields_under(("GIÁM ĐỐC", 500), ("NÑgô Đình Đức", 600))

    assert fields["signer"] == "Ngô Đình Đức"


def test_a_stamp_close_to_the_subject_is_left_out_of_it() -> None:
    head = [
        *row("CHỈ THỊ", 273, 120),
        *row("TRUNG TÂM 0.NGÃI|", 20, 138),
        *row("Về việc thi hành án hành chính", 192, 138),
    ]
    head = [replace(word, line=138) if word.box.top == 138 else word for word in head]

    fields = fields_under(("CHỦ TỊCH", 500), head=tuple(head))

    assert fields["subject"] == "Về việc thi hành án hành chính"


def test_handwriting_that_the_engine_took_into_the_printed_word_is_seen() -> None:
    """The box of "Số:" reaches over the pen's digits: the gap begins where the letters end."""
    head = [
        Word("Số:", Box(100, 110, 134, 120), 0.4, "ocr", 1),
        *row("/BC-UBND", 150, 110),
        *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 290, 60),
    ]
    picture = Image.new("L", (1240, 1754), 255)
    scale = 150 / 72
    ImageDraw.Draw(picture).line(
        [(x * scale, y * scale) for x, y in ((124, 108), (127, 123), (130, 107), (133, 122))], fill=30, width=3
    )
    ImageDraw.Draw(picture).rectangle([150 * scale, 111 * scale, 200 * scale, 119 * scale], fill=30)
    page = PageReading(1, "scan", 595, 842, words=tuple(head), source="ocr", picture=picture, picture_dpi=150)

    number = fields_of([page], Clues(), lambda _page, _box: [])["number"]

    assert number is not None
    assert number.state == "handwritten"


def test_handwriting_is_seen_up_to_the_slash_though_only_its_first_stroke_was_read() -> None:
    """Of 1199 a leaning 1 was read, as a stroke that is no digit."""
    head = [
        Word("Số:", Box(100, 110, 116, 120), 0.96, "ocr", 1),
        Word("|", Box(121, 110, 126, 120), 0.75, "ocr", 1),
        *row("/TB-UBND", 180, 110),
        *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 290, 60),
    ]
    picture = Image.new("L", (1240, 1754), 255)
    scale = 150 / 72
    pen = ImageDraw.Draw(picture)
    for left in (122, 134, 146, 158):
        pen.line([(left * scale, 120 * scale), ((left + 2) * scale, 110.5 * scale)], fill=30, width=3)
    pen.rectangle([186 * scale, 111 * scale, 220 * scale, 119 * scale], fill=30)
    page = PageReading(1, "scan", 595, 842, words=tuple(head), source="ocr", picture=picture, picture_dpi=150)

    number = fields_of([page], Clues(), lambda _page, _box: [])["number"]

    assert number is not None
    assert number.state == "handwritten"


PARTY_HEAD = (*row("ĐẢNG ỦY PHƯỜNG HỘI AN", 80, 50), *row("ĐẢNG CỘNG SẢN VIỆT NAM", 320, 50))


@pytest.mark.parametrize(
    ("printed", "number", "kind"),
    [("Số 12-QĐ/ĐU", "12-QĐ/ĐU", "QUYẾT ĐỊNH"), ("Số 45-CV/ĐU", "45-CV/ĐU", "CÔNG VĂN")],
)
def test_a_number_of_the_party_has_its_type_before_the_slash(printed: str, number: str, kind: str) -> None:
    said = row("số 45/TTr-VHXH ngày 03 tháng 10", 85, 200)

    fields = fields_under(("BÍ THƯ", 500), head=(*PARTY_HEAD, *row(printed, 95, 100), *said))

    assert (fields["number"], fields["symbol"], fields["type"]) == (number, number[3:], kind)


@pytest.mark.parametrize("organ", ["PHÒNG VĂN HÓA - XÃ HỘI", "PHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ"])
def test_an_organs_name_keeps_the_marks_between_its_words(organ: str) -> None:
    head = (*row(organ, 60, 50), *row("Số: 12/TB-VHXH", 95, 100), *HEAD[4:])

    assert fields_under(("TRƯỞNG PHÒNG", 500), head=head)["issuer"] == organ


def test_a_rule_that_the_engine_took_into_the_symbol_is_no_handwriting() -> None:
    """The box of "_/TB-UBND" reaches up to the rule under the organ's name."""
    picture = Image.new("L", (1240, 1754), 255)
    scale = 150 / 72
    pen = ImageDraw.Draw(picture)
    pen.rectangle([100 * scale, 104 * scale, 170 * scale, 104.6 * scale], fill=30)
    pen.rectangle([152 * scale, 111 * scale, 200 * scale, 119 * scale], fill=30)
    page = PageReading(1, "scan", 595, 842, source="ocr", picture=picture, picture_dpi=150)

    assert gap_state(page, Place(Box(118, 103, 145, 120), "_", 0.3, Box(152, 103, 200, 120)), lambda *_: []) == "blank"


HEAD = (*row("ỦY BAN NHÂN DÂN", 80, 50), *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 290, 50))


@pytest.mark.parametrize(
    ("organ", "place", "wanted"),
    [
        ("PHƯỜNG BÌNH MINH", "Đình Minh", "Bình Minh"),
        ("PHƯỜNG BÌNH MINH", "Bình Sơn", "Bình Sơn"),
        ("PHƯỜNG TRÀ TÂN", "Trà Vân", "Trà Vân"),
        ("PHƯỜNG TÂN THẠNH TÂY", "Tân Thanh Tay", "Tân Thanh Tay"),
        ("PHƯỜNG PHONG ĐIỀN", "phong piền", "Phong Điền"),
        ("PHƯỜNG NGHĨA LỘ", "ội An Đông", "Hội An Đông"),
        ("PHƯỜNG VĨNH THẠNH TRUNG", "vịnh Thạnh Trung", "Vĩnh Thạnh Trung"),
        ("PHƯỜNG NGHĨA LỘ", "rưng Hoa", None),
    ],
)
def test_a_place_unknown_by_a_letter_is_the_one_its_organ_is_named_after(
    organ: str, place: str, wanted: str | None
) -> None:
    head = (*HEAD, *row(organ, 90, 65), *row("Số: 58/QĐ-UBND", 95, 100))
    head += tuple(row(f"{place}, ngày 02 tháng 6 năm 2024", 300, 100))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["place"] == wanted


@pytest.mark.parametrize(("again", "wanted"), [("25", "2026-12-25"), ("85", None)])
def test_a_printed_day_that_no_calendar_has_is_read_once_more(again: str, wanted: str | None) -> None:
    printed = "Hội An, ngày 35 tháng 12 năm 2026"
    head = (*HEAD, *row("Số: 58/QĐ-UBND", 95, 100), *row(printed, 300, 100))
    page = PageReading(1, "scan", 595, 842, dpi=200, words=head, source="ocr")

    day = fields_of([page], Clues(), lambda _page, box: row(printed.replace("35", again), box.left, box.top))[
        "issued_on"
    ]

    assert day is not None
    assert day.value == wanted


def test_an_organ_misread_by_a_letter_is_named_after_its_place() -> None:
    head = (*HEAD, *row("PHƯƠNG NỦUI THANH", 90, 65), *row("Số: 58/QĐ-UBND", 95, 100))
    head += tuple(row("Núi Thành, ngày 02 tháng 6 năm 2024", 300, 100))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["issuer"] == "ỦY BAN NHÂN DÂN PHƯỜNG NÚI THÀNH"


def test_the_subject_of_a_letter_may_pass_the_border_between_the_columns() -> None:
    """The organ's column ends at 190 points and the motto begins at 290; this line ends at 266."""
    head = (
        *HEAD,
        *row("Số: 58/UBND-VP", 95, 100),
        *row("V/v công khai kết quả giải", 90, 120),
        *row("quyết", 140, 135),
    )

    fields = fields_under(("CHỦ TỊCH", 500), head=head)

    assert fields["subject"] == "công khai kết quả giải quyết"


@pytest.mark.parametrize("mark", ["V/v", "VWw", "VW", "VV", "V/", "V#"])
def test_a_letters_mark_is_known_as_the_engine_reads_it(mark: str) -> None:
    head = (*HEAD, *row("Số: 58/UBND-VP", 95, 100), *row(f"{mark} kiểm tra công tác", 90, 120))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["subject"] == "kiểm tra công tác"


@pytest.mark.parametrize(("confidence", "wanted"), [(0.42, "kiểm tra công tác"), (0.96, None)])
def test_a_letters_mark_may_have_been_read_as_anything_unsurely(confidence: float, wanted: str | None) -> None:
    mark, *words = row("VWÑ kiểm tra công tác", 90, 120)
    head = (*HEAD, *row("Số: 58/UBND-VP", 95, 100), replace(mark, confidence=confidence), *words)

    assert fields_under(("CHỦ TỊCH", 500), head=head)["subject"] == wanted


@pytest.mark.parametrize(("top", "wanted"), [(100, "BC-UBND"), (300, None)])
def test_a_symbol_is_the_documents_own_though_a_pen_has_hidden_its_word(top: float, wanted: str | None) -> None:
    head = (*HEAD, *row(":137/ /BC+ /BC-UBND", 95, top))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["symbol"] == wanted


def test_the_subject_ends_where_the_next_line_stands_further_off() -> None:
    lines = (
        ("BÁO CÁO", 120),
        ("Về việc phân công nhiệm vụ", 138),
        ("của phường", 156),
        ("Trong quá trình thực hiện", 190),
    )
    centred = (row(text, 297 - 3.5 * len(text), top) for text, top in lines)
    head = (*HEAD, *(word for line in centred for word in line))

    fields = fields_under(("CHỦ TỊCH", 500), head=head)

    assert fields["subject"] == "Về việc phân công nhiệm vụ của phường"


def test_a_long_unit_after_a_handwritten_number_is_read_whole() -> None:
    head = (*HEAD, *row("Số: 242/ /TTPVHCC-KTHT", 80, 100))

    assert fields_under(("CHỦ TỊCH", 500), head=head)["symbol"] == "TTPVHCC-KTHT"


@pytest.mark.parametrize(("alone", "wanted"), [(0.9, "printed"), (0.3, "handwritten")])
def test_digits_doubted_for_the_symbol_behind_them_are_read_alone(alone: float, wanted: str) -> None:
    """The page's picture has the ink of print; with anything after them the digits stay in doubt."""
    picture = Image.new("L", (1240, 1754), 255)
    scale = 150 / 72
    for left in (120, 127, 134, 160, 170):
        ImageDraw.Draw(picture).rectangle([left * scale, 111 * scale, (left + 5) * scale, 119 * scale], fill=30)
    page = PageReading(1, "scan", 595, 842, source="ocr", picture=picture, picture_dpi=150)
    place = Place(Box(118, 110, 141, 120), "125", 0.5, Box(160, 110, 176, 120))

    def reread(_: PageReading, cut: Box) -> list[Word]:
        return [Word("125/", cut, alone if cut.right < place.gap.right + 2 else 0.1, "ocr", 1)]

    assert gap_state(page, place, reread) == wanted
