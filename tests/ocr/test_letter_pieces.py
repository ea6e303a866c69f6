"""Typed lines that were drawn with gaps, their missing letters after them from another font."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocr import InspectOptions, inspect_file
from ocr.pdf.letter_pieces import Piece, words_of

SAVED = Path(__file__).parent / "saved"
# in these tests a letter's number is the height of its line
WIDTH, SPACE, TOP, BOTTOM = 8.0, 3.0, 90.0, 100.0


def _drawn(line: str, base: int = 100) -> list[Piece]:
    """A line as its program draws it: first the letters of ASCII, then the others, each run where it belongs."""
    pieces: list[Piece] = []
    for own in (True, False):
        left, before = 0.0, None
        for place, letter in enumerate(line):
            width = SPACE if letter == " " else WIDTH
            if letter != " " and letter.isascii() == own:
                edges = (left, base + TOP - BOTTOM, left + width, base)
                if before == place - 1:
                    pieces[-1].letters.append(letter)
                    pieces[-1].places.append(edges)
                else:
                    pieces.append(Piece([letter], [edges], "layer", base))
                before = place
            left += width
    return pieces


@pytest.mark.parametrize("line", ["UBND PHƯỜNG HỘI AN", "Số: 75/BC-HĐND", "ở đó", "KẾ HOẠCH"])
def test_a_line_whose_font_lacks_letters_is_whole_again(line: str) -> None:
    assert [word.text for word in words_of(_drawn(line), float)] == line.split()


def test_lines_of_other_heights_and_words_that_stand_apart_stay_as_they_are() -> None:
    above, below = _drawn("Nơi nhận:"), _drawn("KT. CHỦ TỊCH", base=103)
    assert [word.text for word in words_of([*above, *below], float)] == ["Nơi", "nhận:", "KT.", "CHỦ", "TỊCH"]


def test_a_word_that_was_printed_twice_to_look_bold_is_not_woven_into_itself() -> None:
    once = _drawn("TONG")
    again = [Piece(one.letters, [(a + 0.4, b, c + 0.4, d) for a, b, c, d in one.places], "layer", 100) for one in once]
    before = Piece(["X"], [(500.0, TOP, 508.0, BOTTOM)], "layer", 100)
    assert sorted(word.text for word in words_of([*once, before, *again], float)) == ["TONG", "TONG", "X"]


def test_words_of_such_a_line_are_of_one_height_whatever_marks_their_letters_bear() -> None:
    marked = Piece(["Ộ"], [(20.0, 88.0, 28.0, 102.0)], "layer", 100)
    boxes = [word.box for word in words_of([marked, *_drawn("H")], float)]
    assert [(box.top, box.bottom) for box in boxes] == [(88.0, 102.0)] * 2


@pytest.mark.parametrize(
    ("name", "number", "issuer", "signer", "title", "authority"),
    [
        ("bao-cao", "75/BC-HĐND", "HỘI ĐỒNG NHÂN DÂN PHƯỜNG AN HẢI", "Nguyễn Hữu Phước", "CHỦ TỊCH", None),
        (
            "chuong-trinh",
            "870/CTr-HĐND",
            "HỘI ĐỒNG NHÂN DÂN PHƯỜNG AN HẢI",
            "Đặng Ngọc Quỳnh",
            "PHÓ CHỦ TỊCH",
            "KT. CHỦ TỊCH",
        ),
    ],
)
def test_a_document_that_libreoffice_wrote_with_fonts_that_lack_vietnamese_letters_has_its_fields(
    name: str, number: str, issuer: str, signer: str, title: str, authority: str | None
) -> None:
    answer = inspect_file(SAVED / f"{name}.pdf", InspectOptions(at=datetime(2026, 12, 1, tzinfo=UTC)))
    fields = {key: found["value"] if found else None for key, found in answer["fields"].items() if key != "recipients"}
    assert (fields["number"], fields["issuer"], fields["signer"]) == (number, issuer, signer)
    assert (fields["signer_title"], fields["authority"]) == (title, authority)
    assert answer["digitisation"]["verdict"] == "đạt"
