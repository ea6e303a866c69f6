"""A due date that no reading of its term gives is told; what nobody can tell is left alone."""

from __future__ import annotations

from datetime import time

import pytest

from scoring.due_checks import DueChecks, Term, Timed, due_disagreements, term_of
from scoring.due_dates import DAY_END, SAME_CLOCK, DueRule
from scoring.work_time import work_time
from tests.scoring.wards import CALENDAR, at

CHECKS = DueChecks(
    work_time(CALENDAR), [DueRule(SAME_CLOCK, time(15)), DueRule(DAY_END, time(15))], frozenset({"2.000635"})
)


def timed(term: str, due: str, *, hour: str = "08:15:00", procedure: str = "1.001193", unit: str = "") -> Timed:
    """A dossier of Thursday 3 July 2025."""
    return Timed("Sheet1!K2", at("2025-07-03", hour), at(due, "17:00:00"), term, unit, procedure)


@pytest.mark.parametrize(
    ("text", "unit", "wanted"),
    [
        ("5", "Ngày làm việc", Term(10)),
        ("05 ngày làm việc", "", Term(10)),
        ("0,5", "", Term(1)),
        ("16 giờ", "", Term(4)),
        ("3", "Ngày", Term(6, 3)),
        ("Trong ngày làm việc", "", Term(0)),
        ("theo quy định", "", None),
        ("5", "0", None),
        ("5", "tháng", None),
        ("0,3", "", None),
    ],
)
def test_a_term_in_words_or_numbers(text: str, unit: str, wanted: Term | None) -> None:
    assert term_of(text, unit) == wanted


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (timed("2 ngày làm việc", "2025-07-07"), False),  # Friday, Monday
        (timed("2 ngày làm việc", "2025-07-08"), True),
        (timed("2 ngày làm việc", "2025-07-05"), True),
        (timed("2", "2025-07-07", unit="Ngày"), False),  # the fifth is a Saturday
        (timed("4 ngày", "2025-07-07"), False),
        (timed("trong ngày", "2025-07-03", hour="15:30:00"), False),
        (timed("trong ngày", "2025-07-03", hour="15:30:00", procedure="2.000635"), True),
        (timed("trong ngày", "2025-07-04", hour="15:30:00", procedure="2.000635"), False),
        (timed("theo quy định", "2025-09-01"), False),
    ],
)
def test_a_due_date_is_held_against_its_term(said: Timed, told: bool) -> None:
    assert bool(due_disagreements([said], CHECKS)) is told


def test_the_sentence_names_the_cell_and_both_days() -> None:
    (sentence,) = due_disagreements([timed("2", "2025-07-09", unit="Ngày làm việc")], CHECKS)
    assert sentence == (
        "Sheet1!K2: nhận 03/07/2025, thời hạn 2 Ngày làm việc: tính ra 07/07/2025, tệp ghi hẹn trả 09/07/2025"
    )
