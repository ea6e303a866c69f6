"""Two thousand dossiers that could have happened."""

from __future__ import annotations

import re

import pytest

from sample.dossiers import CUTOFF, LATE, ONLINE, SampleDossier, dossiers_of_2025
from sample.worktime import is_working

CODE = re.compile(r"H17\.12\.34-25\d{4}-\d{4}")


@pytest.fixture(scope="module")
def dossiers() -> tuple[SampleDossier, ...]:
    return dossiers_of_2025(1)


def test_codes_are_of_the_national_pattern_and_count_from_one_each_day(dossiers: tuple[SampleDossier, ...]) -> None:
    codes = [dossier.code for dossier in dossiers]

    assert len(set(codes)) == 2000
    assert all(CODE.fullmatch(code) for code in codes)
    assert {code[-4:] for code in codes if code[10:16] == codes[0][10:16]} >= {"0001"}


def test_nothing_ends_before_it_begins_or_after_the_books_were_closed(dossiers: tuple[SampleDossier, ...]) -> None:
    for dossier in dossiers:
        moments = [dossier.submitted_at, dossier.received_at, dossier.finished_at, dossier.returned_at]
        said = [moment for moment in moments if moment is not None]
        assert said == sorted(said), dossier.code
        assert said[-1] <= CUTOFF, dossier.code
        assert is_working(dossier.received_at.date()), dossier.code


def test_shares_are_those_the_sample_is_made_for(dossiers: tuple[SampleDossier, ...]) -> None:
    finished = [dossier for dossier in dossiers if dossier.finished]

    assert sum(dossier.late for dossier in finished) == round(LATE * len(finished))
    assert sum(dossier.channel == "online" for dossier in dossiers) == round(ONLINE * len(dossiers))
    assert sum(dossier.electronic and dossier.finished for dossier in dossiers) == 44


def test_some_dossiers_are_late_by_the_clock_and_on_time_by_the_day(dossiers: tuple[SampleDossier, ...]) -> None:
    by_hours = [d for d in dossiers if d.finished_at and d.due_at and d.finished_at > d.due_at and not d.late]

    assert len(by_hours) == 4


def test_an_earlier_export_does_not_know_the_future(dossiers: tuple[SampleDossier, ...]) -> None:
    handed_over = next(d for d in dossiers if d.returned_at and d.finished_at and d.returned_at > d.finished_at)
    assert handed_over.finished_at is not None

    assert handed_over.as_of(handed_over.finished_at).status == 9
    assert handed_over.as_of(handed_over.received_at).status == 4
    assert handed_over.as_of(CUTOFF) == handed_over


def test_another_seed_is_another_year_and_the_same_seed_the_same() -> None:
    assert dossiers_of_2025(7, 300) == dossiers_of_2025(7, 300)
    assert dossiers_of_2025(7, 300) != dossiers_of_2025(8, 300)


def test_too_few_dossiers_are_refused() -> None:
    with pytest.raises(ValueError, match="ít nhất"):
        dossiers_of_2025(1, 20)
