"""What to do next: points that can still be gained, by whom, until when; nothing that cannot be mended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scoring import ON_TIME_RULES, Action, due_soon, late_margin, loss_if_late, next_actions
from scoring.engine.facts import Facts
from tests.scoring.small_sets import entry, small_set
from tests.scoring.wards import CALENDAR, CRITERIA, at, declared, dossier, dossiers, evidence, petition, scored

TODAY = date(2025, 11, 20)


def action(facts: Facts, component: str, today: date = TODAY) -> Action | None:
    found = next_actions(scored(facts, as_of=today), CRITERIA, today)
    return next((item for item in found if item.component == component), None)


def proven(component: str, **values: object) -> Facts:
    return Facts(declared=declared(component, **values), evidence=(evidence(component),))  # type: ignore[arg-type]


def test_the_greatest_gain_comes_first_then_the_nearer_deadline() -> None:
    found = next_actions(scored(Facts()), CRITERIA, TODAY)

    order = [(-item.gain, item.deadline, item.component) for item in found]
    assert order == sorted(order)
    assert found[0].gain == Decimal("4.00")
    assert len(found) == 58


def test_declared_points_without_proof_ask_for_the_document() -> None:
    found = action(Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20)), "1.1.2")

    assert found is not None
    assert found.sentence() == (
        '1.1.2: nộp tài liệu kiểm chứng "Báo cáo CCHC năm kèm phụ lục kết quả từng nhiệm vụ" '
        "(tối đa +1,80 điểm; Phòng Văn hóa - Xã hội, hạn 31/12/2025)"
    )


@pytest.mark.parametrize(
    ("facts", "component", "gain", "said"),
    [
        (proven("1.1.2", tasks_done=18, tasks_planned=20), "1.1.2", "0.20", "còn thiếu 2"),
        (proven("1.4.1", portal_section_exists=True, articles_published=4), "1.4.1", "1.00", "cần từ 6, hiện có 4"),
        (proven("1.4.1", portal_section_exists=False, articles_published=4), "1.4.1", "1.00", "có chuyên mục"),
        (proven("1.3.1", units_inspected=3, units_total=10), "1.3.1", "0.50", "còn thiếu 2"),
        (proven("1.7.1", improvement_plan_issued=True, results_in_annual_report=False), "1.7.1", "0.50", "lồng ghép"),
        (proven("5.4.2", ratings_issued_on=False), "5.4.2", "1.00", "hạn 15/12/2025"),
        (proven("2.2.1", review_plan_issued_on=False, review_report_issued_on=False), "2.2.1", "0.75", "28/02/2025"),
        (Facts(dossiers=dossiers(100, 2)), "3.3.3", "1.00", "còn 2 hồ sơ trễ hạn chưa có văn bản xin lỗi"),
        (Facts(dossiers=dossiers(100, channel="direct")), "7.2.2", "3.00", "hiện 0 %, đủ điểm từ 50 %"),
    ],
)
def test_what_is_lacking_is_said_with_what_it_can_bring(facts: Facts, component: str, gain: str, said: str) -> None:
    found = action(facts, component)

    assert found is not None
    assert found.gain == Decimal(gain)
    assert said in found.what


def test_of_several_steps_above_each_is_told_with_what_it_brings() -> None:
    counted = action(proven("1.4.1", portal_section_exists=True, articles_published=4), "1.4.1")
    shared = action(proven("1.3.1", units_inspected=2, units_total=10), "1.3.1")

    assert counted is not None and shared is not None
    assert "cần từ 6, hiện có 4 (6 thì được 0,50 điểm; 12 thì được 1,00 điểm)" in counted.what
    assert "còn thiếu 1 (1 thì được 0,50 điểm; 3 thì được 1,00 điểm)" in shared.what


def test_what_counted_cases_took_off_is_not_promised_back() -> None:
    found = action(proven("1.6.1", city_tasks_done=8, city_tasks_assigned=10, city_tasks_overdue=2), "1.6.1")

    assert found is not None
    assert found.gain == Decimal("0.30"), "of 1.50 two overdue tasks took 0.50 off for good"


@pytest.mark.parametrize(
    ("facts", "component"),
    [
        (Facts(dossiers=dossiers(100, 4)), "3.3.2"),
        (Facts(petitions=(petition(about="conduct", confirmed=True),)), "5.4.3"),
        (proven("1.1.1", plan_issued_on=date(2025, 2, 3)), "1.1.1"),
        (proven("6.1.2", budget_violations=1), "6.1.2"),
        (proven("1.1.2", tasks_done=20, tasks_planned=20), "1.1.2"),
    ],
)
def test_what_nobody_can_bring_back_is_no_action(facts: Facts, component: str) -> None:
    assert action(facts, component) is None


def test_a_deadline_that_passed_is_said() -> None:
    found = action(proven("1.1.1", plan_issued_on=False), "1.1.1")

    assert found is not None
    assert found.overdue
    assert "đã quá hạn 31/01/2025" in found.sentence()


@pytest.mark.parametrize(
    ("finished", "late", "margin"), [(1000, 9, 1), (1000, 10, None), (0, 0, 0), (100, 0, 1), (99, 0, 0), (2000, 5, 15)]
)
def test_how_many_more_late_dossiers_are_bearable(finished: int, late: int, margin: int | None) -> None:
    assert late_margin(finished, late) == margin


def test_dossiers_due_within_three_working_days_are_listed_nearest_first() -> None:
    open_ones = {"finished_at": None, "returned_at": None, "status": 4}
    ward = (
        dossier(1, due_at=at("2025-05-05"), **open_ones),
        dossier(2, due_at=at("2025-04-28"), **open_ones),
        dossier(3, due_at=at("2025-05-06"), **open_ones),
        dossier(4, due_at=at("2025-04-27"), **open_ones),
        dossier(5, due_at=at("2025-04-29")),
    )

    found = due_soon(Facts(dossiers=ward), CALENDAR, date(2025, 4, 28), days=2)

    assert [item.code[-4:] for item in found] == ["0002", "0001"]


@pytest.mark.parametrize(("more", "lost"), [(0, "0.00"), (1, "0.00"), (2, "0.04"), (60, "4.00")])
def test_what_would_be_lost_if_open_dossiers_ended_late(more: int, lost: str) -> None:
    plain = scored(Facts(dossiers=dossiers(1000, 9), known=("petitions",)))

    assert loss_if_late(plain, CRITERIA, more) == Decimal(lost)


def test_where_nothing_is_known_nothing_can_be_lost() -> None:
    assert loss_if_late(scored(Facts()), CRITERIA, 5) == Decimal("0.00")


@pytest.mark.parametrize("rule", [*ON_TIME_RULES, "dvcqg_766@1"])
@pytest.mark.parametrize(("done", "open_ones"), [(150, 2), (20, 1), (99, 5)])
def test_what_is_told_to_be_lost_is_what_the_score_loses_when_they_end_late(
    rule: str, done: int, open_ones: int
) -> None:
    criteria = small_set(entry({"kind": "share"}, "20.00", measure="on_time_share"))
    waiting = {"due_at": at("2025-11-21"), "status": 4, "finished_at": None, "returned_at": None}
    going_on = tuple(dossier(number, **waiting) for number in range(1000, 1000 + open_ones))
    slipped = tuple(
        dossier(number, due_at=at("2025-11-21"), finished_at=at("2025-11-25"), returned_at=at("2025-11-25"))
        for number in range(1000, 1000 + open_ones)
    )
    now = scored(Facts(dossiers=dossiers(done) + going_on), criteria=criteria, on_time_rule=rule, as_of=TODAY)
    later = date(2025, 11, 30)
    then = scored(Facts(dossiers=dossiers(done) + slipped), criteria=criteria, on_time_rule=rule, as_of=later)

    lost = Decimal(now["totals"]["conservative"]) - Decimal(then["totals"]["conservative"])

    assert lost > 0
    assert loss_if_late(now, criteria, open_ones) == lost


def test_where_open_dossiers_are_counted_already_more_of_them_may_end_late() -> None:
    assert late_margin(1000, 0, counts_open=True) == 9
    assert late_margin(1000, 0) == 10
    assert late_margin(1000, 9, counts_open=True) == 0
