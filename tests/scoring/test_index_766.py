"""The index of Decision 766: points by metric under both readings, and what nobody knows stays without points."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.index_766 import FILE, BadIndex, load_index_766
from scoring.engine.facts import Dossier, Facts
from scoring.engine.measuring import scope_of
from scoring.engine.period import period_of, working_days
from scoring.index_766 import RATES, Ground, average_days, index_766, totals
from scoring.work_time import work_time
from tests.scoring.test_properties import DOSSIERS, PETITIONS
from tests.scoring.wards import CALENDAR, at, dossier, dossiers, petition

INDEX = load_index_766()


def scores(facts: Facts, reading: str = "text", procedures: Any = ()) -> dict[str, dict[str, Any]]:
    period = period_of("2025", date(2025, 12, 31))
    scope = scope_of(facts, period, working_days(CALENDAR), "dvcqg_766", "hoi-an-dong")
    return {item.metric.id: item.plain() for item in index_766(INDEX, Ground(scope, procedures), reading)}


def test_the_metrics_add_up_to_a_hundred_and_name_measures_that_exist() -> None:
    assert sum(metric.max for metric in INDEX.metrics) == 100
    assert {metric.measure for metric in INDEX.metrics if metric.measure} == set(RATES)


def test_nothing_imported_gives_no_points_at_all() -> None:
    found = scores(Facts())

    assert {item["points"] for item in found.values()} == {None}
    assert {item["state"] for item in found.values()} == {"no_data", "not_applicable"}


def test_the_share_of_the_points_is_the_share_of_the_dossiers() -> None:
    found = scores(Facts(dossiers=dossiers(200, 3, synced=True)))

    assert (found["1.4"]["points"], found["2.1"]["points"]) == ("6.00", "19.70")
    assert (found["2.1"]["done"], found["2.1"]["total"]) == ("197", 200)


def test_a_reading_that_is_full_from_less_gives_more_and_both_are_shown() -> None:
    ward = tuple(dossier(number, papers_digitised=number <= 60) for number in range(1, 101))
    found = scores(Facts(dossiers=ward))["4.2"]

    assert (found["points"], found["by_reading"]) == ("3.00", {"text": "3.00", "observed": "2.40"})
    assert scores(Facts(dossiers=ward), "observed")["4.2"]["points"] == "2.40"


def test_online_dossiers_count_with_the_share_that_is_synchronised() -> None:
    ward = tuple(dossier(n, channel="online" if n <= 40 else "direct", synced=n <= 50) for n in range(1, 101))

    assert scores(Facts(dossiers=ward))["3.3"]["done"] == "20"


def test_an_online_dossier_without_the_file_it_owes_does_not_count() -> None:
    files: dict[str, Any] = {"channel": "online", "synced": True, "result_file_required": True}
    ward = (dossier(1, **files, result_files=("kq.pdf",)), dossier(2, **files))
    found = scores(Facts(dossiers=ward))

    assert (found["3.3"]["done"], found["4.1"]["done"], found["4.1"]["total"]) == ("1", "1", 2)


def test_no_petition_in_the_period_earns_all_points_and_is_told() -> None:
    found = scores(Facts(known=("petitions",)))

    assert (found["5.2"]["points"], found["5.2"]["state"]) == ("6.00", "no_cases")


def test_a_late_petition_and_an_unhappy_one_are_one_each() -> None:
    late = petition(1, answered_at=at("2025-06-01"), satisfied=False)
    ward = Facts(petitions=(late, petition(2, answered_at=at("2025-03-05"), satisfied=True)))

    assert (scores(ward)["5.3"]["done"], scores(ward)["5.3"]["points"]) == ("1", "3.00")


def test_the_list_of_procedures_carries_what_dossiers_do_not() -> None:
    listed: list[dict[str, Any]] = [
        {"code": "1.000001", "fee_due": True, "on_portal": True, "updated_on_time": True},
        {"code": "1.000002", "fee_due": True, "on_portal": False, "updated_on_time": False},
        {"code": "1.000003", "fee_due": False, "on_portal": True},
    ]
    ward = Facts(dossiers=(dossier(1, procedure_code="1.000001", fee_due=True, paid_online=True),))
    found = scores(ward, procedures=listed)

    assert (found["1.2"]["done"], found["1.2"]["total"], found["1.2"]["points"]) == ("1", 2, "2.00")
    assert (found["6.3"]["done"], found["6.3"]["total"], found["6.3"]["points"]) == ("1", 2, "1.25")
    assert (found["6.2"]["done"], found["6.2"]["total"], found["6.2"]["warnings"]) == ("1", 2, [])
    assert scores(ward, procedures=[{"code": "1"}])["1.2"]["state"] == "no_data"


def test_totals_tell_points_from_what_was_measured_and_from_what_was_not() -> None:
    period = period_of("2025", date(2025, 12, 31))
    scope = scope_of(Facts(dossiers=dossiers(10)), period, working_days(CALENDAR), "dvcqg_766", "hoi-an-dong")
    found = totals(index_766(INDEX, Ground(scope), "text"))

    assert sum(Decimal(value) for name, value in found.items() if name != "points") == 100
    assert found["points"] == "20.00" == found["maximum"]


@given(st.lists(DOSSIERS, max_size=20), st.lists(PETITIONS, max_size=5))
@settings(deadline=None)
def test_no_facts_give_more_than_the_maximum_or_less_than_nothing(ward: list[Dossier], petitions: list[Any]) -> None:
    for item in scores(Facts(dossiers=tuple(ward), petitions=tuple(petitions))).values():
        if item["points"] is not None:
            assert 0 <= Decimal(item["points"]) <= Decimal(item["max"])
            assert item["share"] is None or 0 <= Fraction(item["share"]) <= 1


def test_average_time_is_counted_in_working_days_and_leaves_out_what_ends_before_it_begins() -> None:
    ward = (
        dossier(1, procedure="A", received_at=at("2025-04-25", "07:00:00"), finished_at=at("2025-04-28", "07:00:00")),
        dossier(2, procedure="A", received_at=at("2025-09-08", "07:00:00"), finished_at=at("2025-09-08", "17:00:00")),
        dossier(3, procedure="A", finished_at=at("2024-02-29")),
    )

    assert average_days(ward, work_time(CALENDAR)) == [{"procedure": "A", "finished": 2, "working_days": "1.50"}]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('id: "1.1", group: "1", max: "6"', 'id: "1.1", group: "1", max: "5"', "nhóm 1"),
        ("measure: synced}", "}", "measure hoặc missing"),
        ('text: "0.8", observed: "1"', 'text: "8", observed: "1"', "tỷ lệ"),
    ],
)
def test_an_index_that_contradicts_itself_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "766.yaml").write_text(text.replace(before, after), encoding="utf-8")

    with pytest.raises(BadIndex, match=said):
        load_index_766(tmp_path / "766.yaml")
