"""Marks that people see: text in a signature's own appearance, and seal and handwriting on scanned paper."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from ocr.inspection import InspectOptions, inspect_file
from ocr.signatures import examine_signatures
from ocr.signatures.paper_marks import marks_on_paper, parts_of
from ocr.signatures.paper_pages import marks_in_file
from sample.documents import Document, Scan, born_digital, places, scanned
from tests.ocr.signatures.authority import AT, trust
from tests.ocr.signatures.case import signed
from tests.ocr.signatures.raw_pdf import form, new_file, page, paper_objects

_DPI = 150
_DOCUMENT = Document(
    kind="QUYẾT ĐỊNH",
    symbol="QĐ-UBND",
    number="12",
    subject="Về việc kiện toàn Bộ phận Tiếp nhận và Trả kết quả",
    body=("Điều 1. Kiện toàn Bộ phận Tiếp nhận và Trả kết quả.", "Điều 2. Quyết định có hiệu lực từ ngày ký."),
)


def _pages(pdf: bytes) -> list[Image.Image]:
    document = pdfium.PdfDocument(BytesIO(pdf))
    return [document[n].render(scale=_DPI / 72).to_pil() for n in range(len(document))]


def _number_in_the_mark() -> bytes:
    """A registry's signature field whose appearance writes the document's number."""
    objects = paper_objects("So:       /TB-UBND")
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>"
    objects[6] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (VanThu) /Rect [100 600 300 620] /P 10 0 R /F 4 "
        b"/AP << /N 7 0 R >> >>"
    )
    objects[7] = form("542")
    objects[10] = page(11, b"/Annots [6 0 R]")
    return signed(new_file(objects), "organ", field="VanThu")


def test_the_number_that_a_registry_draws_into_its_signature_is_read() -> None:
    finding = examine_signatures(_number_in_the_mark(), trust=trust(), at=AT).signatures[0]

    assert finding.verdict.word == "PASSED"
    assert (finding.page, finding.box, finding.appearance) == (1, (100.0, 600.0, 300.0, 620.0), "542")


@pytest.mark.parametrize(
    ("printed", "warned"), [("Số: 541/TB-UBND", True), ("Số: 542/TB-UBND", False), ("Số:    /TB", False)]
)
def test_a_number_drawn_by_the_registry_is_compared_with_the_printed_one(printed: str, warned: bool) -> None:
    text = f"ỦY BAN NHÂN DÂN\n{printed}\nCăn cứ Công văn số: 77/CV-UBND"

    finding = examine_signatures(_number_in_the_mark(), trust=trust(), at=AT, text=text).signatures[0]

    assert any("Số ghi ở ô ký" in warning for warning in finding.warnings) == warned


def test_an_invisible_signature_has_no_mark() -> None:
    finding = examine_signatures(signed(), trust=trust(), at=AT).signatures[0]

    assert (finding.page, finding.appearance) == (None, None)


def test_the_seal_on_a_scan_is_found_where_it_was_put() -> None:
    place = places(_DOCUMENT)

    marks = marks_on_paper(_pages(scanned(_DOCUMENT, scan=Scan(dpi=200)))[place.page], dpi=_DPI)

    seals = [mark for mark in marks if mark.kind == "seal"]
    assert len(seals) == 1
    left, bottom, right, top = place.organ
    middle = ((left + right) / 2 / 595, 1 - (bottom + top) / 2 / 842)
    box = seals[0].box
    assert box[0] - 0.03 <= middle[0] <= box[2] + 0.03
    assert box[1] - 0.03 <= middle[1] <= box[3] + 0.03


def test_a_printed_page_shows_neither_seal_nor_handwriting() -> None:
    for picture in _pages(born_digital(_DOCUMENT)):
        assert marks_on_paper(picture, dpi=_DPI) == ()


def test_a_bilevel_scan_has_no_red_and_shows_no_seal() -> None:
    picture = _pages(scanned(_DOCUMENT, scan=Scan(dpi=200)))[places(_DOCUMENT).page].convert("1")

    assert [mark for mark in marks_on_paper(picture, dpi=_DPI) if mark.kind == "seal"] == []


def test_an_unsigned_scan_says_that_these_are_only_pictures(tmp_path: Path) -> None:
    file = tmp_path / "quet.pdf"
    file.write_bytes(scanned(_DOCUMENT, scan=Scan(dpi=150)))

    answer = inspect_file(file, InspectOptions(at=AT))

    marks, page = answer["paper_marks"], places(_DOCUMENT).page + 1
    assert {(mark["kind"], mark["page"]) for mark in marks["marks"]} == {("seal", page), ("handwriting", page)}
    assert all(0 < mark["score"] <= 1 and len(mark["box"]) == 4 for mark in marks["marks"])
    assert "chỉ có hình ảnh chữ ký và con dấu" in marks["summary_vi"] and "không phải chữ ký số" in marks["summary_vi"]
    assert (answer["signature"]["verdict"], answer["signature"]["signatures"]) == ("NO_SIGNATURE", [])


def test_a_signed_scan_keeps_pictures_and_digital_signatures_apart(tmp_path: Path) -> None:
    pdf = scanned(_DOCUMENT, scan=Scan(dpi=150))

    marks = marks_in_file(pdf, {1: None}, is_pdf=True, has_time=lambda: True)

    assert "chữ ký số được xét riêng" in marks.plain(digitally_signed=True)["summary_vi"]


def test_what_a_digital_signature_draws_is_no_mark_on_paper() -> None:
    pdf = signed(box=(100, 100, 213, 213), appearance=_red_ring())

    assert marks_in_file(pdf, {1: None}, is_pdf=True, has_time=lambda: True).marks == ()


def test_a_printed_document_is_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "goc.pdf"
    file.write_bytes(born_digital(_DOCUMENT))

    assert inspect_file(file, InspectOptions(at=AT))["paper_marks"] is None


def _red_ring() -> bytes:
    """A seal's ring as a picture."""
    picture = Image.new("RGBA", (300, 300), (255, 255, 255, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, 290, 290), outline=(200, 20, 20, 255), width=12)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _groups(points: set[tuple[int, int]]) -> Iterator[tuple[int, int, int, int, int]]:
    """Frame and size of each group of neighbours, corners counting, found point by point."""
    left = set(points)
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            group |= edge
            near = {(y + down, x + right) for y, x in edge for down in (-1, 0, 1) for right in (-1, 0, 1)}
            edge = near & left
            left -= edge
        rows, columns = zip(*group, strict=True)
        yield min(rows), min(columns), max(rows) + 1, max(columns) + 1, len(group)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45, 0.6])
def test_ink_that_hangs_together_is_one_part(share: float) -> None:
    random = np.random.default_rng(round(100 * share))
    for _ in range(40):
        mask = random.random((int(random.integers(1, 40)), int(random.integers(1, 40)))) < share
        points = {(int(y), int(x)) for y, x in np.argwhere(mask)}

        assert sorted((*part.box, part.points) for part in parts_of(mask)) == sorted(_groups(points))
