"""Exports that a test writes by hand into a ward of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
HEADER = "STT,Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày có kết quả,Đơn vị giải quyết,Ghi chú\n"


def write_export(path: Path, *codes: str, due: str = "08/01/2026", bad: bool = False) -> None:
    rows = [f"{n},{code},02/01/2026,{due},10/01/2026,Phòng A,\n" for n, code in enumerate(codes, start=1)]
    rows += ["9,H17-260101-0099,32/01/2026,08/01/2026,10/01/2026,Phòng A,\n"] if bad else []
    path.write_text(HEADER + "".join(rows), encoding="utf-8")


def settings_of(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, **more})
