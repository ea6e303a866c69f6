"""Exports as programs set otherwise, hands and half answers leave them: read as meant, or told and never read wrong."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.errors import UnknownLayout, Unreadable
from connectors.exports import read_export_here
from connectors.exports.cells.dates import last_day_of, moment_of
from connectors.exports.cells.values import _deadline
from tests.connectors.tables import DETAIL_HEADER, code, delimited, detailed, xlsx
from tests.connectors.test_odd_cells import sheets_of
from tests.connectors.test_odd_inputs import HEADER, row


def as_american(day: datetime) -> Any:
    """What Excel makes of "03/07/2025" where months come first: a date it can be, or text."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else f"{day:%d/%m/%Y %H:%M:%S}"


def received(number: int) -> datetime:
    return datetime(2025, 7, number, 8, 15)  # noqa: DTZ001


def test_dates_that_excel_turned_round_are_told_by_those_it_left_as_text(tmp_path: Path) -> None:
    days = [as_american(received(number)) for number in range(1, 20)]
    empty = {"Ngày hẹn trả": "", "Ngày có kết quả": ""}
    rows = [row(n, **{"Mã hồ sơ": f"HS-{n}", "Ngày tiếp nhận": day}, **empty) for n, day in enumerate(days)]
    with pytest.raises(Unreadable, match=r"đảo ngày với tháng \(ngày 1 đến 12 là ô ngày, ngày 13 trở đi là chữ\)"):
        read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, *rows]))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_dates_that_excel_turned_round_are_told_by_the_codes(form: str, tmp_path: Path) -> None:
    rows = []
    for number in (1, 2, 3, 4):
        turned = as_american(received(number))
        cell = turned if form == "xlsx" else f"{turned:%d/%m/%Y %H:%M}"
        known = {"Mã hồ sơ": code(number, f"25070{number}"), "Ngày tiếp nhận": cell, "Ngày hẹn trả": ""}
        rows.append(row(number, **known, **{"Ngày có kết quả": ""}))
    table = [HEADER, *rows]
    file = xlsx(tmp_path / "a.xlsx", table) if form == "xlsx" else delimited(tmp_path / "a.csv", table)
    with pytest.raises(Unreadable, match=r"đảo ngày với tháng \(ô C2, C3, C4 khác ngày trong mã hồ sơ\)"):
        read_export_here(file)


def test_true_dates_beside_dates_in_words_are_read(tmp_path: Path) -> None:
    cells = [received(number) if number <= 12 else f"{number}/07/2025" for number in range(1, 20)]
    rows = [row(n, **{"Ngày tiếp nhận": day, "Ngày hẹn trả": ""}) for n, day in enumerate(cells, start=1)]
    rows = [[cell if name != "Ngày có kết quả" else "" for name, cell in zip(HEADER, r, strict=True)] for r in rows]
    assert len(read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, *rows])).rows) == 19


@pytest.mark.parametrize(
    "text",
    [
        *("Jul 03, 2025 08:15:00 AM", "July 3, 2025 8:15", "Jul 3, 2025, 8:15 AM", "Jul. 3, 2025 8h15"),
        *("03-JUL-25 08.15.00.000000 AM", "03-Jul-25 8:15", "03/07/2025 08.15", "03 tháng 07, 2025 8h15"),
    ],
)
def test_a_date_as_programs_in_english_and_databases_write_it_is_read(text: str) -> None:
    assert moment_of(text)[0].replace(tzinfo=None) == received(3)


@pytest.mark.parametrize("mask", ["__/__/____", "//", "0000-00-00 00:00:00", "00/00/0000", "00/00/0000 00:00:00"])
def test_a_mask_that_nobody_filled_in_says_no_day(mask: str, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1, **{"Ngày có kết quả": mask}), row(2)]))
    assert [one.values["finished_at"] is None for one in export.rows] == [True, False]


def test_units_nested_in_units_are_no_dossiers(tmp_path: Path) -> None:
    units = [["A", "UBND thành phố"], ["1", "Phòng Văn hóa - Xã hội"], ["2.1", "Tổ đất đai"]]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, *units, row(1), units[1], row(2)]))
    assert ([one.values["code"] for one in export.rows], export.rejected) == ([code(1), code(2)], ())


def test_words_where_a_code_should_stand_reject_the_row(tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1), row(2, **{"Mã hồ sơ": "Trần Văn Thử"})]))
    assert [(bad.cell, bad.reason) for bad in export.rejected] == [
        ("B3", "Mã hồ sơ: 'Trần Văn Thử' không phải mã hồ sơ: mã nào cũng có chữ số")
    ]


def test_a_line_that_stands_in_quotes_as_a_whole_is_read_as_its_cells(tmp_path: Path) -> None:
    lines = ['"' + ",".join(f'""{cell}""' for cell in cells) + '"' for cells in (HEADER, row(1), row(2))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    assert [one.values["code"] for one in read_export_here(tmp_path / "a.csv").rows] == [code(1), code(2)]


def test_a_table_on_a_hidden_sheet_alone_is_named_in_the_refusal(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sheets_of(tmp_path / "a.xlsx", [["Bìa"]], [HEADER, row(1)]))
    book["Tuần 2"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnknownLayout, match='Lưu ý: trang "Tuần 2" bị ẩn nên không đọc'):
        read_export_here(tmp_path / "a.xlsx")


def test_the_sign_of_a_footnote_is_no_part_of_a_code(tmp_path: Path) -> None:
    rows = [
        HEADER,
        row(1, **{"Mã hồ sơ": f"{code(1)}*"}),
        row(2, **{"Mã hồ sơ": f"2. {code(2)} (1)"}),
        ["(*)", "Liên thông"],
    ]
    assert [one.values["code"] for one in read_export_here(xlsx(tmp_path / "a.xlsx", rows)).rows] == [code(1), code(2)]


def test_rows_that_go_on_upon_a_sheet_without_a_header_are_told_with_the_way_out(tmp_path: Path) -> None:
    export = read_export_here(sheets_of(tmp_path / "a.xlsx", [HEADER, row(1)], [row(2), row(3), row(4)]))
    (told,) = [warning for warning in export.warnings if "Tuần 2" in warning]
    assert "Chép dòng tiêu đề" in told


def test_of_two_columns_of_one_name_the_one_that_was_read_is_named(tmp_path: Path) -> None:
    rows = [[*HEADER, "Ngày tiếp nhận"], [*row(1), "01/01/2025"], [*row(2), "01/01/2025"]]
    told = read_export_here(xlsx(tmp_path / "a.xlsx", rows)).warnings
    assert 'hai cột cùng tên "Ngày tiếp nhận": đã đọc cột C, không đọc H' in told


@pytest.mark.parametrize(("total", "told"), [(20, True), (2, False)])
def test_one_page_of_an_answer_is_told(total: int, told: bool, tmp_path: Path) -> None:
    items = [
        {"MaHoSo": code(n), "NgayTiepNhan": "20250703081500", "NgayHenTra": "20250707170000", "TrangThaiHoSo": "4"}
        | {"MaTTHC": "1.001193"}
        for n in (1, 2)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"data": {"totalElements": total, "items": items}}), encoding="utf-8")
    export = read_export_here(tmp_path / "a.json")
    assert len(export.rows) == 2
    assert any(f"tổng số {total} nhưng chỉ có 2 bản ghi" in warning for warning in export.warnings) is told


def test_a_header_of_three_merged_rows_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in [["SỔ CHI TIẾT", *[""] * 22], *DETAIL_HEADER, detailed(1), detailed(2)]:
        book.active.append(cells)
    book.active.merge_cells("A1:W1")
    for letters in "ABCDEF":
        book.active.merge_cells(f"{letters}2:{letters}3")
    book.save(tmp_path / "a.xlsx")
    assert [one.values["code"] for one in read_export_here(tmp_path / "a.xlsx").rows] == [code(1), code(2)]


@pytest.mark.parametrize("note", [["1", f"{code(1)} chuyển sang kỳ sau"], ["", f"{code(1)} (xin lỗi dân)"]])
def test_a_remark_on_a_dossier_below_the_table_does_not_empty_it(note: list[Any], tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1), row(2), ["Ghi chú:"], note]))
    assert [one.values["due_at"] is not None for one in export.rows] == [True, True]


@pytest.mark.parametrize(
    ("titles", "declared"),
    [
        (["DANH SÁCH", "Tổng số: 120 hồ sơ"], 120),
        (["Tổng số hồ sơ: 1.120", "Từ ngày: 01/07/2025", "In lúc: 8:15"], 1120),
        (["Tổng số hồ sơ: 120", "Quá hạn: 2"], None),
        (["Số: 12/BC-UBND", "Năm 2025"], None),
    ],
)
def test_a_total_in_the_title_is_held_against_the_rows(titles: list[str], declared: int | None, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [*([title] for title in titles), HEADER, row(1), row(2)]))
    assert (export.declared_total, export.agree) == (declared, False if declared else None)


def test_a_header_in_an_old_font_above_modern_rows_is_read_whole(tmp_path: Path) -> None:
    labels = "STT;Maõ hoà sô;Ngaøy tieáp nhaän;Ngaøy heïn traû;Ngaøy coù keát quaû;Ñôn vò giaûi quyeát;Ghi chuù"
    export = read_export_here(delimited(tmp_path / "a.csv", [labels.split(";"), row(1), row(2)]))
    assert [one.values["code"] for one in export.rows] == [code(1), code(2)]


def test_arrows_of_a_grid_of_a_web_page_are_no_part_of_its_labels(tmp_path: Path) -> None:
    labels = [f"{label} ▲▼" for label in HEADER]
    assert len(read_export_here(xlsx(tmp_path / "a.xlsx", [labels, row(1)])).rows) == 1


@pytest.mark.parametrize(
    ("said", "last"),
    [
        *(("Quý II/2025", "2025-06-30"), ("Tháng 6/2025", "2025-06-30"), ("quý 4 năm 2025", "2025-12-31")),
        *(("Trong tháng 02 năm 2024", "2024-02-29"), ("Tháng 13/2025", None), ("Quý V/2025", None), ("6/2025", None)),
    ],
)
def test_a_deadline_of_a_quarter_or_a_month_is_its_last_day(said: str, last: str | None) -> None:
    found = last_day_of(said)
    assert (found.isoformat() if found else None) == last
    if last:
        assert _deadline(said).isoformat() == f"{last}T23:59:59+07:00"
