"""The small parts that fields rest on: rows, folding, symbols, file names, text layers."""

from __future__ import annotations

import pytest

from ocr.fields.grammar import close_to, fold, grammar, repaired_symbol, slips, symbol_of_heading
from ocr.fields.issued import file_name_days
from ocr.fields.line import Line
from ocr.fields.number import file_name_numbers, type_by_symbol
from ocr.fields.signing import is_watermark
from ocr.pdf.text_layer import soundness
from ocr.reading.document import reading_order
from ocr.words import Box, Word, page_rows, rows_of, text_of


def word(text: str, left: float, top: float, *, high: float = 10, source: str = "layer", line: int = 0) -> Word:
    return Word(text, Box(left, top, left + 6 * len(text), top + high), 1.0, source, line)  # type: ignore[arg-type]


def test_words_join_rows_by_their_middles_and_lines_stay_together() -> None:
    words = [word("hai", 50, 31), word("mot", 10, 30), word("ba", 10, 50), word("cao", 90, 24, high=16, line=0)]

    assert [row.text for row in rows_of(words)] == ["mot hai cao", "ba"]


def test_the_engine_keeps_a_tall_letter_in_its_line() -> None:
    words = [word("KT.", 10, 30, line=1), word("VĂN", 40, 22, high=18, line=1), word("PHÒNG", 70, 30, line=1)]

    assert text_of(words) == "KT. VĂN PHÒNG"


def test_a_stamped_number_falls_into_the_gap_of_its_line_and_a_stamp_stays_apart() -> None:
    words = [word("Số:", 10, 30), word("/TB-UBND", 60, 30), word("542", 35, 29, source="appearance")]
    words += [word("ttcbth@dv.gov.vn", 300, 5, source="appearance")]

    own, stamps = page_rows(tuple(words))

    assert [row.text for row in own] == ["Số: 542 /TB-UBND"]
    assert [row.text for row in stamps] == ["ttcbth@dv.gov.vn"]


def test_folding_keeps_positions() -> None:
    assert fold("Số: đỗ Ủy") == "SO: DO UY"
    assert len(fold("ỦY BAN NHÂN DÂN")) == len("ỦY BAN NHÂN DÂN")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("QD-UBND", "QĐ-UBND"),
        ("TTR-UBND", "TTr-UBND"),
        ("NQ-HDND", "NQ-HĐND"),
        ("QĐÐ-UBND", "QĐ-UBND"),
        ("DA-UBND", "DA-UBND"),
    ],
)
def test_symbols_are_repaired_where_one_reading_is_left(read: str, meant: str) -> None:
    assert repaired_symbol(read) == meant


def test_the_heading_decides_a_symbol_one_slip_away() -> None:
    assert symbol_of_heading("TIr-UBND", "TỜ TRÌNH") == "TTr-UBND"
    assert symbol_of_heading("XYZ-UBND", "TỜ TRÌNH") == "XYZ-UBND"


def test_types_follow_from_symbols() -> None:
    assert type_by_symbol("QĐ-UBND") == "QUYẾT ĐỊNH"
    assert type_by_symbol("UBND-KTTH") == "CÔNG VĂN"
    assert type_by_symbol("ABC-XYZ") is None


def test_a_type_is_recognised_through_one_slip_and_no_more() -> None:
    kinds = grammar().types
    assert close_to("QUYÉT ĐỊNN", kinds) == "QUYET DINH"
    assert close_to("QUYÉT ĐỘNN", kinds) is None
    assert slips("kitten", "sitting") == 3


@pytest.mark.parametrize(
    ("name", "symbol", "numbers"),
    [
        ("01 TTr.signed_20250513_144607.pdf", "TTr-UBND", ["01"]),
        ("2352 ( 07-CT-UBND).signed_20250221_092046.pdf", "CT-UBND", ["07", "2352"]),
        ("574 UB.signed_20250510_124908.pdf", "UBND-KTTH", ["574"]),
        ("11CT_20250510_124908.pdf", "CT-UBND", ["11"]),
        ("ban-do.pdf", "CT-UBND", []),
        ("1.3.1_KH_52-KH-UBND_20250403_kiem-tra.pdf", "KH-UBND", ["52"]),
        ("H17.12.34-250909-0008_QD.pdf", "QĐ-UBND", []),
    ],
)
def test_file_names_suggest_numbers_best_first(name: str, symbol: str, numbers: list[str]) -> None:
    assert [one.value for one in file_name_numbers(name, symbol)] == numbers


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("1.3.1_KH_52-KH-UBND_20250403_kiem-tra.pdf", ["2025-04-03"]),
        ("KH 52 ngày 3.4.2025.pdf", ["2025-04-03"]),
        ("01 TTr.signed_20250513_144607.pdf", []),
        ("H17.12.34-250909-0008_20251340.pdf", []),
    ],
)
def test_file_names_suggest_days_unless_signing_software_wrote_them(name: str, days: list[str]) -> None:
    assert [one.value for one in file_name_days(name)] == days


def test_a_download_mark_is_no_date() -> None:
    assert is_watermark("xuanlt16-02/10/2025 19:32:46-xuanlt16")
    assert not is_watermark("Hội An Đông, ngày 02 tháng 10 năm 2025")


def test_parts_of_a_word_know_their_places() -> None:
    line = Line.of([word("12/QĐ-UBND", 100, 10)])

    digits = line.spot(0, 2)

    assert digits.text == "12"
    assert digits.box is not None
    assert 100 == digits.box.left < digits.box.right < 115


@pytest.mark.parametrize(
    ("text", "fonts", "fault"),
    [
        ("Ủy ban nhân dân phường", (), None),
        ("Resolution on staffing", (), None),
        ("", (), "empty"),
        ("\ue001\ue002\ue003 abc", (), "unmapped"),
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam §éc lËp Tù do H¹nh phóc " * 3, (".VnTimeH",), "legacy_font"),
        ("UY BAN NHAN DAN TINH ve viec cong khai cac thu tuc va quyet dinh cua uy ban " * 4, (), "no_diacritics"),
    ],
)
def test_text_layers_are_trusted_only_where_sound(text: str, fonts: tuple[str, ...], fault: str | None) -> None:
    assert soundness(text, lambda: fonts) == fault


def test_the_head_and_the_signature_block_are_read_first() -> None:
    assert reading_order(1, 300) == [1]
    assert reading_order(5, 300) == [1, 5, 4, 2, 3]
    assert reading_order(10_000, 3) == [1, 10_000, 9_999]


OTHER_LANGUAGES = {
    "German": "Über die Änderung der Gebühren für öffentliche Straßen in größeren Städten wird später befunden.",
    "French": "Où êtes-vous allés l'été dernier, à la forêt près de la frontière ou plutôt à la mer? Noël, maïs.",
    "Swedish": "På måndag åker vi till sjön för att fånga gädda, och på lördag är det åter dags för höstmöte.",
    "Vietnamese": "Ủy ban nhân dân phường thông báo về việc hoà giải, huỷ bỏ quyền sử dụng đất của ông Văn Thuỳ.",
}


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_text_of_other_languages_is_no_old_font(language: str) -> None:
    assert soundness(OTHER_LANGUAGES[language]) is None
