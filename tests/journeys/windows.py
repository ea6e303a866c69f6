"""What journeys through the pages share: windows that hear complaints, signing in, opening the year, tabbing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = "/p/hoi-an-dong/2025"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE = 90_000
"""Milliseconds: generous, because the machine may be busy."""


DEADLINES = {
    "self_score": "31/12/2099",
    "appraisal_1": "15/01/2100",
    "explanation": "31/01/2100",
    "appraisal_2": "28/02/2100",
}


@dataclass(frozen=True)
class Open:
    """A running service over a small ward, and the passwords of its people."""

    home: Path
    address: str
    passwords: dict[str, str]


@dataclass(frozen=True)
class Windows:
    """Browser windows of different people; what any of their pages complains about fails the test."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, **options: Any) -> BrowserContext:
        """A window of one person, with a session of its own."""
        opened = self.browser.new_context(base_url=self.address, accept_downloads=True, **options)
        opened.set_default_timeout(PATIENCE)
        opened.on("console", lambda said: self._hear(said.type, said.text))
        opened.on("weberror", lambda fault: self._hear("error", str(fault.error)))
        return opened

    def _hear(self, kind: str, text: str) -> None:
        refused = re.search(r"status of (401|403|404|409|422) ", text)  # a page that says no is no fault of its own
        if kind == "error" and not refused:
            self.complaints.append(text)


_ARRIVES = {"quantri": "**/danh-sach"} | dict.fromkeys(("giamsat", "thanhpho", "nguoimoi"), "**/")
"""Where who administers, who works in two years or two wards, and who works nowhere yet come in."""


def enter(page: Page, service: Open, name: str) -> None:
    page.goto("/dang-nhap")
    page.fill("#name", name)
    page.fill("#password", service.passwords[name])
    page.press("#password", "Enter")
    page.wait_for_url(_ARRIVES.get(name, "**/hom-nay"))


def open_year(page: Page) -> None:
    """Open the year and begin the self-score, if no other journey has."""
    page.goto(f"{ROOT}/ky-cham")
    if page.get_by_role("button", name="Mở kỳ").count():
        for name, day in DEADLINES.items():
            page.fill(f"#{name}", day)
        page.get_by_role("button", name="Mở kỳ").click()
        page.get_by_role("button", name="Bắt đầu tự chấm").click()
        expect(page.get_by_role("button", name="Bắt đầu tự chấm")).to_have_count(0)


def violations(page: Page) -> list[str]:
    answer = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{page.url}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in answer.response["violations"]]


def first_document(page: Page) -> str:
    page.goto(f"{ROOT}/tai-lieu?trang_thai=examined")
    address = page.locator("tbody th a").first.get_attribute("href")
    assert address is not None
    return address.removeprefix(f"{ROOT}/")


def tab_to(page: Page, wanted: str, *, by: str = "id") -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{by}") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def await_file_choosers(page: Page) -> None:
    """From now on choosers are caught; asked for in the same breath as the key, the browser may get the key first."""
    page.on("filechooser", lambda _chooser: None)


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
