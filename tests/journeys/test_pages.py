"""The pages in a real browser, over a running service: coordinator, unit, auditor; by keyboard, without JavaScript."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.commands import night, parindex
from tests.journeys.serving import serving

ROOT = "/p/hoi-an-dong/2025"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE = 90_000
"""Milliseconds: generous, because the machine may be busy."""


@dataclass(frozen=True)
class Open:
    """A running service over a small ward, and the passwords of its people."""

    home: Path
    address: str
    passwords: dict[str, str]


@pytest.fixture(scope="module")
def service(small_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """One night has passed; the service runs."""
    home = tmp_path_factory.mktemp("pages") / "home"
    shutil.copytree(small_ward, home)
    night(home)
    people = {
        "daumoi": ["coordinator"],
        "vhxh": ["unit", "--office", "Phòng Văn hóa - Xã hội"],
        "quantri": ["administrator"],
    }
    passwords = {}
    for name, (role, *more) in people.items():
        done = parindex(home, "account", "add", name, "--role", role, *more, "--json")
        passwords[name] = json.loads(done.stdout)["password"]
    with serving(home, PAR_PERIOD="2025", PAR_PREFECT="off") as running:
        yield Open(home, running.pages.rstrip("/"), passwords)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser, service: Open) -> Iterator[BrowserContext]:
    """A browser window of one person; what a page complains about fails the test."""
    opened = browser.new_context(base_url=service.address, accept_downloads=True)
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def _enter(page: Page, service: Open, name: str) -> None:
    page.goto("/dang-nhap")
    page.fill("#name", name)
    page.fill("#password", service.passwords[name])
    page.press("#password", "Enter")
    page.wait_for_url("**/hom-nay" if name != "quantri" else "**/danh-sach")


def test_a_coordinator_goes_from_signing_in_to_a_finished_run_and_its_sheet(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    _enter(page, service, "daumoi")
    page.screenshot(path=tmp_path / "today.png", full_page=True)
    page.get_by_role("link", name="Chấm ngay").click()
    page.get_by_role("button", name="Chấm ngay").dblclick()
    page.wait_for_url("**/cham-diem/yc-*")

    expect(page.get_by_role("link", name="Xem bảng điểm")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=tmp_path / "run.png", full_page=True)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải phiếu chấm điểm").click()
    waiting.value.save_as(tmp_path / "phieu.xlsx")

    cells = [str(cell.value) for row in load_workbook(tmp_path / "phieu.xlsx").worksheets[0] for cell in row]
    assert any("3.3.2" in cell for cell in cells)
    page.goto(f"{ROOT}/cham-diem")
    assert page.locator("table >> nth=0 >> tbody tr").count() == 1, "a double click asked for one run"
    assert complaints == []


def test_a_unit_uploads_and_reads_the_verdict_within_seconds(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    _enter(page, service, "vhxh")
    page.get_by_role("link", name="Nộp tài liệu").first.click()
    page.select_option("#muc", "1.1.1")
    signed = next((service.home / "inbox").rglob("*.pdf"))
    (tmp_path / "Kế hoạch 2025.pdf").write_bytes(signed.read_bytes() + b"\n")
    (tmp_path / "rong.pdf").write_bytes(b"")
    page.set_input_files("#tep", [tmp_path / "Kế hoạch 2025.pdf", tmp_path / "rong.pdf"])
    page.get_by_role("button", name="Nộp").click()

    sent = page.locator(".one-sent", has_text="Kế hoạch 2025.pdf")
    expect(sent.locator(".badge").first).to_be_visible(timeout=PATIENCE)
    expect(sent.locator("code")).to_have_text(_sha256(tmp_path / "Kế hoạch 2025.pdf"))
    expect(page.get_by_text("tệp rỗng (0 byte)")).to_be_visible()
    page.screenshot(path=tmp_path / "uploaded.png", full_page=True)
    sent.get_by_role("link", name="Xem tài liệu").click()
    expect(page.get_by_role("heading", name="Kết luận")).to_be_visible()
    assert page.goto(f"{ROOT}/du-lieu").status == 403  # type: ignore[union-attr]


def test_an_auditor_goes_from_the_link_to_a_bundle_that_verifies_itself(
    service: Open, browser: Browser, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    _enter(page, service, "daumoi")
    page.goto(f"{ROOT}/chia-se")
    page.fill("#recipient", "Sở Nội vụ")
    page.get_by_role("button", name="Tạo liên kết").click()
    link = page.locator("pre.secret").inner_text()
    other = browser.new_context(base_url=service.address, accept_downloads=True)
    guest = other.new_page()
    guest.set_default_timeout(PATIENCE)
    guest.goto(link)
    guest.fill("#who", "Lê Thị Thẩm Định")
    guest.fill("#office", "Sở Nội vụ thành phố")
    guest.get_by_role("button", name="Xem").click()
    guest.get_by_role("link", name="Gói tài liệu").click()
    guest.get_by_role("button", name="Lập gói").click()
    expect(guest.get_by_role("link", name="Tải gói về máy")).to_be_visible(timeout=PATIENCE)
    with guest.expect_download() as waiting:
        guest.get_by_role("link", name="Tải gói về máy").click()
    waiting.value.save_as(tmp_path / "goi.zip")
    guest.get_by_role("link", name="Kiểm tra từng bước").click()
    expect(guest.get_by_text("Nguyên vẹn: không có gì bị thay đổi.")).to_be_visible(timeout=PATIENCE)
    guest.screenshot(path=tmp_path / "verified.png", full_page=True)
    other.close()

    with zipfile.ZipFile(io.BytesIO((tmp_path / "goi.zip").read_bytes())) as bundle:
        bundle.extractall(tmp_path / "goi")
    verifier = next((tmp_path / "goi").rglob("verify.py"))
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-I", verifier], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    page.reload()
    page.goto(f"{ROOT}/chia-se")
    expect(page.get_by_text("Lê Thị Thẩm Định, Sở Nội vụ thành phố")).to_be_visible()


PAGES = (
    *("hom-nay", "viec", "bang-diem", "bang-diem?sap_xep=thieu", "tieu-chi/3.3.2", "tieu-chi/1.1.2"),
    *("tieu-chi/1.1.2/khai", "tieu-chi/3.3.2/phia-sau", "nop-tai-lieu", "tai-lieu", "cach-ly", "tim?q=ke+hoach"),
    *("du-lieu", "du-lieu/1", "cham-diem", "goi-tai-lieu", "chia-se", "bao-cao", "ky-cham", "ky-cham/1.1.2"),
)
DEADLINES = {"self_score": "31/12/2099", "appraisal_1": "15/01/2100", "explanation": "31/01/2100"}


def test_axe_finds_nothing_on_any_page_and_nothing_overflows_at_360_pixels(
    service: Open, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto("/dang-nhap")
    found = _violations(page)
    _enter(page, service, "daumoi")
    page.goto(f"{ROOT}/ky-cham")
    found += _violations(page)
    for name, day in (DEADLINES | {"appraisal_2": "28/02/2100"}).items():
        page.fill(f"#{name}", day)
    page.get_by_role("button", name="Mở kỳ").click()
    page.get_by_role("button", name="Bắt đầu tự chấm").click()
    wide = []
    for name in [*PAGES, _first_document(page)]:
        page.goto(f"{ROOT}/{name}")
        found += _violations(page)
        page.set_viewport_size({"width": 360, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)
        page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/tai-khoan")
    found += _violations(page)
    assert (found, wide) == ([], [])


def test_everything_is_reached_by_keyboard_alone(service: Open, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/dang-nhap")
    _tab_to(page, "name")
    page.keyboard.type("daumoi")
    page.keyboard.press("Tab")
    page.keyboard.type(service.passwords["daumoi"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/hom-nay")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
    page.goto(f"{ROOT}/bang-diem")
    _tab_to(page, "q")
    page.keyboard.type("tre han")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tre+han**")
    _tab_to(page, "3.3.2", by="textContent")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tieu-chi/3.3.2")
    assert outline != "none"


def test_reading_and_sending_work_without_javascript(service: Open, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(base_url=service.address, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    _enter(page, service, "daumoi")
    page.goto(f"{ROOT}/tieu-chi/3.3.2")
    page.get_by_role("link", name="Xem danh sách").click()
    assert "hẹn trả" in page.inner_text("main")
    (tmp_path / "khong-js.pdf").write_bytes(b"%PDF-1.4\nbroken\n")
    page.goto(f"{ROOT}/nop-tai-lieu?muc=1.1.1")
    page.set_input_files("#tep", tmp_path / "khong-js.pdf")
    page.get_by_role("button", name="Nộp").click()
    expect(page.locator(".one-sent", has_text="khong-js.pdf")).to_be_visible()
    page.goto(f"{ROOT}/tieu-chi/3.3.2")
    page.get_by_role("spinbutton", name="Trễ hạn").fill("0")
    page.get_by_role("button", name="Thử").click()
    expect(page.get_by_text("Nếu vậy:")).to_be_visible()
    context.close()


def _violations(page: Page) -> list[str]:
    answer = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{page.url}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in answer.response["violations"]]


def _first_document(page: Page) -> str:
    page.goto(f"{ROOT}/tai-lieu?trang_thai=examined")
    address = page.locator("tbody th a").first.get_attribute("href")
    assert address is not None
    return address.removeprefix(f"{ROOT}/")


def _tab_to(page: Page, wanted: str, *, by: str = "id") -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{by}") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
