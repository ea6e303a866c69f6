"""Slips that people and programs make: read as they are meant, or refused with a sentence, never read turned round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from connectors.errors import Unreadable
from connectors.exports import read_export_here
from connectors.exports.cells.dates import moment_of
from tests.connectors.tables import code, delimited, xlsx

HEADER = ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Đơn vị giải quyết", "Ghi chú"]


def row(number: int, **changed: Any) -> list[Any]:
    """A dossier of July 2025."""
    usual = ("03/07/2025 08:00:00", "07/07/2025 17:00:00", "04/07/2025 10:00:00", "Phòng A", "")
    return [changed.get(name, cell) for name, cell in zip(HEADER, (number, code(number), *usual), strict=True)]


def month_first(number: int) -> list[Any]:
    days = {"Ngày tiếp nhận": number, "Ngày hẹn trả": number + 5, "Ngày có kết quả": number + 3}
    return row(number, **{name: f"07/{day:02d}/2025" for name, day in days.items()})


def test_a_table_that_writes_the_month_first_is_refused_whole(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "us.xlsx", [HEADER, *map(month_first, range(1, 20))])
    with pytest.raises(Unreadable, match=r"kiểu tháng/ngày/năm \(ô D9, D10, .* chưa nhập dòng nào"):
        read_export_here(file)


@pytest.mark.parametrize("others", [[row(2, **{"Ngày hẹn trả": "25/07/2025"}), month_first(13), month_first(14)], []])
def test_a_slip_with_the_month_first_costs_its_row_and_says_so(others: list[list[Any]], tmp_path: Path) -> None:
    slip = row(1, **{"Ngày hẹn trả": "07/25/2025"})
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, slip, row(3), *others]))
    assert "có vẻ ghi tháng trước ngày" in export.rejected[0].reason
    assert code(3) in [one.values["code"] for one in export.rows]


@pytest.mark.parametrize("text", ["Thứ Năm, ngày 3 tháng 7 năm 2025", "thứ 5, 03/07/2025", "Chủ nhật 03/07/2025"])
def test_the_day_of_the_week_before_a_date_does_not_matter(text: str) -> None:
    assert moment_of(text)[0].date().isoformat() == "2025-07-03"


@pytest.mark.parametrize("slip", ["h17.57-250703-0001", "H17.57 – 250703 – 0001", "'H17.57-250703-0001"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_code_with_a_slip_of_the_hand_is_the_dossier_s_own(slip: str, form: str, tmp_path: Path) -> None:
    rows = [HEADER, row(1, **{"Mã hồ sơ": slip}), row(2)]
    file = xlsx(tmp_path / "a.xlsx", rows) if form == "xlsx" else delimited(tmp_path / "a.csv", rows)
    export = read_export_here(file)
    assert [one.values["code"] for one in export.rows] == [code(1), code(2)]
    assert not export.warnings


def test_a_code_that_is_none_stays_as_it_was_written(tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1, **{"Mã hồ sơ": "hs–07/2025"}), row(2)]))
    assert [one.values["code"] for one in export.rows] == ["hs–07/2025", code(2)]
    assert any("không đúng dạng thường gặp" in warning for warning in export.warnings)


def test_rows_that_are_merged_in_every_column_are_one_record_each(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "gop.xlsx")
    sheet = book.add_worksheet()
    for column, label in enumerate(HEADER):
        sheet.merge_range(0, column, 1, column, label)
    for number in (1, 2, 3):
        for column, cell in enumerate(row(number)):
            sheet.merge_range(2 * number, column, 2 * number + 1, column, cell)
    sheet.write(8, 0, "Tổng cộng: 3 hồ sơ")
    book.close()
    export = read_export_here(tmp_path / "gop.xlsx")
    assert [one.values["code"] for one in export.rows] == [code(1), code(2), code(3)]
    assert (export.declared_total, export.agree, export.warnings) == (3, True, ())


@pytest.mark.parametrize("closed", [True, False])
def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_behind_it(closed: bool, tmp_path: Path) -> None:
    lines = [",".join(map(str, one)) for one in (HEADER, row(1), row(2), row(3))]
    lines[3] = lines[3].replace(code(3), f'"{code(3)}' + '"' * closed)
    lines.append(",".join(map(str, row(4, **{"Ghi chú": '"hai\ndòng, 5"" x"'}))))
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    if closed:
        assert [one.values["code"] for one in read_export_here(tmp_path / "a.csv").rows] == [*map(code, range(1, 5))]
    else:
        (tmp_path / "a.csv").write_text("\n".join(lines[:4] + lines[1:3]), encoding="utf-8")
        with pytest.raises(Unreadable, match="dấu ngoặc kép mở ở dòng 4 không đóng"):
            read_export_here(tmp_path / "a.csv")


def test_a_header_that_says_how_to_write_a_date_is_known(tmp_path: Path) -> None:
    header = [f"{label} (dd/MM/yyyy)" if label.startswith("Ngày") else f"{label} (*)" for label in HEADER]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [header, row(1)]))
    assert (export.profile, len(export.rows)) == ("ho-so-qua-han", 1)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_words_that_say_that_there_is_no_day_yet_cost_no_dossier(form: str, tmp_path: Path) -> None:
    waiting = [row(number, **{"Ngày có kết quả": "Chưa có kết quả"}) for number in range(2, 30)]
    rows = [HEADER, row(1), *waiting]
    file = xlsx(tmp_path / "a.xlsx", rows) if form == "xlsx" else delimited(tmp_path / "a.csv", rows)
    export = read_export_here(file)
    assert [one.values["finished_at"] is None for one in export.rows] == [False] + [True] * 28
    assert not export.rejected
