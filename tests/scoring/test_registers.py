"""Lists that people keep become inputs of components; answers of a survey become a share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from config.criteria_sets import load_criteria_set
from config.registers import countable_inputs, counted_inputs
from scoring.engine.facts import DeclaredValue
from scoring.registers import (
    KeptList,
    against_portal,
    contradictions,
    disagreeing_words,
    survey_result,
    unlike_the_portal,
    with_counted,
    with_standings,
)

INPUTS = counted_inputs(load_criteria_set("phuong-de-xuat@2025.1").plain())
TASKS = KeptList(
    with_standings(
        [
            {"code": "1", "origin": "plan", "state": "done"},
            {"code": "2", "origin": "plan", "state": "open"},
            {"code": "3", "origin": "city", "state": "overdue"},
        ],
        2025,
        date(2025, 12, 31),
    ),
    "Văn phòng",
    "Theo dõi nhiệm vụ",
)


def test_tasks_are_counted_by_origin_and_state() -> None:
    values = {value.key: value for value in with_counted((), {"tasks": TASKS}, INPUTS)}
    assert (values["tasks_planned"].value, values["tasks_done"].value) == (2, 1)
    assert (values["city_tasks_assigned"].value, values["city_tasks_overdue"].value) == (1, 1)
    assert values["tasks_done"].source == "đếm từ Theo dõi nhiệm vụ"
    assert "staff_total" not in values


def test_what_an_official_declared_stands_and_a_contradiction_is_told() -> None:
    said = DeclaredValue(component="1.1.2", key="tasks_done", value=Decimal(2))
    values = {v.key: v for v in with_counted((said,), {"tasks": TASKS}, INPUTS)}
    assert values["tasks_done"] is said
    (sentence,) = contradictions((said,), {"tasks": TASKS}, INPUTS)
    assert sentence.startswith("1.1.2 tasks_done: khai 2, đếm được 1")


def test_a_column_that_nobody_filled_in_stays_unknown() -> None:
    procedures = KeptList([{"code": "1.001193", "must_publish": True, "on_portal": True}], "", "Danh mục")
    keys = {value.key for value in with_counted((), {"procedures": procedures}, INPUTS)}
    assert {"procedures_to_publish", "procedures_online"} <= keys
    assert not {"procedures_to_post", "procedures_announced"} & keys


def test_the_portals_own_list_decides_what_is_published_and_differences_are_told() -> None:
    said = {"1.000001": True, "1.000002": True, "1.000003": False}
    rows = [{"code": code, "must_publish": True, "on_portal": answer} for code, answer in said.items()]
    there = ("1.000001", "1.000003", "1.000009")
    portal = KeptList([{"code": f"{number}.000.00.00.H17"} for number in there], "", "danh mục trên Cổng")
    lists = {"procedures": KeptList(rows, "Trung tâm", "Danh mục"), "portal": portal}
    values = {value.key: value for value in with_counted((), against_portal(lists), INPUTS)}
    assert (values["procedures_to_publish"].value, values["procedures_online"].value) == (3, 2)
    assert values["procedures_online"].source == "đếm từ Danh mục, đối chiếu danh mục trên Cổng"
    assert unlike_the_portal(lists) == [
        "1 thủ tục ghi đã công khai mà danh mục trên Cổng không có (1.000002)",
        "1 thủ tục ghi chưa công khai mà danh mục trên Cổng có (1.000003)",
        "1 thủ tục có trên Cổng mà danh mục của phường không có (1.000009)",
    ]


def test_without_the_portals_list_the_wards_word_counts() -> None:
    lists = {"procedures": KeptList([{"code": "1.000001", "must_publish": True, "on_portal": True}], "", "Danh mục")}
    assert against_portal(lists) == lists
    assert unlike_the_portal(lists) == []


def test_every_countable_input_is_one_that_the_criteria_set_asks_for() -> None:
    assert {one.key for one in INPUTS} == {one.key for one in countable_inputs()}


def test_a_set_with_other_numbers_gets_its_inputs_by_key_and_no_list_proves_a_stranger() -> None:
    theirs = {"id": "9.1.1", "declared": [{"key": "tasks_done"}]}
    stranger = {"id": "1.1.2", "declared": [{"key": "something_else"}]}
    criteria = {"domains": [{"criteria": [{"components": [theirs, stranger, {"id": "2.1.1"}]}]}]}
    values = with_counted((), {"tasks": TASKS}, counted_inputs(criteria))
    assert [(value.component, value.key, value.value) for value in values] == [("9.1.1", "tasks_done", 1)]


def day(iso: str) -> dict[str, str]:
    return {"datetime": f"{iso}T16:00:00+07:00"}


DATED = [
    {"code": "late", "origin": "city", "state": "done", "due_at": day("2025-06-30"), "done_at": day("2025-07-02")},
    {"code": "forgotten", "origin": "city", "state": "open", "due_at": day("2025-06-30")},
    {"code": "fine", "origin": "city", "state": "open", "due_at": day("2025-06-30"), "done_at": day("2025-06-30")},
    {"code": "undated", "origin": "city", "state": "overdue"},
    {"code": "next year", "origin": "city", "state": "open", "due_at": day("2026-02-01")},
    {"code": "january", "origin": "city", "state": "done", "due_at": day("2025-12-20"), "done_at": day("2026-01-05")},
]


def test_dates_of_tasks_decide_over_the_word_and_disagreements_are_told() -> None:
    rows = with_standings(DATED, 2025, date(2025, 12, 31))
    values = {one.key: one.value for one in with_counted((), {"tasks": KeptList(rows, "", "")}, INPUTS)}
    assert (values["city_tasks_assigned"], values["city_tasks_done"], values["city_tasks_overdue"]) == (5, 2, 4)
    told = disagreeing_words(rows)
    assert [
        line for line in told if "“đang thực hiện” nhưng theo ngày là quá hạn, đã tính theo ngày (forgotten)" in line
    ]
    assert [line for line in told if "“đã hoàn thành” nhưng theo ngày là quá hạn, đã tính theo ngày (january)" in line]
    assert [line for line in told if "“đang thực hiện” nhưng theo ngày là hoàn thành đúng hạn" in line]
    assert len(told) == 3, "a word without dates contradicts nothing"


def test_answers_of_a_survey_give_the_share_of_the_satisfied() -> None:
    answers = {"very_satisfied": 60, "satisfied": 31, "neutral": 5, "unsatisfied": 3, "very_unsatisfied": 1}
    result = survey_result({"component": "8.1.1", **answers})
    assert (result.share, result.respondents) == (Decimal("0.91"), 100)
