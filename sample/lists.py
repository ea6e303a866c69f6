"""The two lists of dossiers ("Danh sách hồ sơ"), with the quirks that live systems have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

from sample.dossiers import CUTOFF, ONE_STOP, SampleDossier
from sample.sheets import Sheet, new_workbook
from sample.worktime import VIETNAM

HEADERS = (
    "STT",
    "Đơn vị tiếp nhận",
    "Người tiếp nhận",
    "Tên thủ tục hành chính",
    "Mã hồ sơ",
    "Trạng thái",
    "Địa chỉ",
    "Chủ hồ sơ",
    "Ngày nộp hồ sơ",
    "Ngày nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
)
CLERKS = ("Trần Văn Minh", "Lê Thị Kim Anh", "Phan Thị Mỹ Hạnh")
STATUS_WORDS = {
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
FIRST_EXPORT = datetime(2025, 7, 1, 7, 42, 10, tzinfo=VIETNAM)
IMPOSSIBLE = "31/06/2025 17:00:00"
OVERLAP_FROM = date(2025, 6, 16)


def moment_text(moment: datetime | None) -> str:
    """DD/MM/YYYY HH:mm:ss, empty for None."""
    return moment.strftime("%d/%m/%Y %H:%M:%S") if moment else ""


def first_half(dossiers: Sequence[SampleDossier]) -> list[SampleDossier]:
    """January to June, as the export of 1 July showed it."""
    received = [dossier for dossier in dossiers if dossier.received_at < FIRST_EXPORT]
    return [dossier.as_of(FIRST_EXPORT) for dossier in received]


def second_half(dossiers: Sequence[SampleDossier]) -> list[SampleDossier]:
    """July to December and, exported again, the second half of June."""
    return [dossier for dossier in dossiers if dossier.received_at.date() >= OVERLAP_FROM]


def write_html_list(path: Path, dossiers: Sequence[SampleDossier]) -> None:
    """An HTML table named .xls: a header cell without a cell in the rows, padded text, dates as text, one bad date."""
    title = (
        f'<tr><td colspan="12" align="center"><b>{ONE_STOP.upper()}</b></td></tr>',
        '<tr><td colspan="12" align="center"><b>DANH SÁCH HỒ SƠ</b></td></tr>',
        '<tr><td colspan="12" align="center"><i>Từ ngày 01/01/2025 đến ngày 30/06/2025</i></td></tr>',
        f'<tr><td colspan="12" align="right"><i>Thời điểm xuất: {moment_text(FIRST_EXPORT)}</i></td></tr>',
        '<tr><td colspan="12">&nbsp;</td></tr>',
    )
    header = "<tr>" + "".join(f"<th>{escape(text)}</th>" for text in HEADERS) + "</tr>"
    bad = _one_to_spoil(dossiers)
    rows = (_html_row(number, dossier, spoilt=dossier is bad) for number, dossier in enumerate(dossiers, start=1))
    total = (
        f'<tr><td colspan="4"><b>TỔNG CỘNG</b></td><td><b>{_dotted(len(dossiers))}</b></td><td colspan="7"></td></tr>'
    )
    head = '<html xmlns:x="urn:schemas-microsoft-com:office:excel">\n<head>\n<meta charset="utf-8">\n</head>\n<body>'
    table = "\n".join(("<table border=1>", *title, header, *rows, total, "</table>"))
    path.write_text(f"{head}\n{table}\n</body>\n</html>\n", encoding="utf-8", newline="\r\n")


def write_xlsx_list(path: Path, dossiers: Sequence[SampleDossier]) -> None:
    """A workbook in step with its header: title rows, merged header cells, numbering, duplicate, total, signatures."""
    book = new_workbook(path)
    sheet = Sheet(book, "Danh sách hồ sơ", widths=(6, 26, 20, 40, 24, 18, 36, 22, 19, 19, 19, 19))
    sheet.titles(
        (ONE_STOP.upper(), "DANH SÁCH HỒ SƠ", "Từ ngày 16/06/2025 đến ngày 31/12/2025"),
        note=f"Thời điểm xuất: {moment_text(CUTOFF)}",
    )
    sheet.header_over_two_rows(HEADERS)
    sheet.row([f"({number})" for number in range(1, len(HEADERS) + 1)], style="numbering")
    listed = _with_a_duplicate(dossiers)
    for number, dossier in enumerate(listed, start=1):
        sheet.row(_cells(number, dossier, spoilt=False))
    sheet.row(["TỔNG CỘNG", "", "", "", len(listed)], style="total")
    _signatures(sheet)
    book.close()


def _html_row(number: int, dossier: SampleDossier, *, spoilt: bool) -> str:
    cells = _cells(number, dossier, spoilt=spoilt)
    del cells[2]  # the vendor's row template has no cell for "Người tiếp nhận"
    padded = (
        f"\n      {escape(str(cell))}\n    " if place in (1, 2, 4) else escape(str(cell))
        for place, cell in enumerate(cells)
    )
    return "<tr>" + "".join(f"<td>{text}</td>" for text in padded) + "</tr>"


def _cells(number: int, dossier: SampleDossier, *, spoilt: bool) -> list[Any]:
    """The vendor fills "Ngày kết thúc xử lý" with the day of handing over, once there is one."""
    ended = dossier.returned_at if dossier.status == 10 else dossier.finished_at
    return [
        number,
        ONE_STOP,
        CLERKS[number % len(CLERKS)],
        dossier.procedure.name,
        dossier.code,
        STATUS_WORDS[dossier.status],
        dossier.address,
        dossier.applicant,
        moment_text(dossier.submitted_at),
        moment_text(dossier.received_at),
        IMPOSSIBLE if spoilt else moment_text(dossier.due_at),
        moment_text(ended),
    ]


def _one_to_spoil(dossiers: Iterable[SampleDossier]) -> SampleDossier | None:
    """The first dossier due in the last week of June: its due date becomes a day that does not exist."""
    return next((d for d in dossiers if d.due_at and d.due_at.date() >= date(2025, 6, 24)), None)


def _with_a_duplicate(dossiers: Sequence[SampleDossier]) -> list[SampleDossier]:
    """The tenth dossier is listed again at the end of its page, as live exports do."""
    return [*dossiers[:25], dossiers[9], *dossiers[25:]]


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _signatures(sheet: Sheet) -> None:
    sheet.row([])
    sheet.row([*[""] * 8, "Hội An Đông, ngày 31 tháng 12 năm 2025"], style="plain")
    sheet.row(["", "NGƯỜI LẬP BIỂU", *[""] * 6, "GIÁM ĐỐC TRUNG TÂM"], style="plain")
    sheet.row(["", "(Ký, ghi rõ họ tên)", *[""] * 6, "(Ký, ghi rõ họ tên)"], style="plain")
    sheet.row(["", CLERKS[0], *[""] * 6, "Đỗ Quang Hải"], style="plain")
