"""What summary tables count beside form II.06a is counted from the dossiers, and silence is never taken for no."""

from __future__ import annotations

import pytest

from config.summaries import summary_tables
from scoring.engine.facts import Dossier
from scoring.engine.on_time import RULES
from scoring.engine.period import period_of
from scoring.periodic_report import NO_UNIT, ReportQuestion
from scoring.summary_counts import COUNTS, TOTAL, Counted, summary_counts
from tests.scoring.test_periodic_report import LATER
from tests.scoring.wards import at, dossier

JULY, JUNE, AUGUST = at("2025-07-07"), at("2025-06-07"), at("2025-08-07")


def counted(*dossiers: Dossier) -> Counted:
    return summary_counts(dossiers, ReportQuestion(period_of("2025-07", LATER), RULES["bcth_date"], "hoi-an-dong"))


def test_what_came_in_and_what_was_resolved_are_counted_apart() -> None:
    said = {"papers_digitised": True, "papers_reused": False, "fee_due": True, "paid_online": False}
    found = counted(
        dossier(1, received_at=JULY, finished_at=JULY, returned_at=JULY, **said),
        dossier(2, received_at=JUNE, finished_at=JULY, returned_at=JULY, **said),
        dossier(
            3,
            received_at=JULY,
            finished_at=AUGUST,
            returned_at=AUGUST,
            **said | {"papers_digitised": False, "fee_due": False},
        ),
        dossier(4, received_at=AUGUST, finished_at=AUGUST, returned_at=AUGUST, **said),
    )[TOTAL]
    assert {name: found[name] for name in ("received", "received.digitised", "received.not_digitised")} == {
        "received": 2,
        "received.digitised": 1,
        "received.not_digitised": 1,
    }
    assert (found["resolved"], found["received.with_fee"], found["resolved.paid_direct"]) == (2, 1, 2)


def test_a_count_of_which_one_dossier_says_nothing_is_none_where_it_stands() -> None:
    asked = {"resolving_unit": "Phòng A", "fee_due": True, "paid_online": True}
    found = counted(
        dossier(
            1, received_at=JULY, finished_at=None, returned_at=None, status=4, **asked | {"papers_digitised": True}
        ),
        dossier(2, received_at=JULY, finished_at=None, returned_at=None, status=4, **asked | {"resolving_unit": None}),
    )
    assert [found[where]["received.digitised"] for where in (TOTAL, "Phòng A", NO_UNIT)] == [None, 1, None]
    assert found[TOTAL]["received.paid_online"] == 2


def test_a_dossier_without_a_fee_was_paid_in_no_way_though_nothing_says_how() -> None:
    (found,) = {
        counts["received.paid_online"]
        for counts in counted(
            dossier(1, received_at=JULY, finished_at=JULY, returned_at=JULY, fee_due=False, paid_online=None)
        ).values()
    }
    assert found == 0


@pytest.mark.parametrize("table", [table for table in summary_tables() if table.readings], ids=lambda it: it.id)
def test_every_reading_of_a_table_names_counts_that_there_are_and_columns_that_it_has(table: object) -> None:
    from config.summaries import SummaryTable

    assert isinstance(table, SummaryTable)
    for reading in table.readings:
        assert set(reading.values()) <= COUNTS
        assert reading.keys() <= table.columns.keys()
