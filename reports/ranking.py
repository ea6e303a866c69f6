"""The units of a city beside each other: final results where they are published, provisional self-scores apart.

Columns as in the results sheet of appraisal software (domain notes, section 1.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reports.heading import Heading
from reports.printed import Cell, Column, Line, Part, Printed

Plain = Mapping[str, Any]
_POINTS = ("appraised", "surveys", "satisfaction", "total", "percent")
COLUMNS = (
    Column("Xếp hạng", 20),
    Column("Đơn vị", 90),
    Column("Điểm thẩm định", 30, number=True),
    Column("Điểm điều tra XHH", 30, number=True),
    Column("Điểm đo lường hài lòng", 32, number=True),
    Column("Tổng điểm đạt được", 32, number=True),
    Column("Chỉ số %", 28, number=True),
)
_PROVISIONAL = (
    *COLUMNS[:2],
    Column("Điểm tự chấm chắc chắn", 40, number=True),
    Column("Điểm tự chấm dự kiến", 40, number=True),
    Column("Điểm được tự chấm", 36, number=True),
)

_MIXED = "không giống nhau giữa các đơn vị, thứ hạng chỉ để tham khảo"


def printed_ranking(city: Plain, heading: Heading) -> Printed:
    """The document of `parindex city --json`."""
    published = [row for row in city["units"] if row["result"]]
    others = [row for row in city["units"] if not row["result"]]
    parts = []
    if published:
        lines = tuple(Line((str(row["rank"]), row["name"], *_result(row["result"]))) for row in published)
        parts.append(Part("I. KẾT QUẢ ĐÃ CÔNG BỐ", (), COLUMNS, lines))
    if others:
        mark = "II" if published else "I"
        note = "Chưa thẩm định, chưa công bố; xếp theo điểm tự chấm chắc chắn, không phải kết quả."
        lines = tuple(Line((str(row["rank"]), row["name"], *_own(row["totals"]))) for row in others)
        parts.append(Part(f"{mark}. ĐIỂM TỰ CHẤM TẠM TÍNH", (note,), _PROVISIONAL, lines))
    return Printed(
        heading=heading,
        title=(f"XẾP HẠNG CHỈ SỐ CẢI CÁCH HÀNH CHÍNH KỲ {city['period']}", heading.parent_name),
        under=(f"Bộ tiêu chí {city['criteria'] or _MIXED}; cách tính đúng hạn {city['on_time_rule'] or _MIXED}.",),
        parts=tuple(parts),
    )


def _result(result: Mapping[str, str]) -> tuple[Cell, ...]:
    return tuple(Decimal(result[name]) for name in _POINTS)


def _own(totals: Mapping[str, str]) -> tuple[Cell, ...]:
    return tuple(Decimal(totals[name]) for name in ("conservative", "expected", "self_scorable"))
