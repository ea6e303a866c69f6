"""A header over the wrong column is set right where the content is plain, and refused where codes would be garbage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Unreadable
from connectors.exports import Export, read_export_here
from tests.connectors.tables import LIST_HEADER, code, detailed, listed, xlsx


def exchanged(one: str, other: str) -> list[str]:
    """The header of the list with two labels in each other's place."""
    other_name = {one: other, other: one}
    return [other_name.get(label, label) for label in LIST_HEADER]


def read(tmp_path: Path, header: list[str], rows: list[list[Any]]) -> Export:
    return read_export_here(xlsx(tmp_path / "bang.xlsx", [header, *rows]))


ROWS = [listed(number) for number in range(1, 6)]


@pytest.mark.parametrize(
    "pair",
    [
        ("Mã hồ sơ", "Tên thủ tục hành chính"),
        ("Mã hồ sơ", "Ngày nhận"),
        ("Mã hồ sơ", "STT"),
        ("Trạng thái", "Địa chỉ"),
        ("Trạng thái", "Ngày hẹn trả"),
    ],
)
def test_two_headers_in_each_others_place_are_read_by_content_and_told(pair: tuple[str, str], tmp_path: Path) -> None:
    plain = read(tmp_path, LIST_HEADER, ROWS)
    export = read(tmp_path, exchanged(*pair), ROWS)
    assert [row.values for row in export.rows] == [row.values for row in plain.rows]
    (told,) = [warning for warning in export.warnings if "đặt nhầm cột" in warning]
    assert all(f'"{name}"' in told for name in pair)


def test_a_column_of_codes_that_holds_names_is_refused_where_no_other_column_holds_codes(tmp_path: Path) -> None:
    rows = [[*row[:4], "Đăng ký khai sinh", *row[5:]] for row in ROWS]
    with pytest.raises(Unreadable, match='cột E "Mã hồ sơ" không chứa mã mà chứa "Đăng ký khai sinh"') as caught:
        read(tmp_path, LIST_HEADER, rows)
    assert str(caught.value).startswith('bang.xlsx: trang "Sheet1": ')


def test_two_columns_of_codes_leave_nothing_to_choose_by(tmp_path: Path) -> None:
    header = exchanged("Mã hồ sơ", "Tên thủ tục hành chính")
    rows = [[*row[:6], code(number + 100), *row[7:]] for number, row in enumerate(ROWS)]
    with pytest.raises(Unreadable, match="không rõ cột nào là mã"):
        read(tmp_path, header, rows)


def test_codes_of_an_unusual_shape_are_no_reason_to_refuse(tmp_path: Path) -> None:
    export = read(tmp_path, LIST_HEADER, [listed(n, **{"Mã hồ sơ": f"HS {n}/2025"}) for n in range(1, 6)])
    assert len(export.rows) == 5


def test_a_register_in_step_is_left_alone(tmp_path: Path) -> None:
    from tests.connectors.tables import DETAIL_HEADER

    export = read_export_here(xlsx(tmp_path / "so.xlsx", [*DETAIL_HEADER, *[detailed(n) for n in range(1, 6)]]))
    assert not any("nhầm cột" in warning for warning in export.warnings)
