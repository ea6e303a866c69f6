"""Typed papers of other layouts than our own generator's: usual indents, certificates, forms, narrow columns."""

from __future__ import annotations

import pytest

from ocr.fields.document import Clues, fields_of
from ocr.page import PageReading
from ocr.words import Box, Word, rows_of

LETTER, SPACE, HIGH = 5.6, 3.4, 11.0
LEFT, RIGHT = 85.0, 552.0
AXIS = (LEFT + RIGHT) / 2


def at(text: str, left: float, top: float) -> list[Word]:
    """Words typed from `left` on."""
    words = []
    for part in text.split():
        words.append(Word(part, Box(left, top, left + LETTER * len(part), top + HIGH), 1.0, "layer"))
        left += LETTER * len(part) + SPACE
    return words


def centred(text: str, axis: float, top: float) -> list[Word]:
    width = at(text, 0.0, top)[-1].box.right
    return at(text, axis - width / 2, top)


def justified(text: str, left: float, top: float) -> list[Word]:
    """Words spread so that the last one ends with the text."""
    words = at(text, left, top)
    more = (RIGHT - words[-1].box.right) / max(1, len(words) - 1)
    return [
        Word(w.text, Box(w.box.left + i * more, top, w.box.right + i * more, top + HIGH), 1.0, "layer")
        for i, w in enumerate(words)
    ]


def head(*organ: str, number: str = "Số: 12/KH-UBND", day: tuple[str, ...] = ()) -> list[Word]:
    """Two columns: the organ's lines and the number, and the motto's with the day."""
    left = [word for row, text in enumerate((*organ, number)) if text for word in centred(text, 175, 60.0 + 15 * row)]
    right = [word for row, text in enumerate(day) for word in centred(text, 425, 95.0 + 15 * row)]
    return [*centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 425, 60), *left, *right]


WARD = ("ỦY BAN NHÂN DÂN", "PHƯỜNG CỬA NAM")


def value(words: list[Word], field: str) -> str | None:
    page = PageReading(1, "text", 595, 842, words=tuple(words), source="layer")
    found = fields_of([page], Clues(), lambda _page, _box: [])[field]
    return found.value if found else None


@pytest.mark.parametrize("indent", [28.3, 36.0])
def test_a_subject_ends_where_an_indented_paragraph_begins_right_under_it(indent: float) -> None:
    paper = [
        *head(*WARD),
        *centred("KẾ HOẠCH", AXIS, 150),
        *centred("Tiếp công dân năm 2025", AXIS, 165),
        *justified("Giao Phòng Văn hóa chủ trì, phối hợp với Trung tâm phục vụ theo", LEFT + indent, 182),
        *justified("dõi, đôn đốc việc thực hiện Kế hoạch này và báo cáo Ủy ban nhân dân", LEFT, 197),
    ]

    assert value(paper, "subject") == "Tiếp công dân năm 2025"


def test_a_subject_ends_where_paragraphs_begin_under_each_other() -> None:
    paper = [
        *head(*WARD),
        *centred("GIẤY MỜI", AXIS, 110),
        *centred("Dự Hội nghị tổng kết năm 2025", AXIS, 125),
        *justified("Các khoản chi phải đúng chế độ, tiêu chuẩn, định mức theo quy", LEFT + 23, 141),
        *at("định hiện hành.", LEFT, 156),
        *at("1. Thời gian: 14 giờ 00, ngày 18 tháng 12.", LEFT + 23, 171),
        *at("2. Địa điểm: Hội trường tầng 2.", LEFT + 23, 186),
    ]

    assert value(paper, "subject") == "Dự Hội nghị tổng kết năm 2025"


def test_a_centred_line_as_wide_as_the_text_is_still_the_subject() -> None:
    paper = [
        *head(*WARD),
        *centred("KẾ HOẠCH", AXIS, 150),
        *justified("Nâng cao chất lượng giải quyết thủ tục hành chính, số hóa hồ sơ và", LEFT, 165),
        *centred("hiện đại hóa nền hành chính", AXIS, 180),
        *justified("Căn cứ Nghị định số 118 của Chính phủ, Ủy ban nhân dân ban hành", LEFT + 28.3, 197),
        *justified("kế hoạch như sau, đề nghị các đơn vị theo dõi, đôn đốc và thực hiện", LEFT, 212),
    ]

    assert str(value(paper, "subject")).endswith("số hóa hồ sơ và hiện đại hóa nền hành chính")


def test_a_letters_subject_takes_nothing_of_the_body() -> None:
    paper = [
        *head(*WARD, number="Số: 12/UBND-VP", day=("Cửa Nam, ngày 05 tháng 7 năm 2025",)),
        *centred("V/v mời dự Hội nghị", 175, 108),
        *at("Kính gửi: Các phòng, ban, đơn vị", 292, 121),
        *justified("Các cơ quan, đơn vị tổ chức rà soát, đánh giá và báo cáo kết quả", LEFT + 28.3, 136),
    ]

    assert value(paper, "subject") == "mời dự Hội nghị"


def test_a_letters_subject_may_begin_with_the_words_spelt_out() -> None:
    paper = [
        *head(*WARD, number="Số: 12/UBND-VP", day=("Cửa Nam, ngày 05 tháng 7 năm 2025",)),
        *centred("Về việc mời dự Hội nghị", 175, 108),
        *justified("Về việc tổ chức Hội nghị, các cơ quan, đơn vị rà soát và báo cáo", LEFT + 28.3, 136),
    ]

    assert value(paper, "subject") == "Về việc mời dự Hội nghị"
    assert value([word for word in paper if word.box.top != 108], "subject") is None


ORGANS = {
    "one word of a name": (("UBND TỈNH AN GIANG", "SỞ NÔNG NGHIỆP VÀ MÔI", "TRƯỜNG"), "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"),
    "a ward's own name": (("ỦY BAN NHÂN DÂN PHƯỜNG", "HỘI AN ĐÔNG"), "ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN ĐÔNG"),
    "an association": (("UBND XÃ LAI ĐỒNG", "HỘI NÔNG DÂN"), "HỘI NÔNG DÂN"),
    "a word with other marks than a head's": (("BAN CHỈ ĐẠO CHUYỂN", "ĐỔI SỐ"), "BAN CHỈ ĐẠO CHUYỂN ĐỔI SỐ"),
    "words after và": (
        ("UBND PHƯỜNG CỬA NAM", "PHÒNG KINH TẾ, HẠ TẦNG VÀ", "ĐÔ THỊ"),
        "PHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ",
    ),
    "a cell of the Party": (("ĐẢNG ỦY XÃ LAI ĐỒNG", "CHI BỘ KHỐI PHỐ 5"), "CHI BỘ KHỐI PHỐ 5"),
    "a committee of youth": (("ĐOÀN PHƯỜNG CỬA NAM", "BCH CHI ĐOÀN CƠ QUAN"), "BCH CHI ĐOÀN CƠ QUAN"),
}


@pytest.mark.parametrize("case", ORGANS)
def test_an_organs_name_is_whole_however_it_is_broken(case: str) -> None:
    lines, wanted = ORGANS[case]

    assert value(head(*lines), "issuer") == wanted


def test_an_organ_under_a_motto_in_the_middle_is_whole() -> None:
    paper = [
        *centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 298, 60),
        *at("ỦY BAN NHÂN DÂN XÃ VĨNH THẠNH TRUNG", 140, 90),
        *at("Số: 12/GXN-UBND", 140, 105),
    ]

    assert value(paper, "issuer") == "ỦY BAN NHÂN DÂN XÃ VĨNH THẠNH TRUNG"


def test_a_certificate_without_a_symbol_names_its_organ_above_the_heading_and_no_place() -> None:
    paper = [
        *head("UBND PHƯỜNG CỬA NAM", "PHÒNG KINH TẾ, HẠ TẦNG VÀ", "ĐÔ THỊ", number="Số: 33A8012345"),
        *centred("GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH", AXIS, 150),
        *centred("Đăng ký lần đầu, ngày 05 tháng 7 năm 2025", AXIS, 170),
    ]

    said = {field: value(paper, field) for field in ("issuer", "type", "place", "subject", "number")}

    assert said == {
        "issuer": "PHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ",
        "type": "GIẤY CHỨNG NHẬN",
        "place": None,
        "subject": None,
        "number": None,
    }


def test_a_heading_typed_letter_by_letter_is_the_heading() -> None:
    paper = [
        *head(*WARD, number="Số: 12/QĐ-UBND"),
        *centred("Q U Y Ế T Đ Ị N H", AXIS, 150),
        *centred("Về việc công nhận gia đình văn hóa", AXIS, 165),
    ]

    said = [value(paper, field) for field in ("type", "subject")]

    assert said == ["QUYẾT ĐỊNH", "Về việc công nhận gia đình văn hóa"]


def test_a_forms_own_lines_are_no_subject() -> None:
    paper = [
        *head(*WARD),
        *centred("PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", AXIS, 150),
        *at("Mã hồ sơ: H17.12-250705-0001", LEFT, 175),
        *centred("Nội dung yêu cầu giải quyết: Cấp giấy phép xây dựng", AXIS, 195),
    ]

    assert (value(paper, "type"), value(paper, "subject")) == ("PHIẾU YÊU CẦU BỔ SUNG", None)


def test_a_contract_bears_its_number_under_its_subject() -> None:
    paper = [
        *centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", AXIS, 60),
        *centred("HỢP ĐỒNG", AXIS, 110),
        *centred("Cung cấp dịch vụ số hóa tài liệu", AXIS, 125),
        *centred("Số: 15/2025/HĐ-TTPVHCC", AXIS, 140),
    ]

    said = [value(paper, field) for field in ("type", "subject", "number")]

    assert said == ["HỢP ĐỒNG", "Cung cấp dịch vụ số hóa tài liệu", "15/2025/HĐ-TTPVHCC"]


@pytest.mark.parametrize(("organ", "wanted"), [(WARD, "ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM"), ((), None)])
def test_a_heading_above_the_number_is_no_part_of_the_organ(organ: tuple[str, ...], wanted: str | None) -> None:
    paper = [
        *head(*organ, number=""),
        *centred("GIẤY PHÉP XÂY DỰNG", AXIS, 130),
        *centred("Số: 31/GPXD", AXIS, 145),
    ]

    said = [value(paper, field) for field in ("type", "number", "issuer")]

    assert said == ["GIẤY PHÉP", "31/GPXD", wanted]


def test_a_short_certificate_dated_high_on_its_page_has_its_type() -> None:
    paper = [
        *head(*WARD, number="Số: 780/TLKS"),
        *centred("TRÍCH LỤC KHAI SINH", AXIS, 130),
        *at("Họ, chữ đệm, tên: NGUYỄN MINH KHANG", LEFT, 160),
        *centred("Cửa Nam, ngày 25 tháng 8 năm 2025", 425, 300),
        *centred("PHÓ CHỦ TỊCH", 425, 330),
        *centred("Lê Công Thảo", 425, 400),
    ]

    said = [value(paper, field) for field in ("type", "issued_on", "place", "signer_title", "signer")]

    assert said == ["TRÍCH LỤC", "2025-08-25", "Cửa Nam", "PHÓ CHỦ TỊCH", "Lê Công Thảo"]


def test_a_day_broken_where_the_head_ends_has_its_year() -> None:
    paper = [*head(*WARD), *centred("Cửa Nam, ngày 26 tháng 10 năm", 425, 414), *centred("2025", 425, 428)]

    assert value([*paper, *centred("CHỦ TỊCH", 425, 445)], "issued_on") == "2025-10-26"


DAYS = {
    "the year on a line of its own": (("Cửa Nam, ngày 12 tháng 7 năm", "2025"), "2025-07-12", "Cửa Nam"),
    "month and year below": (("Cửa Nam, ngày 12", "tháng 7 năm 2025"), "2025-07-12", "Cửa Nam"),
    "slashes": (("Cửa Nam, ngày 5/7/2025",), "2025-07-05", "Cửa Nam"),
    "slashes alone": (("Cửa Nam, 05/7/2025",), "2025-07-05", "Cửa Nam"),
    "a ward with a number": (("Phường 14, ngày 05 tháng 7 năm 2025",), "2025-07-05", "Phường 14"),
    "a letter misread in the place": (("Tân Sơn Nh3, ngày 05 tháng 7 năm 2025",), "2025-07-05", None),
    "a stamp of receipt": (("Ngày: 05/7/2025",), None, None),
    "no such day": (("Cửa Nam, ngày 31/6/2025",), None, None),
}


@pytest.mark.parametrize("case", DAYS)
def test_the_day_of_issue_is_read_however_it_is_written(case: str) -> None:
    day, wanted, place = DAYS[case]
    paper = head(*WARD, day=day)

    assert (value(paper, "issued_on"), value(paper, "place")) == (wanted, place)


def signed(*stack: str, recipients: tuple[str, ...] = ("Nơi nhận:", "- Như trên;", "- Lưu: VT.")) -> list[Word]:
    left = [word for row, text in enumerate(recipients) for word in at(text, LEFT, 500.0 + 15 * row)]
    right = [word for row, text in enumerate(stack) for word in centred(text, 440, 500.0 + 15 * row)]
    return [*head(*WARD), *left, *right, *centred("Lê Công Thảo", 440, 620)]


TITLES = {
    "of two lines": (("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG HÀNH CHÍNH", "TƯ PHÁP"), "TRƯỞNG PHÒNG HÀNH CHÍNH TƯ PHÁP"),
    "its last word alone": (("TL. CHỦ TỊCH", "TRƯỞNG PHÒNG KINH TẾ VÀ ĐÔ", "THỊ"), "TRƯỞNG PHÒNG KINH TẾ VÀ ĐÔ THỊ"),
    "of who takes a dossier": (("NGƯỜI TIẾP NHẬN HỒ SƠ", "(Ký và ghi rõ họ tên)"), "NGƯỜI TIẾP NHẬN HỒ SƠ"),
    "of who presides": (("CHỦ TRÌ",), "CHỦ TRÌ"),
}


@pytest.mark.parametrize("case", TITLES)
def test_a_title_is_whole(case: str) -> None:
    stack, wanted = TITLES[case]
    paper = signed(*stack)

    assert (value(paper, "signer_title"), value(paper, "signer")) == (wanted, "Lê Công Thảo")


def test_an_office_keeps_the_comma_between_its_parts() -> None:
    paper = signed("KT. BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM")

    assert (value(paper, "authority"), value(paper, "signer_title")) == ("KT. BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM")


def test_a_watermark_aslant_over_the_page_is_no_part_of_its_lines() -> None:
    paper = signed("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")
    mark = Word("THẢO", Box(300, 480, 480, 550), 1.0, "layer")

    assert value([*paper, mark], "signer_title") == "CHÁNH VĂN PHÒNG"


def test_a_word_whose_mark_raises_it_stays_in_its_line() -> None:
    """Measured of a narrow head in DejaVu Serif, whose lines stand close, with the day between two of them."""
    places = {
        "BAN": (126, 82.2, 95.7),
        "CHỈ": (162, 80.8, 95.7),
        "ĐẠO": (195, 82.2, 95.7),
        "ngày": (340, 88.0, 102.4),
        "25": (380, 88.0, 102.4),
        "tháng": (400, 88.0, 102.4),
        "8": (440, 88.0, 102.4),
        "CẢI": (88, 94.3, 109.2),
        "CÁCH": (119, 95.7, 109.2),
        "HÀNH": (164, 95.7, 109.2),
        "CHÍNH": (213, 95.7, 109.2),
    }
    words = [Word(text, Box(left, top, left + 28, end), 1.0, "layer") for text, (left, top, end) in places.items()]

    assert [found.text for found in rows_of(words)] == ["BAN CHỈ ĐẠO ngày 25 tháng 8", "CẢI CÁCH HÀNH CHÍNH"]


RECIPIENTS = {
    "on one line": (("Nơi nhận: Như trên; Lưu: VT.",), "Như trên; Lưu: VT"),
    "with a short rest below": (
        ("Nơi nhận:", "- UBND thành phố (để", "b/c);", "- Lưu: VT."),
        "UBND thành phố (để b/c); Lưu: VT",
    ),
    "a line that runs over the column's border": (
        ("Nơi nhận:", "- Như trên;", "- Ban Quản lý các khu công nghiệp Quảng Ngãi;", "- Lưu: VT."),
        "Như trên; Ban Quản lý các khu công nghiệp Quảng Ngãi; Lưu: VT",
    ),
}


@pytest.mark.parametrize("case", RECIPIENTS)
def test_recipients_are_read_on_one_line_and_over_two(case: str) -> None:
    lines, wanted = RECIPIENTS[case]

    assert value(signed("CHỦ TỊCH", recipients=lines), "recipients") == wanted
