"""Cells as clerks, web pages, databases and broken formulas leave them: read as meant, or told with the cell."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.export_profiles import Column, vocabulary_with
from connectors.errors import Unreadable
from connectors.exports import read_export, read_export_here
from connectors.exports.cells.dates import moment_of
from connectors.exports.cells.values import converter
from tests.connectors.binary_excel import xlsb
from tests.connectors.old_excel import xls
from tests.connectors.tables import LIST_HEADER, code, delimited, html_named_xls, listed, ods, xlsx
from tests.connectors.test_odd_inputs import HEADER, row


def with_error_cells(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook as another program's library writes it: "#N/A" is an error, "=..." a formula without a value."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in rows:
        book.active.append(cells)
    book.save(path)
    return path


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("label", "cell", "told"),
    [
        ("Ngày hẹn trả", "#N/A", "D3 Ngày hẹn trả: ô báo lỗi #N/A"),
        ("Ngày có kết quả", "=VLOOKUP(B3,Sheet2!A:C,2,0)", "E3 Ngày có kết quả: ô công thức chưa có giá trị"),
        ("Đơn vị giải quyết", "#REF!", "F3 Đơn vị giải quyết: ô báo lỗi #REF!"),
        ("Mã hồ sơ", "#VALUE!", "B3 Mã hồ sơ: ô báo lỗi #VALUE!"),
    ],
)
def test_a_failed_cell_is_not_an_empty_one(large: bool, label: str, cell: str, told: str, tmp_path: Path) -> None:
    more = [row(number) for number in range(3, 9_000 if large else 4)]
    file = with_error_cells(tmp_path / "a.xlsx", [HEADER, row(1), row(2, **{label: cell}), *more])
    export = read_export_here(file)
    assert [f"{bad.cell} {bad.reason}"[: len(told)] for bad in export.rejected] == [told]
    assert len(export.rows) == 1 + len(more)


def test_failed_formulas_put_in_ahead_for_rows_to_come_are_no_records(tmp_path: Path) -> None:
    ahead = [[number, None, None, "#N/A", "=C9+7", "#N/A", None] for number in range(3, 20)]
    export = read_export_here(with_error_cells(tmp_path / "a.xlsx", [HEADER, row(1), row(2), *ahead]))
    assert (len(export.rows), export.rejected) == (2, ())


@pytest.mark.parametrize("form", ["csv", "ods", "large ods"])
def test_a_failed_cell_of_other_formats_is_told(form: str, tmp_path: Path) -> None:
    rows = [HEADER, row(1), row(2, **{"Ngày hẹn trả": "#N/A"})]
    rows += [row(number) for number in range(3, 8_000)] if form == "large ods" else []
    file = delimited(tmp_path / "a.csv", rows) if form == "csv" else _ods_with_error(tmp_path / "a.ods", rows)
    assert [bad.cell for bad in read_export_here(file).rejected] == ["D3"]


@pytest.mark.parametrize("formulas", [False, True])
@pytest.mark.parametrize("write", [xls, xlsb])
def test_a_failed_cell_of_a_binary_workbook_is_told_by_its_word(
    write: Callable[..., Path], formulas: bool, tmp_path: Path
) -> None:
    rows = [HEADER, row(1), row(2, **{"Ngày hẹn trả": "#N/A"}), row(3), row(4, **{"Ngày có kết quả": "#DIV/0!"})]
    export = read_export_here(write(tmp_path / "a.xls", rows, formulas=formulas))
    told = [(bad.cell, bad.reason.split(":")[1].split(" của")[0]) for bad in export.rejected]
    assert told == [("D3", " ô báo lỗi #N/A"), ("E5", " ô báo lỗi #DIV/0!")]
    assert [one.values["code"] for one in export.rows] == [code(1), code(3)]


def _ods_with_error(path: Path, rows: list[list[Any]]) -> Path:
    ods(path, rows)
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info).decode() for info in archive.infolist()}
    said, failed = (
        '<table:table-cell office:value-type="string"><text:p>#N/A',
        (
            '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""'
            ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
            ' calcext:value-type="error"><text:p>#N/A'
        ),
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(said, failed))
    return path


@pytest.mark.parametrize(
    "text",
    [
        *("8 giờ 15 phút, ngày 3 tháng 7 năm 2025", "08 giờ 15 ngày 03/07/2025", "ngày 03/07/2025 lúc 08:15"),
        *("03/07/2025 (08:15)", "03/07/2025 - 08h15'", "03/07/2025 8g15p", "Thứ Năm, 03/07/2025 8 giờ 15 phút"),
        *("03/07/2025 08:15 Còn 2 ngày", "03/07/2025 08:15:00 (trả trước hạn)", "08:15 ngày 03 tháng 07 năm 2025"),
        *("2025/07/03 08:15", "03-Jul-2025 08:15", "03-Thg7-2025 08:15:00", "'03/07/2025 08:15:00", "2025.7.3 8h15"),
    ],
)
def test_a_moment_in_words_is_read(text: str) -> None:
    assert moment_of(text)[0].replace(tzinfo=None) == datetime(2025, 7, 3, 8, 15)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("05072025", "2025-07-05T00:00:00"), ("20250705", "2025-07-05T00:00:00")),
        *(("19112025", "2025-11-19T00:00:00"), ("20122012", "2012-12-20T00:00:00")),
        *(("07/07/2025 24:00", "2025-07-07T23:59:59"), ("07/07/2025 24:00:00", "2025-07-07T23:59:59")),
    ],
)
def test_a_day_in_digits_and_the_end_of_a_day_are_read(text: str, wanted: str) -> None:
    assert moment_of(text)[0].replace(tzinfo=None).isoformat() == wanted


@pytest.mark.parametrize(
    "filler", ["01/01/0001 00:00:00", "0001-01-01T00:00:00", "1900-01-01", "31/12/9999", "01/01/1900"]
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_day_with_which_a_database_fills_an_empty_field_is_none(filler: str, form: str, tmp_path: Path) -> None:
    rows = [HEADER, row(1, **{"Ngày có kết quả": filler}), row(2)]
    file = delimited(tmp_path / "a.csv", rows) if form == "csv" else xlsx(tmp_path / "a.xlsx", rows)
    export = read_export_here(file)
    assert [one.values["finished_at"] is None for one in export.rows] == [True, False]


@pytest.mark.parametrize(
    "slip",
    [
        *("H17.57_250703_0001", "H17.57/250703/0001", "H17.57-25O7O3-OOO1", "\u200eH17.57-250703-0001\u200b"),
        *("Mã: H17.57-250703-0001", "H17.57-250703-0001\nNguyễn Văn Mẫu", "H17.57-250703-0001 (trực tuyến)"),
    ],
)
def test_a_code_is_the_dossier_s_own_however_it_was_typed_or_shown(slip: str, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1, **{"Mã hồ sơ": slip}), row(2)]))
    assert [one.values["code"] for one in export.rows] == [code(1), code(2)]


def test_a_code_that_excel_shortened_is_never_kept(tmp_path: Path) -> None:
    short = {"Mã hồ sơ": "2,50703E+12"}
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1), row(2, **short), row(3), row(4)]))
    assert [(bad.cell, "Excel đã rút gọn mã" in bad.reason) for bad in export.rejected] == [("B3", True)]
    with pytest.raises(Unreadable, match="Excel đã rút gọn mã"):
        read_export_here(xlsx(tmp_path / "b.xlsx", [HEADER, *(row(number, **short) for number in (1, 2, 3))]))


def test_numbers_of_the_software_s_own_are_codes(tmp_path: Path) -> None:
    rows = [row(number, **{"Mã hồ sơ": 2507030000000 + number}) for number in (1, 2, 3)]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, *rows]))
    assert [one.values["code"] for one in export.rows] == ["2507030000001", "2507030000002", "2507030000003"]


@pytest.mark.parametrize(
    ("read_as", "cell", "wanted"),
    [
        *(("procedure_code", 2.00031, "2.000310"), ("procedure_code", "1,001193", "1.001193")),
        *(("procedure_code", "1.001193.000.00.00.H17", "1.001193.000.00.00.H17"), ("count", "1.000.000 đ", 1_000_000)),
        *(("count", "25 đồng", 25), ("count", "1.234.567 VNĐ", 1_234_567)),
    ],
)
def test_a_number_that_was_a_code_and_an_amount_with_its_currency(read_as: Any, cell: Any, wanted: Any) -> None:
    assert converter(Column.model_validate({"header": "x", "as": read_as}), {"no_day": {"not_yet": ()}})(cell) == wanted


@pytest.mark.parametrize(
    "word", ["Đã trả KQ", "Đã trả kết quả, trễ hạn 2 ngày", "10 - Đã trả kết quả", "ĐÃ TRẢ KẾT QUẢ."]
)
def test_a_remark_behind_a_state_does_not_hide_it(word: str, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [LIST_HEADER, listed(1, **{"Trạng thái": word})]))
    assert [one.values["status"] for one in export.rows] == [10]


def test_what_a_web_page_hides_or_puts_on_a_line_of_its_own_does_not_run_into_a_cell(tmp_path: Path) -> None:
    file = html_named_xls(tmp_path / "a.xls", [HEADER, row(1), row(2)])
    page = file.read_text(encoding="utf-8")
    page = page.replace(code(1), f"{code(1)}<span style='display: none'>id=99</span>")
    page = page.replace("07/07/2025 17:00:00", "07/07/2025<br/>17:00:00").replace("Phòng A", "Phòng<div>A</div>")
    file.write_text(page, encoding="utf-8")
    first = next(iter(read_export_here(file).rows)).values
    assert (first["code"], first["resolving_unit"], first["due_at"].hour) == (code(1), "Phòng A", 17)


def test_a_csv_that_guards_its_texts_from_excel_is_read(tmp_path: Path) -> None:
    lines = [",".join(f'="{cell}"' for cell in cells) for cells in (HEADER, row(1, **{"Ghi chú": "a, b"}), row(2))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    assert [one.values["code"] for one in read_export_here(tmp_path / "a.csv").rows] == [code(1), code(2)]


def test_a_ward_adds_the_words_of_its_vendor_and_takes_none_from_a_meaning(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [LIST_HEADER, listed(1, **{"Trạng thái": "Đang luân chuyển"}), listed(2)])
    (bad,) = read_export_here(file).rejected
    assert "không hiểu 'Đang luân chuyển'" in bad.reason and "bảng từ status của phường" in bad.reason
    words = tmp_path / "vocabulary.yaml"
    words.write_text("status: {4: [Đang luân chuyển]}", encoding="utf-8")
    export = read_export(file, own=tmp_path)
    assert ([one.values["status"] for one in export.rows], export.rejected) == ([4, 10], ())
    for wrong, told in (
        ("status: {4: [Đã trả]}", "từ 'Đã trả' đã có nghĩa 10"),
        ("trang_thai: {4: [Đang luân chuyển]}", "không có mục trang_thai: 4"),
        ("status: [", "bảng từ riêng chưa dùng được"),
    ):
        words.write_text(wrong, encoding="utf-8")
        assert told in "; ".join(vocabulary_with(tmp_path)[1])
        assert any(told in warning for warning in read_export(file, own=tmp_path).warnings)


def test_a_grid_of_a_page_that_scrolls_keeps_its_header_in_a_table_of_its_own(tmp_path: Path) -> None:
    head = f"<table><tr>{''.join(f'<th>{label}</th>' for label in HEADER)}</tr></table>"
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row(number))}</tr>" for number in (1, 2))
    page = f"<html><body>{head}<div><table>{body}</table></div></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert [one.values["code"] for one in read_export_here(tmp_path / "a.html").rows] == [code(1), code(2)]


def test_a_second_header_with_the_columns_in_another_order_begins_another_table(tmp_path: Path) -> None:
    order = [0, 1, 2, 4, 3, 5, 6]
    below = [[cells[place] for place in order] for cells in (HEADER, row(3), row(4))]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1), HEADER, row(2), [], *below]))
    assert [one.values["code"] for one in export.rows] == [code(1), code(2)]
    assert [other.told for other in export.others] == ["có bảng thứ hai từ dòng 6"]


def sheets_of(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        page = book.create_sheet(f"Tuần {number}")
        for cells in rows:
            page.append(cells)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        (["", "Tổng cộng: 2 hồ sơ"], [], True),
        ([], ["", "Tổng cộng: 3 hồ sơ"], True),
        (["", "Tổng cộng: 2 hồ sơ"], ["", "Tổng cộng: 1 hồ sơ"], True),
        (["", "Tổng cộng: 5 hồ sơ"], [], False),
        ([], ["", "Tổng cộng: 2 hồ sơ"], False),
    ],
)
def test_a_total_is_that_of_its_sheet_or_of_the_file(
    first: list[Any], second: list[Any], agree: bool, tmp_path: Path
) -> None:
    file = sheets_of(tmp_path / "a.xlsx", [HEADER, row(1), row(2), first], [HEADER, row(3), second])
    export = read_export_here(file)
    assert (export.agree, any("dòng tổng cộng" in said for said in export.warnings)) == (agree, not agree)


def test_a_code_on_two_sheets_is_named_with_both(tmp_path: Path) -> None:
    export = read_export_here(sheets_of(tmp_path / "a.xlsx", [HEADER, row(1), row(2)], [HEADER, row(1)]))
    assert f"{code(1)} có ở các dòng 2 (Tuần 1), 2 (Tuần 2); dòng 2 (Tuần 2) được dùng" in export.warnings


@pytest.mark.parametrize(("last", "agree"), [(1, True), (2, False)])
def test_totals_of_blocks_alone_add_up_to_the_table(last: int, agree: bool, tmp_path: Path) -> None:
    unusable = row(2, **{"Ngày tiếp nhận": "32/07/2025"})
    blocks = [["I", "Hộ tịch"], row(1), unusable, ["", "Cộng: 2 hồ sơ"], ["II", "Đất đai"], row(3)]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, *blocks, ["", f"Cộng: {last} hồ sơ"]]))
    assert (len(export.rows), len(export.rejected), export.agree) == (2, 1, agree)


def test_two_codes_in_one_cell_are_not_taken_for_the_first(tmp_path: Path) -> None:
    both = f"{code(1)}, {code(2)}"
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [HEADER, row(1, **{"Mã hồ sơ": both}), row(3), row(4)]))
    assert code(1) not in [one.values["code"] for one in export.rows]
    assert any("không đúng dạng thường gặp" in warning for warning in export.warnings)
