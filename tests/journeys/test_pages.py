"""The pages in a real browser, over a running service: coordinator, unit, auditor; by keyboard, without JavaScript."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from config.settings import Settings
from flows.people.accounts import Person, create_account
from flows.resources import open_resources
from storage.people.accounts import Grant
from tests.journeys.commands import parindex
from tests.journeys.serving import serving
from tests.journeys.windows import (
    CHROMIUM,
    PATIENCE,
    ROOT,
    Open,
    Windows,
    await_file_choosers,
    enter,
    first_document,
    open_year,
    sha256_of,
    tab_to,
    violations,
)

OTHERS = {"daumoi": "coordinator", "quantri": "administrator", "lanhdao": "leader", "thamdinh": "auditor"}
PASSWORD = "mot-mat-khau-du-dai-42"
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def service(small_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """One night has passed; the service runs."""
    home = tmp_path_factory.mktemp("pages") / "home"
    shutil.copytree(small_night, home)
    office = ("--office", "Phòng Văn hóa - Xã hội")
    done = parindex(home, "account", "add", "vhxh", "--role", "unit", *office, "--json")
    grants = _grants(Settings(home=home).unit)
    with open_resources(Settings(home=home)) as resources:
        for name, mine in grants.items():
            create_account(resources.database, Person(name, name, PASSWORD, mine), who="test", at=datetime.now(UTC))
    passwords = dict.fromkeys(grants, PASSWORD) | {"vhxh": json.loads(done.stdout)["password"]}
    with serving(home, PAR_PERIOD="2025", PAR_PREFECT="off") as running:
        yield Open(home, running.pages.rstrip("/"), passwords)


def _grants(unit: str) -> dict[str, tuple[Grant, ...]]:
    """What each account may see: one role, two years of one, two wards, or nothing yet."""
    years = tuple(Grant("supervisor", unit, period=year) for year in ("2024", "2025"))
    both = tuple(Grant("supervisor", one) for one in (unit, "hai-chau"))
    others = {"giamsat": years, "nguoimoi": (), "thanhpho": both}
    return {name: (Grant(role, unit),) for name, role in OTHERS.items()} | others


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield opened
        opened.close()


@pytest.fixture
def windows(browser: Browser, service: Open) -> Iterator[Windows]:
    """Windows over the running service."""
    opened = Windows(browser, service.address)
    yield opened
    for context in list(browser.contexts):
        context.close()
    assert opened.complaints == []


@pytest.fixture
def context(windows: Windows) -> BrowserContext:
    """A window of one person."""
    return windows.open()


def test_a_coordinator_goes_from_signing_in_to_a_finished_run_and_its_sheet(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    enter(page, service, "daumoi")
    page.screenshot(path=tmp_path / "today.png", full_page=True)
    page.get_by_role("link", name="Chấm ngay").click()
    page.get_by_role("button", name="Chấm ngay").dblclick()
    page.wait_for_url("**/cham-diem/yc-*")

    expect(page.get_by_role("link", name="Xem bảng điểm")).to_be_visible(timeout=PATIENCE)
    assert violations(page) == []
    page.screenshot(path=tmp_path / "run.png", full_page=True)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải phiếu chấm điểm").click()
    waiting.value.save_as(tmp_path / "phieu.xlsx")

    cells = [str(cell.value) for row in load_workbook(tmp_path / "phieu.xlsx").worksheets[0] for cell in row]
    assert any("3.3.2" in cell for cell in cells)
    page.goto(f"{ROOT}/cham-diem")
    assert page.locator("table >> nth=0 >> tbody tr").count() == 1, "a double click asked for one run"


def test_a_unit_uploads_and_reads_the_verdict_within_seconds(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    enter(page, service, "vhxh")
    page.get_by_role("link", name="Nộp tài liệu").first.click()
    page.select_option("#muc", "1.1.1")
    signed = next((service.home / "inbox").rglob("*.pdf"))
    (tmp_path / "Kế hoạch 2025.pdf").write_bytes(signed.read_bytes() + b"\n")
    (tmp_path / "rong.pdf").write_bytes(b"")
    page.set_input_files("#tep", [tmp_path / "Kế hoạch 2025.pdf", tmp_path / "rong.pdf"])
    page.get_by_role("button", name="Nộp").click()

    sent = page.locator(".one-sent", has_text="Kế hoạch 2025.pdf")
    expect(sent.locator(".badge").first).to_be_visible(timeout=PATIENCE)
    expect(sent.locator("code")).to_have_text(sha256_of(tmp_path / "Kế hoạch 2025.pdf"))
    expect(page.get_by_text("tệp rỗng (0 byte)")).to_be_visible()
    assert violations(page) == []
    page.screenshot(path=tmp_path / "uploaded.png", full_page=True)
    sent.get_by_role("link", name="Xem tài liệu").click()
    expect(page.get_by_role("heading", name="Kết luận")).to_be_visible()
    assert page.goto(f"{ROOT}/du-lieu").status == 403  # type: ignore[union-attr]


def test_an_auditor_goes_from_the_link_to_a_bundle_that_verifies_itself(
    service: Open, windows: Windows, tmp_path: Path
) -> None:
    page = windows.open().new_page()
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/chia-se")
    page.fill("#recipient", "Sở Nội vụ")
    page.get_by_role("button", name="Tạo liên kết").click()
    link = page.locator("pre.secret").inner_text()
    guest = windows.open().new_page()
    guest.goto(link)
    found = violations(guest)
    guest.fill("#who", "Lê Thị Thẩm Định")
    guest.fill("#office", "Sở Nội vụ thành phố")
    guest.get_by_role("button", name="Xem").click()
    guest.get_by_role("link", name="Gói tài liệu").click()
    guest.get_by_role("button", name="Lập gói").click()
    expect(guest.get_by_role("link", name="Tải gói về máy")).to_be_visible(timeout=PATIENCE)
    found += violations(guest)
    with guest.expect_download() as waiting:
        guest.get_by_role("link", name="Tải gói về máy").click()
    waiting.value.save_as(tmp_path / "goi.zip")
    guest.get_by_role("link", name="Kiểm tra từng bước").click()
    expect(guest.get_by_text("Nguyên vẹn: không có gì bị thay đổi.")).to_be_visible(timeout=PATIENCE)
    guest.screenshot(path=tmp_path / "verified.png", full_page=True)
    assert found + violations(guest) == []

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
SIZES = {"a telephone": (360, 800), "200 % zoom": (640, 400)}


def test_axe_finds_nothing_on_any_page_and_nothing_overflows_when_it_is_narrow(
    service: Open, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto("/dang-nhap")
    found = violations(page)
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/ky-cham")
    found += violations(page)
    open_year(page)
    wide = []
    for name in [*PAGES, first_document(page)]:
        page.goto(f"{ROOT}/{name}")
        found += violations(page)
        for said, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((name, said))
        page.set_viewport_size({"width": 1280, "height": 800})
    assert (found, wide) == ([], [])


def test_axe_finds_nothing_on_what_other_roles_see_nor_on_pages_of_accounts_and_errors(
    service: Open, windows: Windows
) -> None:
    seen = {
        "quantri": ("/tai-khoan/danh-sach", "/tai-khoan"),
        "vhxh": (f"{ROOT}/hom-nay", f"{ROOT}/viec", f"{ROOT}/du-lieu", "/khong-co-trang-nay"),
        "thamdinh": (f"{ROOT}/hom-nay", f"{ROOT}/ky-cham", "/p/hoi-an-dong/2031/bang-diem"),
        "lanhdao": (f"{ROOT}/hom-nay", f"{ROOT}/ky-cham/1.1.2"),
        "giamsat": ("/",),
        "thanhpho": ("/", "/thanh-pho/2025"),
        "nguoimoi": ("/",),
    }
    found = []
    for name, addresses in seen.items():
        page = windows.open().new_page()
        enter(page, service, name)
        for address in addresses:
            page.goto(address)
            found += violations(page)
    assert found == []


def test_a_page_prints_its_table_without_menus_and_forms(service: Open, context: BrowserContext) -> None:
    page = context.new_page()
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/bang-diem")
    page.emulate_media(media="print")
    hidden = [page.locator(part).first.is_visible() for part in (".top", ".pages", ".filters", ".skip")]
    paper = page.pdf(format="A4")
    assert hidden == [False] * 4 and page.locator("tbody tr").first.is_visible()
    assert paper.startswith(b"%PDF-") and paper.count(b"/Type /Page\n") in range(1, 30)


def test_files_that_are_being_sent_wait_for_signing_in_again_in_another_window(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    enter(page, service, "vhxh")
    page.goto(f"{ROOT}/nop-tai-lieu?muc=1.7.1")
    (tmp_path / "het phien.pdf").write_bytes(b"%PDF-1.4\n" + b"%" * 3000)
    context.clear_cookies()
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url))
    page.set_input_files("#tep", tmp_path / "het phien.pdf")
    page.get_by_role("button", name="Nộp").click()
    again = page.get_by_role("link", name="Đăng nhập lại ở cửa sổ khác")
    expect(again).to_be_visible()
    with context.expect_page() as opened:
        again.click()
    opened.value.fill("#name", "vhxh")
    opened.value.fill("#password", service.passwords["vhxh"])
    opened.value.press("#password", "Enter")
    opened.value.wait_for_url("**/nop-tai-lieu")
    expect(page.locator(".one-sent", has_text="het phien.pdf").locator("code")).to_be_visible()
    assert [one for one in asked if "dang-nhap" in one] == [], "it would take the other window's form its key"


def test_a_form_opened_before_signing_in_again_is_sent_once_more(service: Open, context: BrowserContext) -> None:
    page, other = context.new_page(), context.new_page()
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/tieu-chi/1.1.2/khai")
    page.fill("#explanation", "Giải trình viết dở")
    context.clear_cookies()
    enter(other, service, "daumoi")
    page.get_by_role("button", name="Ghi").click()
    expect(page.get_by_role("heading", name="Biểu mẫu cũ")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Gửi lại").click()
    page.wait_for_url("**/khai**")
    assert page.locator("#explanation").input_value() == "Giải trình viết dở"


def test_everything_is_reached_by_keyboard_alone(service: Open, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/dang-nhap")
    tab_to(page, "name")
    page.keyboard.type("daumoi")
    page.keyboard.press("Tab")
    page.keyboard.type(service.passwords["daumoi"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/hom-nay")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    page.keyboard.press("Enter")
    expect(page.locator("#noi-dung")).to_be_focused()
    page.goto(f"{ROOT}/bang-diem")
    tab_to(page, "q")
    page.keyboard.type("tre han")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tre+han**")
    tab_to(page, "3.3.2", by="textContent")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tieu-chi/3.3.2")
    assert outline != "none"


def test_a_run_a_declared_value_and_a_file_are_sent_by_keyboard_alone(
    service: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/cham-diem")
    tab_to(page, "dry_run")
    page.keyboard.press("Space")
    tab_to(page, "Chấm ngay", by="textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cham-diem/yc-*")

    page.goto(f"{ROOT}/tieu-chi/1.1.2/khai")
    tab_to(page, "v-1")
    page.keyboard.type("42")
    tab_to(page, "Ghi", by="textContent")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ghi. Điểm được tính lại")).to_be_visible()

    (tmp_path / "ban phim.pdf").write_bytes(b"%PDF-1.4\nby keyboard\n")
    await_file_choosers(page)
    page.goto(f"{ROOT}/nop-tai-lieu?muc=1.1.1")
    tab_to(page, "tep")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(tmp_path / "ban phim.pdf")
    tab_to(page, "Nộp", by="textContent")
    page.keyboard.press("Enter")
    expect(page.locator(".one-sent", has_text="ban phim.pdf").locator("code")).to_be_visible()


def test_a_leader_approves_and_locks_by_keyboard_alone(service: Open, windows: Windows) -> None:
    page = windows.open().new_page()
    enter(page, service, "daumoi")
    open_year(page)
    sheet = first_document(page)
    page.goto(f"{ROOT}/{sheet}")
    name = page.locator("h1").inner_text()
    leader = windows.open().new_page()
    enter(leader, service, "lanhdao")
    leader.goto(f"{ROOT}/ky-cham")
    tab_to(leader, "Duyệt bảng tự chấm", by="textContent")
    leader.keyboard.press("Enter")
    leader.wait_for_url("**/ky-cham?xong=1")
    tab_to(leader, "sheet-lock")
    leader.keyboard.type(name)
    leader.keyboard.press("Enter")
    expect(leader.get_by_text("đã chốt điểm tự chấm")).to_be_visible()


def test_reading_and_sending_work_without_javascript(service: Open, windows: Windows, tmp_path: Path) -> None:
    page = windows.open(java_script_enabled=False).new_page()
    enter(page, service, "daumoi")
    page.goto(f"{ROOT}/tieu-chi/3.3.2")
    page.get_by_role("link", name="Xem danh sách").click()
    expect(page.locator("main")).to_contain_text("hẹn trả", use_inner_text=True)
    (tmp_path / "khong-js.pdf").write_bytes(b"%PDF-1.4\nbroken\n")
    page.goto(f"{ROOT}/nop-tai-lieu?muc=1.1.1")
    page.set_input_files("#tep", tmp_path / "khong-js.pdf")
    page.get_by_role("button", name="Nộp").click()
    expect(page.locator(".one-sent", has_text="khong-js.pdf")).to_be_visible()
    page.goto(f"{ROOT}/tieu-chi/3.3.2")
    page.get_by_role("spinbutton", name="Trễ hạn").fill("0")
    page.get_by_role("button", name="Thử").click()
    expect(page.get_by_text("Nếu vậy:")).to_be_visible()
