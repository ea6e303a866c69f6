"""Files that are broken, lie or attack: each gives a sentence a clerk understands, and never harms this process."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import ConnectorError, UnknownLayout, Unreadable
from connectors.exports import read_export, read_export_here, reading
from connectors.exports.formats.workbooks import MOST_UNPACKED_BYTES
from tests.connectors.old_excel import encrypted, locked
from tests.connectors.tables import (
    LIST_HEADER,
    PETITION_HEADER,
    WRITERS,
    code,
    delimited,
    html_named_xls,
    in_cp1258,
    listed,
    ods,
    spreadsheetml,
    xlsx,
)

SHEET = "xl/worksheets/sheet1.xml"


def with_part(path: Path, name: str, content: bytes) -> Path:
    """A good workbook in which one part is replaced."""
    good = xlsx(path.with_suffix(".good"), [LIST_HEADER, listed(1)])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, content if info.filename == name else source.read(info))
    return path


def sheet_xml(cells: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def far_cells(path: Path) -> Path:
    """Two cells in opposite corners: 17 billion cells for a reader that lays out the rectangle."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_part(path, SHEET, sheet_xml(far))


def far_cells_of_opendocument(path: Path) -> Path:
    """One value that says to stand in every cell of a sheet."""
    ods(path, [["@"]])
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    content = parts["content.xml"].replace(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">'
    )
    content = content.replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16384" ')
    with zipfile.ZipFile(path, "w") as target:
        for name, part in parts.items():
            target.writestr(name, content if name == "content.xml" else part)
    return path


def far_cells_behind_padding(path: Path) -> Path:
    """The same, in a sheet too large to be scanned beforehand: the child's memory limit must answer."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_part(path, SHEET, sheet_xml(f"<!--{' ' * (5 << 20)}-->" + far))


def bomb(path: Path) -> Path:
    """A few MB that hold a little more of spaces than may be unpacked."""
    good = xlsx(path.with_suffix(".good"), [LIST_HEADER, listed(1)])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for info in source.infolist():
            if info.filename != SHEET:
                target.writestr(info.filename, source.read(info))
        with target.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(MOST_UNPACKED_BYTES >> 20):
                part.write(b" " * (1 << 20))
    return path


def truncated(path: Path) -> Path:
    whole = xlsx(path.with_suffix(".good"), [LIST_HEADER, *[listed(n) for n in range(200)]]).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def truncated_old(path: Path) -> Path:
    whole = WRITERS["xls"](path.with_suffix(".good"), [LIST_HEADER, *[listed(n) for n in range(200)]]).read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    return path


def locked_ods(path: Path) -> Path:
    """An OpenDocument sheet whose content is encrypted, as its manifest says."""
    ods(path, [LIST_HEADER, listed(1)])
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    entry = (
        b'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml" manifest:size="900">'
        b'<manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="x"/></manifest:file-entry>'
    )
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        b"</manifest:manifest>", entry + b"</manifest:manifest>"
    )
    parts["content.xml"] = bytes(range(256)) * 8
    with zipfile.ZipFile(path, "w") as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return path


def broken_xml(path: Path) -> Path:
    return with_part(path, SHEET, b"<worksheet><sheetData><row r='1'><c r='A1'><v>1</sheetData>")


def written(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell><Data>&d;</Data>'
    b"</Cell></Row></Table></Worksheet></Workbook>"
)

BAD_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (written(b""), "tệp rỗng"),
    "only zeros": (written(bytes(3000)), "tệp rỗng"),
    "far cells": (far_cells, "trải tới cột 16384, dòng 1048576"),
    "far cells of ODS": (far_cells_of_opendocument, "trải tới cột 16384, dòng 1048576"),
    "far cells behind padding": (far_cells_behind_padding, "trình đọc dừng đột ngột|bộ nhớ|không mở được"),
    "bomb": (bomb, "nở ra"),
    "truncated xlsx": (truncated, "cắt cụt"),
    "truncated xls": (truncated_old, "cắt cụt"),
    "password": (encrypted, "mật khẩu"),
    "password of Excel 97": (locked, "có mật khẩu"),
    "password of ODS": (locked_ods, "có mật khẩu"),
    "broken sheet": (broken_xml, "hỏng|dòng tiêu đề"),
    "pdf": (written(b"%PDF-1.7\n..."), "tệp PDF"),
    "picture": (written(b"\x89PNG\r\n\x1a\n...."), "ảnh PNG"),
    "plain text": (written("Kính gửi Ủy ban".encode()), "không thấy dấu phân cột"),
    "expired session": (written(b"<html><title>Sign in</title><body><form></form></body></html>"), "phiên đăng nhập"),
    "entities": (written(ENTITIES), "dòng tiêu đề|hỏng"),
    "random bytes": (written(bytes(range(1, 256)) * 40), "."),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence_and_does_no_harm(name: str, tmp_path: Path) -> None:
    write, sentence = BAD_FILES[name]
    path = write(tmp_path / "xau.xls")
    began = time.process_time()
    with pytest.raises(ConnectorError, match=sentence) as caught:
        read_export(path)
    assert str(caught.value).startswith("xau.xls: ")
    assert caught.value.next_step in ("reject", "ask")
    assert time.process_time() - began < 60


def test_an_opendocument_sheet_whose_empty_cells_repeat_to_its_edge_is_read(tmp_path: Path) -> None:
    path = ods(tmp_path / "bang.ods", [LIST_HEADER, listed(1)])
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    edge = b'<table:table-cell table:number-columns-repeated="16372"/></table:table-row>'
    row = b'<table:table-row table:number-rows-repeated="1048574">'
    tail = row + b'<table:table-cell table:number-columns-repeated="16384"/>'
    content = parts["content.xml"].replace(b"</table:table-row>", edge)
    content = content.replace(b"</table:table>", tail + b"</table:table-row></table:table>")
    with zipfile.ZipFile(path, "w") as target:
        for name, part in parts.items():
            target.writestr(name, content if name == "content.xml" else part)
    assert [row.values["code"] for row in read_export_here(path).rows] == [code(1)]


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "bi-mat.txt"
    secret.write_text("BIMAT", encoding="utf-8")
    path = tmp_path / "xxe.xls"
    path.write_bytes(
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
        + b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        b' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table>'
        b'<Row><Cell><Data ss:Type="String">Cot 1</Data></Cell><Cell><Data ss:Type="String">&x;</Data></Cell></Row>'
        b'<Row><Cell><Data ss:Type="String">Cot 1</Data></Cell><Cell><Data ss:Type="String">Cot 2</Data></Cell></Row>'
        b"</Table></Worksheet></Workbook>"
    )
    with pytest.raises(UnknownLayout) as caught:
        read_export_here(path)
    assert "BIMAT" not in str(caught.value)


@pytest.mark.parametrize("form", WRITERS)
def test_the_name_of_a_file_says_nothing_about_its_format(form: str, tmp_path: Path) -> None:
    path = WRITERS[form](tmp_path / "bang.pdf", [LIST_HEADER, listed(1)])
    assert read_export_here(path).rows[0].values["code"] == code(1)


def test_a_second_table_of_another_kind_on_the_sheet_does_not_enter_the_first(tmp_path: Path) -> None:
    petition = [1, "PA-1", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""]
    export = read_export_here(xlsx(tmp_path / "hai.xlsx", [LIST_HEADER, listed(1), [], PETITION_HEADER, petition]))
    assert [row.values["code"] for row in export.rows] == [code(1)]
    assert any("bảng thứ hai" in warning and "dòng 4" in warning for warning in export.warnings)


@pytest.mark.parametrize("petitions_first", [True, False])
def test_a_table_beside_another_is_read_by_its_own_columns_alone(petitions_first: bool, tmp_path: Path) -> None:
    petitions = [[n, f"PA-{n}", "01/06/2025", "10/06/2025", "", "Nội dung", "Khác", "", ""] for n in range(1, 5)]
    dossiers = [*[listed(n) for n in range(1, 4)], [""] * len(LIST_HEADER)]
    pairs = zip([PETITION_HEADER, *petitions], [LIST_HEADER, *dossiers], strict=True)
    rows = [[*left, "", *right] if petitions_first else [*right, "", *left] for left, right in pairs]
    export = read_export_here(xlsx(tmp_path / "hai.xlsx", rows))
    alone = read_export_here(xlsx(tmp_path / "mot.xlsx", [LIST_HEADER, *dossiers]))
    assert [row.values for row in export.rows] == [row.values for row in alone.rows]
    assert export.rejected == ()
    assert any("bảng khác bên cạnh (mẫu phan-anh-kien-nghi)" in warning for warning in export.warnings)


def test_an_export_that_takes_too_long_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, wall_seconds=0.05))
    path = delimited(tmp_path / "dai.csv", [LIST_HEADER, *[listed(n) for n in range(1, 60_000)]])
    with pytest.raises(Unreadable, match=r"dai\.csv: đọc quá 0 giây chưa xong"):
        read_export(path)


def test_a_hundred_unknown_columns_do_not_hide_the_known_ones(tmp_path: Path) -> None:
    more = [f"Cột thêm {n}" for n in range(100)]
    export = read_export_here(xlsx(tmp_path / "rong.xlsx", [more + LIST_HEADER, [""] * 100 + listed(1)]))
    assert export.rows[0].cells["code"] == "Sheet1!DA2"


def test_a_hidden_sheet_is_left_alone_and_told(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "an.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Hiện", "Ẩn"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, LIST_HEADER)
            page.write_row(1, 0, listed(1 if name == "Hiện" else 2))
        book.get_worksheet_by_name("Ẩn").hide()
    export = read_export_here(path)
    assert [row.values["code"] for row in export.rows] == [code(1)]
    assert any('"Ẩn" bị ẩn' in warning for warning in export.warnings)


def test_a_page_of_html_with_a_menu_table_reads_the_right_table(tmp_path: Path) -> None:
    path = html_named_xls(tmp_path / "trang.xls", [LIST_HEADER, listed(1)])
    page = path.read_text(encoding="utf-8").replace("<body>", "<body><table><tr><td>Trang chủ</td></tr></table>")
    path.write_text(page, encoding="utf-8")
    export = read_export_here(path)
    assert (export.sheets, len(export.rows)) == (("Bảng 2",), 1)


def test_windows_1258_text_is_read_as_nfc(tmp_path: Path) -> None:
    import unicodedata

    rows = [
        ["STT", "Mã TCTP", "Tên chỉ số", "Tỷ lệ hài lòng (%)", "Số phiếu", "Nguồn"],
        [1, "8.1.1", "x", "90", 10, "Sở"],
    ]
    decomposed = [[in_cp1258(cell) for cell in row] for row in rows]
    export = read_export_here(delimited(tmp_path / "cu.csv", decomposed, sign=";", encoding="cp1258"))
    source = export.rows[0].values["source"]
    assert source == "Sở"
    assert unicodedata.is_normalized("NFC", source)


def test_an_html_export_cut_inside_its_table_is_read_and_told(tmp_path: Path) -> None:
    path = html_named_xls(tmp_path / "cut.xls", [LIST_HEADER, *[listed(n) for n in range(1, 9)]])
    whole = read_export_here(path)
    path.write_bytes(path.read_bytes()[:-900])
    cut = read_export_here(path)
    assert not any("cắt cụt" in warning for warning in whole.warnings)
    assert any("cắt cụt" in warning for warning in cut.warnings)
    assert 0 < len(cut.rows) < len(whole.rows)


@pytest.mark.parametrize("lie", ['ss:Index="x"', 'ss:Index="99999999999"', 'ss:MergeAcross="99999999999"'])
def test_excel_xml_that_lies_about_places_does_no_harm(lie: str, tmp_path: Path) -> None:
    path = spreadsheetml(tmp_path / "xml.xls", [LIST_HEADER, listed(1)])
    text = path.read_text(encoding="utf-8")
    head, _, tail = text.rpartition('<Cell ss:Index="3">')
    path.write_text(f"{head}<Cell {lie}>{tail}", encoding="utf-8")
    with pytest.raises(Unreadable, match="vị trí ô không hợp lệ"):
        read_export(path)


def test_excel_xml_cells_that_belie_their_type_are_taken_as_text(tmp_path: Path) -> None:
    path = spreadsheetml(tmp_path / "xml.xls", [LIST_HEADER, listed(1)])
    text = path.read_text(encoding="utf-8").replace('ss:Type="String"', 'ss:Type="DateTime"')
    path.write_text(text, encoding="utf-8")
    assert read_export_here(path).rows[0].values["code"] == code(1)
