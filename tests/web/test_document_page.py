"""A document's page: every reason in words, fields in their states with the picture of the place, labelled frames."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace

from PIL import Image, ImageDraw

from ocr.digitisation import rules
from ocr.kept_words import packed_words
from ocr.page import PageReading
from ocr.words import Box, Word
from tests.web.keeping_documents import field, kept_document
from tests.web.test_api import V1, token_of
from tests.web.wards import OWN, OWN_COMPONENT, PERIOD, Town, pdf, sign_in, visiting
from web.access import Deed
from web.document_view import fields_shown, marks_of, reasons_shown

PLACE = f"/p/{OWN}/{PERIOD}"
HANDWRITTEN = {
    "number": field(
        None,
        "handwritten",
        suggestions=[
            {"value": "07/KH-UBND", "source": "file_name", "source_text": "07-KH.pdf"},
            {"value": "07/KH-UBND", "source": "handwriting", "source_text": "07"},
        ],
    ),
    "symbol": field("KH-UBND"),
    "issued_on": field(None, "blank", partial="2025-01"),
    "dossier_code": None,
}


def _words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_page_tells_every_kind_of_reason_in_words_and_notes_apart_from_faults(own_town: Town) -> None:
    outcomes = rules()["outcomes"] | {"only_a_note": "ghi chú"}
    reasons = [
        {"code": code, "page": 1, "detail": f"Câu của {code}.", "outcome": outcome}
        for code, outcome in outcomes.items()
    ]
    result = {"fields": {}, "digitisation": {"verdict": "không đạt", "profile": "scanned", "reasons": reasons}}
    sha256 = kept_document(own_town, "1.7.1/loi.pdf", pdf("loi"), result)

    with visiting(own_town, "coordinator") as client:
        page = client.get(f"{PLACE}/tai-lieu/{sha256}").text

    assert [code for code in outcomes if f"Câu của {code}." not in page] == []
    assert "{'" not in html.unescape(page)
    listed = re.findall(r"<li>\S+ Câu của (\w+)\.", page)
    assert set(listed) == {code for code, outcome in outcomes.items() if outcome != "ghi chú"}
    assert "Ghi chú, không ảnh hưởng kết luận: Câu của only_a_note." in _words(page)


def test_the_same_fault_of_several_pages_is_told_once_with_its_pages_and_the_worst_comes_first() -> None:
    reasons = [
        {"code": "skewed", "page": 2, "detail": "Lệch.", "outcome": "cần người xem"},
        {"code": "not_colour", "page": 1, "detail": "Ảnh xám.", "outcome": "không đạt"},
        {"code": "not_colour", "page": 3, "detail": "Ảnh xám.", "outcome": "không đạt"},
    ]

    faults, notes = reasons_shown({"digitisation": {"reasons": reasons}})

    assert [(one.detail, one.pages) for one in faults] == [("Ảnh xám.", (1, 3)), ("Lệch.", (2,))]
    assert notes == []


def test_handwritten_and_blank_places_show_their_state_print_suggestions_and_picture(own_town: Town) -> None:
    sha256 = kept_document(own_town, "1.7.1/viet-tay.pdf", pdf("viet tay"), {"fields": HANDWRITTEN})

    with visiting(own_town, "coordinator") as client:
        page = client.get(f"{PLACE}/tai-lieu/{sha256}").text

    said = _words(page)
    assert "Số ◐ viết tay, cần người xem · trang 1 Phần in sẵn: …/KH-UBND" in said
    assert "Có thể là 07/KH-UBND (theo tên tệp, máy đoán từ nét chữ)" in said
    assert "Ngày ban hành ○ để trống trên văn bản · trang 1 Phần in sẵn: tháng 01 năm 2025" in said
    assert "Ký hiệu KH-UBND ● đọc được" in said
    assert "Không tìm thấy Mã hồ sơ" in said
    assert re.findall(r"/cho/(\w+)\.png", page) == ["number", "issued_on"]


def test_no_suggestion_is_taken_for_a_value() -> None:
    number = next(one for one in fields_shown({"fields": HANDWRITTEN}, {}) if one.name == "number")

    assert (number.value, number.state) == ("", "handwritten")


def test_the_picture_of_a_place_shows_that_place_and_each_look_is_in_the_log(own_town: Town) -> None:
    scan = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(scan).rectangle((160, 110, 240, 132), fill="black")
    out = io.BytesIO()
    scan.save(out, "PNG")
    sha256 = kept_document(own_town, "1.7.1/quet.png", out.getvalue(), {"fields": HANDWRITTEN})

    with visiting(own_town, "coordinator") as client:
        first, again = (client.get(f"{PLACE}/tai-lieu/{sha256}/cho/number.png") for _ in range(2))
        none = client.get(f"{PLACE}/tai-lieu/{sha256}/cho/dossier_code.png")
        sign_in(client, own_town, "unit")
        foreign = client.get(f"{PLACE}/tai-lieu/{sha256}/cho/number.png")
        sign_in(client, own_town, "coordinator")
        page = client.get(f"{PLACE}/tai-lieu/{sha256}").text

    cut = Image.open(io.BytesIO(first.content)).convert("L")
    assert cut.width < 300 and cut.height < 80
    assert cut.getpixel((cut.width // 2, cut.height // 2)) == 0
    assert (again.content, none.status_code, foreign.status_code) == (first.content, 404, 403)
    assert _words(page).count("Xem · coordinator") == 2


def test_frames_on_a_page_are_labelled_seals_and_handwriting_too(own_town: Town) -> None:
    marks = {
        "pages": [1],
        "marks": [{"kind": "seal", "page": 1, "score": 0.9, "box": [0.5, 0.6, 0.7, 0.8]}],
        "summary_vi": "Trên bản quét chỉ có hình ảnh con dấu (trang 1); đó không phải chữ ký số.",
    }
    sha256 = kept_document(own_town, "1.7.1/dau.pdf", pdf("dau"), {"fields": HANDWRITTEN, "paper_marks": marks})

    with visiting(own_town, "coordinator") as client:
        page = client.get(f"{PLACE}/tai-lieu/{sha256}").text

    assert re.findall(r'<text class="(\w+)"[^>]*>([^<]+)</text>', page) == [
        ("field", "Số"),
        ("field", "Ký hiệu"),
        ("field", "Ngày ban hành"),
        ("seal", "con dấu"),
    ]
    assert 'class="box seal" x="50.0%" y="60.0%" width="20.0%" height="20.0%"' in page
    assert "đó không phải chữ ký số." in page


def test_marks_of_paper_follow_the_page_that_is_shown_upright() -> None:
    said = {
        "result": {
            "pages": [{"number": 1, "rotation": 90, "skew": 0.0}],
            "paper_marks": {"marks": [{"kind": "seal", "page": 1, "box": [0.1, 0.2, 0.3, 0.5]}]},
        }
    }

    (mark,) = marks_of(said, 1)

    assert replace(mark, label="") == replace(
        mark, label="", left=50.0, top=10.0, width=30.0, height=20.0, kind="seal", side="below"
    )


def test_search_pages_through_all_hits_with_the_words_marked(own_town: Town) -> None:
    pages = [{"number": number, "kind": "text"} for number in range(1, 61)]
    said = "\f".join(f"Rà soát thủ tục, lần {number}" for number in range(1, 61))
    sha256 = kept_document(own_town, "1.7.1/ra-soat.pdf", pdf("ra soat"), {"pages": pages, "page_count": 60}, said)

    with visiting(own_town, "coordinator") as client:
        first, second = (client.get(f"{PLACE}/tim", params={"q": "rà soát", "trang": n}).text for n in (1, 2))
        key = token_of(own_town, "coordinator", Deed.SEE_EVIDENCE, Deed.SEE_DOSSIERS)
        api = client.get(f"{V1}/search", params={"q": "ra soat", "offset": 55}, headers=key)

    links = [re.findall(rf"/tai-lieu/{sha256}\?trang=(\d+)", page) for page in (first, second)]
    assert "60 trang có từ này" in first and "60 trang có từ này" in second
    assert ([len(found) for found in links], len({*links[0], *links[1]})) == ([50, 10], 60)
    assert "<mark>Rà</mark> <mark>soát</mark>" in first
    assert 'href="?q=r%C3%A0+so%C3%A1t&amp;trang=2"' in first
    assert (api.json()["count"], len(api.json()["hits"])) == (60, 5)


def test_a_file_that_was_handed_in_twice_says_where_on_its_page_and_to_the_one_who_sends_it_again(
    own_town: Town,
) -> None:
    sha256 = kept_document(own_town, "1.7.1/mot.pdf", pdf("mot"), {"fields": {}})
    form = {"muc": OWN_COMPONENT}

    with visiting(own_town, "coordinator") as client:
        client.post(f"{PLACE}/nop-tai-lieu", data=form, files={"tep": ("hai.pdf", pdf("mot"), "application/pdf")})
        sent, page = (client.get(f"{PLACE}/{room}").text for room in ("nop-tai-lieu", f"tai-lieu/{sha256}"))

    assert "Tệp này đã có từ trước, không đọc lại; còn nộp ở: mục 1.7.1 (mot.pdf)" in _words(sent)
    assert "Cùng một tệp, nộp ở 2 nơi: mục 1.7.1 (hai.pdf); mục 1.7.1 (mot.pdf)" in _words(page).replace(
        "mục 1.7.1 (mot.pdf); mục 1.7.1 (hai.pdf)", "mục 1.7.1 (hai.pdf); mục 1.7.1 (mot.pdf)"
    )


def test_a_hit_opens_its_page_with_the_words_marked(own_town: Town) -> None:
    page = PageReading(1, "text", 600, 800, words=(Word("Rà", Box(60, 80, 90, 96), 1.0, "layer"),))
    result = {"pages": [{"number": 1, "kind": "text"}], "fields": {}}
    words = {1: packed_words(page)}
    sha256 = kept_document(own_town, "1.7.1/ra.pdf", pdf("ra"), result, "Rà soát", words=words)

    with visiting(own_town, "coordinator") as client:
        hits = client.get(f"{PLACE}/tim", params={"q": "ra*"}).text
        link = re.findall(rf'href="([^"]*{sha256}[^"]*)"', hits)[0]
        shown = client.get(html.unescape(link)).text

    assert link.endswith("?trang=1&amp;tim=ra%2A#hinh-trang")
    assert 'class="box found" x="10.0%" y="10.0%" width="5.0%" height="2.0%"' in shown
    assert "từ cần tìm “ra*”; có 1 chỗ trên trang này" in _words(shown)
