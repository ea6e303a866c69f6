"""Property: whatever happens to the bytes of a valid file, it never passes with other content than was signed."""

from __future__ import annotations

import functools
from io import BytesIO

import pypdfium2 as pdfium
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ocr.signatures import examine_signatures
from sample.signing import PKCS7
from tests.ocr.signatures.authority import AT, trust
from tests.ocr.signatures.case import signed
from tests.ocr.signatures.raw_pdf import new_file, paper, with_text_field
from tests.ocr.signatures.updates import in_object_streams, with_dss


@functools.cache
def _valid() -> tuple[bytes, ...]:
    """Valid files of different make."""
    return (
        signed(),
        signed(signed(stamped=True), "organ", field="Dau", subfilter=PKCS7),
        with_dss(signed(new_file(with_text_field())), "2026-11-01"),
        signed(in_object_streams()),
    )


def _shown(pdf: bytes) -> list[str]:
    """The text of each page as another program reads it."""
    document = pdfium.PdfDocument(BytesIO(pdf))
    return [document[n].get_textpage().get_text_bounded() for n in range(len(document))]


@functools.cache
def _signed_texts() -> list[list[str]]:
    return [_shown(pdf) for pdf in _valid()]


def _never_passes_with_other_content(pdf: bytes, number: int) -> None:
    report = examine_signatures(pdf, trust=trust(), at=AT)
    if report.verdict.word == "PASSED":
        assert _shown(pdf) == _signed_texts()[number]


_FILE = st.integers(0, 3)
_PLACE = st.floats(0, 1, exclude_max=True)
_QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@_QUICK
@given(_FILE, _PLACE, st.integers(1, 255))
def test_a_flipped_byte(number: int, place: float, mask: int) -> None:
    data = bytearray(_valid()[number])
    data[int(place * len(data))] ^= mask

    _never_passes_with_other_content(bytes(data), number)


@_QUICK
@given(_FILE, _PLACE)
@example(1, 0.5)
def test_a_cut_file(number: int, place: float) -> None:
    data = _valid()[number]

    _never_passes_with_other_content(data[: int(place * len(data))], number)


@_QUICK
@given(_FILE, st.binary(min_size=1, max_size=300), st.booleans())
def test_appended_bytes(number: int, more: bytes, ended: bool) -> None:
    data = _valid()[number] + more + (b"\n%%EOF\n" if ended else b"")

    _never_passes_with_other_content(data, number)


@_QUICK
@given(_FILE, _PLACE, _PLACE, st.integers(1, 400))
def test_swapped_stretches(number: int, first: float, second: float, length: int) -> None:
    data = bytearray(_valid()[number])
    a, b = sorted((int(first * len(data)), int(second * len(data))))
    length = min(length, b - a, len(data) - b)
    data[a : a + length], data[b : b + length] = data[b : b + length], data[a : a + length]

    _never_passes_with_other_content(bytes(data), number)


@_QUICK
@given(_FILE, _FILE, _PLACE)
def test_a_file_spliced_onto_another(number: int, other: int, place: float) -> None:
    head, tail = _valid()[number], _valid()[other]

    _never_passes_with_other_content(head + tail[int(place * len(tail)) :], number)


def test_a_new_version_behind_a_valid_file_does_not_pass() -> None:
    report = examine_signatures(signed() + paper("9.999.999 dong"), trust=trust(), at=AT)

    assert report.verdict.word in {"FAILED", "UNREADABLE", "NO_SIGNATURE"}
