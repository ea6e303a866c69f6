"""Is the whole paper there, at its own size and with nothing cut off?"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ocr import InspectOptions, inspect_file
from ocr.pictures.page_image import strokes_over_edges
from tests.ocr.faces import FACES, font_file
from tests.ocr.ground_truth import case_of
from tests.ocr.papers import Paper, Scanner, born_digital, pages_pdf, scan
from tests.ocr.scanning import picture_of

AT = datetime(2026, 12, 1, tzinfo=UTC)
SENTENCE = "Các phòng, ban, đơn vị báo cáo kết quả trước ngày 25 hằng tháng, mục"


def numbered(labels: Sequence[str | None], *, first: bool = True) -> bytes:
    """A document whose first page has a head; the others bear these numbers on top (None: no number, "": blank)."""
    pdfmetrics.registerFont(TTFont("numbered", font_file(FACES[0], "Regular")))
    writer = pypdf.PdfWriter()
    if first:
        writer.append(io.BytesIO(born_digital(Paper())))
    for place, label in enumerate(labels):
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=A4)
        canvas.setFont("numbered", 13)
        if label != "":
            for line in range(12):
                canvas.drawString(85, 740 - 20 * line, f"{SENTENCE} {place} {line}")
            canvas.drawCentredString(A4[0] / 2, 800, label or "")
        canvas.showPage()
        canvas.save()
        writer.append(io.BytesIO(target.getvalue()))
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


def codes_of(folder: Path, content: bytes, name: str = "1.pdf", **options: Any) -> set[str]:
    (folder / name).write_bytes(content)
    answer = inspect_file(folder / name, InspectOptions(at=AT, **options))
    return {reason["code"] for reason in answer["digitisation"]["reasons"]}


WHOLE: dict[str, list[str | None]] = {
    "numbered from the second page": ["2", "3", "4"],
    "blank back of a sheet": ["2", "", "3"],
    "an annex begins anew": ["2", "3", None, "2", "3"],
    "of how many": ["Trang 2/3", "Trang 3/3"],
    "no numbers": [None, None],
}
BROKEN = {
    "a page in the middle is missing": (["2", "4"], "pages_missing"),
    "the second page is missing": (["3"], "pages_missing"),
    "the last one of three is missing": (["Trang 2/3"], "pages_missing"),
    "pages in the wrong order": (["2", "4", "3"], "pages_disordered"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_page_numbers_that_run_on_say_nothing_against_the_file(tmp_path: Path, case: str) -> None:
    assert not codes_of(tmp_path, numbered(WHOLE[case])) & {"pages_missing", "pages_disordered"}


@pytest.mark.parametrize("case", BROKEN)
def test_page_numbers_tell_what_is_missing(tmp_path: Path, case: str) -> None:
    labels, code = BROKEN[case]

    assert code in codes_of(tmp_path, numbered(labels))


def test_pages_cut_out_of_a_gazette_are_not_called_incomplete(tmp_path: Path) -> None:
    assert "pages_missing" not in codes_of(tmp_path, numbered(["37", "38"], first=False))


SIDES = {"left": 0, "top": 1, "right": 2, "bottom": 3}


def cut_at(picture: Image.Image, side: str) -> Image.Image:
    """The picture without its margin on one side and the beginning of what stands there."""
    wide, high = picture.size
    frames = {
        "left": (round(0.17 * wide), 0, wide, high),
        "top": (0, round(0.082 * high), wide, high),
        "right": (0, 0, round(0.8 * wide), high),
        "bottom": (0, 0, wide, _line_at(picture)),
    }
    return picture.crop(frames[side])


def _line_at(picture: Image.Image) -> int:
    """A height of the page's body at which a line of print stands: the darkest row of the picture's middle."""
    grey = picture.convert("L")
    rows = grey.resize((1, grey.height), Image.Resampling.BOX).tobytes()
    middle = range(grey.height // 3, grey.height // 2)
    return min(middle, key=lambda row: rows[row])


@pytest.mark.parametrize("grade", ["clean", "fair", "poor", "photo", "fax"])
def test_strokes_over_an_edge_tell_a_cut_scan_from_a_whole_one(grade: str) -> None:
    case = next(one for seed in range(7100, 7140) if (one := case_of(seed, grade=grade)).flaw in ("", "bilevel"))
    assert case.scanner is not None
    picture, dpi = picture_of(case), case.scanner.dpi

    assert max(strokes_over_edges(picture, dpi)) < 3
    for side, place in SIDES.items():
        assert strokes_over_edges(cut_at(picture, side), dpi)[place] >= 6, side


def test_a_cut_scan_and_a_reduced_one_are_for_a_person_to_see(tmp_path: Path) -> None:
    scanner = Scanner(dpi=200)
    paper = dataclasses.replace(Paper(), body=())
    picture = scan(paper, scanner)

    whole = codes_of(tmp_path, pages_pdf([picture], scanner))
    cut = codes_of(tmp_path, pages_pdf([cut_at(picture, "top")], scanner))
    small = codes_of(tmp_path, pages_pdf([picture], dataclasses.replace(scanner, dpi=283)))

    assert not whole & {"cut_off", "scale"}
    assert "cut_off" in cut
    assert "scale" in small
