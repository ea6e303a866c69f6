"""Pictures of paper wherever they lie in a PDF: under hidden words, pasted into a page; and pictures that are none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ocr.fields.found import Found, share_box
from ocr.page import PageReading
from ocr.reading.pasted_sheet import as_own_page, laid_on_page, on_whole_pages
from ocr.words import Box, Word
from tests.ocr.exotic import strips
from tests.ocr.layered import Pasting, joined, on_background, pasted, searchable
from tests.ocr.papers import Paper, Scanner, born_digital, pages_pdf, scan, scanned
from tests.ocr.test_inspection import codes, examined, value

PAPER = replace(Paper(), number="16", day="21", symbol="QĐ-UBND", kind="QUYẾT ĐỊNH")
BY_HAND = replace(PAPER, number="", day="")
PEN = Scanner(seed=5, hand_number="46", hand_day="24")


@pytest.mark.parametrize("way", ["over", "under", "visible"])
def test_handwriting_under_a_text_layer_stays_handwriting(tmp_path: Path, way: str) -> None:
    """The layer says 16 and 21, the pen 46 and 24: a layer is no witness of what stands on the paper."""
    ways = {"over": {}, "under": {"under": True}, "visible": {"visible": True}}

    answer = examined(tmp_path, searchable(scanned(BY_HAND, PEN), born_digital(PAPER), **ways[way]))

    for name in ("number", "issued_on"):
        assert (answer["fields"][name]["state"], answer["fields"][name]["value"]) == ("handwritten", None), name
    assert answer["pages"][0]["kind"] == "mixed"
    assert answer["digitisation"]["profile"] == "scanned"


def test_digits_printed_over_a_pen_on_a_scan_in_strips_do_not_speak_for_it(tmp_path: Path) -> None:
    paper = scan(BY_HAND, PEN)

    answer = examined(tmp_path, searchable(strips(paper), born_digital(PAPER), visible=True))

    assert answer["fields"]["number"]["value"] is None
    assert answer["fields"]["number"]["state"] == "handwritten"
    assert answer["pages"][0]["kind"] == "mixed"


def test_handwriting_that_the_layer_leaves_out_is_not_blank(tmp_path: Path) -> None:
    answer = examined(tmp_path, searchable(scanned(BY_HAND, PEN), born_digital(BY_HAND)))

    assert answer["fields"]["number"]["state"] == "handwritten"
    assert answer["fields"]["issued_on"]["state"] == "handwritten"


def test_a_sound_searchable_scan_passes_and_gives_the_text_of_its_layer(tmp_path: Path) -> None:
    answer = examined(tmp_path, searchable(scanned(PAPER, Scanner(seed=2)), born_digital(PAPER)))

    assert answer["digitisation"]["verdict"] == "đạt"
    assert value(answer, "number") == "16/QĐ-UBND"
    assert value(answer, "signer") == "Nguyễn Thị Hồng"
    assert answer["text_source"] == "layer"
    assert "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025" in answer["text"]
    assert answer["pages"][0]["skew"] is not None


FLAWS = {
    "illegible": (Scanner(blur=6, noise=15), "illegible", "không đạt"),
    "askew": (Scanner(skew=7), "skewed", "cần người xem"),
    "100 dpi": (Scanner(dpi=100), "low_resolution", "không đạt"),
    "grey": (Scanner(colour="L"), "not_colour", "không đạt"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_text_layer_hides_no_flaw_of_the_scan(tmp_path: Path, flaw: str) -> None:
    scanner, code, verdict = FLAWS[flaw]

    answer = examined(tmp_path, searchable(scanned(PAPER, scanner), born_digital(PAPER)))

    assert code in codes(answer)
    assert answer["digitisation"]["verdict"] == verdict


@pytest.mark.parametrize("flaw", ["illegible", "askew"])
def test_a_flaw_of_an_inner_page_is_seen_through_its_layer(tmp_path: Path, flaw: str) -> None:
    scanner, code, _ = FLAWS[flaw]
    papers = [replace(PAPER, subject=(f"Phần thứ {n} của kế hoạch",)) for n in range(4)]
    pages = [
        searchable(scanned(paper, scanner if n == 1 else Scanner(seed=n)), born_digital(paper))
        for n, paper in enumerate(papers)
    ]

    answer = examined(tmp_path, joined(*pages))

    assert {(r["code"], r["page"]) for r in answer["digitisation"]["reasons"]} >= {(code, 2)}
    assert [page["kind"] for page in answer["pages"]] == ["mixed"] * 4
    assert "Phần thứ 2 của kế hoạch" in answer["text"]


def test_a_layer_that_says_something_else_than_the_paper_is_told_and_not_used(tmp_path: Path) -> None:
    other = replace(
        PAPER,
        kind="BÁO CÁO",
        subject=("Kết quả thu ngân sách",),
        signer="Lê Văn Tám",
        body=("Tổng thu trong quý đạt bốn trăm triệu đồng, vượt xa dự toán mà cấp trên đã giao cho đơn vị từ đầu kỳ.",),
    )

    answer = examined(tmp_path, searchable(scanned(PAPER, Scanner(seed=3)), born_digital(other)))

    assert "text_layer_differs" in codes(answer)
    assert value(answer, "type") == "QUYẾT ĐỊNH"
    assert "Nguyễn Thị Hồng" in answer["text"]
    assert answer["digitisation"]["verdict"] == "cần người xem"


PASTED = {
    "80 dpi, 16 cm wide": (Scanner(dpi=80, colour="L"), Pasting()),
    "100 dpi at three quarters": (Scanner(dpi=100, colour="L"), Pasting(width=0.75 * 595)),
    "with a typed line": (Scanner(dpi=80, colour="L"), Pasting(caption="Bản quét văn bản đã ký, gửi kèm hồ sơ của hộ")),
    "a third of the page": (Scanner(dpi=150, colour="L"), Pasting(width=0.58 * 595)),
}


@pytest.mark.parametrize("name", PASTED)
def test_a_scan_pasted_into_a_page_is_judged_as_a_scan(tmp_path: Path, name: str) -> None:
    scanner, place = PASTED[name]

    answer = examined(tmp_path, pasted(scan(PAPER, scanner), place))

    assert "not_colour" in codes(answer)
    assert answer["digitisation"]["verdict"] == "không đạt"
    assert answer["digitisation"]["profile"] == "scanned"
    assert answer["pages"][0]["dpi"] == pytest.approx(scanner.dpi * 595 / place.width, abs=3)


def test_a_scan_made_smaller_than_its_page_is_for_a_person_to_see(tmp_path: Path) -> None:
    whole, small = Pasting(width=595.2756, left=0, top=0), Pasting(width=523, left=36, top=50)

    told = [codes(examined(tmp_path, pasted(scan(PAPER, Scanner(dpi=200)), place))) for place in (whole, small)]

    assert ["scale" in one for one in told] == [False, True]


def test_paper_on_a_desk_is_no_scan_at_its_own_size(tmp_path: Path) -> None:
    paper = scan(PAPER, Scanner(dpi=200))
    desk = Image.new("RGB", (round(1.15 * paper.width), round(1.15 * paper.height)), (70, 60, 55))
    rim = desk.crop((0, 0, round(1.02 * paper.width), round(1.02 * paper.height)))
    for ground in (desk, rim):
        ground.paste(paper, ((ground.width - paper.width) // 2, (ground.height - paper.height) // 2))
    whole = Pasting(width=595.2756, left=0, top=0)

    told = [codes(examined(tmp_path, pasted(picture, whole))) for picture in (rim, desk)]

    assert ["scale" in one for one in told] == [False, True]


def test_a_pasted_scan_under_a_typed_line_is_read(tmp_path: Path) -> None:
    place = Pasting(width=500, caption="Bản quét văn bản đã ký, gửi kèm hồ sơ của hộ gia đình")

    answer = examined(tmp_path, pasted(scan(PAPER, Scanner(dpi=200)), place))

    assert value(answer, "number") == "16/QĐ-UBND"
    assert value(answer, "type") == "QUYẾT ĐỊNH"
    assert "gửi kèm hồ sơ" in answer["text"]
    assert answer["pages"][0]["kind"] == "mixed"


def test_a_pasted_scan_that_nobody_can_read_never_passes(tmp_path: Path) -> None:
    place = Pasting(caption="Bản quét văn bản đã ký, gửi kèm hồ sơ của hộ gia đình")

    answer = examined(tmp_path, pasted(scan(PAPER, Scanner(dpi=150, blur=6, noise=15)), place))

    assert answer["digitisation"]["verdict"] != "đạt"


def letterhead() -> Image.Image:
    """36 dpi: a coat of arms in the corner, a pale watermark over the page, a rule below."""
    picture = Image.new("RGB", (298, 421), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((12, 8, 42, 38), fill=(200, 30, 40), outline=(220, 180, 40))
    draw.text((90, 200), "UBND PHUONG", fill=(225, 230, 240), font_size=24)
    draw.line((10, 405, 288, 405), fill=(30, 80, 160), width=2)
    return picture


def test_a_watermark_over_typed_text_hides_nothing(tmp_path: Path) -> None:
    watermark = Image.new("RGBA", (596, 842), (255, 255, 255, 0))
    ImageDraw.Draw(watermark).text((80, 350), "BẢN SAO", fill=(200, 60, 60, 70), font_size=90)

    answer = examined(tmp_path, on_background(born_digital(PAPER), watermark, above=True))

    assert answer["digitisation"] == {"verdict": "đạt", "profile": "born_digital", "reasons": []}
    assert value(answer, "signer") == "Nguyễn Thị Hồng"


def photo() -> Image.Image:
    """A smooth picture of many tones."""
    side = Image.linear_gradient("L").resize((600, 450))
    return Image.merge("RGB", (side, side.rotate(180), side.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))


def test_a_letterhead_under_typed_text_makes_no_scan_of_it(tmp_path: Path) -> None:
    answer = examined(tmp_path, on_background(born_digital(PAPER), letterhead()))

    assert answer["digitisation"] == {"verdict": "đạt", "profile": "born_digital", "reasons": []}
    assert answer["text_source"] == "layer"
    assert value(answer, "number") == "16/QĐ-UBND"
    assert answer["pages"][0]["dpi"] is None


def test_a_photograph_in_a_typed_document_is_no_scan(tmp_path: Path) -> None:
    page = pasted(photo(), Pasting(width=400, caption="Hình 1: trụ sở phường"))

    answer = examined(tmp_path, joined(born_digital(PAPER), page))

    assert answer["digitisation"]["verdict"] == "đạt"
    assert answer["digitisation"]["profile"] == "born_digital"


def reasons(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["code"], one["page"]) for one in answer["digitisation"]["reasons"]]


def test_a_scanned_annex_of_a_typed_document_is_judged_by_itself(tmp_path: Path) -> None:
    annex = pasted(scan(replace(PAPER, number="3"), Scanner(dpi=90)), Pasting(width=450))

    answer = examined(tmp_path, joined(born_digital(PAPER), born_digital(replace(PAPER, number="17")), annex))

    assert ("low_resolution", 3) in reasons(answer)
    assert answer["digitisation"]["profile"] == "born_digital"


LISTED = "Như trên; CT, các PCT UBND phường; Lưu: VT"


def _last_page() -> Image.Image:
    """A scan that holds little more than who signed."""
    listed = ("Như trên;", "CT, các PCT UBND phường;", "Lưu: VT.")
    picture = scan(replace(PAPER, body=(), recipients=listed, stack=("CHỦ TỊCH",)), Scanner(seed=2))
    picture.paste("white", (0, 0, picture.width, round(0.27 * picture.height)))  # the last page has no head
    return picture


def test_a_last_page_of_few_words_is_read_though_it_stands_on_its_head(tmp_path: Path) -> None:
    answer = examined(tmp_path, pages_pdf([_last_page().rotate(180)], Scanner(seed=2)))

    assert (value(answer, "signer"), value(answer, "recipients")) == ("Nguyễn Thị Hồng", LISTED)
    assert answer["pages"][0]["rotation"] == 180


@pytest.mark.parametrize("turn", [0, 90])
def test_a_pasted_last_page_with_little_more_than_who_signed_is_read(tmp_path: Path, turn: int) -> None:
    picture = _last_page().rotate(turn, expand=True)

    answer = examined(tmp_path, pasted(picture, Pasting(width=530, left=30, top=40, caption="Bản quét kèm theo")))

    assert (value(answer, "signer"), value(answer, "recipients")) == ("Nguyễn Thị Hồng", LISTED)
    assert "picture_unread" not in codes(answer)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_pasted_scan_on_its_side_is_read_wherever_it_lies(tmp_path: Path, turn: int) -> None:
    picture = scan(replace(PAPER, body=PAPER.body[:1]), Scanner(seed=2)).rotate(turn, expand=True)

    answer = examined(tmp_path, pasted(picture, Pasting(width=430, left=90, top=60, caption="Bản quét kèm theo")))

    assert (value(answer, "type"), value(answer, "number")) == ("QUYẾT ĐỊNH", "16/QĐ-UBND")
    assert (value(answer, "issued_on"), value(answer, "signer")) == ("2025-11-21", "Nguyễn Thị Hồng")
    assert answer["pages"][0]["rotation"] == turn
    assert answer["text"].startswith("Bản quét kèm theo\n")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_what_is_read_of_a_sheet_keeps_its_place_on_the_page(turn: int) -> None:
    """A word in the sheet's upper left corner, as it stands upright."""
    lying = turn in (90, 270)
    page = PageReading(1, "mixed", 600, 800)
    sheet = Box(100, 200, 500, 500)
    word = Word("Số:", Box(10, 20, 30, 30), 0.9, "ocr", 1)
    read = replace(page, width=300 if lying else 400, height=400 if lying else 300, words=(word,), rotation=turn)

    laid = laid_on_page(read, sheet, page, [Word("Kèm", Box(100, 50, 130, 60), 1.0, "layer")])

    corner = {0: (110, 220), 90: (310, 120), 180: (110, 320), 270: (210, 120)}[turn]
    assert (laid.words[0].box.left, laid.words[0].box.top) == pytest.approx(corner)
    own = as_own_page(laid)
    assert [(one.text, round(one.box.left), round(one.box.top)) for one in own.words] == [("Số:", 10, 20)]
    found = Found("x", 1, share_box(own.words[0].box, own), 0.9, "")
    box = on_whole_pages({"number": found}, [laid])["number"].box  # type: ignore[union-attr]
    assert box[:2] == pytest.approx((corner[0] / laid.width, corner[1] / laid.height), abs=0.001)
