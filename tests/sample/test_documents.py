"""Documents of the sample say what they were asked to say, in print and on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from sample import paper
from sample.composing import composed
from sample.documents import Document, Scan, Style, born_digital, places, scanned
from sample.paper import NoFont, Text, balanced, words_of
from sample.papers import ward_plan

DECISION = Document(
    kind="QUYẾT ĐỊNH",
    symbol="QĐ-UBND",
    number="138",
    issued_on=date(2025, 2, 5),
    subject="Về việc khen thưởng ông Nguyễn Văn Mẫu",
    authority="CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN ĐÔNG",
    body=(
        "<b>Điều 1.</b> Tặng Giấy khen cho ông Nguyễn Văn Mẫu (hồ sơ số H17.12.34-250203-0007).",
        "Điều 2. Thi hành./.",
    ),
)


def text_of(pdf: bytes, page: int = 0) -> str:
    return " ".join(PdfReader(BytesIO(pdf)).pages[page].extract_text().split())


def test_a_born_digital_document_has_its_words_in_the_text_layer() -> None:
    said = text_of(born_digital(DECISION))

    for words in (
        "Số: 138/QĐ-UBND",
        "ngày 05 tháng 02 năm 2025",
        "QUYẾT ĐỊNH",
        "H17.12.34-250203-0007",
        "Nguyễn Thị Hồng",
    ):
        assert words in said


def test_a_scan_has_no_text_and_the_resolution_it_says() -> None:
    page = PdfReader(BytesIO(scanned(DECISION, scan=Scan(dpi=150)))).pages[0]
    picture = page.images[0].image
    assert picture is not None

    assert page.extract_text().strip() == ""
    assert picture.mode == "RGB"
    assert round(picture.width / (float(page.mediabox.width) / 72)) == 150


def test_a_grey_scan_is_grey() -> None:
    picture = PdfReader(BytesIO(scanned(DECISION, scan=Scan(dpi=72, colour=False)))).pages[0].images[0].image

    assert picture is not None
    assert picture.mode == "L"


def test_the_seal_is_red_and_the_signature_blue_where_the_places_say() -> None:
    scan = Scan(dpi=100, skew=0, noise=0, quality=95)
    picture = PdfReader(BytesIO(scanned(DECISION, scan=scan))).pages[0].images[0].image
    assert picture is not None
    where = places(DECISION)

    def colours(box: paper.Box) -> list[tuple[int, ...]]:
        left, bottom, right, top = (edge * 100 / 72 for edge in box)
        height = paper.HEIGHT * 100 / 72
        cut = picture.crop((int(left), int(height - top), int(right), int(height - bottom)))
        return [colour for _, colour in cut.getcolors(1 << 20) or []]

    assert any(red > 150 and green < 90 and blue < 90 for red, green, blue in colours(where.organ))
    assert any(blue > 110 and red < 90 for red, _, blue in colours(where.leader))


def test_number_and_day_written_by_hand_are_in_ink_and_not_in_print() -> None:
    by_hand = replace(DECISION, by_hand=True)
    marks = [mark for mark in composed(by_hand).pages[0].marks if isinstance(mark, Text)]

    assert [mark.text for mark in marks if mark.ink == "pen"] == ["138", "05"]
    assert not any("138" in mark.text for mark in marks if mark.ink == "print")


def test_the_plan_of_the_ward_keeps_its_oddities() -> None:
    plan = ward_plan()
    pages = PdfReader(BytesIO(born_digital(plan))).pages
    first, last = text_of(born_digital(plan)), " ".join(pages[-1].extract_text().split())

    assert len(pages) > 4
    assert plan.full_number is None
    assert "Số: /KH-UBND" in first
    assert "KT.CHỦ TỊCH" in last
    assert last.endswith("xuanlt16-02/10/2025 19:32:46-xuanlt16-xuanlt16-xuanlt16")
    assert "kịp thời tháo gỡ khó khăn" in " ".join(paragraph for paragraph in plan.body)


def test_the_signature_block_never_stands_alone_on_a_page() -> None:
    for length in range(18, 40):
        laid = composed(replace(DECISION, body=("Nội dung của một đoạn văn vừa đủ một dòng.",) * length))
        last = [mark.text.strip() for mark in laid.pages[-1].marks if isinstance(mark, Text)]
        assert "dòng." in last


def test_every_mark_stays_on_the_paper_in_every_style() -> None:
    for seed in range(30):
        document = DECISION.in_style(seed)
        for mark in composed(document).pages[0].marks:
            if isinstance(mark, Text):
                assert mark.x >= 40
                assert mark.x + paper.width_of(mark.text.rstrip(), mark.face, mark.size) <= paper.WIDTH - 30
    assert len({Style.from_seed(seed) for seed in range(30)}) > 10


def test_headings_do_not_leave_a_word_alone() -> None:
    words = list(words_of("Cải cách hành chính năm 2025 của Ủy ban nhân dân phường Hội An Đông"))

    lines = balanced(words, 390, 14)

    assert len(lines) == 2
    assert len(lines[1]) > 4


def test_a_machine_without_vietnamese_letters_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.font_file.cache_clear()
    monkeypatch.setattr(paper, "_FONTS", tmp_path)
    try:
        with pytest.raises(NoFont, match="fonts-croscore"):
            paper.font_file("bold")
    finally:
        paper.font_file.cache_clear()
