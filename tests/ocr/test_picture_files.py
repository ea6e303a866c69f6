"""Pictures as phones, scanners and programs store them: read as a person sees them, page by page."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr.reading.picture_file import frames_of, on_white_paper, opened_picture
from tests.ocr.papers import Paper, Scanner, scan
from tests.ocr.test_inspection import codes, examined, value


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return scan(Paper(body=()), Scanner(dpi=200))


def stored(picture: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def transparent(picture: Image.Image) -> bytes:
    """Ink alone, the paper let through: a program's export of a drawing."""
    ink = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    ink.putalpha(picture.convert("L").point(lambda level: 255 - level))
    return stored(ink, "PNG", dpi=(200, 200))


def sixteen_bits(picture: Image.Image) -> bytes:
    levels = np.asarray(picture.convert("L"), dtype=np.uint16) * 257
    return stored(Image.fromarray(levels), "PNG", dpi=(200, 200))


def lying_for_a_camera(picture: Image.Image) -> bytes:
    """Stored on its side with the EXIF orientation that puts it upright."""
    facts = Image.Exif()
    facts[0x0112] = 6
    return stored(picture.rotate(90, expand=True), "JPEG", dpi=(200, 200), quality=85, exif=facts)


def phone(picture: Image.Image) -> bytes:
    """A JPEG with a preview behind it (MPO)."""
    preview = picture.resize((160, 226))
    return stored(picture, "MPO", save_all=True, append_images=[preview], dpi=(200, 200), quality=85)


STORED: dict[str, Callable[[Image.Image], bytes]] = {
    "transparent PNG": transparent,
    "16-bit grey PNG": sixteen_bits,
    "PNG": lambda picture: stored(picture, "PNG", dpi=(200, 200)),
    "EXIF orientation": lying_for_a_camera,
    "a phone's JPEG with a preview": phone,
}


@pytest.mark.parametrize("name", STORED)
def test_a_picture_is_read_as_a_person_sees_it(tmp_path: Path, picture: Image.Image, name: str) -> None:
    answer = examined(tmp_path, STORED[name](picture), name="anh")

    assert value(answer, "number") == "12/TB-UBND"
    assert value(answer, "type") == "THÔNG BÁO"
    assert (answer["page_count"], answer["pages"][0]["rotation"], answer["pages"][0]["dpi"]) == (1, 0, 200)
    assert codes(answer) <= {"not_pdf", "not_colour"}


def broken_second_frame(picture: Image.Image) -> bytes:
    """A TIFF of three pages; the second one's height is gone."""
    data = bytearray(stored(picture, "TIFF", save_all=True, append_images=[picture, picture], dpi=(200, 200)))
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    (second,) = struct.unpack_from("<I", data, first + 2 + 12 * count)
    for entry in range(second + 2, second + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, entry) == (257,):
            struct.pack_into("<H", data, entry, 60000)
    return bytes(data)


def test_a_broken_page_of_a_tiff_costs_that_page_alone(tmp_path: Path, picture: Image.Image) -> None:
    answer = examined(tmp_path, broken_second_frame(picture), name="ban-quet.tif")

    assert value(answer, "number") == "12/TB-UBND"
    assert answer["page_count"] == 3
    assert [(r["code"], r["page"]) for r in answer["digitisation"]["reasons"] if r["code"] == "page_unread"] == [
        ("page_unread", 2)
    ]
    assert answer["pages"][2]["words"] > 30


def test_half_a_picture_says_what_happened_and_what_to_do(tmp_path: Path, picture: Image.Image) -> None:
    whole = io.BytesIO()
    picture.save(whole, "JPEG")

    answer = examined(tmp_path, whole.getvalue()[: whole.tell() // 2], name="anh.jpg")

    assert "chưa trọn vẹn" in answer["reason_vi"] and "Đề nghị" in answer["reason_vi"]


def test_pages_of_a_tiff_broken_at_random_never_end_the_reading() -> None:
    small = Image.new("L", (40, 60), 200)
    sound = stored(small, "TIFF", save_all=True, append_images=[small, small])
    (first,) = struct.unpack_from("<I", sound, 4)
    (second,) = struct.unpack_from("<I", sound, first + 2 + 12 * struct.unpack_from("<H", sound, first)[0])
    chance = np.random.default_rng(7)
    for _ in range(300):
        data = bytearray(sound)
        for place in second + 2 + chance.integers(0, 120, 3):
            data[place] = int(chance.integers(0, 256))

        frames = list(frames_of(opened_picture(bytes(data))))

        assert 1 <= len(frames) <= 5
        assert not isinstance(frames[0], str)


@pytest.mark.parametrize(("level", "wanted"), [(65535, 255), (4095, 255), (2048, 128), (255, 255), (100, 100)])
def test_wide_levels_become_eight_bits_by_their_own_white(level: int, wanted: int) -> None:
    picture = Image.fromarray(np.full((4, 4), level, dtype=np.uint16))

    assert on_white_paper(picture).getpixel((0, 0)) == wanted
