"""The Excel form of a criteria set: filled with a set it reads back as that set; every fault has its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.criteria_form import COLUMNS, HEAD_SHEET, TABLE_SHEET, BadForm, set_of_form
from config.criteria_form_filled import form_of
from config.criteria_sets import CriteriaSet, load_criteria_set
from connectors.exports.plain_tables import plain_tables
from reports.criteria_form import criteria_form

SET = load_criteria_set()


def test_a_set_written_to_the_form_reads_back_as_the_same_set(tmp_path: Path) -> None:
    file = tmp_path / "bo.xlsx"
    file.write_bytes(criteria_form(form_of(SET.plain()), kinds=["share"]))

    found, text = set_of_form(plain_tables(file), file=file.name)

    assert found.plain() == SET.plain()
    assert text.startswith("id: phuong-de-xuat\n")


def changed(cell: str, value: object) -> dict[str, list[list[object]]]:
    """The filled form as cells, with one cell of the table changed."""
    filled = form_of(SET.plain())
    table: list[list[object]] = [list(COLUMNS.values())]
    table += [[row.get(name, "") for name in COLUMNS] for row in filled.rows]
    head: list[list[object]] = [list(pair) for pair in filled.head]
    table[int(cell[1:]) - 1][ord(cell[0]) - ord("A")] = value
    return {HEAD_SHEET: head, TABLE_SHEET: table}


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("C4", "2,00", "cộng lại"),
        ("C4", "một điểm", "số thập phân"),
        ("D4", "kind: no_such_rule", "quy tắc"),
        ("D4", "kind: deadline, dates: [", "{place}"),
        ("F4", "plan_issued_on | Ngày ban hành", "khóa | tên | loại"),
        ("K4", "31/02/2025", "ngày"),
        ("A4", "1.1.1.1", "cấp trên"),
        ("J4", "", "thiếu"),
    ],
)
def test_a_fault_is_named_by_its_cell(cell: str, value: object, said: str) -> None:
    with pytest.raises(BadForm) as caught:
        set_of_form(changed(cell, value), file="bo.xlsx")

    assert f"{TABLE_SHEET}!" in str(caught.value)
    assert said.format(place=f"{TABLE_SHEET}!{cell}") in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("K4", "Bảng điểm!K4: 1.1.1: Thời hạn: thiếu, phải ghi"),
        ("L4", "Bảng điểm!L4: 1.1.1: Văn bản căn cứ: thiếu, phải ghi"),
        ("D4", "Bảng điểm!D4: 1.1.1: Quy tắc chấm: thiếu, phải ghi"),
    ],
)
def test_what_is_missing_is_asked_in_its_own_cell(cell: str, told: str) -> None:
    with pytest.raises(BadForm) as caught:
        set_of_form(changed(cell, ""), file="bo.xlsx")

    assert f"bo.xlsx: {told}" in str(caught.value).splitlines()


def test_what_the_head_lacks_is_asked_beside_its_label_and_faults_stand_in_the_order_of_the_table() -> None:
    sheets = changed("K10", "")
    sheets[TABLE_SHEET][3][10] = ""
    sheets[HEAD_SHEET][1][1] = ""

    with pytest.raises(BadForm) as caught:
        set_of_form(sheets, file="bo.xlsx")

    cells = [line.split(": ")[1] for line in str(caught.value).splitlines()[1:-1]]
    assert cells == ["Bảng điểm!K4", "Bảng điểm!K10", "Thông tin!B2"]
    assert "Thông tin!B2: Phiên bản: thiếu, phải ghi" in str(caught.value)


def test_numbers_and_days_of_excel_are_read_as_people_mean_them() -> None:
    sheets = changed("C4", 1.0)
    sheets[TABLE_SHEET][1][0] = 1.0

    found, _ = set_of_form(sheets, file="bo.xlsx")

    assert isinstance(found, CriteriaSet)
    assert found.domains[0].id == "1"


def test_another_workbook_is_told_where_the_form_is() -> None:
    with pytest.raises(BadForm, match="parindex criteria template"):
        set_of_form({"Sheet1": [["a"]]}, file="bo.xlsx")
