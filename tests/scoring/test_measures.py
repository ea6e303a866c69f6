"""Measures: who is counted, what silence of the source means, and the four definitions of on time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scoring.engine.facts import Facts
from scoring.engine.on_time import UnknownOnTimeRule, count_on_time
from scoring.engine.period import UnknownPeriod, period_of, working_days
from scoring.engine.places import ward_named
from tests.scoring.wards import (
    CALENDAR,
    at,
    component,
    declared,
    dossier,
    dossiers,
    evidence,
    numbers,
    petition,
    points,
    scored,
)

YEAR = period_of("2025", date(2025, 12, 31))


def late_under(rule: str, **fields: Any) -> tuple[int, int]:
    counted = count_on_time([dossier(**fields)], rule, YEAR)
    return counted.finished, counted.late


@pytest.mark.parametrize(
    ("fields", "bcth_date", "bc06_datetime", "opencps", "dvcqg_766"),
    [
        ({}, (1, 0), (1, 0), (1, 0), (1, 0)),
        ({"late": True}, (1, 1), (1, 1), (1, 1), (1, 1)),
        # finished at 18:00 on a due day that ends at 17:00: late by the clock, on time by the day
        ({"finished_at": at("2025-09-10", "18:00:00")}, (1, 0), (1, 0), (1, 1), (1, 1)),
        # finished in time, handed over late: only the older report looks at the handing over
        ({"returned_at": at("2025-09-12")}, (1, 0), (1, 1), (1, 0), (1, 0)),
        # no due date
        ({"due_at": None}, (1, 0), (1, 0), (1, 0), (1, 0)),
        # withdrawn after the due day
        ({"status": 7, "late": True}, (1, 0), (1, 0), (0, 0), (1, 1)),
        # asked for more papers twice, finished in time
        ({"supplements": 2}, (1, 0), (1, 0), (1, 0), (1, 1)),
        ({"supplements": 1}, (1, 0), (1, 0), (1, 0), (1, 0)),
        # in progress past its due day
        ({"status": 4, "finished_at": None, "returned_at": None}, (0, 0), (0, 0), (0, 0), (1, 1)),
        # waiting for the citizen
        ({"status": 5, "finished_at": None, "returned_at": None}, (0, 0), (0, 0), (0, 0), (1, 0)),
        # never accepted
        ({"status": 3}, (0, 0), (0, 0), (0, 0), (0, 0)),
        # finished, not handed over yet
        ({"status": 9, "returned_at": None}, (1, 0), (0, 0), (1, 0), (1, 0)),
    ],
)
def test_four_definitions_of_on_time_do_not_agree(
    fields: dict[str, Any],
    bcth_date: tuple[int, int],
    bc06_datetime: tuple[int, int],
    opencps: tuple[int, int],
    dvcqg_766: tuple[int, int],
) -> None:
    assert late_under("bcth_date", **fields) == bcth_date
    assert late_under("bc06_datetime", **fields) == bc06_datetime
    assert late_under("opencps", **fields) == opencps
    assert late_under("dvcqg_766", **fields) == dvcqg_766


@pytest.mark.parametrize(
    ("finished", "known", "late"),
    [
        # due on the 10th at 17:00; asked on the 5th, given on the 8th: three days more, to the second
        ("2025-09-13T17:00:00", {}, 0),
        ("2025-09-13T17:00:01", {}, 1),
        # the export moved the due date further than the citizen took: the citizen's own time counts
        ("2025-09-13T17:00:01", {"due_at": at("2025-09-20")}, 1),
        # one of the three moments is missing, or they are out of order: the due date of the export stands
        ("2025-09-11T08:00:00", {"due_before": None}, 1),
        ("2025-09-11T08:00:00", {"supplement_given_at": None}, 1),
        ("2025-09-11T08:00:00", {"supplement_asked_at": at("2025-09-09")}, 1),
        # more than one request is late whatever the time
        ("2025-09-06T08:00:00", {"supplements": 2}, 1),
    ],
)
def test_the_national_portal_takes_off_the_time_that_the_citizen_took(
    finished: str, known: dict[str, Any], late: int
) -> None:
    day, hour = finished.split("T")
    due = at("2025-09-10", "17:00:00")
    asked = {"supplement_asked_at": at("2025-09-05"), "supplement_given_at": at("2025-09-08"), "supplements": 1}
    fields = {"due_at": due, "due_before": due, "finished_at": at(day, hour)} | asked | known
    assert late_under("dvcqg_766", **fields) == (1, late)
    assert late_under("dvcqg_766@2", **fields) == (1, late)


def test_an_earlier_version_of_a_rule_can_still_be_asked_for() -> None:
    due = at("2025-09-10", "17:00:00")
    waited = dossier(
        due_at=due,
        due_before=due,
        supplements=1,
        supplement_asked_at=at("2025-09-05"),
        supplement_given_at=at("2025-09-08"),
        finished_at=at("2025-09-12"),
    )
    facts = Facts(dossiers=(waited,))
    before, now = (scored(facts, on_time_rule=rule) for rule in ("dvcqg_766@1", "dvcqg_766@2"))
    assert (before["on_time_rule"], now["on_time_rule"]) == ("dvcqg_766@1", "dvcqg_766")
    assert [component(plain, "3.3.2")["numbers"]["late"] for plain in (before, now)] == [1, 0]
    assert "dvcqg_766@2" in {one["rule"] for one in before["on_time"]["differences"]}
    with pytest.raises(UnknownOnTimeRule, match="dvcqg_766@1"):
        scored(facts, on_time_rule="dvcqg_766@3")


@pytest.mark.parametrize(
    ("end", "counted"),
    [("2024-12-31T23:59:59", 0), ("2025-01-01T00:00:00", 1), ("2025-12-31T23:59:59", 1), ("2026-01-01T00:00:00", 0)],
)
def test_a_dossier_belongs_to_the_period_in_which_it_ended(end: str, counted: int) -> None:
    day, time = end.split("T")
    ended = dossier(finished_at=at(day, time), returned_at=None, due_at=at("2026-06-01"), received_at=at("2024-12-01"))

    assert count_on_time([ended], "bcth_date", YEAR).finished == counted


def test_what_happened_after_the_day_of_the_score_is_not_known_yet() -> None:
    september = period_of("2025", date(2025, 9, 10))

    assert count_on_time([dossier(late=True)], "bcth_date", september).finished == 0
    assert count_on_time([dossier(late=False)], "bcth_date", september).finished == 1


@pytest.mark.parametrize(
    ("text", "first", "ends"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-H1", date(2025, 1, 1), date(2025, 6, 30)),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_periods_are_years_halves_quarters_and_months(text: str, first: date, ends: date) -> None:
    period = period_of(text, date(2030, 1, 1))

    assert (period.first, period.last) == (first, ends)


@pytest.mark.parametrize("text", ["25", "2025-Q5", "2025-13", "2025-1", "", "2025 "])
def test_another_form_of_period_is_refused(text: str) -> None:
    with pytest.raises(UnknownPeriod):
        period_of(text, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2025-03-03", 15, "2025-03-24"),
        ("2025-04-25", 1, "2025-04-26"),  # a make-up Saturday
        ("2025-04-29", 1, "2025-05-05"),  # 30 April to 4 May are days off
        ("2025-01-24", 1, "2025-02-03"),  # Tết
        ("2025-08-29", 1, "2025-09-03"),
    ],
)
def test_working_days_skip_holidays_and_know_swapped_saturdays(start: str, days: int, end: str) -> None:
    calendar = working_days(CALENDAR)

    assert calendar.after(date.fromisoformat(start), days) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("fields", "late"),
    [
        ({"answered_at": at("2025-03-24", "16:00:00")}, 0),
        ({"answered_at": at("2025-03-25")}, 1),
        ({}, 1),
        ({"due_at": at("2025-03-05"), "answered_at": at("2025-03-06")}, 1),
        ({"received_at": at("2025-12-29")}, 0),
    ],
)
def test_a_petition_has_fifteen_working_days_where_no_due_day_is_given(fields: dict[str, Any], late: int) -> None:
    assert numbers(Facts(petitions=(petition(**fields),)), "3.5.2")["late"] == late


def test_an_empty_list_that_was_imported_is_a_fact_and_one_that_was_not_is_no_data() -> None:
    imported = component(scored(Facts(known=("petitions",))), "3.5.2")
    missing = component(scored(Facts()), "3.5.2")

    assert (imported["state"], imported["points"]) == ("not_applicable", "2.00")
    assert (missing["state"], missing["points"]) == ("no_data", None)
    assert "chưa nhập danh sách phản ánh" in missing["because"]


@pytest.mark.parametrize("name", ["3.3.2", "3.3.3", "3.4.1", "7.2.1", "7.2.2", "7.2.3", "7.3.1", "7.4.1"])
def test_dossiers_of_another_year_are_no_data_and_not_nothing_to_do(name: str) -> None:
    ward = dossiers(5, channel="online", full_online=True, fee_due=True, paid_online=True, synced=True)

    found = component(scored(Facts(dossiers=ward), period="2026", as_of=date(2026, 6, 1)), name)

    assert (found["state"], found["points"]) == ("no_data", None)


def test_petitions_of_another_year_are_warned_about() -> None:
    found = component(scored(Facts(petitions=(petition(),)), period="2026", as_of=date(2026, 6, 1)), "3.5.2")

    assert (found["state"], found["points"]) == ("not_applicable", "2.00")
    assert "chỉ có phản ánh ngoài kỳ" in found["warnings"][0]


@pytest.mark.parametrize("name", ["3.4.1", "7.2.2", "7.2.3", "7.3.1", "7.3.2", "7.4.1", "3.4.2"])
def test_a_column_that_the_export_does_not_have_is_no_data(name: str) -> None:
    found = component(scored(Facts(dossiers=dossiers(3), known=("documents",))), name)

    assert (found["state"], found["points"]) == ("no_data", None)
    assert "tệp xuất không ghi" in found["because"]


def test_dates_of_finishing_that_are_missing_everywhere_are_no_data() -> None:
    undated = dossiers(3, finished_at=None, returned_at=None)

    assert component(scored(Facts(dossiers=undated)), "3.3.2")["state"] == "no_data"


def test_due_days_that_are_missing_everywhere_are_no_data_and_not_all_on_time() -> None:
    assert component(scored(Facts(dossiers=dossiers(3, due_at=None))), "3.3.2")["state"] == "no_data"


def test_single_missing_values_count_as_not_done_and_are_told() -> None:
    some = (dossier(1, synced=True), dossier(2, synced=None), dossier(3, synced=True), dossier(4, synced=False))

    found = component(scored(Facts(dossiers=some)), "7.4.1")

    assert found["points"] == "0.75"
    assert found["numbers"]["unknown"] == 1
    assert found["warnings"] == ["1 hồ sơ không ghi việc đồng bộ lên Cổng DVCQG, được tính là chưa."]


def test_only_dossiers_with_a_fee_count_for_online_payment() -> None:
    some = (
        dossier(1, fee_due=True, paid_online=True),
        dossier(2, fee_due=True, paid_online=False),
        dossier(3, fee_due=False),
    )

    assert numbers(Facts(dossiers=some), "7.3.1") == {"with_fee": 2, "paid_online": 1, "share": "0.5", "unknown": 0}


def test_procedures_count_once_and_only_where_they_are_offered_online() -> None:
    some = (
        dossier(1, procedure_code="1", channel="online", full_online=True),
        dossier(2, procedure_code="1", channel="direct", full_online=True),
        dossier(3, procedure_code="2", channel="direct", full_online=False),
        dossier(4, procedure_code="3", channel="direct"),
    )

    found = numbers(Facts(dossiers=some), "7.2.1")

    assert (found["procedures"], found["procedures_used"]) == (2, 1)


def test_a_late_dossier_without_letter_takes_the_points_for_letters() -> None:
    letters = (dossier(1, late=True, apology_number="1/XL"), dossier(2, late=True), dossier(3))

    assert numbers(Facts(dossiers=letters), "3.3.3") == {"late": 2, "with_letter": 1, "share": "0.5"}
    assert points(Facts(dossiers=letters), "3.3.3") == "0.00"
    assert points(Facts(dossiers=letters[::2]), "3.3.3") == "1.00"


def test_petitions_about_conduct_and_fees_cost_where_they_were_confirmed() -> None:
    found = scored(
        Facts(
            petitions=(
                petition(1, about="conduct", confirmed=True),
                petition(2, about="conduct", confirmed=False),
                petition(3, about="fees_and_papers", confirmed=None),
            )
        )
    )

    assert component(found, "5.4.3")["points"] == "0.25"
    assert component(found, "3.3.4")["points"] == "0.50"
    assert component(found, "3.3.4")["warnings"] == ["Còn 1 phản ánh chưa có kết luận đúng hay sai."]


def test_satisfaction_takes_off_late_dossiers_and_petitions() -> None:
    facts = Facts(dossiers=dossiers(1000, late=12), petitions=tuple(petition(n) for n in range(3)))

    found = component(scored(facts), "8.3.1")

    assert found["numbers"]["share"] == "0.985"
    assert found["points"] == "2.00"


def test_a_declared_count_may_be_any_decimal_whole_number() -> None:
    facts = Facts(declared=declared("1.5.1", initiatives_recognised=Decimal("2.0")), evidence=(evidence("1.5.1"),))

    assert points(facts, "1.5.1") == "1.00"


@pytest.mark.parametrize(
    ("rule", "fields", "late"),
    [
        ("opencps", {"finished_at": at("2025-09-10", "17:00:00")}, 0),
        ("opencps", {"finished_at": at("2025-09-10", "17:00:01")}, 1),
        ("bc06_datetime", {"returned_at": at("2025-09-10", "17:00:00")}, 0),
        ("bc06_datetime", {"returned_at": at("2025-09-10", "17:00:01")}, 1),
        ("dvcqg_766", {"finished_at": at("2025-09-10", "17:00:00")}, 0),
        ("dvcqg_766", {"finished_at": at("2025-09-10", "17:00:01")}, 1),
        ("bcth_date", {"finished_at": at("2025-09-10", "23:59:59")}, 0),
        ("bcth_date", {"finished_at": at("2025-09-11", "00:00:00")}, 1),
    ],
)
def test_each_definition_has_its_own_last_moment(rule: str, fields: dict[str, Any], late: int) -> None:
    assert late_under(rule, **fields) == (1, late)


@pytest.mark.parametrize(("due", "late"), [("2025-12-31", 0), ("2025-12-30", 1)])
def test_what_is_due_on_the_last_day_is_not_late_yet(due: str, late: int) -> None:
    waiting = dossier(received_at=at("2025-12-01"), due_at=at(due), status=4, finished_at=None, returned_at=None)
    open_petition = petition(received_at=at("2025-12-01"), due_at=at(due))
    facts = Facts(dossiers=(waiting,), petitions=(open_petition,))

    assert count_on_time([waiting], "dvcqg_766", YEAR).late == late
    assert numbers(facts, "3.3.2")["in_progress_late"] == late
    assert numbers(facts, "3.5.2")["late"] == late


def test_petitions_found_untrue_or_about_other_things_do_not_lower_satisfaction() -> None:
    facts = Facts(
        dossiers=dossiers(10),
        petitions=(petition(1, confirmed=False), petition(2, about="other"), petition(3), petition(4, confirmed=True)),
    )

    assert numbers(facts, "8.3.1")["with_petition"] == 2


def test_dossiers_received_last_year_and_finished_this_year_are_cases_of_this_year() -> None:
    ward = tuple(
        dossier(number, received_at=at("2024-12-20"), due_at=at("2025-01-10"), finished_at=at("2025-01-05"))
        for number in range(3)
    )

    assert points(Facts(dossiers=ward), "3.3.2") == "4.00"
    assert component(scored(Facts(dossiers=ward)), "7.2.2")["state"] == "not_applicable"


@pytest.mark.parametrize(
    ("office", "ward"),
    [
        ("Trung tâm Phục vụ hành chính công phường Hội An Đông", "hoi-an-dong"),
        ("UBND phường Hải Châu, thành phố Đà Nẵng", "hai-chau"),
        ("Ủy ban nhân dân xã Đại Lộc", "dai-loc"),
        ("Phòng Văn hóa - Xã hội", None),
        ("Phòng Văn hóa - Xã hội phường Hội An Đông", "hoi-an-dong"),
        ("Bộ phận Một cửa phường", None),
    ],
)
def test_the_ward_is_read_from_the_name_of_an_office(office: str, ward: str | None) -> None:
    assert ward_named(office) == ward


def test_dossiers_resolved_by_another_ward_are_counted_and_told() -> None:
    here, there = "Phòng Kinh tế phường Hội An Đông", "UBND phường Hải Châu"
    ward = (dossier(1, resolving_unit=here), dossier(2, resolving_unit=there), dossier(3))

    told = component(scored(Facts(dossiers=ward)), "3.3.2")
    silent = component(scored(Facts(dossiers=ward[1:])), "3.3.2")

    assert told["numbers"]["finished"] == 3
    assert told["warnings"] == [
        "Có hồ sơ do nơi khác giải quyết, vẫn đang được tính (UBND phường Hải Châu: 1); cần kiểm tra lại."
    ]
    assert silent["warnings"] == []
