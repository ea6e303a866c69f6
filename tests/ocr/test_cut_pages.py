"""Files that readers show in part without a word: cut pictures, broken content, scans under shapes. None passes."""

from __future__ import annotations

import io
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, EncodedStreamObject, IndirectObject, NameObject

from ocr import InspectOptions, inspect_file
from tests.ocr.exotic import image_page
from tests.ocr.layered import written
from tests.ocr.papers import Paper, Scanner, born_digital, scan

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC))
SHORT = Paper(body=("Ủy ban nhân dân phường thông báo.",))
TYPED = born_digital(SHORT)
PLACED = b"q 595 0 0 842 0 0 cm /I Do Q"


def inspected(tmp_path: Path, content: bytes) -> dict[str, Any]:
    (tmp_path / "1.pdf").write_bytes(content)
    return inspect_file(tmp_path / "1.pdf", OPTIONS)


def codes(answer: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answer["digitisation"]["reasons"]}


@pytest.fixture(scope="module")
def paper() -> Image.Image:
    return scan(SHORT, Scanner(dpi=200)).convert("RGB")


def page_of(picture: Image.Image, coding: str, until: float = 1.0, content: bytes = PLACED) -> bytes:
    """The picture as a page; `until`: share of its data that is there."""
    coded = io.BytesIO()
    if coding == "FlateDecode":
        coded.write(zlib.compress(picture.tobytes(), 1))
    else:
        picture.save(coded, {"DCTDecode": "JPEG", "JPXDecode": "JPEG2000"}[coding], quality=80)
    data = coded.getvalue()
    size = f"/Width {picture.width} /Height {picture.height} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    return image_page(data[: int(len(data) * until)], f"{size} /Filter /{coding}", content=content)


SHOWN_IN_PART: dict[str, tuple[dict[str, Any], str]] = {
    "a JPEG without its end": ({"coding": "DCTDecode", "until": 0.7}, "picture_damaged"),
    "deflated data without their end": ({"coding": "FlateDecode", "until": 0.9}, "picture_damaged"),
    "larger than its page": ({"coding": "DCTDecode", "content": b"q 833 0 0 1179 -90 -90 cm /I Do Q"}, "cut_off"),
    "data that cannot be decoded": ({"coding": "JPXDecode", "until": 0.1}, "page_unread"),
    "under a white shape": ({"coding": "DCTDecode", "content": PLACED + b" 1 g 0 0 595 842 re f"}, "blank_document"),
    "clipped away": ({"coding": "DCTDecode", "content": b"0 0 595 50 re W n " + PLACED}, "blank_document"),
}


@pytest.mark.parametrize("way", SHOWN_IN_PART)
def test_a_scan_of_which_only_a_part_is_shown_never_passes(tmp_path: Path, paper: Image.Image, way: str) -> None:
    made, told = SHOWN_IN_PART[way]

    answer = inspected(tmp_path, page_of(paper, **made))

    assert told in codes(answer)
    assert answer["digitisation"]["verdict"] != "đạt"
    assert ("blank_document" in codes(answer)) == (told == "blank_document")


def half_broken(fault: str) -> bytes:
    """The typed page with its content in two streams, the second one broken."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(TYPED)))
    (page,) = writer.pages
    whole = page.get_contents().get_data()
    middle = whole.index(b"ET", len(whole) // 2) + 2
    parts = ArrayObject()
    for data, filter_name in ((whole[:middle], "/FlateDecode"), (whole[middle:], FAULTS[fault])):
        part = EncodedStreamObject()
        part._data = zlib.compress(data)
        part[NameObject("/Filter")] = NameObject(filter_name)
        parts.append(writer._add_object(part))
    if fault == "cut":
        parts[1].get_object()._data = parts[1].get_object()._data[:-40]
    elif fault == "missing":
        parts[1] = IndirectObject(999, 0, writer)
    page[NameObject("/Contents")] = parts
    return written(writer)


FAULTS = {"none": "/FlateDecode", "cut": "/FlateDecode", "missing": "/FlateDecode"} | {
    "of another filter": "/LZWDecode",
    "of a filter that does not exist": "/FooDecode",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_whose_content_cannot_be_unpacked_whole_never_passes(tmp_path: Path, fault: str) -> None:
    answer = inspected(tmp_path, half_broken(fault))

    assert codes(answer) == (set() if fault == "none" else {"repaired"})


def with_catalog_version(header: bytes, version: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(TYPED)))
    writer.root_object[NameObject("/Version")] = NameObject(version)
    return written(writer).replace(b"%PDF-1.7", header)


@pytest.mark.parametrize(
    ("header", "catalog", "version", "told"),
    [
        (b"%PDF-1.3", "/1.7", "1.7", set()),
        (b"%PDF-1.3", "/9.9", "1.3", {"pdf_version", "repaired"}),
        (b"%PDF-1.7", "/9.9", "1.7", {"repaired"}),
        (b"%PDF-9.9", "/1.7", "9.9", {"pdf_version"}),
    ],
)
def test_a_version_that_does_not_exist_counts_for_nothing(
    tmp_path: Path, header: bytes, catalog: str, version: str, told: set[str]
) -> None:
    answer = inspected(tmp_path, with_catalog_version(header, catalog))

    assert (answer["pdf_version"], codes(answer)) == (version, told)
