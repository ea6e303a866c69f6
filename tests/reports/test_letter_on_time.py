"""The letter's blocks on overdue dossiers and on definitions of on time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reports.letter import Letter, as_plain_text, letter_text

TOTALS = {"expected": "64.98", "conservative": "42.59", "self_scorable": "88.00", "maximum": "100.00"}
COUNTS = {"new_exports": 0, "new_documents": 0, "examined": 0, "rejected_rows": 0}


def letter(**fields: Any) -> str:
    known: dict[str, Any] = {
        "unit_name": "Phường Hội An Đông",
        "period": "2025",
        "night": "20260105-010000",
        "written_at": datetime(2026, 1, 5, tzinfo=UTC),
        "totals": TOTALS,
        "proposal": True,
        "previous_expected": "64.98",
        "counts": COUNTS,
    }
    return letter_text(Letter(**(known | fields)))


def test_open_late_dossiers_and_rules_that_differ_have_a_block_each() -> None:
    late = "Văn phòng: 2 hồ sơ đang giải quyết đã quá hạn, lâu nhất 3 ngày làm việc (H17.1-250901-0001)."
    rules = ("Cách tính đúng hạn: bcth_date@1 (so theo ngày).", "Nếu tính theo opencps@1 (so theo giờ): −0,01 điểm.")
    said = letter(overdue=(late,), on_time=rules)

    assert f"## Hồ sơ quá hạn\n\n- {late}" in said
    assert f"## Cách tính đúng hạn\n\n- {rules[0]}\n- {rules[1]}" in said


def test_without_late_dossiers_and_differences_the_letter_says_nothing_of_them() -> None:
    said = letter(on_time=("Cách tính đúng hạn: bcth_date@1 (so theo ngày).",))

    assert "Hồ sơ quá hạn" not in said and "Cách tính đúng hạn" not in said


def test_alarms_of_the_service_have_a_block_only_where_something_rings() -> None:
    assert "Cảnh báo" not in letter()
    assert "## Cảnh báo của hệ thống\n\n- Sắp hết đĩa: x" in letter(alarms=("Sắp hết đĩa: x",))


def test_for_mail_programs_the_letter_has_no_marks_of_markdown() -> None:
    said = as_plain_text(letter(alarms=("Sắp hết đĩa: x",)))
    assert "#" not in said and "**" not in said
    assert "Cảnh báo của hệ thống\n---------------------\n\n- Sắp hết đĩa: x" in said
