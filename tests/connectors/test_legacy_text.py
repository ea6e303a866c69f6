"""Text of the old fonts is recognised and read; modern text is never touched."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exports import read_export_here
from connectors.exports.cells.legacy import TCVN3, VNI, OldFont, old_font_of
from tests.connectors.tables import LIST_HEADER, SURVEY_HEADER, delimited, listed, xlsx
from tests.connectors.typed import small, typed_in

MODERN = [
    "Tỷ lệ hài lòng của người dân đối với sự phục vụ",
    "Đăng ký khai sinh có yếu tố nước ngoài",
    "Phòng Kinh tế, Hạ tầng và Đô thị",
    "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
    "Quyết định xử phạt vi phạm hành chính về đất đai",
    "Ông Nguyễn Hữu Thưởng nộp hồ sơ trực tuyến ở phường",
]


@pytest.mark.parametrize("font", [TCVN3, VNI], ids=lambda font: font.name)
def test_old_text_is_told_and_read_back(font: OldFont) -> None:
    typed = [typed_in(text, font) for text in MODERN]
    assert old_font_of(typed) is font
    wanted = [small(text) for text in MODERN] if font is TCVN3 else MODERN
    assert [font.read(text) for text in typed] == wanted


def test_known_words_of_both_fonts() -> None:
    assert TCVN3.read("Hå s¬ ®ang gi¶i quyÕt") == "Hồ sơ đang giải quyết"
    assert VNI.read("Hoà sô ñang giaûi quyeát") == "Hồ sơ đang giải quyết"


@given(st.lists(st.sampled_from([*MODERN, "cá nhân", "Số 12/QĐ-UBND", "100 m² (20 °C) © 2025"]), min_size=1))
def test_modern_text_is_left_alone(texts: list[str]) -> None:
    assert old_font_of(texts) is None
    assert old_font_of([unicodedata.normalize("NFD", text) for text in texts]) is None


@pytest.mark.parametrize("font", [TCVN3, VNI], ids=lambda font: font.name)
def test_a_workbook_of_an_old_font_is_read_with_the_rows_it_touched(font: OldFont, tmp_path: Path) -> None:
    rows = [
        SURVEY_HEADER,
        [1, "8.1.1", "Mức độ hài lòng", 90, 10, "Sở Nội vụ thành phố"],
        [2, "8.1.2", "SIPAS", 80, 5, "X"],
    ]
    typed = [[typed_in(cell, font) if isinstance(cell, str) else cell for cell in row] for row in rows]
    for path in (xlsx(tmp_path / "cu.xlsx", typed), delimited(tmp_path / "cu.csv", typed, encoding="latin-1")):
        export = read_export_here(path)
        source = export.rows[0].values["source"]
        assert source == "Sở Nội vụ thành phố"
        assert any(f"phông cũ {font.name}" in warning and "các dòng 1, 2;" in warning for warning in export.warnings)


def test_old_text_that_begins_deep_in_a_modern_sheet_is_read_and_told(tmp_path: Path) -> None:
    modern = [listed(n) for n in range(1, 450)]
    old = {"Tên thủ tục hành chính": "CÊp b¶n sao trÝch lôc hé tÞch", "Trạng thái": "§· tr¶ kÕt qu¶"}
    export = read_export_here(xlsx(tmp_path / "bang.xlsx", [LIST_HEADER, *modern, listed(450, **old)]))
    last = export.rows[-1].values
    assert (last["procedure"], last["status"]) == ("Cấp bản sao trích lục hộ tịch", 10)
    assert any("phông cũ TCVN3" in warning and "các dòng 451;" in warning for warning in export.warnings)
