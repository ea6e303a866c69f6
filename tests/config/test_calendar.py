"""Calendars: the built-in years, and files that contradict themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.working_calendar import BadCalendar, calendar_notes, load_calendars


def calendar(folder: Path, lines: str) -> Path:
    (folder / "2027.yaml").write_text(f'year: 2027\nversion: "2027.1"\n{lines}', encoding="utf-8")
    return folder


def day(iso: str) -> str:
    return f"- {{day: {iso}, name: Ngày nghỉ, source: thử, provenance: unverified}}\n"


def test_the_built_in_years_hold_holidays_and_swapped_days() -> None:
    calendars = load_calendars()

    assert calendars["years"] == [2025, 2026]
    assert {"2025-04-30", "2025-09-02", "2026-02-17"} <= set(calendars["holidays"])
    assert "2025-04-26" in calendars["working_days"]


def test_days_nobody_verified_are_marked() -> None:
    calendars = load_calendars()

    assert set(calendars["unverified"]) <= set(calendars["holidays"]) | set(calendars["working_days"])
    assert calendars["unverified"]


def test_all_faults_of_a_calendar_are_told_with_their_lines(tmp_path: Path) -> None:
    lines = f"holidays:\n{day('2027-01-02')}{day('2026-01-01')}working_days:\n{day('2027-01-04')}"

    with pytest.raises(BadCalendar) as refused:
        load_calendars(calendar(tmp_path, lines))

    told = str(refused.value).splitlines()
    assert [line.split(":")[-2] for line in told] == ["4", "5", "7"]


def test_a_day_written_twice_is_refused(tmp_path: Path) -> None:
    lines = f"holidays:\n{day('2027-01-01')}{day('2027-01-01')}working_days: []\n"

    with pytest.raises(BadCalendar, match="ghi hai lần"):
        load_calendars(calendar(tmp_path, lines))


def test_a_folder_without_calendars_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCalendar, match="không có tệp lịch nào"):
        load_calendars(tmp_path)


def test_a_calendar_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCalendar, match="holidays"):
        load_calendars(calendar(tmp_path, "holidays: 5\nworking_days: []\n"))


def test_a_day_says_its_document_and_how_far_it_was_read() -> None:
    days = {item["day"]: item for item in load_calendars()["days"]}

    assert "12729/VPCP-KGVX" in days["2026-01-02"]["source"] and days["2026-01-02"]["provenance"] == "reported"
    assert days["2026-01-10"]["list"] == "working_days"
    assert all(item["source"] and item["provenance"] for item in days.values())


def test_a_holiday_that_is_not_law_yet_is_told_and_not_applied() -> None:
    calendars = load_calendars()

    assert calendars["undecided"] == ["2026-11-24"] and "2026-11-24" not in calendars["holidays"]


def test_a_count_in_working_days_says_what_its_calendar_lacks() -> None:
    notes = calendar_notes(load_calendars(), date(2026, 11, 1), date(2027, 1, 31))

    assert "năm 2027" in notes[0] and "24/11/2026" in notes[1] and len(notes) == 2
    assert "chưa đối chiếu" in calendar_notes(load_calendars(), date(2025, 4, 1), date(2025, 4, 30))[0]


def test_office_hours_and_half_days_are_read(tmp_path: Path) -> None:
    half = "half_days:\n- {day: 2027-02-05, name: Giáp Tết, session: morning, source: thử, provenance: unverified}\n"
    hours = 'sessions:\n- {from: "07:30", to: "11:30"}\n- {from: "13:00", to: "17:00"}\n'

    calendars = load_calendars(calendar(tmp_path, f"holidays: []\nworking_days: []\n{half}{hours}"))

    assert calendars["half_days"] == {"2027-02-05": "morning"}
    assert calendars["sessions"] == {"2027": [["07:30", "11:30"], ["13:00", "17:00"]]}


@pytest.mark.parametrize(
    "hours",
    [
        'sessions:\n- {from: "11:30", to: "07:30"}\n',
        'sessions:\n- {from: "07:30", to: "13:30"}\n- {from: "13:00", to: "17:00"}\n',
    ],
)
def test_office_hours_in_disorder_are_refused(tmp_path: Path, hours: str) -> None:
    with pytest.raises(BadCalendar, match="buổi"):
        load_calendars(calendar(tmp_path, f"holidays: []\nworking_days: []\n{hours}"))
