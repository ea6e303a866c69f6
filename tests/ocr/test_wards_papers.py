"""Papers as wards have them: a plan that is still a draft, stamped numbers, old fonts."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject

from tests.ocr.encodings import mapped, nothing, tcvn3, vni
from tests.ocr.ground_truth import LAYOUTS, Case, Wording
from tests.ocr.layered import written
from tests.ocr.papers import Paper, Scanner, born_digital, typeset
from tests.ocr.scanning import file_of
from tests.ocr.test_inspection import codes, examined, value

PLAN = Wording(
    organ=("ỦY BAN NHÂN DÂN", "PHƯỜNG HỘI AN ĐÔNG"),
    number="",
    symbol="KH-UBND",
    place="Hội An Đông",
    day="",
    month="",
    year="2025",
    kind="KẾ HOẠCH",
    subject=(
        "Cải thiện, nâng cao kết quả Chỉ số cải cách hành chính,",
        "Chỉ số hài lòng của người dân năm 2025",
        "trên địa bàn phường Hội An Đông",
    ),
    body=(
        "I. MỤC ĐÍCH, YÊU CẦU",
        "Rà soát, triển khai các tiêu chí thành phần có liên quan đến địa phương; xác định rõ nhiệm vụ, giải pháp.",
        "II. NHIỆM VỤ VÀ GIẢI PHÁP",
        *("Nâng cao chất lượng giải quyết thủ tục hành chính theo cơ chế một cửa, một cửa liên thông.",) * 9,
        "Trên đây là Kế hoạch; đề nghị các đơn vị báo cáo trước ngày 15 tháng 11 năm 2025./.",
    ),
    stack=("TM. ỦY BAN NHÂN DÂN", "KT.CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
    signer="Nguyễn Thị Hồng",
    recipients=("Ủy ban nhân dân TP;", "Sở Nội vụ;", "CT, các PCT.UBND phường;", "Lưu: VT."),
    mark="xuanlt16-02/10/2025 19:32:46-xuanlt16-xuanlt16-xuanlt16",
)


@pytest.mark.parametrize("scanner", [None, Scanner(seed=3, seal=False, signature=False, skew=0.6)])
def test_the_wards_plan_is_a_draft_with_its_signer_and_no_day(tmp_path: Path, scanner: Scanner | None) -> None:
    case = Case(1, PLAN, "Tinos", LAYOUTS[0], scanner, by_hand=False, grade="clean")

    answer = examined(tmp_path, file_of(case))

    states = {name: answer["fields"][name]["state"] for name in ("number", "issued_on")}
    assert states == {"number": "blank", "issued_on": "blank"}
    assert (value(answer, "number"), value(answer, "issued_on")) == (None, None)
    assert answer["fields"]["issued_on"]["partial"] == "2025"
    assert (value(answer, "symbol"), value(answer, "type")) == ("KH-UBND", "KẾ HOẠCH")
    assert value(answer, "subject") == " ".join(PLAN.subject)
    assert value(answer, "authority") == "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH"
    assert (value(answer, "signer_title"), value(answer, "signer")) == ("PHÓ CHỦ TỊCH", "Nguyễn Thị Hồng")
    assert value(answer, "recipients") == "Ủy ban nhân dân TP; Sở Nội vụ; CT, các PCT.UBND phường; Lưu: VT"
    assert "19:32:46" in answer["text"]
    assert answer["digitisation"]["verdict"] == "đạt"


def stamped(paper: Paper, **pieces: tuple[str, tuple[float, float]]) -> bytes:
    """The typed paper with each text stamped in at its place (points from the top left), as registries do."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(born_digital(paper))))
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject()
    high = float(page.mediabox.height)
    for text, (x, y) in pieces.values():
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
        )
        font[NameObject("/BaseFont")] = NameObject("/Times-Roman")
        drawn = DecodedStreamObject()
        drawn.set_data(f"BT /F 13 Tf 0 3 Td ({text}) Tj ET".encode())
        fonts = DictionaryObject({NameObject("/F"): writer._add_object(font)})
        drawn.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(FloatObject(edge) for edge in (0, 0, 7 * len(text), 14)),
                NameObject("/Resources"): DictionaryObject({NameObject("/Font"): fonts}),
            }
        )
        frame = (x, high - y - 3, x + 7 * len(text), high - y + 11)
        stamp = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Stamp"),
                NameObject("/F"): FloatObject(4),
                NameObject("/Rect"): ArrayObject(FloatObject(edge) for edge in frame),
                NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(drawn)}),
            }
        )
        page["/Annots"].append(writer._add_object(stamp))
    return written(writer)


def test_number_and_day_stamped_into_the_page_are_read(tmp_path: Path) -> None:
    paper = replace(Paper(), number="", day="")
    page = typeset(paper)

    answer = examined(tmp_path, stamped(paper, number=("47", page.number_at), day=("19", page.day_at)))

    assert value(answer, "number") == "47/TB-UBND"
    assert value(answer, "issued_on") == "2025-11-19"
    assert answer["digitisation"]["verdict"] == "đạt"


ENCODINGS: dict[str, dict[str, Any]] = {
    "TCVN3": {"meaning": tcvn3, "font": ".VnTime"},
    "VNI": {"meaning": vni, "font": "VNI-Times"},
    "unmapped": {"meaning": nothing},
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_layer_in_an_old_encoding_is_read_from_the_picture(tmp_path: Path, name: str) -> None:
    answer = examined(tmp_path, mapped(born_digital(Paper()), **ENCODINGS[name]))

    assert codes(answer) == {"text_layer_unsound"}
    assert answer["text_source"] == "ocr"
    assert value(answer, "number") == "12/TB-UBND"
    assert value(answer, "signer") == "Nguyễn Thị Hồng"
    assert "Độc lập - Tự do - Hạnh phúc" in answer["text"]
    assert answer["digitisation"] | {"reasons": []} == {
        "verdict": "cần người xem",
        "profile": "born_digital",
        "reasons": [],
    }
