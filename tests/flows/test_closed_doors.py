"""Files and folders that may not be read, and names that no disk takes: each is told, the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from flows.arriving.inbox import inbox_files
from flows.cli.door import Refused
from flows.cli.files import _files_of, _require_file
from ocr import InspectOptions, inspect_file
from tests.journeys.commands import inherited, parindex

OPTIONS = InspectOptions(at=datetime(2026, 1, 5, tzinfo=UTC))


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so it is somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def ward() -> Iterator[Path]:
    """An inbox with a folder that may not be listed, one that may not be entered, and a file that may not be read."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        unit = home / "inbox" / "hoi-an-dong"
        for folder, mode in (("kin", 0o700), ("khuat", 0o744), ("1.7.1", 0o755)):
            (unit / folder).mkdir(parents=True)
            (unit / folder / "a.pdf").write_bytes(b"%PDF-1.7")
            (unit / folder / "a.pdf").chmod(0o600 if folder == "1.7.1" else 0o644)
            (unit / folder).chmod(mode)
        (unit / "b.pdf").write_bytes(b"%PDF-1.7")
        home.chmod(0o755)
        if os.geteuid() != 0:
            (unit / "kin").chmod(0o000)
            (unit / "khuat").chmod(0o644)
            (unit / "1.7.1" / "a.pdf").chmod(0o000)
        yield home
        for folder in ("kin", "khuat"):
            (unit / folder).chmod(0o755)


def test_a_closed_folder_of_the_inbox_is_offered_so_that_its_opening_tells_why(ward: Path) -> None:
    with as_nobody():
        found = inbox_files(Settings(home=ward, unit="hoi-an-dong"))

    assert [name for _, name in found] == ["1.7.1/a.pdf", "b.pdf", "khuat/a.pdf", "kin"]


def test_inspection_answers_for_what_may_not_be_read_and_goes_on(ward: Path) -> None:
    unit = ward / "inbox" / "hoi-an-dong"
    with as_nobody():
        told = {str(path.relative_to(unit)): inspect_file(path, OPTIONS)["reason_vi"] for path in _files_of(unit)}
        with pytest.raises(Refused, match="không có quyền đọc"):
            _require_file(unit / "1.7.1" / "a.pdf")

    assert list(told) == ["1.7.1/a.pdf", "b.pdf", "khuat/a.pdf", "kin"]
    assert all("cấp quyền đọc" in told[name] for name in ("1.7.1/a.pdf", "khuat/a.pdf", "kin"))
    assert "quyền" not in told["b.pdf"]


def test_a_name_that_no_disk_takes_and_a_link_to_itself_are_answered_like_any_file(tmp_path: Path) -> None:
    (tmp_path / "vong.pdf").symlink_to("vong.pdf")
    asked = [tmp_path / f"{'x' * 300}.pdf", tmp_path, Path("/dev/zero")]

    found = [file for path in asked for file in _files_of(path)]
    long, loop, device = (inspect_file(file, OPTIONS)["reason_vi"] for file in found)

    assert "tên tệp quá dài" in long
    assert "lối tắt dẫn vòng" in loop
    assert "không phải tệp" in device


def test_a_document_is_refused_where_nobody_would_look_for_it(tmp_path: Path) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"")

    unknown = parindex(tmp_path, "upload", str(paper), "--component", "1.7.9")
    no_code = parindex(tmp_path, "upload", str(paper), "--dossier", "ABC")
    two = parindex(tmp_path, "upload", str(paper), "--component", "1.7.1", "--dossier", "H17.12.34-250618-0001")
    known = parindex(tmp_path, "upload", str(paper), "--component", "1.7.1")

    assert [done.returncode for done in (unknown, no_code, two, known)] == [2, 2, 2, 1]
    assert "không có mục này" in unknown.stderr and "1.7.1" in unknown.stderr
    assert "mã hồ sơ có dạng" in no_code.stderr
    assert "chỉ ghi một nơi" in two.stderr
    assert known.stdout.count("Tệp rỗng") == 2


def test_answers_that_a_full_disk_does_not_take_are_no_success(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "parindex"), "inspect", str(tmp_path / "khong-co.pdf"), "--json"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command,
            env=inherited() | {"PAR_HOME": str(tmp_path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 3
    assert (
        done.stderr.strip()
        == "Đĩa đã đầy nên không ghi hết kết quả ra được. Giải phóng chỗ trên đĩa rồi chạy lại lệnh này."
    )
