"""A time of day in a column of its own is the time of the day beside it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.exports import read_export_here
from connectors.exports.cells.clocks import with_clocks
from connectors.exports.cells.grids import Grid
from tests.connectors.tables import code, delimited, xlsx

HEADER = [
    *("STT", "Mã hồ sơ", "Giờ tiếp nhận", "Ngày tiếp nhận", "Ngày hẹn trả", "Giờ hẹn trả"),
    *("Ngày có kết quả", "Đơn vị giải quyết", "Ghi chú"),
]


def row(number: int, **changed: Any) -> list[Any]:
    cells = [number, code(number), "8h15", "03/07/2025", "07/07/2025", "16:30", "04/07/2025 10:20:30", "Phòng A", ""]
    return [changed.get(name, cell) for name, cell in zip(HEADER, cells, strict=True)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_days_are_read_with_the_times_beside_them(form: str, tmp_path: Path) -> None:
    rows = [HEADER, row(1), row(2, **{"Giờ hẹn trả": "", "Giờ tiếp nhận": "-"}), row(3, **{"Giờ hẹn trả": "chiều"})]
    file = delimited(tmp_path / "a.csv", rows) if form == "csv" else xlsx(tmp_path / "a.xlsx", rows)
    export = read_export_here(file)
    said = [tuple(f"{one.values[name]:%d %H:%M:%S}" for name in ("received_at", "due_at")) for one in export.rows]
    assert said == [("03 08:15:00", "07 16:30:00"), ("03 00:00:00", "07 23:59:59")]
    assert [(bad.cell, "'07/07/2025 chiều'" in bad.reason) for bad in export.rejected] == [("E4", True)]
    assert not any("Giờ" in warning for warning in export.warnings)


@pytest.mark.parametrize(
    ("day", "clock", "wanted"),
    [
        *(("03/07/2025", time(8, 15), "03/07/2025 08:15:00"), ("03/07/2025", 0.34375, "03/07/2025 08:15:00")),
        *(
            ("03/07/2025", timedelta(hours=8), "03/07/2025 08:00:00"),
            ("03/07/2025", "2:05 CH", "03/07/2025 02:05:00 CH"),
        ),
        *((45841.0, "8 giờ 15 phút", "03/07/2025 08:15:00"), (datetime(2025, 7, 3), "8g", "03/07/2025 08:00:00")),  # noqa: DTZ001
        *(("03/07/2025 09:00", "8:15", "03/07/2025 09:00"), ("", "8:15", ""), ("chưa có", "8:15", "chưa có")),
        *(("03/07/2025", "25 giờ chiều", "03/07/2025 25 giờ chiều"), ("03/07/2025", 7.5, "03/07/2025 7.5")),
    ],
)
def test_a_day_takes_its_time_unless_it_tells_one(day: Any, clock: Any, wanted: Any) -> None:
    grid = with_clocks(Grid("a", [["Ngày", "Giờ"], [day, clock]]), 1, {0: 1})
    assert grid.head == [["Ngày", "Giờ"], [wanted, clock]]
