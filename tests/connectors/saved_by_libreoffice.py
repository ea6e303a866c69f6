"""A register as LibreOffice saves it: the files in `saved/`, written by LibreOffice 7.4.7 and not by us.

.venv/bin/python -m tests.connectors.saved_by_libreoffice    # makes them anew; needs soffice
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.connectors.tables import DETAIL_HEADER, detailed

FOLDER = Path(__file__).parent / "saved"
TITLE = "SỔ CHI TIẾT HỒ SƠ"
HIDDEN = 3
"""The number of a dossier whose row is hidden; LibreOffice leaves it out of a web page."""
_FORMATS = (
    *("ods", "xls:MS Excel 97", "xlsx:Calc MS Excel 2007 XML", "html:HTML (StarCalc)"),
    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
)


def register() -> list[list[Any]]:
    """Rows of the detailed register: moments and days as dated cells, one left out, quotes and line breaks."""
    taken, due = datetime(2025, 7, 3, 8, 15), datetime(2025, 7, 7)  # noqa: DTZ001 - a cell has no zone
    return [
        detailed(
            number,
            **{
                "Ngày tiếp nhận": taken + timedelta(hours=number),
                "Hạn trả": due + timedelta(days=number),
                "Ngày trả": "" if number == 3 else taken + timedelta(days=number, seconds=1),
                "Số lần bổ sung": number,
                "Tên thủ tục hành chính": f'Đăng ký "khai sinh"; lần {number},\ncó yếu tố nước ngoài',
            },
        )
        for number in range(1, 13)
    ]


def as_made(path: Path) -> Path:
    """The register as software writes it: title, merged headers, a group row, a hidden row, a total by formula."""
    above, below = DETAIL_HEADER
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Sổ chi tiết")
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        page.merge_range(0, 0, 0, len(above) - 1, TITLE)
        for column, (name, under) in enumerate(zip(above, below, strict=True)):
            if not under:
                page.merge_range(2, column, 3, column, name)
                continue
            page.write(2, column, name)
            page.write(3, column, under)
        page.merge_range(4, 0, 4, len(above) - 1, "I. Lĩnh vực Hộ tịch")
        rows = register()
        for number, row in enumerate(rows, start=5):
            page.write_row(number, 0, [None if isinstance(cell, datetime) else cell for cell in row])
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(number, column, cell, moment)
        page.set_row(4 + HIDDEN, None, None, {"hidden": True})
        last = 5 + len(rows)
        page.write(last, 1, "Tổng số hồ sơ")
        page.write_formula(last, 2, f"=COUNTA(B6:B{last})", value=len(rows))
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        made = as_made(Path(home) / "so-chi-tiet.xlsx")
        for kind in _FORMATS:
            command = ["soffice", "--headless", "--convert-to", kind, "--outdir", str(FOLDER), str(made)]
            subprocess.run(command, check=True, env=os.environ | {"HOME": home})


if __name__ == "__main__":
    main()
