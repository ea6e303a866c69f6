"""Texts as programs, copies and hands leave them: read where that is sound, else told for what they are."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.export_profiles import load_profiles, load_vocabulary
from connectors.errors import UnknownLayout, Unreadable
from connectors.exports import read_export_here
from connectors.exports.cells.text import folded, label_key
from tests.connectors.tables import LIST_HEADER, code, delimited, listed, xlsx
from tests.connectors.test_odd_inputs import HEADER, row

MESSAGE = {
    "MaTTHC": "1.001193",
    "NgayTiepNhan": "20250703081500",
    "NgayHenTra": "20250707170000",
    "TrangThaiHoSo": "4",
    "NgayTra": "",
    "NgayKetThucXuLy": "",
    "TaiLieuNop": [{"DuocSoHoa": 1}],
}


def codes(file: Path) -> list[Any]:
    return [one.values["code"] for one in read_export_here(file).rows]


@pytest.mark.parametrize("between", ["\n", "\r\n", "", ",\n", "\n\x1e"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_messages_one_behind_the_other_are_one_table(between: str, wrapped: bool, tmp_path: Path) -> None:
    messages = [MESSAGE | {"MaHoSo": code(number)} for number in (1, 2, 3)]
    told = [{"data": [one]} if wrapped else one for one in messages]
    file = tmp_path / "ban-tin.jsonl"
    file.write_text(between.join(json.dumps(one, indent=1) for one in told) + "\n\n", encoding="utf-8-sig")
    assert codes(file) == [code(1), code(2), code(3)]


def test_a_message_that_is_cut_off_is_named_by_its_line(tmp_path: Path) -> None:
    whole = json.dumps(MESSAGE | {"MaHoSo": code(1)})
    (tmp_path / "a.jsonl").write_text(f"{whole}\n{whole}\n{whole[:60]}", encoding="utf-8")
    with pytest.raises(Unreadable, match="bản tin bắt đầu từ dòng 3"):
        read_export_here(tmp_path / "a.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("zeros", [0, 1, 512, 1021])
def test_zero_bytes_behind_a_text_are_told_and_take_no_row(encoding: str, zeros: int, tmp_path: Path) -> None:
    file = delimited(tmp_path / "a.csv", [HEADER, row(1), row(2)], encoding=encoding)
    file.write_bytes(file.read_bytes() + b"\x00" * zeros)
    export = read_export_here(file)
    assert [one.values["code"] for one in export.rows] == [code(1), code(2)]
    assert any("byte trống" in said for said in export.warnings) == (zeros > 1)


def test_a_hole_of_zeros_in_a_text_costs_no_row_beside_it(tmp_path: Path) -> None:
    file = delimited(tmp_path / "a.csv", [HEADER, *map(row, range(1, 40))], encoding="utf-8")
    lines = file.read_bytes().split(b"\r\n")
    file.write_bytes(b"\r\n".join([*lines[:20], b"\x00" * 300, *lines[20:]]))
    export = read_export_here(file)
    assert len(export.rows) == 39 and any("300 byte trống" in said for said in export.warnings)


@pytest.mark.parametrize("change", [folded, str.upper, lambda label: folded(label).replace(" ", "_")])
def test_a_header_without_diacritics_is_known(change: Any, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [list(map(change, HEADER)), row(1), row(2)]))
    assert (export.profile, len(export.rows), export.warnings) == ("ho-so-qua-han", 2, ())


def test_no_two_labels_of_a_layout_differ_by_diacritics_alone() -> None:
    for profile in load_profiles():
        labels = [(path[-1], column.header) for column in profile.columns for path in column.spellings]
        exact, alike = ({(key(label), column) for label, column in labels} for key in (label_key, folded))
        shared = [Counter(label for label, _ in pairs).most_common(1)[0][1] for pairs in (exact, alike)]
        assert shared[0] == shared[1], profile.id


def test_no_two_meanings_of_a_word_differ_by_diacritics_alone() -> None:
    for name, table in load_vocabulary().items():
        meant = [set(map(folded, words)) for words in table.values()]
        assert len(set().union(*meant)) == sum(map(len, meant)), name


@pytest.mark.parametrize("word", ["Da tra ket qua", "ĐÃ TRẢ KẾT QUẢ", "đã trả kêt quả"])
def test_a_state_with_diacritics_lost_is_understood(word: str, tmp_path: Path) -> None:
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [LIST_HEADER, listed(1, **{"Trạng thái": word})]))
    assert [one.values["status"] for one in export.rows] == [10]


@pytest.mark.parametrize("above", [59, 61, 200, 380])
def test_a_header_far_down_a_sheet_is_found(above: int, tmp_path: Path) -> None:
    notes = [[f"Ghi chú {number}: hồ sơ nộp qua mạng"] for number in range(above)]
    export = read_export_here(xlsx(tmp_path / "a.xlsx", [*notes, HEADER, row(1), row(2)]))
    assert [one.number for one in export.rows] == [above + 2, above + 3]


def opened_as(codec: str, text: str) -> str:
    """UTF-8 that Windows took for text of a code page; bytes that this leaves out stay what they are."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("codec", ["cp1252", "cp1258"])
def test_utf8_that_was_opened_as_windows_text_and_saved_is_read_and_told(codec: str, tmp_path: Path) -> None:
    file = delimited(tmp_path / "a.csv", [LIST_HEADER, listed(1), listed(2)], encoding="utf-8")
    file.write_bytes(opened_as(codec, file.read_text(encoding="utf-8")).encode())
    export = read_export_here(file)
    assert [one.values["procedure"] for one in export.rows] == ["Đăng ký khai sinh"] * 2
    assert any(f"bị mở sai bảng mã UTF-8 thành {codec}" in warning for warning in export.warnings)


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (lambda text: re.sub("[\u00a0-\u00af]", "\ufffd", opened_as("cp1252", text)), "mở sai bảng mã"),
        (lambda text: text.encode("ascii", "replace").decode(), "mất thành dấu hỏi"),
    ],
)
def test_letters_that_are_lost_are_called_so(spoilt: Any, told: str, tmp_path: Path) -> None:
    file = delimited(tmp_path / "a.csv", [LIST_HEADER, listed(1)], encoding="utf-8")
    file.write_text(spoilt(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UnknownLayout, match=told):
        read_export_here(file)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.eml", "Return-Path: <a@b.vn>\nSubject: x\n\nHello; a; b", "cả một thư điện tử"),
        ("a.eml", "Received: from mail.vn (1.2.3.4)\n\tby x@y; Mon\nFrom: a@b.vn\n\nx", "cả một thư điện tử"),
        ("a.xml", "<?xml version='1.0'?><DanhSach><HoSo>1</HoSo></DanhSach>", "tệp XML không phải bảng tính"),
        ("a.xls", "<html><table><tr><td>Tên</td><td><input type='password'></td></tr></table>", "trang đăng nhập"),
        ("a.doc", "{\\rtf1 abc}", "văn bản RTF"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(name: str, content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(Unreadable, match=told):
        read_export_here(tmp_path / name)
