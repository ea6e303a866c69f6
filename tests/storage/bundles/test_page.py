"""index.html: offline, complete, every link leads to a file of the bundle."""

from __future__ import annotations

import html.parser
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from storage.bundles import BundledFile, write_bundle
from tests.storage.bundles.forge import files_of
from tests.storage.bundles.ward import EXPORT, RESULT, opener, sha, ward_contents

HOSTILE_NAME = '"><script>alert(1)</script>.pdf'


class Page(html.parser.HTMLParser):
    """Links, anchors, whatever would load something, and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loads: list[str] = []
        self.scripts = 0
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        self.scripts += tag == "script"
        self.loads += [given[name] for name in ("src", "srcset", "data", "action") if name in given]
        self.loads += [given["href"]] if tag in ("link", "base", "image") else []
        self.loads += [name for name in given if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    hostile = BundledFile(
        sha(b"%PDF x"), HOSTILE_NAME, "application/pdf", 6, opener(b"%PDF x"), (("1.1.1", None, None),)
    )
    contents = ward_contents()
    contents = replace(contents, evidence=(*contents.evidence, hostile), missing=(("1.3.1", "<b>chưa khai</b>"),))
    return files_of(write_bundle(contents, tmp_path_factory.mktemp("page") / "goi.zip").path)


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> Page:
    return Page(files["index.html"].decode())


def test_every_link_leads_to_a_file_or_a_place_of_the_bundle(page: Page, files: dict[str, bytes]) -> None:
    paths = {unquote(link.split("#")[0]) for link in page.links if not link.startswith("#")}
    places = {unquote(link[1:]) for link in page.links if link.startswith("#")}
    assert paths <= set(files)
    assert places <= page.anchors


def test_every_document_and_export_is_within_one_click(page: Page, files: dict[str, bytes]) -> None:
    linked = {unquote(link.split("#")[0]) for link in page.links}
    folders = ("data/tai-lieu/", "data/ho-so/", "data/van-ban-di/", "data/xuat/")
    assert {path for path in files if path.startswith(folders)} <= linked


def test_the_page_loads_nothing_and_runs_only_its_own_script(page: Page, files: dict[str, bytes]) -> None:
    assert page.loads == []
    assert page.scripts == 1
    text = files["index.html"].decode()
    assert "default-src 'none'" in text
    assert "http://" not in text.replace("http-equiv", "")
    assert "https://" not in text


def test_every_component_shows_points_reason_and_state_without_script(page: Page) -> None:
    for component in ward_contents().score["components"]:
        assert f"c{component['id']}" in page.anchors
        assert " ".join(component["because"].split()) in page.text


def test_a_document_is_linked_at_its_page_with_section_and_hash(page: Page) -> None:
    assert any(link.endswith("KH_12.pdf#page=2") for link in page.links)
    assert "mục II, trang 2-3" in page.text
    assert sha(RESULT) in page.text
    assert sha(EXPORT) in page.text


def test_the_page_says_that_the_criteria_are_a_proposal_and_what_is_missing(page: Page) -> None:
    assert "Bộ tiêu chí đề xuất, không phải bảng điểm chính thức." in page.text
    assert "<b>chưa khai</b>" in page.text, "the reason must be text, not markup"


def test_a_name_with_markup_is_only_text(page: Page) -> None:
    assert HOSTILE_NAME in page.text
    assert page.scripts == 1


def test_late_dossiers_come_first(page: Page) -> None:
    first, second = page.text.index("H17.21-250303-0007"), page.text.index("H17.21-250303-0000")
    assert first < second


def test_a_redacted_page_names_no_withheld_file(tmp_path: Path) -> None:
    out = write_bundle(ward_contents(redact=True), tmp_path / "goi.zip").path
    page = Page(files_of(out)["index.html"].decode())
    assert "Kết quả.pdf" not in page.text
    assert sha(RESULT) in page.text
