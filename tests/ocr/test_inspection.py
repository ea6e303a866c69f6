"""Whole documents: what they say, how they were read, what they are worth."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ocr import InspectOptions, inspect_file
from ocr.fields.grammar import slips
from tests.ocr.papers import Paper, Scanner, born_digital, pages_pdf, scan, scanned

AT = datetime(2025, 12, 1, 8, 0, tzinfo=UTC)
LETTER = Paper(
    number="574",
    symbol="UBND-VHXH",
    kind="",
    subject=("đăng ký bổ sung nội dung", "trình kỳ họp thứ 31"),
    stack=("CHỦ TỊCH",),
    signer="Trần Văn Đức",
)
CENTRE = Paper(
    organ=("UBND PHƯỜNG HỘI AN ĐÔNG", "TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"),
    number="08",
    symbol="QĐ-TTPVHCC",
    kind="QUYẾT ĐỊNH",
    day="21",
    month="3",
    stack=("GIÁM ĐỐC",),
    signer="Lê Thị Mỹ Duyên",
)
DRAFT = Paper(
    number="",
    day="",
    month="",
    symbol="KH-UBND",
    kind="KẾ HOẠCH",
    last_line="xuanlt16-02/10/2025 19:32:46-xuanlt16-xuanlt16-xuanlt16",
)


def examined(folder: Path, content: bytes, name: str = "van-ban.pdf", **options: Any) -> dict[str, Any]:
    """Inspect `content` as a file called `name`; the answer must be JSON."""
    path = folder / name
    path.write_bytes(content)
    answer = inspect_file(path, replace(InspectOptions(at=AT), **options))
    json.dumps(answer, ensure_ascii=False)
    return answer


def value(answer: dict[str, Any], field: str) -> Any:
    found = answer["fields"][field]
    return found and found["value"]


def codes(answer: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answer["digitisation"]["reasons"]}


@pytest.mark.parametrize("made", ["born_digital", "scanned"])
@pytest.mark.parametrize(
    ("paper", "number", "kind", "day", "issuer", "signer", "title"),
    [
        (
            Paper(),
            "12/TB-UBND",
            "THÔNG BÁO",
            "2025-11-05",
            "ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN ĐÔNG",
            "Nguyễn Thị Hồng",
            "PHÓ CHỦ TỊCH",
        ),
        (
            LETTER,
            "574/UBND-VHXH",
            "CÔNG VĂN",
            "2025-11-05",
            "ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN ĐÔNG",
            "Trần Văn Đức",
            "CHỦ TỊCH",
        ),
        (
            CENTRE,
            "08/QĐ-TTPVHCC",
            "QUYẾT ĐỊNH",
            "2025-03-21",
            "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
            "Lê Thị Mỹ Duyên",
            "GIÁM ĐỐC",
        ),
    ],
    ids=["notice", "letter", "decision of a centre"],
)
def test_fields_are_read_from_text_and_from_scan_alike(  # noqa: PLR0917 - the columns of the table above
    tmp_path: Path, made: str, paper: Paper, number: str, kind: str, day: str, issuer: str, signer: str, title: str
) -> None:
    content = born_digital(paper) if made == "born_digital" else scanned(paper, Scanner(seed=2))

    answer = examined(tmp_path, content)

    assert answer["text_source"] == ("layer" if made == "born_digital" else "ocr")
    assert value(answer, "number") == number
    assert value(answer, "symbol") == number.partition("/")[2]
    assert value(answer, "type") == kind
    assert value(answer, "issued_on") == day
    assert value(answer, "issuer") == issuer
    assert value(answer, "place") == "Hội An Đông"
    assert value(answer, "signer") == signer
    assert value(answer, "signer_title") == title
    said = " ".join(paper.subject)
    assert slips(value(answer, "subject"), said) <= (0 if made == "born_digital" else 2)
    assert answer["digitisation"]["verdict"] == "đạt"


def test_every_field_says_where_it_stands(tmp_path: Path) -> None:
    answer = examined(tmp_path, born_digital(Paper()))

    left, top, right, bottom = answer["fields"]["issued_on"]["box"]
    assert 0.5 < left < right < 0.95
    assert 0.1 < top < bottom < 0.2
    assert answer["fields"]["number"]["page"] == 1
    assert "Số: 12/TB-UBND" in answer["fields"]["number"]["source_text"]


def test_stacked_authority_is_read_in_its_order(tmp_path: Path) -> None:
    answer = examined(
        tmp_path, born_digital(replace(Paper(), stack=("TM. ỦY BAN NHÂN DÂN", "KT.CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    )

    assert value(answer, "authority") == "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH"
    assert value(answer, "signer_title") == "PHÓ CHỦ TỊCH"


@pytest.mark.parametrize("made", ["born_digital", "scanned"])
def test_a_draft_has_a_blank_number_and_day_and_its_watermark_is_no_date(tmp_path: Path, made: str) -> None:
    content = born_digital(DRAFT) if made == "born_digital" else scanned(DRAFT, Scanner(seed=4))

    answer = examined(tmp_path, content)

    assert (answer["fields"]["number"]["state"], value(answer, "number")) == ("blank", None)
    assert (answer["fields"]["issued_on"]["state"], value(answer, "issued_on")) == ("blank", None)
    assert value(answer, "symbol") == "KH-UBND"
    assert value(answer, "signer") == "Nguyễn Thị Hồng"
    assert "19:32:46" in answer["text"]


def test_a_paper_without_number_line_has_no_number_at_all(tmp_path: Path) -> None:
    answer = examined(tmp_path, born_digital(replace(Paper(), symbol="")))

    assert answer["fields"]["number"] is None


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
def test_pen_strokes_are_told_from_print_and_never_filled_in(tmp_path: Path, seed: int) -> None:
    paper = replace(Paper(), number="", day="", symbol="QĐ-UBND", kind="QUYẾT ĐỊNH")
    content = scanned(paper, Scanner(seed=seed, hand_number="46", hand_day="24", dpi=200 + 50 * (seed % 3)))

    answer = examined(tmp_path, content, name="46 QD.signed_20251110_101010.pdf")

    number, day = answer["fields"]["number"], answer["fields"]["issued_on"]
    assert (number["state"], number["value"]) == ("handwritten", None)
    assert (day["state"], day["value"], day["partial"]) == ("handwritten", None, "2025-11")
    assert {"value": "46/QĐ-UBND", "source": "file_name", "source_text": "46 QD.signed_20251110_101010.pdf"} in number[
        "suggestions"
    ]


def test_the_stored_name_is_no_clue_but_the_given_name_is(tmp_path: Path) -> None:
    paper = replace(Paper(), number="", symbol="QĐ-UBND", kind="QUYẾT ĐỊNH")
    stored = tmp_path / ("12" * 32)
    stored.write_bytes(born_digital(paper))

    nameless = inspect_file(stored, InspectOptions(at=AT))
    named = inspect_file(stored, InspectOptions(at=AT, names={stored: "33-QĐ-UBND.pdf"}))

    assert nameless["fields"]["number"]["suggestions"] == []
    assert named["fields"]["number"]["suggestions"][0]["value"] == "33/QĐ-UBND"


@pytest.mark.parametrize(
    ("scanner", "code", "verdict"),
    [
        (Scanner(dpi=100), "low_resolution", "không đạt"),
        (Scanner(colour="L"), "not_colour", "không đạt"),
        (Scanner(colour="1", noise=0), "not_colour", "không đạt"),
        (Scanner(turn=180), "rotated", "không đạt"),
        (Scanner(skew=6), "skewed", "cần người xem"),
        (Scanner(blur=4.5, noise=15), "illegible", "không đạt"),
    ],
    ids=["100 dpi", "grey", "bilevel", "upside down", "skewed", "blurred"],
)
def test_a_scan_below_the_standard_is_told_why(tmp_path: Path, scanner: Scanner, code: str, verdict: str) -> None:
    answer = examined(tmp_path, scanned(Paper(), scanner))

    assert code in codes(answer)
    assert answer["digitisation"]["verdict"] == verdict
    assert all(reason["detail"] for reason in answer["digitisation"]["reasons"])


def test_resolution_and_colour_of_a_good_scan_are_reported(tmp_path: Path) -> None:
    page = examined(tmp_path, scanned(replace(Paper(), body=()), Scanner(skew=1.5)))["pages"][0]

    assert (page["kind"], page["dpi"], page["colour"], page["rotation"]) == ("scan", 200, "colour", 0)
    assert page["skew"] == pytest.approx(1.5, abs=0.3)
    assert page["confidence"] > 0.9


def test_an_old_pdf_version_misses_the_standard(tmp_path: Path) -> None:
    answer = examined(tmp_path, born_digital(Paper()).replace(b"%PDF-1.7", b"%PDF-1.3", 1))

    assert answer["pdf_version"] == "1.3"
    assert codes(answer) == {"pdf_version"}
    assert answer["digitisation"]["verdict"] == "không đạt"


def test_a_blank_back_and_a_page_scanned_twice_are_seen(tmp_path: Path) -> None:
    front = scan(Paper(), Scanner())
    blank = scan(Paper(), Scanner()).point([250] * 768)

    answer = examined(tmp_path, pages_pdf([front, blank, front], Scanner()))

    assert [page["kind"] for page in answer["pages"]] == ["scan", "blank", "scan"]
    assert {(r["code"], r["page"]) for r in answer["digitisation"]["reasons"]} == {
        ("blank_page", 2),
        ("duplicate_page", 3),
    }
    assert answer["digitisation"]["verdict"] == "cần người xem"


@pytest.mark.parametrize(("form", "media_type"), [("TIFF", "image/tiff"), ("JPEG", "image/jpeg")])
def test_picture_files_are_read_but_are_no_pdf(tmp_path: Path, form: str, media_type: str) -> None:
    target = io.BytesIO()
    scan(Paper(), Scanner()).save(target, form, dpi=(200, 200))

    answer = examined(tmp_path, target.getvalue(), name="ban-quet")

    assert answer["media_type"] == media_type
    assert value(answer, "number") == "12/TB-UBND"
    assert codes(answer) == {"not_pdf"}


def test_the_answer_does_not_depend_on_where_the_file_lies(tmp_path: Path) -> None:
    content = born_digital(Paper())
    (tmp_path / "a").mkdir()

    first, second = examined(tmp_path, content), examined(tmp_path / "a", content)

    for answer in (first, second):
        del answer["took_seconds"], answer["file"]
    assert first == second
