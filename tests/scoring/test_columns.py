"""Columns and dossiers are counted alike: every on-time rule, every field, any rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.working_calendar import load_calendars
from scoring.columns import NEEDED, register_of
from scoring.engine.facts import Dossier, Facts, UnitName, from_plain, to_plain
from scoring.engine.measuring import scope_of
from scoring.engine.on_time import EARLIER, RULES, count_on_time, finished_in, still_late
from scoring.engine.period import VIETNAM, local_day, period_of, working_days
from scoring.engine.register import Register, registered
from storage.database.types import canonical
from storage.records.dossier_columns import SCHEMA, dossiers_text
from storage.records.history import COLUMNS
from storage.records.incoming import stored_column

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

ENDS = st.sampled_from(
    [
        EDGES[0] - timedelta(seconds=1),
        EDGES[0],
        EDGES[2],
        EDGES[3],
        EDGES[3] + timedelta(hours=1),
        EDGES[4] - timedelta(hours=11),
        EDGES[4],
        EDGES[5],
    ]
)
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
"""Dossiers that lack at most a little to be in time, or late, by every rule."""

NEARLY_OPEN = st.fixed_dictionaries(
    {
        "status": st.sampled_from([2, 4, 4, 5, 7, 10, None]),
        "received_at": st.sampled_from([EDGES[1], EDGES[1], EDGES[5], None]),
        "due_at": st.sampled_from([EDGES[3], EDGES[4], EDGES[4] - timedelta(hours=10, seconds=1), EDGES[5], None]),
        "finished_at": st.sampled_from([None, None, None, EDGES[5]]),
        "returned_at": st.sampled_from([None, None, None, EDGES[5]]),
        "supplements": st.sampled_from([None, 0, 2]),
        "due_before": st.sampled_from([None, None, EDGES[1]]),
    }
)
"""Dossiers that lack at most a little to be in progress and not overdue by every rule."""


OFFICES = [None, "UBND phường A", "UBND phường B", "UBND phường C", "Trung tâm"]
UNITS = (UnitName(former="c", unit="a", since=date(2025, 7, 1)), UnitName(former="b", unit="a", since=date(2026, 1, 1)))
PLACED = st.tuples(
    st.one_of(NEARLY_CLEAR, NEARLY_OPEN, ROWS),
    st.fixed_dictionaries(
        {
            "resolving_unit": st.sampled_from(OFFICES),
            "procedure_code": st.sampled_from([None, "1.1", "1.2"]),
            "procedure": st.sampled_from([None, "Khai sinh"]),
            "result_file_required": YES_NO,
            "result_number": st.sampled_from([None, "5/GXN"]),
        }
    ),
).map(lambda both: both[0] | both[1])


def column_value(value: Any) -> Any:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value) if isinstance(value, bool) else value


def frame_of(dossiers: tuple[Dossier, ...]) -> pl.DataFrame:
    schema = {name: SCHEMA[name] for name in NEEDED}
    return pl.DataFrame(
        [[column_value(getattr(one, name)) for name in NEEDED] for one in dossiers], schema=schema, orient="row"
    )


def told_alike(register: Register) -> dict[str, Any]:
    """All that a register says; of contested dossiers and compared rows what columns hold of them."""
    said = {name: getattr(register, name) for name in Register.__slots__ if name not in ("contested", "asked")}
    said["clear"] = (
        register.clear.count,
        register.clear.days_earlier,
        register.clear.pending,
        sorted(register.clear.late),
    )
    said["contested"] = [(one.code, one.result_file_required) for one in register.contested]
    ended, others, asked = register.asked.ended, register.asked.others, register.asked
    said["outside"], said["wanting"] = asked.outside, {code: row.result_file_required for code, row in ended.items()}
    said["rows"] = {code: (row.result_number, row.received_on) for code, row in [*ended.items(), *others.items()]}
    said["others"] = set(others)
    rules = sorted({*RULES, *EARLIER})
    return said | {"elsewhere": sorted(register.elsewhere), "counts": [register.on_time(rule) for rule in rules]}


@given(
    rows=st.lists(PLACED, max_size=40),
    units=st.sampled_from([(), UNITS, UNITS[:1]]),
    none_asked=st.booleans(),
    piece=st.sampled_from([3, 65_536]),
)
@settings(max_examples=300, deadline=None)
def test_columns_make_the_register_that_the_engine_makes_of_dossiers(
    rows: list[dict[str, Any]], units: tuple[UnitName, ...], none_asked: bool, piece: int
) -> None:
    dossiers = tuple(Dossier(code=f"{number:02d}", **row) for number, row in enumerate(rows))
    asked = set() if none_asked else {None, "99", *(f"{number:02d}" for number in range(0, 40, 3))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scoring.columns._PIECE", piece)
        of_columns = register_of(frame_of(dossiers), PERIOD, "a", units, asked)

    assert told_alike(of_columns) == told_alike(registered(dossiers, PERIOD, "a", units, asked))


@pytest.mark.parametrize("rule", sorted({*RULES, *EARLIER}))
@given(rows=st.lists(NEARLY_CLEAR | NEARLY_OPEN | ROWS, min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_clear_dossiers_counted_together_are_counted_as_if_judged_one_by_one(
    rule: str, rows: list[dict[str, Any]]
) -> None:
    dossiers = tuple(Dossier(code=str(number), **row) for number, row in enumerate(rows))

    found, scope = registered(dossiers, PERIOD, "a"), scope_of(Facts(dossiers=dossiers), PERIOD, CALENDAR, rule, "a")
    received = [one for one in dossiers if PERIOD.holds(one.received_at)]

    assert found.on_time(rule) == count_on_time(dossiers, rule, PERIOD)
    assert found.finished == sum(1 for one in dossiers if finished_in(one, PERIOD)) == len(scope.finished())
    assert found.received == len(received) == len(scope.received())
    assert found.in_progress_late == sum(1 for one in dossiers if still_late(one, PERIOD))
    assert scope.answers("channel") == Counter((one.channel,) for one in received)
    assert scope.answers("fee_due", "synced") == Counter((one.fee_due, one.synced) for one in received)


@given(day=st.integers(-2, 2), hour=st.integers(-1, 1), status=st.sampled_from([9, 10]))
def test_a_dossier_that_all_rules_judge_alike_is_clear_and_told_early_as_each_rule_tells_it(
    day: int, hour: int, status: int
) -> None:
    due = EDGES[3]
    end = due - timedelta(days=day, hours=hour)
    one = Dossier(code="1", status=status, received_at=EDGES[1], due_at=due, finished_at=end, returned_at=end)

    found = registered((one,), PERIOD, "a")

    assert found.clear.count == (end < due)
    assert len(found.clear.late) == (local_day(end) > local_day(due) and PERIOD.holds(end))
    assert all(found.on_time(rule) == count_on_time((one,), rule, PERIOD) for rule in RULES)


def test_a_dossier_handed_over_in_time_but_finished_late_is_judged_by_each_rule() -> None:
    due, ended = EDGES[3], EDGES[3] + timedelta(days=1)
    one = Dossier(code="1", status=9, received_at=EDGES[1], due_at=due, finished_at=ended, returned_at=due)

    found = registered((one,), PERIOD, "a")

    assert found.clear.late == register_of(frame_of((one,)), PERIOD, "a").clear.late == ()
    assert {rule: found.on_time(rule).late for rule in RULES} == {
        "bcth_date": 1, "bc06_datetime": 0, "opencps": 1, "dvcqg_766": 1
    }  # fmt: skip


def test_kept_moments_share_one_zone_and_say_the_same() -> None:
    """Comparing moments of one zone object costs a third of comparing equal zones; the text stays."""
    read = from_plain(Dossier, {"code": "1", "due_at": {"datetime": "2025-09-10T17:00:00+07:00"}})
    elsewhere = from_plain(Dossier, {"code": "1", "due_at": {"datetime": "2025-09-10T10:00:00+00:00"}})
    assert read.due_at is not None
    assert read.due_at.tzinfo is VIETNAM
    assert to_plain(read)["due_at"] == {"datetime": "2025-09-10T17:00:00+07:00"}
    assert to_plain(elsewhere)["due_at"] == {"datetime": "2025-09-10T10:00:00+00:00"}


TEXTS = st.none() | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
WRITTEN = st.fixed_dictionaries(
    {
        "code": TEXTS.filter(bool),
        "procedure": TEXTS,
        "desk": TEXTS,
        "result_number": st.sampled_from([None, "5/GXN", "6"]),
        "result_files": st.lists(st.sampled_from(["a.pdf", 'b"c.pdf', "đ.pdf"]), max_size=3).map(tuple),
        **dict.fromkeys(("submitted_at", "received_at", "due_before"), MOMENTS),
        **dict.fromkeys(("status", "supplements"), st.none() | st.integers(0, 10)),
        **dict.fromkeys(("full_online", "synced"), YES_NO),
    }
)


@given(rows=st.lists(WRITTEN, min_size=1, max_size=8), piece=st.sampled_from([3, 8_192]))
@settings(max_examples=200, deadline=None)
def test_columns_write_dossiers_to_the_letter_as_the_engine_writes_them(rows: list[dict[str, Any]], piece: int) -> None:
    dossiers = tuple(Dossier(**row) for row in rows)
    stored = [[stored_column(name, [column_value(getattr(one, name))])[0] for name in COLUMNS] for one in dossiers]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.records.dossier_columns._PIECE", piece)
        text = dossiers_text(pl.DataFrame(stored, schema=dict(SCHEMA), orient="row"))

    assert text == canonical(to_plain(dossiers)).encode()
