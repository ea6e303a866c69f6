"""The list of hostile files, one by one, through the import itself: told in plain words, and the rest imported."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from config.settings import Settings
from connectors.errors import ConnectorError
from flows.arriving.importing import import_file
from tests.connectors.old_excel import encrypted
from tests.connectors.tables import (
    DECLARED_HEADER,
    LIST_HEADER,
    PETITION_HEADER,
    code,
    delimited,
    in_cp1258,
    listed,
    xlsx,
)
from tests.connectors.test_hostile_exports import far_cells, truncated

AT = datetime(2026, 1, 5, tzinfo=UTC)
SECRET = "BIMAT-cua-may-chu"
SHEET = "xl/worksheets/sheet1.xml"
Write = Callable[[Path], Path]


@dataclass(frozen=True)
class Hostile:
    """A file, what has to be said of it (patterns, all of them), and how many rows still come in (None: refused)."""

    write: Write
    said: Sequence[str]
    kept: int | None = None
    rejected: int = 0


def rows(*more: Sequence[Any]) -> Write:
    return lambda path: xlsx(path, [LIST_HEADER, *more])


def with_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """A good list with parts added or replaced."""
    good = xlsx(path.with_suffix(".good"), [LIST_HEADER, listed(1), listed(2)])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            if info.filename not in parts:
                target.writestr(info.filename, source.read(info))
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def bomb(path: Path) -> Path:
    """A zip whose sheet says that it unpacks to 2 GB."""
    with zipfile.ZipFile(with_parts(path, {}), "a") as target:
        target.getinfo(SHEET).file_size = 2 << 30
        target.writestr("docProps/x.txt", b"x")
    return path


def entity(path: Path) -> Path:
    """An xlsx whose words come from an entity that names a file of the server."""
    secret = path.with_name("bi-mat.txt")
    secret.write_text(SECRET, encoding="utf-8")
    with zipfile.ZipFile(xlsx(path.with_suffix(".good"), [LIST_HEADER, listed(1), listed(2)])) as source:
        words = source.read("xl/sharedStrings.xml").decode()
    hostile = words.replace("<sst ", f'<!DOCTYPE sst [<!ENTITY x SYSTEM "file://{secret}">]><sst ', 1)
    return with_parts(path, {"xl/sharedStrings.xml": hostile.replace("Khối phố Mẫu", "&x;").encode()})


def merged_rows(path: Path) -> Path:
    """A list in which everything that repeats is merged: the title, the unit and the procedure of all rows."""
    with xlsxwriter.Workbook(str(path)) as book:
        page, plain = book.add_worksheet(), book.add_format()
        page.merge_range(0, 0, 2, len(LIST_HEADER) - 1, "DANH SÁCH HỒ SƠ", plain)
        for column, label in enumerate(LIST_HEADER):
            page.merge_range(3, column, 4, column, label, plain)
        for number in (1, 2, 3):
            page.write_row(4 + number, 0, listed(number))
        for column in (1, 2, 3, 6):
            page.merge_range(5, column, 7, column, listed(1)[column], plain)
    return path


def one_merged_cell(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().merge_range(0, 0, 40, 30, "BÁO CÁO", book.add_format())
    return path


def two_encodings(path: Path) -> Path:
    lines = delimited(path, [LIST_HEADER, *[listed(n) for n in range(1, 5)]]).read_bytes().splitlines(keepends=True)
    lines[2] = in_cp1258(lines[2].decode("utf-8")).encode("cp1258")
    path.write_bytes(b"".join(lines))
    return path


def wide(path: Path) -> Path:
    more = [f"Cột thêm {number}" for number in range(100)]
    return xlsx(path, [LIST_HEADER + more, listed(1) + ["x"] * 100, listed(2) + ["x"] * 100])


def two_tables(path: Path) -> Path:
    petition = [1, "PA-1", "01/07/2025", "10/07/2025", "", "Nội dung", "Khác", "", ""]
    return xlsx(path, [LIST_HEADER, listed(1), listed(2), [], PETITION_HEADER, petition])


def plain_bytes(content: bytes) -> Write:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def declared(*values: tuple[str, Any]) -> Write:
    def write(path: Path) -> Path:
        table = [
            [n, "1.1.2", key, key, value, "VP", "Báo cáo", "", "", "", ""] for n, (key, value) in enumerate(values)
        ]
        return xlsx(path, [["KHAI BÁO SỐ LIỆU NĂM 2025"], DECLARED_HEADER, *table])

    return write


def received(cell: Any) -> list[Any]:
    return listed(9, **{"Ngày nhận": cell, "Ngày hẹn trả": "", "Ngày kết thúc xử lý": ""})


HOSTILE: dict[str, Hostile] = {
    "password": Hostile(encrypted, ["có mật khẩu", "bỏ mật khẩu"]),
    "truncated": Hostile(truncated, ["cắt cụt", "xuất hoặc tải lại"]),
    "zip bomb": Hostile(bomb, ["nở ra 20\\d\\d MB|hỏng"]),
    "17 billion cells": Hostile(far_cells, ["trải tới cột 16384, dòng 1048576", "xóa các ô thừa"]),
    "external entity": Hostile(entity, ["bị cắt cụt hoặc hỏng", "tải lại"]),
    "macros": Hostile(
        lambda path: with_parts(path, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"}),
        ["có macro", "chỉ đọc số liệu"],
        kept=2,
    ),
    "empty": Hostile(plain_bytes(b""), ["tệp rỗng", "xuất lại"]),
    "wrong extension": Hostile(lambda path: delimited(path, [LIST_HEADER, listed(1), listed(2)]), [""], kept=2),
    "hundred columns": Hostile(wide, ["cột chưa có trong mẫu .*Cột thêm 0"], kept=2),
    "merged everything, with rows": Hostile(merged_rows, ["ô gộp nhiều dòng, .* mọi dòng của ô: B6:B8, D6:D8"], kept=3),
    "merged everything, one cell": Hostile(one_merged_cell, ["không thấy dòng tiêu đề của bảng nào"]),
    "two tables on a sheet": Hostile(two_tables, ["bảng thứ hai từ dòng 5"], kept=2),
    "mixed encodings": Hostile(two_encodings, ["lẫn hai bảng mã chữ", "dòng 3"], kept=4),
    "29 February": Hostile(
        rows(listed(1), received("29/02/2025 08:00:00"), received("29/02/2024 08:00:00")),
        ["J3: Ngày nhận: không có ngày '29/02/2025 08:00:00' trong lịch"],
        kept=2,
        rejected=1,
    ),
    "Buddhist era": Hostile(
        rows(listed(1), received("03/07/2568 08:00:00")), ["Phật lịch .dương lịch: 2025."], kept=1, rejected=1
    ),
    "Buddhist era in two digits": Hostile(
        rows(listed(1), received("03/07/68")), ["năm '68' viết hai chữ số"], kept=1, rejected=1
    ),
    "two-digit year": Hostile(rows(listed(1), received("03/07/25 08:00")), [""], kept=2),
    "future date": Hostile(
        rows(listed(1), received("03/07/2035 08:00:00")), [r"ngày sau ngày nhận tệp: Sheet1!J3 \(03/07/2035\)"], kept=2
    ),
    "negative duration": Hostile(
        rows(listed(1), listed(2, **{"Ngày kết thúc xử lý": "01/07/2025 09:00:00"})),
        ["L3: ngày kết thúc xử lý 01/07/2025 trước ngày tiếp nhận 03/07/2025"],
        kept=1,
        rejected=1,
    ),
    "duplicate codes": Hostile(
        rows(listed(1), listed(2), listed(1, **{"Trạng thái": "Đang xử lý"})),
        [f"{re.escape(code(1))} có ở các dòng 2, 4; dòng 4 được dùng"],
        kept=3,
    ),
    "two declared values for one thing": Hostile(
        declared(("tasks_done", 18), ("tasks_done", 20)), ["tasks_done có ở các dòng 3, 4; dòng 4 được dùng"], kept=2
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_file_is_told_in_plain_words_and_the_rest_is_imported(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = hostile.write(tmp_path / ("bang.xlsx" if name != "mixed encodings" else "bang.csv"))
    home = Settings(home=tmp_path / "home", unit="hoi-an-dong")

    if hostile.kept is None:
        with pytest.raises(ConnectorError) as refused:
            import_file(home, path, profile="", dry_run=False, at=AT)
        told = str(refused.value)
        assert told.startswith(path.name)
        assert refused.value.exit_code in (1, 2)
    else:
        report = import_file(home, path, profile="", dry_run=False, at=AT)
        bad = [f"{row['cell']}: {row['reason']}" for row in report["rejected"]]
        told = "\n".join([*report["warnings"], *bad])
        assert report["rows"]["read"] - report["rows"]["rejected"] == hostile.kept
        assert report["rows"]["rejected"] == hostile.rejected
    for pattern in hostile.said:
        assert re.search(pattern, told), told
    assert not re.search(r"Traceback|Error|Exception|calamine|unicode", told)
    assert SECRET not in told
    good = xlsx(tmp_path / "tot.xlsx", [LIST_HEADER, listed(501), listed(502)])
    assert import_file(home, good, profile="", dry_run=False, at=AT)["rows"]["new"] == 2
