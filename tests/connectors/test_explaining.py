"""An unknown layout comes back as a profile that a person can complete, and that already reads the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.export_profiles import FOLDER, load_profiles
from connectors.errors import UnknownLayout
from connectors.exports import explain_export, read_export_here
from tests.connectors.tables import DETAIL_HEADER, LIST_HEADER, code, detailed, listed, xlsx

RENAMED = [
    *("TT", "Nơi tiếp nhận", "Cán bộ nhận", "Tên thủ tục hành chánh", "Mã số hồ sơ", "Trạng thái xử lý", "Địa chỉ"),
    *("Chủ hồ sơ", "Ngày nộp hồ sơ", "Ngày nhận hồ sơ", "Ngày hẹn trả KQ", "Ngày kết thúc"),
]


def test_a_renamed_list_gives_a_profile_that_reads_it_at_once(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "la.xlsx", [["DANH SÁCH"], RENAMED, listed(1), listed(2)])
    explanation = explain_export(path)
    assert explanation.known_profile is None
    assert (explanation.nearest, explanation.row) == ("danh-sach-ho-so", 2)
    assert {column.field for column in explanation.columns} >= {"code", "status", "received_at", "due_at", "procedure"}
    folder = tmp_path / "profiles"
    folder.mkdir()
    shutil.copy(FOLDER / "vocabulary.yaml", folder)
    (folder / "mau-moi.yaml").write_text(explanation.ready_profile, encoding="utf-8")
    assert [profile.id for profile in load_profiles(folder)] == ["mau-moi"]
    export = read_export_here(path, profiles=folder)
    assert [row.values["code"] for row in export.rows] == [code(1), code(2)]
    assert export.rows[0].values["status"] == 10


def test_columns_are_described_by_their_content(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "la.xlsx", [["Cột 1", "Cột 2", "Cột 3", "Cột 4"], [code(1), "31/12/2025", "Có", 12]])
    seen = {column.letters: column.looks_like for column in explain_export(path).columns}
    assert seen == {"A": "dossier_code", "B": "moment", "C": "choice (yes_no)", "D": "number"}


def test_a_known_layout_says_which_profile_reads_it(tmp_path: Path) -> None:
    assert explain_export(xlsx(tmp_path / "a.xlsx", [LIST_HEADER, listed(1)])).known_profile == "danh-sach-ho-so"
    detail = explain_export(xlsx(tmp_path / "b.xlsx", [*DETAIL_HEADER, detailed(1)]))
    assert detail.known_profile == "so-chi-tiet-ho-so"
    assert "Tiếp nhận / Hạn trả" in {column.label for column in detail.columns}


def test_a_table_in_another_language_gets_its_key_by_content_and_the_fields_to_choose_from(tmp_path: Path) -> None:
    header = ["No.", "Dossier", "Received", "Due"]
    rows = [[number, code(number), "03/07/2025 08:00:00", "07/07/2025"] for number in (1, 2, 3)]
    ready = explain_export(xlsx(tmp_path / "a.xlsx", [header, *rows])).ready_profile
    assert "header: Dossier, required: true" in ready and "field: code" in ready
    assert "received_at (Ngày nhận)" in ready and "due_at (Ngày hẹn trả)" in ready


@pytest.mark.parametrize(("dossiers", "told"), [(1, "phiếu của một hồ sơ"), (4, "bảng đặt ngang, mỗi hồ sơ một cột")])
def test_labels_below_each_other_are_called_so_and_no_profile_is_proposed(
    dossiers: int, told: str, tmp_path: Path
) -> None:
    rows = zip(LIST_HEADER, *(listed(number) for number in range(1, 1 + dossiers)), strict=True)
    path = xlsx(tmp_path / "a.xlsx", [["PHIẾU THEO DÕI"], *([f"{label}:", *cells] for label, *cells in rows)])
    for look in (read_export_here, explain_export):
        with pytest.raises(UnknownLayout, match=rf"{told}: tên mục nằm ở cột A \(STT, .*Transpose"):
            look(path)
