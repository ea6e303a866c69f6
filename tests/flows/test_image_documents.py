"""Scans that are pictures (TIFF, JPEG, PNG): taken in as they are, read, shown upright; the same one told twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from config.document_words import digitisation_vn, place_said
from config.settings import Settings
from flows.arriving.intake import Sender, take_documents
from flows.examining.documents import list_documents
from flows.examining.examination import examine_batch
from flows.examining.pictures import picture_of_page
from flows.examining.uploading import upload_files
from flows.resources import open_resources
from flows.scores import browsing
from tests.ocr.papers import Paper, Scanner, born_digital, scan

AT = datetime(2026, 1, 5, tzinfo=UTC)
CODE = "H17.12.34-250924-0005"


def _tiff(page: Image.Image) -> bytes:
    out = io.BytesIO()
    black = page.convert("L").point(lambda level: 255 if level > 140 else 0).convert("1")
    black.save(out, "TIFF", compression="group4", dpi=(150, 150), save_all=True, append_images=[black.rotate(180)])
    return out.getvalue()


def _saved(kind: str) -> Callable[[Image.Image], bytes]:
    def saved(page: Image.Image) -> bytes:
        out = io.BytesIO()
        page.save(out, kind, dpi=(150, 150))
        return out.getvalue()

    return saved


KINDS = {"tiff": (_tiff, 2), "jpg": (_saved("JPEG"), 1), "png": (_saved("PNG"), 1)}


def test_pictures_come_through_the_inbox_are_read_and_shown_upright(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1, min_free_mib=0)
    page = scan(replace(Paper(), number="12"), Scanner(dpi=150, seed=3, seal=False, signature=False))
    folder = settings.inbox_folder / settings.unit / "ho-so"
    folder.mkdir(parents=True)
    for number, (ending, (saved, _)) in enumerate(KINDS.items(), 1):
        (folder / f"{CODE[:-1]}{number} ket qua.{ending}").write_bytes(saved(page))

    with open_resources(settings) as resources:
        take_documents(resources, Sender("test", "inbox", AT))
        found = {row["name"].rsplit(".")[-1]: row["sha256"] for row in list_documents(resources)}
        examine_batch(resources, list(found.values()), at=AT, done=lambda: None)
        for ending, (_, pages) in KINDS.items():
            told = browsing.document(resources, found[ending])
            result = told["said"]["result"]
            shown = [picture_of_page(resources, found[ending], n, told["said"]) for n in range(1, pages + 1)]
            assert (result["page_count"], result["fields"]["number"]["value"]) == (pages, "12/TB-UBND"), ending
            tops = [_ink_of_head(Image.open(path)) for path in shown]
            assert max(tops) - min(tops) < 0.02, f"{ending}: every page is shown upright"
            assert [reason["code"] for reason in result["digitisation"]["reasons"]].count("not_pdf") == 1


def _ink_of_head(page: Image.Image) -> float:
    """How far down the first line of print stands, as a share of the page."""
    ink = page.convert("L").point(lambda level: 255 if level < 100 else 0)
    return (ink.getbbox() or (0, 0, 0, 0))[1] / page.height


def test_the_same_content_handed_in_again_is_told_with_its_other_places_and_not_read_twice(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1, min_free_mib=0)
    first, second = tmp_path / "ke-hoach.pdf", tmp_path / "KH 12 (bản sao).pdf"
    for path in (first, second):
        path.write_bytes(born_digital(Paper()))

    (fresh,) = upload_files(settings, [first], folder="1.7.1", at=AT)
    (again,) = upload_files(settings, [second], folder=f"ho-so/{CODE}", at=AT)

    assert (fresh["also_at"], again["also_at"]) == ([], ["1.7.1/ke-hoach.pdf"])
    assert again["sha256"] == fresh["sha256"]


def test_a_reason_that_several_pages_share_is_told_once_with_its_pages() -> None:
    grey = [{"code": "not_colour", "page": page, "detail": "Trang quét là ảnh xám."} for page in range(1, 9)]
    other = {"code": "pdf_version", "page": None, "detail": "Phiên bản PDF là 1.3."}

    told = digitisation_vn({"verdict": "không đạt", "reasons": [other, *grey]})

    assert told == "không đạt: Phiên bản PDF là 1.3; Trang quét là ảnh xám (trang 1, 2, 3, 4, 5 và 3 trang khác)"


def test_a_document_that_nothing_places_is_told_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1, min_free_mib=0)
    paper = tmp_path / "ban-quet.pdf"
    paper.write_bytes(born_digital(Paper()))

    (nowhere,) = upload_files(settings, [paper], folder="", at=AT)
    (placed,) = upload_files(settings, [paper], folder=f"ho-so/{CODE}", at=AT)
    (again,) = upload_files(settings, [paper], folder="", at=AT)

    assert [one["unplaced"] for one in (nowhere, placed, again)] == [True, False, False]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("2025/1.7.1/ke-hoach.pdf", "mục 1.7.1 (ke-hoach.pdf)"),
        (f"ho-so/{CODE}/kq.pdf", f"hồ sơ {CODE} (kq.pdf)"),
        ("van-ban-di/12-TB.pdf", "văn bản đi (12-TB.pdf)"),
        ("tai-lieu.pdf", "chưa xếp vào mục nào (tai-lieu.pdf)"),
    ],
)
def test_a_place_is_told_as_officials_call_it(path: str, said: str) -> None:
    assert place_said(path) == said
