"""Letters that nobody sees are no content, however they are hidden; letters that stand out are."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from ocr import InspectOptions, inspect_file
from ocr.pdf.objects import open_document, page_of
from ocr.pdf.unseen_text import seen_alone
from tests.ocr.layered import written
from tests.ocr.papers import Paper, born_digital

OPTIONS = InspectOptions(at=datetime(2025, 12, 1, tzinfo=UTC))
TYPED = born_digital(Paper())
GROUND = b"0 0 595 842 re f"


def painted(before: bytes = b"", after: bytes = b"", *, mode: bytes = b"") -> bytes:
    """The typed page with operators before and after its own, in a render mode of text."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(TYPED)))
    (page,) = writer.pages
    own = page.get_contents().get_data().replace(b"BT", b"BT " + mode)
    content = DecodedStreamObject()
    content.set_data(before + b" q " + own + b" Q " + after)
    page[NameObject("/Contents")] = writer._add_object(content)
    clear = DictionaryObject({NameObject("/ca"): FloatObject(0.02)})
    page["/Resources"][NameObject("/ExtGState")] = DictionaryObject({NameObject("/Clear"): clear})
    return written(writer)


def on_a_layer_switched_off() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(painted(b"/OC /L BDC", b"EMC"))))
    layer = DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("L")})
    said = writer._add_object(layer)
    writer.pages[0]["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/L"): said})
    shown = DictionaryObject({NameObject("/OFF"): ArrayObject([said])})
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([said]), NameObject("/D"): shown}
    )
    return written(writer)


UNSEEN: dict[str, Callable[[], bytes]] = {
    "white on white": lambda: painted(b"1 g"),
    "nearly white": lambda: painted(b".97 g"),
    "black on black": lambda: painted(b"0 g " + GROUND),
    "under a white shape": lambda: painted(after=b"1 g " + GROUND),
    "clipped away": lambda: painted(b"0 0 10 10 re W n"),
    "nearly clear": lambda: painted(b"/Clear gs"),
    "painted by no mode": lambda: painted(mode=b"3 Tr "),
    "beyond the edge": lambda: painted(b"1 0 0 1 700 0 cm"),
    "too small": lambda: painted(b".02 0 0 .02 30 30 cm"),
    "on a layer switched off": on_a_layer_switched_off,
}
SEEN: dict[str, Callable[[], bytes]] = {
    "white on black": lambda: painted(b"0 g " + GROUND + b" 1 g"),
    "grey": lambda: painted(b".6 g"),
    "outlines alone": lambda: painted(b"1 g 0 G .3 w", mode=b"1 Tr "),
    "on a shape of another colour": lambda: painted(b"0 0 .4 rg " + GROUND + b" 1 1 0 rg"),
}


def inspected(tmp_path: Path, content: bytes) -> dict[str, Any]:
    (tmp_path / "1.pdf").write_bytes(content)
    return inspect_file(tmp_path / "1.pdf", OPTIONS)


@pytest.mark.parametrize("way", UNSEEN)
def test_a_document_whose_letters_nobody_sees_is_empty(tmp_path: Path, way: str) -> None:
    answer = inspected(tmp_path, UNSEEN[way]())

    assert {reason["code"] for reason in answer["digitisation"]["reasons"]} == {"hidden_text", "blank_document"}
    assert (answer["text"], answer["fields"]["number"]) == ("", None)


@pytest.mark.parametrize("way", SEEN)
def test_letters_that_stand_out_stay(way: str) -> None:
    page = page_of(open_document(SEEN[way]()), 1)

    assert seen_alone(page, 30.0, doubted=True).words == page.words != ()


def test_of_a_page_half_hidden_the_seen_half_counts(tmp_path: Path) -> None:
    answer = inspected(tmp_path, painted(after=b"1 g 0 0 595 600 re f"))

    assert {reason["code"] for reason in answer["digitisation"]["reasons"]} == {"hidden_text"}
    assert answer["digitisation"]["verdict"] == "cần người xem"
    assert answer["fields"]["number"]["value"] == "12/TB-UBND"
    assert answer["fields"]["signer"] is None
    assert "Nơi nhận" not in answer["text"]


def test_a_typed_page_without_such_hints_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.pdf.unseen_text.picture_of", pytest.fail)
    page = page_of(open_document(TYPED), 1)

    assert seen_alone(page, 30.0) is page
