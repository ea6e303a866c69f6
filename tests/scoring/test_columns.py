"""Columns and dossiers are counted alike: every on-time rule, every flag, any rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.working_calendar import load_calendars
from scoring.columns import NEEDED, counts_by_unit
from scoring.engine.facts import Dossier, Facts, from_plain, to_plain
from scoring.engine.measuring import scope_of
from scoring.engine.on_time import EARLIER, RULES, count_on_time, finished_in, still_late
from scoring.engine.period import VIETNAM, period_of, working_days
from scoring.engine.sorting import sorted_into

PERIOD = period_of("2025-Q3", date(2025, 9, 15))
CALENDAR = working_days(load_calendars())
EDGES = [
    datetime(2025, 7, 1, tzinfo=VIETNAM),
    datetime(2025, 8, 5, 23, 59, 59, tzinfo=VIETNAM),
    datetime(2025, 8, 6, tzinfo=VIETNAM),
    datetime(2025, 9, 14, 10, tzinfo=VIETNAM),
    datetime(2025, 9, 15, 10, tzinfo=VIETNAM),
    datetime(2025, 9, 16, tzinfo=VIETNAM),
]
MOMENTS = st.none() | st.sampled_from([edge + timedelta(seconds=shift) for edge in EDGES for shift in (-1, 0, 1)])
YES_NO = st.sampled_from([None, True, False])
ROWS = st.fixed_dictionaries(
    {
        "receiving_unit": st.sampled_from(["a", "b"]),
        "status": st.none() | st.integers(1, 10),
        "channel": st.sampled_from([None, "online", "direct"]),
        "supplements": st.sampled_from([None, 0, 1, 2]),
        "apology_number": st.sampled_from([None, "12/TXL"]),
        **dict.fromkeys(("received_at", "due_at", "finished_at", "returned_at"), MOMENTS),
        **dict.fromkeys(("supplement_asked_at", "supplement_given_at", "due_before"), MOMENTS),
        **dict.fromkeys(("full_online", "fee_due", "paid_online", "papers_digitised"), YES_NO),
        **dict.fromkeys(("papers_reused", "synced"), YES_NO),
    }
)

ENDS = st.sampled_from([EDGES[0] - timedelta(seconds=1), EDGES[2], EDGES[3], EDGES[3] + timedelta(hours=1), EDGES[5]])
NEARLY_CLEAR = st.fixed_dictionaries(
    {
        "status": st.sampled_from([10, 9, 10, 9, 7, None]),
        "received_at": st.sampled_from([EDGES[1], EDGES[1], EDGES[5], None]),
        "due_at": st.sampled_from([EDGES[3], EDGES[4], EDGES[5], EDGES[5] + timedelta(days=9)]),
        "finished_at": ENDS,
        "returned_at": ENDS,
        "supplements": st.sampled_from([None, 0, 2]),
        "supplement_asked_at": st.just(EDGES[1]),
        "supplement_given_at": st.just(EDGES[2]),
        "due_before": st.sampled_from([None, EDGES[1]]),
    }
)
"""Dossiers that lack at most a little to be in time by every rule."""


def column_value(value: Any) -> Any:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value) if isinstance(value, bool) else value


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    texts = {"unit", "channel", "apology_number"}
    schema = {name: pl.String if name in texts else pl.Int64 for name in NEEDED}
    plain = [
        {name: column_value(value) for name, value in (row | {"unit": row["receiving_unit"]}).items()} for row in rows
    ]
    return pl.DataFrame([{name: row.get(name) for name in NEEDED} for row in plain], schema=schema)


def naive(rows: list[dict[str, Any]], rule: str) -> dict[str, int]:
    """The same counts by the engine."""
    dossiers = tuple(Dossier(code=str(number), **row) for number, row in enumerate(rows))
    scope = scope_of(Facts(dossiers=dossiers), PERIOD, CALENDAR, rule, "a")
    count = scope.on_time()
    late = set(count.late_codes)
    received = scope.received
    fee = [one for one in received if one.fee_due]
    return {
        "finished": count.finished,
        "late": count.late,
        "early": count.early,
        "undated": count.undated,
        "without_due": count.without_due,
        "with_letter": sum(1 for one in dossiers if one.code in late and one.apology_number),
        "in_progress_late": scope.own.in_progress_late,
        "received": len(received),
        "online": sum(1 for one in received if one.channel == "online"),
        "online_unknown": sum(1 for one in received if one.channel is None),
        "full_online": sum(1 for one in received if one.full_online and one.channel == "online"),
        "digitised": sum(1 for one in received if one.papers_digitised),
        "digitised_unknown": sum(1 for one in received if one.papers_digitised is None),
        "reused": sum(1 for one in received if one.papers_reused),
        "synced_unknown": sum(1 for one in received if one.synced is None),
        "with_fee": len(fee),
        "paid_online": sum(1 for one in fee if one.paid_online),
        "paid_online_unknown": sum(1 for one in fee if one.paid_online is None),
    }


@pytest.mark.parametrize("rule", sorted({*RULES, *EARLIER}))
@given(rows=st.lists(ROWS, min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_columns_count_what_the_engine_counts(rule: str, rows: list[dict[str, Any]]) -> None:
    found = {row["unit"]: row for row in counts_by_unit(frame_of(rows), PERIOD, rule).to_dicts()}
    for unit, counts in found.items():
        expected = naive([row for row in rows if row["receiving_unit"] == unit], rule)
        assert {name: counts[name] for name in expected} == expected


@pytest.mark.parametrize("rule", sorted({*RULES, *EARLIER}))
@given(rows=st.lists(NEARLY_CLEAR | ROWS, min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_clear_dossiers_counted_together_are_counted_as_if_judged_one_by_one(
    rule: str, rows: list[dict[str, Any]]
) -> None:
    dossiers = tuple(Dossier(code=str(number), **row) for number, row in enumerate(rows))

    found = sorted_into(PERIOD, dossiers)

    assert found.on_time(rule, PERIOD) == count_on_time(dossiers, rule, PERIOD)
    assert found.finished == tuple(one for one in dossiers if finished_in(one, PERIOD))
    assert found.received == tuple(one for one in dossiers if PERIOD.holds(one.received_at))
    assert found.in_progress_late == sum(1 for one in dossiers if still_late(one, PERIOD))


@given(day=st.integers(0, 2), hour=st.integers(-1, 1), status=st.sampled_from([9, 10]))
def test_a_dossier_in_time_by_every_rule_is_clear_and_told_early_as_each_rule_tells_it(
    day: int, hour: int, status: int
) -> None:
    due = EDGES[3]
    end = due - timedelta(days=day, hours=hour)
    one = Dossier(code="1", status=status, received_at=EDGES[1], due_at=due, finished_at=end, returned_at=end)

    found = sorted_into(PERIOD, (one,))

    assert found.clear.count == (end < due)
    assert all(found.on_time(rule, PERIOD) == count_on_time((one,), rule, PERIOD) for rule in RULES)


def test_kept_moments_share_one_zone_and_say_the_same() -> None:
    """Comparing moments of one zone object costs a third of comparing equal zones; the text stays."""
    read = from_plain(Dossier, {"code": "1", "due_at": {"datetime": "2025-09-10T17:00:00+07:00"}})
    elsewhere = from_plain(Dossier, {"code": "1", "due_at": {"datetime": "2025-09-10T10:00:00+00:00"}})
    assert read.due_at is not None
    assert read.due_at.tzinfo is VIETNAM
    assert to_plain(read)["due_at"] == {"datetime": "2025-09-10T17:00:00+07:00"}
    assert to_plain(elsewhere)["due_at"] == {"datetime": "2025-09-10T10:00:00+00:00"}
