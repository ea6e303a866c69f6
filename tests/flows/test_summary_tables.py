"""Summary tables of digitisation and payment are held against the dossiers that are kept, line by line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from flows.arriving.importing import import_file
from tests.connectors.tables import xlsx
from tests.connectors.test_reconciling import DIGITISED, PAID

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
TITLE = ["Từ ngày 01/07/2025 đến ngày 31/07/2025"]
HEADER = ["Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Hạn trả", "Đơn vị giải quyết", "Ngày kết thúc xử lý"]
FLAGS = ["Số hóa thành phần", "Tái sử dụng", "Có thu phí", "Thanh toán trực tuyến"]


def told_of(tmp_path: Path, register: list[list[object]], table: list[list[object]]) -> list[str]:
    """What is told of a summary table after a register of dossiers was imported."""
    settings = Settings.model_validate({"home": tmp_path / "home"})
    rows = [
        [f"H17-25070{n}-0001", "1.001193", day, "20/07/2025", office, end, *flags]
        for n, (day, office, end, *flags) in enumerate(register, start=1)
    ]
    files = xlsx(tmp_path / "so.xlsx", [[*HEADER, *FLAGS], *rows]), xlsx(tmp_path / "bang.xlsx", [TITLE, *table])
    first = import_file(settings, files[0], profile="", dry_run=False, at=NOW)
    assert first["rows"]["new"] == len(register)
    return list(import_file(settings, files[1], profile="", dry_run=True, at=NOW)["warnings"])


REGISTER: list[list[object]] = [
    ["01/07/2025", "Phòng A", "10/07/2025", "Có", "Không", "Có", "Có"],
    ["02/07/2025", "Phòng A", "", "Không", "Không", "Có", "Không"],
    ["01/06/2025", "Phòng B", "10/07/2025", "Có", "Có", "Có", "Không"],
]


def test_a_table_of_digitisation_that_agrees_is_quiet_and_one_that_does_not_names_line_and_column(
    tmp_path: Path,
) -> None:
    right = [1, "Phòng A", 2, 1, 1, 0, 0, 1, 0, 1]
    total = ["", "Tổng cộng", 2, 1, 1, 0, 0, 2, 0, 2]
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert told_of(tmp_path / "a", REGISTER, [*DIGITISED, right, total]) == []
    wrong = [1, "Phòng A", 2, 0, 2, 0, 0, 1, 0, 1]
    told = told_of(tmp_path / "b", REGISTER, [*DIGITISED, wrong, total])
    assert [line.partition("danh sách hồ sơ: ")[2] for line in told] == [
        'dòng "Phòng A", cột "Chưa số hóa TPHS": biểu ghi 0, đếm được 1',
        'dòng "Phòng A", cột "Có số hóa TPHS": biểu ghi 2, đếm được 1',
    ]


def test_a_table_of_payment_may_count_what_came_in_or_what_was_resolved(tmp_path: Path) -> None:
    register = [*REGISTER, ["03/07/2025", "Phòng B", "", "Có", "Có", "Có", "Có"]]
    received, resolved = ["", "Tổng cộng", 3, 1, 2, "67%", 5, 5, 10], ["", "Tổng cộng", 2, 1, 1, "50%", 5, 5, 10]
    neither = ["", "Tổng cộng", 4, 1, 2, "67%", 5, 5, 10]
    for name, line, wanted in (("a", received, []), ("b", resolved, []), ("c", neither, ["biểu ghi 4, đếm được 3"])):
        (tmp_path / name).mkdir()
        assert [told.rpartition(": ")[2] for told in told_of(tmp_path / name, register, [*PAID, line])] == wanted


def test_columns_of_which_the_dossiers_say_nothing_are_told_not_taken_for_zero(tmp_path: Path) -> None:
    silent = [[*row[:3], "", "", *row[5:]] for row in REGISTER]
    told = told_of(tmp_path, silent, [*DIGITISED, ["", "Tổng cộng", 2, 1, 1, 0, 0, 2, 0, 2]])
    assert [line.partition(": ")[2] for line in told] == [
        'dữ liệu hồ sơ đã nộp không ghi đủ để so cột "Chưa số hóa TPHS", "Có số hóa TPHS", "Có tái sử dụng thành phần"'
    ]
