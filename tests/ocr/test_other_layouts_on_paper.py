"""Scanned papers of other layouts: what was read rightly stays, what is in doubt is nobody's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr.fields.grammar import symbol_of_heading, symbol_of_organ
from ocr.words import rows_of
from tests.ocr.printed_rows import fields_under, row

ABBREVIATIONS = {
    "without its và": ("TTr-SKHCN", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"),
    "without its kind of school": ("TB-MNHS", "TRƯỜNG MẦM NON HOA SEN"),
    "without its country": ("CTr-UBMTTQ", "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM"),
}


@pytest.mark.parametrize("case", ABBREVIATIONS)
def test_a_symbol_that_leaves_out_a_word_of_the_organ_is_no_misreading(case: str) -> None:
    symbol, organ = ABBREVIATIONS[case]

    assert symbol_of_organ(symbol, organ) == symbol


SIGNED_ON_PAPER = {
    "a cell, where BAN CHỈ ĐẠO is usual": (("T/M CHI BỘ", "BÍ THƯ"), "TM. CHI BỘ", "BÍ THƯ"),
    "the police, where ĐỀ ÁN is usual": (
        ("KT. TRƯỞNG CÔNG AN PHƯỜNG", "PHÓ TRƯỞNG CÔNG AN PHƯỜNG"),
        "KT. TRƯỞNG CÔNG AN PHƯỜNG",
        "PHÓ TRƯỞNG CÔNG AN PHƯỜNG",
    ),
    "an office held beside the committee's": (
        ("TM. BAN CHỈ ĐẠO", "TRƯỞNG BAN", "CHỦ TỊCH UBND"),
        "TM. BAN CHỈ ĐẠO",
        "CHỦ TỊCH UBND",
    ),
}


@pytest.mark.parametrize("case", SIGNED_ON_PAPER)
def test_an_authority_that_was_read_rightly_stays(case: str) -> None:
    stack, authority, title = SIGNED_ON_PAPER[case]
    read = [word for place, text in enumerate(stack) for word in row(text, 360, 500 + 15.0 * place)]

    fields = fields_under(
        ("Phạm Trường Thọ", 600),
        head=(*row("ĐỀ ÁN ĐỀ ÁN CHỈ ĐẠO", 200, 300), *(replace(word, confidence=0.9) for word in read)),
    )

    assert (fields["authority"], fields["signer_title"]) == (authority, title)


FAMILIES = {
    "one letter off a family's": ("Nzô Công Hạnh", 0.91, "Ngô Công Hạnh"),
    "of two families": ("Phá Kim Hùng", 0.53, None),
    "with a letter that Vietnamese has not": ("Jô Văn Bình", 0.87, None),
    "nobody's, surely read": ("Kbuôr Văn Bình", 0.95, "Kbuôr Văn Bình"),
}


@pytest.mark.parametrize("case", FAMILIES)
def test_a_family_that_a_pen_crosses_is_put_right_or_named_by_nobody(case: str) -> None:
    read, confidence, wanted = FAMILIES[case]
    first, *others = row(read, 360, 600)

    fields = fields_under(("GIÁM ĐỐC", 500), head=(replace(first, confidence=confidence), *others))

    assert fields["signer"] == wanted


def test_a_title_on_paper_goes_on_where_its_first_line_is_no_whole_title() -> None:
    fields = fields_under(
        ("TUQ. GIÁM ĐỐC", 500),
        ("TRƯỞNG PHÒNG HÀNH CHÍNH TƯ", 515),
        ("Phạm Trường Thọ", 600),
        head=tuple(row("PHÁP", 440, 530)),
    )

    assert fields["signer_title"] == "TRƯỞNG PHÒNG HÀNH CHÍNH TƯ PHÁP"


@pytest.mark.parametrize("symbol", ["TLKT", "GPXD"])
def test_symbols_of_certificates_have_no_dash_to_lose(symbol: str) -> None:
    assert symbol_of_heading(symbol, "TRÍCH LỤC" if symbol == "TLKT" else "GIẤY PHÉP") == symbol


def test_a_number_that_was_not_read_is_no_department() -> None:
    head_words = (*row("ỦY BAN NHÂN DÂN", 90, 60), *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 310, 60))

    fields = fields_under(("CHỦ TỊCH", 500), head=(*head_words, *row("Số: Ộ N /“UB-T'TP", 90, 90)))

    assert fields["issuer"] == "ỦY BAN NHÂN DÂN"


def test_two_lines_of_the_engine_one_under_the_other_are_two_rows() -> None:
    upper = [replace(word, line=3) for word in row("TRUNG TÂM PHỤC VỤ", 90, 77)]
    lower = [replace(word, line=4) for word in (*row("HÀNH CHÍNH CÔNG", 90, 88), *row("Cửa Nam, ngày tháng", 330, 81))]

    assert [found.text for found in rows_of([*upper, *lower])] == [
        "TRUNG TÂM PHỤC VỤ",
        "HÀNH CHÍNH CÔNG Cửa Nam, ngày tháng",
    ]


@pytest.mark.parametrize("read", ["Đại: riữu Hùng", "guyýễn Kim Duyên"])
def test_a_name_without_a_word_that_was_misread_is_nobodys(read: str) -> None:
    assert fields_under(("GIÁM ĐỐC", 500), (read, 600))["signer"] is None


def test_titles_beside_dates_in_a_table_above_the_signature_give_nobody_authority() -> None:
    table = [(f"2{row_}/10/2025 GIÁM ĐỐC", 440 + 15.0 * row_) for row_ in range(3)]

    fields = fields_under(*table, ("KT. GIÁM ĐỐC", 490), ("PHÓ GIÁM ĐỐC", 505), ("Phạm Trường Thọ", 600))

    assert fields["authority"] == "KT. GIÁM ĐỐC"


def test_a_name_of_a_place_is_not_spelt_as_other_words_of_the_document() -> None:
    organ = [replace(word, confidence=0.9) for word in row("ỦY BAN NHÂN DÂN XÃ BUÔN ĐÔN", 60, 60)]
    paper = (*organ, *row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 310, 60), *row("Số: 12/KH-UBND", 100, 80))

    assert fields_under(("CHỦ TỊCH", 500), head=paper)["issuer"] == "ỦY BAN NHÂN DÂN XÃ BUÔN ĐÔN"


def test_what_was_read_of_a_degree_is_no_part_of_the_name() -> None:
    assert fields_under(("HIỆU TRƯỞNG", 500), ("Hhs. Trần Quang Lan", 600))["signer"] == "Trần Quang Lan"


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("- TT Đảng ủy (bíc);", "TT Đảng ủy (b/c)"),
        ("- UBND tỉnh (để b/€);", "UBND tỉnh (để b/c)"),
        ("- Thường trực HĐND (đế b/);", "Thường trực HĐND (để b/c)"),
        ("- Sở Nội VỤ;", "Sở Nội vụ"),
        ("- Lưu: VT KTHT.", "Lưu: VT, KTHT"),
        ("- Lưu: VT, KTTHa47.", "Lưu: VT, KTTHa47"),
        ("- BCĐ CCHC;", "BCĐ CCHC"),
    ],
)
def test_a_recipient_on_paper_is_written_as_recipients_are(read: str, meant: str) -> None:
    assert fields_under(("CHỦ TỊCH", 490), head=tuple(row(read, 85, 514)))["recipients"] == meant
