"""What an official sees of an unknown layout, of templates and their owners: the commands themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.export_profiles import FOLDER, load_profiles
from config.settings import Settings
from flows.arriving.importing import explain_file
from flows.arriving.intake import Sender, pull_exports
from flows.resources import open_resources
from storage.records.imports import imports_of
from tests.connectors.tables import DECLARED_HEADER, LIST_HEADER, listed, xlsx
from tests.journeys.commands import parindex_here

RENAMED = [
    *("TT", "Nơi tiếp nhận", "Cán bộ nhận", "Tên thủ tục hành chánh", "Mã số hồ sơ", "Trạng thái xử lý", "Địa chỉ"),
    *("Chủ hồ sơ", "Ngày nộp hồ sơ", "Ngày nhận hồ sơ", "Ngày hẹn trả KQ", "Ngày kết thúc"),
]


@pytest.fixture
def run(tmp_path: Path) -> Any:
    return partial(parindex_here, tmp_path / "home")


def test_an_unknown_layout_is_explained_with_a_profile_that_reads_it(run: Any, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "la.xlsx", [["DANH SÁCH"], RENAMED, listed(1), listed(2)])

    refused, told = run("import", str(path)), run("import", str(path), "--explain", "--json")

    assert refused.returncode == 2
    assert "parindex import --explain" in refused.stderr
    explained = json.loads(told.stdout)
    assert (told.returncode, explained["known_profile"], explained["nearest"]) == (1, None, "danh-sach-ho-so")
    profiles = tmp_path / "home" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "mau-moi.yaml").write_text(explained["ready_profile"], encoding="utf-8")
    (profiles / "hong.yaml").write_text("id: hong\nname: Hỏng\nkind: dossiers\nkey: [code]\ncolumns: []\n", "utf-8")
    (profiles / "trung.yaml").write_text((FOLDER / "opencps.yaml").read_text("utf-8"), "utf-8")
    read = json.loads(run("import", str(path), "--json").stdout)
    assert (read["profile"], read["rows"]["new"]) == ("mau-moi", 2)
    assert any("hong.yaml: mẫu đọc chưa dùng được" in said for said in read["warnings"])
    assert any("trung.yaml: đã có mẫu đọc tên opencps" in said for said in read["warnings"])
    wrong = [one["seen"] for one in json.loads(run("doctor", "--json").stdout)["findings"] if not one["ok"]]
    assert any("hong.yaml" in seen for seen in wrong)


def test_a_file_that_no_profile_read_is_taken_again_once_the_unit_wrote_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.exports_folder.mkdir(parents=True)
    path = xlsx(settings.exports_folder / "la.xlsx", [["DANH SÁCH"], RENAMED, listed(1), listed(2)])
    sender = Sender("test", "exports", datetime(2026, 1, 5, tzinfo=UTC))

    with open_resources(settings) as resources:
        counts = [pull_exports(resources, sender), pull_exports(resources, sender)]
        settings.profiles_folder.mkdir()
        ready = explain_file(settings, path).ready_profile
        (settings.profiles_folder / "mau-moi.yaml").write_text(ready, encoding="utf-8")
        counts.append(pull_exports(resources, sender))
        with resources.database.read() as connection:
            imported = imports_of(connection, settings.unit)

    assert counts == [1, 0, 1]
    assert [(row["status"], row["profile"]) for row in imported][-1] == ("read", "mau-moi")


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
