"""What an official sees of an unknown layout, of templates and their owners: the commands themselves."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.export_profiles import FOLDER, load_profiles
from connectors.exports import read_export_here
from tests.connectors.tables import DECLARED_HEADER, LIST_HEADER, code, listed, xlsx
from tests.journeys.commands import parindex

RENAMED = [
    *("TT", "Nơi tiếp nhận", "Cán bộ nhận", "Tên thủ tục hành chánh", "Mã số hồ sơ", "Trạng thái xử lý", "Địa chỉ"),
    *("Chủ hồ sơ", "Ngày nộp hồ sơ", "Ngày nhận hồ sơ", "Ngày hẹn trả KQ", "Ngày kết thúc"),
]


@pytest.fixture
def run(tmp_path: Path) -> Any:
    return partial(parindex, tmp_path / "home")


def test_an_unknown_layout_is_explained_with_a_profile_that_reads_it(run: Any, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "la.xlsx", [["DANH SÁCH"], RENAMED, listed(1), listed(2)])

    refused, told = run("import", str(path)), run("import", str(path), "--explain", "--json")

    assert refused.returncode == 2
    assert "parindex import --explain" in refused.stderr
    explained = json.loads(told.stdout)
    assert (told.returncode, explained["known_profile"], explained["nearest"]) == (1, None, "danh-sach-ho-so")
    folder = tmp_path / "profiles"
    folder.mkdir()
    shutil.copy(FOLDER / "vocabulary.yaml", folder)
    (folder / "mau-moi.yaml").write_text(explained["ready_profile"], encoding="utf-8")
    assert [row.values["code"] for row in read_export_here(path, profiles=folder).rows] == [code(1), code(2)]


def test_a_known_layout_and_a_file_without_table_are_explained_too(run: Any, tmp_path: Path) -> None:
    known = run("import", str(xlsx(tmp_path / "a.xlsx", [LIST_HEADER, listed(1)])), "--explain")
    (tmp_path / "trong.xlsx").write_bytes(b"")
    empty = run("import", str(tmp_path / "trong.xlsx"), "--explain")

    assert not (tmp_path / "home").exists(), "looking keeps nothing"
    assert known.returncode == 0
    assert "đọc được bằng mẫu danh-sach-ho-so" in known.stdout
    assert "Mã hồ sơ: dossier_code → code" in known.stdout
    assert (empty.returncode, "tệp rỗng" in empty.stderr) == (2, True)


def test_templates_name_owner_and_deadline_and_say_that_these_are_proposed(run: Any, tmp_path: Path) -> None:
    listed_out = {one["id"]: one for one in json.loads(run("template", "--list", "--json").stdout)}
    target = tmp_path / "mau.xlsx"
    written = run("template", "theo-doi-nhiem-vu", "--period", "2025", "-o", str(target))

    owned = {profile.id for profile in load_profiles() if profile.owner or profile.deadline}
    assert {name for name, one in listed_out.items() if one["provenance"] == "proposal"} == owned
    assert written.returncode == 0
    page = openpyxl.load_workbook(target).worksheets[0]
    assert page["A1"].value == "THEO DÕI NHIỆM VỤ NĂM 2025"
    assert page["A2"].value == (
        "Đơn vị lập: Văn phòng HĐND và UBND phường; hạn gửi: ngày 05 tháng sau (đề xuất, phường phân công lại nếu cần)"
    )


def test_the_year_of_a_yearly_table_is_said_or_read_and_told(run: Any, tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "khai.xlsx",
        [DECLARED_HEADER, [1, "1.1.2", "tasks_done", "Đã xong", 18, "VP", "Báo cáo", "", "", "", ""]],
    )
    unsaid, said = run("import", str(path), "--dry-run"), run("import", str(path), "--period", "2024")

    assert "số liệu năm 2025 (tệp không ghi năm, lấy theo kỳ đang mở hoặc ngày nhập)" in unsaid.stdout
    assert (said.returncode, "số liệu năm 2024 (theo người nhập)" in said.stdout) == (0, True)
