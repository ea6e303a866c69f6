"""Any table, written to any format with any quirk, reads back equal."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError
from connectors.exports import read_export_here
from connectors.exports.cells.dates import VIETNAM
from connectors.exports.cells.legacy import TCVN3, VNI, OldFont
from tests.connectors.tables import DETAIL_HEADER, LIST_HEADER, WRITERS, delimited, merged_down
from tests.connectors.typed import typed_in

STATUSES = {1: "Mới đăng ký", 4: "Đang xử lý", 5: "Yêu cầu bổ sung giấy tờ", 9: "Đã xử lý xong", 10: "Đã trả kết quả"}
CHANNELS = {"direct": "Trực tiếp", "online": "Trực tuyến", "postal": "BCCI", None: ""}
YES_NO = {True: "Có", False: "Không", None: ""}

DATE_SHAPES: dict[str, Callable[[datetime], Any]] = {
    "dated cell": lambda at: at.replace(tzinfo=None),
    "vendor": lambda at: at.strftime("%d/%m/%Y %H:%M:%S"),
    "national": lambda at: at.strftime("%Y%m%d%H%M%S"),
    "iso": lambda at: at.isoformat(),
    "utc": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "dashes": lambda at: at.strftime("%d-%m-%Y %H:%M:%S"),
    "time first": lambda at: at.strftime("%H:%M:%S %d/%m/%Y"),
}
TEXT_QUIRKS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "padded": lambda text: f"  {text} \u00a0 " if text else text,
}

moments = st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31, 23, 59)).map(  # noqa: DTZ001 - aware below
    lambda at: at.replace(microsecond=0, tzinfo=VIETNAM)
)
words = st.text(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắờữỵ ĐÀẴ-/.,0123456789"), min_size=1, max_size=30
).map(lambda text: unicodedata.normalize("NFC", " ".join(("Hồ sơ " + text).split())))


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    received, due, finished = sorted(draw(st.lists(moments, min_size=3, max_size=3)))
    status = draw(st.sampled_from(list(STATUSES)))
    return {
        "code": f"H17.57-{draw(st.integers(100000, 999999))}-{draw(st.integers(0, 9999)):04d}",
        "procedure": draw(words),
        "status": status,
        "received_at": received,
        "due_at": due,
        "finished_at": finished if status in (9, 10) else None,
        "channel": draw(st.sampled_from(list(CHANNELS))),
        "papers_digitised": draw(st.sampled_from(list(YES_NO))),
        "supplements": draw(st.one_of(st.none(), st.integers(0, 9))),
        "result_files": tuple(draw(st.lists(st.sampled_from(["a.pdf", "b c.pdf", "Kết quả.pdf"]), max_size=3))),
    }


def lasting(due: datetime) -> datetime:
    """A due date of midnight lasts to the end of its day."""
    return due if due.time() != time(0) else due.replace(hour=23, minute=59, second=59)


tables = st.lists(dossiers(), min_size=1, max_size=8, unique_by=lambda row: row["code"])


def detail_row(number: int, row: dict[str, Any], date: Callable[[datetime], Any]) -> list[Any]:
    """A dossier as the detailed register shows it."""
    cells = {
        "STT": number,
        "Mã hồ sơ": row["code"],
        "Mã TTHC": "1.001193",
        "Tên thủ tục hành chính": row["procedure"],
        "Kênh thực hiện": CHANNELS[row["channel"]],
        "Ngày tiếp nhận": date(row["received_at"]),
        "Hạn trả": date(row["due_at"]),
        "Trạng thái": STATUSES[row["status"]],
        "Ngày kết thúc xử lý": date(row["finished_at"]) if row["finished_at"] else "",
        "Tệp kết quả": "##".join(row["result_files"]),
        "Số hóa thành phần": YES_NO[row["papers_digitised"]],
        "Số lần bổ sung": "" if row["supplements"] is None else row["supplements"],
    }
    return [cells.get(below or above, "") for above, below in zip(*DETAIL_HEADER, strict=True)]


def furnished(header: list[list[Any]], rows: list[list[Any]], quirks: set[str]) -> list[list[Any]]:
    """The rows with what a vendor puts around them."""
    before: list[list[Any]] = [["UBND PHƯỜNG MẪU"], ["SỔ CHI TIẾT"], []] if "titles" in quirks else []
    numbering = [[f"({n})" for n in range(1, len(header[0]) + 1)]] if "numbering" in quirks else []
    groups: list[list[Any]] = [["I", "Lĩnh vực Hộ tịch"]] if "groups" in quirks else []
    total: list[list[Any]] = [["", "TỔNG CỘNG", len(rows)]] if "total" in quirks else []
    signed: list[list[Any]] = [[], ["", "", "", "NGƯỜI LẬP BIỂU", "", "", "LÃNH ĐẠO"]] if "signature" in quirks else []
    return [*before, *header, *numbering, *groups, *rows, *total, *signed]


FURNITURE = ("titles", "numbering", "groups", "total", "signature")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=tables,
    form=st.sampled_from(list(WRITERS)),
    shape=st.sampled_from(list(DATE_SHAPES)),
    text_quirk=st.sampled_from(list(TEXT_QUIRKS)),
    quirks=st.sets(st.sampled_from(FURNITURE)),
)
def test_any_table_in_any_format_with_any_quirk_reads_back_equal(
    table: list[dict[str, Any]], form: str, shape: str, text_quirk: str, quirks: set[str]
) -> None:
    spoil = TEXT_QUIRKS[text_quirk]
    rows = [
        [spoil(cell) if isinstance(cell, str) else cell for cell in detail_row(n, row, DATE_SHAPES[shape])]
        for n, row in enumerate(table, start=1)
    ]
    header = [[spoil(label) for label in line] for line in DETAIL_HEADER]
    with tempfile.TemporaryDirectory() as folder:
        export = read_export_here(WRITERS[form](Path(folder) / "bang", furnished(header, rows, quirks)))
    assert export.rejected == ()
    assert [{name: row.values[name] for name in table[0]} for row in export.rows] == [
        row | {"due_at": lasting(row["due_at"])} for row in table
    ]
    assert export.agree is (True if "total" in quirks else None)


@settings(max_examples=60, deadline=None)
@given(table=tables, form=st.sampled_from(list(WRITERS)), lacks_cell=st.booleans())
def test_the_dossier_list_reads_equal_whether_or_not_its_rows_lack_a_cell(
    table: list[dict[str, Any]], form: str, lacks_cell: bool
) -> None:
    date = DATE_SHAPES["vendor"]
    rows = [
        [
            *(n, "Trung tâm", "Người nhận", row["procedure"], row["code"], STATUSES[row["status"]], "Khối phố", "Bà A"),
            *(date(row["received_at"]), date(row["received_at"]), date(row["due_at"])),
            date(row["finished_at"]) if row["finished_at"] else "",
        ]
        for n, row in enumerate(table, start=1)
    ]
    written = [row[:2] + row[3:] for row in rows] if lacks_cell else rows
    with tempfile.TemporaryDirectory() as folder:
        export = read_export_here(WRITERS[form](Path(folder) / "bang", [LIST_HEADER, *written]))
    names = ("code", "procedure", "status", "received_at", "due_at")
    assert [{name: row.values[name] for name in names} for row in export.rows] == [
        {name: row[name] for name in names} | {"due_at": lasting(row["due_at"])} for row in table
    ]
    ends = [row.values.get("finished_at", row.values.get("returned_at")) for row in export.rows]
    assert ends == [row["finished_at"] for row in table]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=tables,
    form=st.sampled_from(["xlsx", "ods", "html", "spreadsheetml"]),
    spans=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=8, max_size=8),
)
def test_a_table_with_cells_merged_anywhere_reads_like_one_that_repeats_them(
    table: list[dict[str, Any]], form: str, spans: list[tuple[int, int]]
) -> None:
    tall = [
        (min(span), min(max(span), len(table) - 1), column)
        for span, column in zip(spans, (2, 3, 6, 8, 9, 10, 11, 16), strict=True)
        if min(span) < min(max(span), len(table) - 1)
    ]
    rows = [detail_row(n, row, DATE_SHAPES["vendor"]) for n, row in enumerate(table, start=1)]
    for first, last, column in tall:
        for row in rows[first + 1 : last + 1]:
            row[column] = rows[first][column]
    tall = [cell for cell in tall if rows[cell[0]][cell[2]]]
    with tempfile.TemporaryDirectory() as folder:
        merged = [(first + 2, last + 2, column) for first, last, column in tall]
        export = read_export_here(merged_down(Path(folder) / "gop", form, [*DETAIL_HEADER, *rows], merged))
        plain = read_export_here(WRITERS[form](Path(folder) / "bang", [*DETAIL_HEADER, *rows]))
    assert [row.values for row in export.rows] == [row.values for row in plain.rows]
    assert export.rejected == plain.rejected


@settings(max_examples=40, deadline=None)
@given(table=tables, font=st.sampled_from([TCVN3, VNI]))
def test_any_table_typed_in_an_old_font_reads_back_in_small_letters(table: list[dict[str, Any]], font: OldFont) -> None:
    rows = [detail_row(n, row, DATE_SHAPES["vendor"]) for n, row in enumerate(table, start=1)]
    typed = [[typed_in(cell, font) if isinstance(cell, str) else cell for cell in row] for row in rows]
    header = [[typed_in(label, font) for label in line] for line in DETAIL_HEADER]
    with tempfile.TemporaryDirectory() as folder:
        export = read_export_here(delimited(Path(folder) / "bang", [*header, *typed], encoding="latin-1"))
    assert export.rejected == ()
    names = ("code", "status", "received_at", "channel", "papers_digitised")
    assert [{name: row.values[name] for name in names} for row in export.rows] == [
        {name: row[name] for name in names} for row in table
    ]
    read = [row.values["procedure"].casefold() for row in export.rows]
    assert read == [row["procedure"].casefold() for row in table]


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=3000))
@example(content=b"PK\x03\x04")
@example(content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
@example(content=b"<")
@example(content=b"{")
@example(content=b"\xff\xfe")
@example(content=b"\t\t\n\t")
def test_any_bytes_give_an_export_or_an_error_of_ours(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tep"
        path.write_bytes(content)
        try:
            read_export_here(path)
        except ConnectorError as error:
            assert str(error).startswith("tep: ")
