"""Numbers of registers and of documents: typed by people, read by machines, and still the same one."""

from __future__ import annotations

import pytest

from scoring.engine.agreement import fits_symbol, same_number

SAME = [
    ("05/GPXD-UBND", "5/gpxd-ubnd"),
    ("Số: 05/GPXD-UBND", "05/GPXD - UBND"),
    ("05", "05/GPXD-UBND"),
    ("05/GPXD", "05/GPXD-UBND"),
    ("05/2025/QD-UBND", "05/QĐ-UBND"),
    ("12-KH/ĐU", "12-KH/DU"),
]
OTHERS = [
    ("05/GPXD-UBND", "06/GPXD-UBND"),
    ("05/GPXD-UBND", "50/GPXD-UBND"),
    ("05/QĐ-UBND", "05/TB-UBND"),
    ("05/QĐ-UBND", "05/QĐ-CT"),
    ("không số", "05/QĐ-UBND"),
]


@pytest.mark.parametrize(("typed", "printed"), SAME)
def test_zeros_spaces_case_marks_year_and_a_short_symbol_make_no_other_number(typed: str, printed: str) -> None:
    assert same_number(typed, printed) and same_number(printed, typed)


@pytest.mark.parametrize(("typed", "printed"), OTHERS)
def test_other_digits_or_another_symbol_are_another_number(typed: str, printed: str) -> None:
    assert not same_number(typed, printed) and not same_number(printed, typed)


def test_a_number_stands_before_its_own_symbol_only() -> None:
    assert fits_symbol("05/QĐ-UBND", "QD-UBND") and fits_symbol("05", "QĐ-UBND") and fits_symbol("05/QĐ-UBND", None)
    assert not fits_symbol("05/QĐ-UBND", "GPXD-UBND")
