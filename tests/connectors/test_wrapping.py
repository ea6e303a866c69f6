"""A table that comes in a gzip or zip is read as if it came alone; what is no single table is called what it is."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from connectors.errors import Unreadable
from connectors.exports import Export, read_export, read_export_here
from connectors.exports.explaining import explain_export
from connectors.exports.formats import wrapping
from tests.connectors.tables import LIST_HEADER, PETITION_HEADER, code, delimited, listed, xlsx

ROWS = [LIST_HEADER, listed(1), listed(2)]
PETITIONS = [PETITION_HEADER, [1, "PA-1", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""]]


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def gzipped(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def table(folder: Path) -> bytes:
    return xlsx(folder / "goc.xlsx", ROWS).read_bytes()


def text(folder: Path) -> bytes:
    return delimited(folder / "goc.csv", ROWS).read_bytes()


def codes(export: Export) -> list[object]:
    return [row.values["code"] for row in export.rows]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda at: gzipped(at / "hoso.csv.gz", text(at)),
        lambda at: zipped(at / "hoso.zip", {"Tháng 7/hoso.csv": text(at), "__MACOSX/._hoso.csv": b"\0"}),
        lambda at: zipped(at / "hoso.zip", {"hoso.xlsx": table(at)}),
        lambda at: zipped(at / "hoso.zip", {"Bao cao\\": b"", "Bao cao\\hoso.csv": text(at)}),
        lambda at: zipped(at / "hoso.zip", {"hoso.csv.gz": gzip.compress(text(at))}),
    ],
)
def test_a_table_that_came_packed_is_read_in_the_child_as_if_it_came_alone(
    wrap: Callable[[Path], Path], tmp_path: Path
) -> None:
    packed = read_export(wrap(tmp_path))
    alone = read_export_here(xlsx(tmp_path / "hoso.xlsx", ROWS))
    assert [row.values for row in packed.rows] == [row.values for row in alone.rows]
    assert packed.rows[0].cells["code"] in ("Sheet1!E2", "hoso!E2", "hoso.csv!E2")
    assert (packed.file[:4], packed.warnings) == ("hoso", alone.warnings)


def test_the_name_inside_dates_the_export_before_that_of_its_wrapping(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "gui_2025_08_02.zip", {"hoso_2025_08_01.csv": text(tmp_path)})
    exported_at = read_export_here(packed).exported_at
    assert exported_at is not None
    assert exported_at.day == 1


def test_what_lies_beside_the_table_is_told(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "a.zip", {"doc.pdf": b"%PDF-1.7", "hoso.csv": text(tmp_path)})
    export = read_export_here(packed)
    assert codes(export) == [code(1), code(2)]
    assert "trong tệp nén còn doc.pdf: không phải bảng nên không đọc" in export.warnings


def test_other_tables_of_a_packed_workbook_are_taken_out_too(tmp_path: Path) -> None:
    from connectors.exports.taking_out import taken_out

    both = xlsx(tmp_path / "hai.xlsx", [*ROWS, [], *PETITIONS]).read_bytes()
    packed = zipped(tmp_path / "hai.zip", {"hai.xlsx": both})
    (other,) = taken_out(packed, packed.name, read_export(packed).others)
    (tmp_path / "ra.xlsx").write_bytes(other.content)
    assert [row.values["code"] for row in read_export_here(tmp_path / "ra.xlsx").rows] == ["PA-1"]


def test_an_unknown_table_in_a_zip_is_explained(tmp_path: Path) -> None:
    strange = xlsx(tmp_path / "la.xlsx", [["Số", "Tên", "Khi"], ["1", "a", "01/07/2025"]]).read_bytes()
    assert explain_export(zipped(tmp_path / "la.zip", {"la.xlsx": strange})).row == 1


def locked(at: Path) -> Path:
    path = zipped(at / "a.zip", {"hoso.csv": text(at)})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def lying(at: Path) -> Path:
    """A zip that declares ten bytes for what unpacks to more."""
    path = zipped(at / "a.zip", {"hoso.csv": text(at) * 50})
    content = bytearray(path.read_bytes())
    where = content.index(b"PK\x01\x02") + 24
    content[where : where + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def deep(at: Path) -> Path:
    content = text(at)
    for _ in range(4):
        content = gzip.compress(content)
    path = at / "a.gz"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("wrap", "told"),
    [
        (lambda at: zipped(at / "a.zip", {"t7.csv": text(at), "t8.csv": text(at)}), r"có 2 bảng \(t7.csv, t8.csv\)"),
        (lambda at: zipped(at / "a.zip", {"doc.pdf": b"%PDF-1.7"}), 'không có bảng nào. Bên trong có "doc.pdf": .*PDF'),
        (lambda at: zipped(at / "a.zip", {"trong/": b""}), "không có tệp nào bên trong"),
        (lambda at: zipped(at / "a.zip", {f"{n}.csv": b"a;b" for n in range(60)}), "có 60 tệp"),
        (locked, "có mật khẩu"),
        (lying, "cắt cụt, hỏng"),
        (deep, "nén nhiều lớp"),
        (lambda at: gzipped(at / "a.gz", bytes(3 << 20)), "nở ra hơn 1 MB"),
        (lambda at: zipped(at / "a.zip", {"a.csv": bytes(3 << 20)}), "nở ra hơn 1 MB"),
        (lambda at: zipped(at / "a.zip", {"a.gz": gzip.compress(bytes(3 << 20))}), "nở ra hơn 1 MB"),
    ],
)
def test_what_wraps_no_single_table_is_refused_with_the_way_out(
    wrap: Callable[[Path], Path], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wrapping, "MOST_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(Unreadable, match=told) as caught:
        read_export_here(wrap(tmp_path))
    assert str(caught.value).startswith("a.")


@pytest.mark.parametrize("kept", [20, 200])
def test_a_truncated_gzip_is_called_so(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(text(tmp_path))[:kept])
    with pytest.raises(Unreadable, match=r"a\.csv\.gz: tệp nén gzip bị cắt cụt"):
        read_export(path)


@pytest.mark.parametrize(("written", "shown"), [("tệp".encode(), "tệp"), ("đơn".encode("cp1258"), "đơn")])
def test_a_name_in_a_zip_of_windows_is_readable(written: bytes, shown: str, tmp_path: Path) -> None:
    stand_in = "X" * len(written)
    path = zipped(tmp_path / "a.zip", {f"{stand_in}.csv": text(tmp_path), "khac.csv": text(tmp_path)})
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), written))
    with pytest.raises(Unreadable, match=shown):
        read_export_here(path)
