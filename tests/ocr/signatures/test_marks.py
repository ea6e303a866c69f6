"""Marks that people see: text in a signature's own appearance, and seal and handwriting on scanned paper."""

from __future__ import annotations

from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image

from ocr.signatures import examine_signatures
from ocr.signatures.paper_marks import marks_on_paper
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
